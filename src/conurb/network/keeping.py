"""What a node loads of its own in the place of the drawn network: read whole, then kept.

Files stand in the folder `network` of the node's data: `streets.gpkg` for streets from
OpenStreetMap or from lines, `feed-….zip` for feeds of GTFS. What was there before stands until what
is new has been read to its end and laid under the region's projects.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import shapely
from shapely.geometry import shape

from conurb.network.checking import Problem
from conurb.network.exporting import NoNetworkError, write_gpkg
from conurb.network.lines import Cut, Fields, read_lines
from conurb.network.multimodal import LinkClass, Network
from conurb.network.osm import DRIVEN, joined, read_osm
from conurb.network.projects import RegionNetwork
from conurb.network.region_network import FOLDER, STREETS, load_network, loaded_files
from conurb.region.declarations import Region
from conurb.region.tables import Bilingual

__all__ = ["Wishes", "drop", "keep", "network_of"]

_OSM = (".pbf", ".osm")
_FEED = ".zip"


@dataclass(frozen=True)
class Wishes:
    """How files are to be read: which streets, from where, and what columns of lines mean."""

    classes: frozenset[LinkClass] = DRIVEN
    whole_file: bool = False
    fields: Fields = Fields()  # noqa: RUF009 (frozen)
    layer: str | None = None
    crs: str | None = None
    tolerance: float = 10.0
    cut: Cut = "ends"


def network_of(region: Region, data: Path) -> RegionNetwork:
    """Return the network of a region as a node has it.

    Raises RegionError and NoNetworkError, the latter also where the region declares none.
    """
    return _declared(region, data / FOLDER)


def drop(data: Path) -> int:
    """Forget what was loaded; return how many files that were."""
    files = loaded_files(data / FOLDER)
    for file in files:
        file.unlink()
    return len(files)


def keep(
    region: Region, data: Path, files: Sequence[Path], wishes: Wishes
) -> tuple[RegionNetwork, list[Problem]]:
    """Read files and keep them; return the network as it now is, and what was wrong with them.

    Several extracts of OpenStreetMap are joined; lines come from one file. New streets take the
    place of the last ones, new feeds of the last ones. Raises NoNetworkError for files that cannot
    be used; nothing is changed then.
    """
    target = data / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    feeds = [file for file in files if file.suffix.lower() == _FEED]
    streets = [file for file in files if file not in feeds]
    with TemporaryDirectory(dir=target) as made:
        folder = Path(made)
        problems: list[Problem] = []
        if streets:
            network, problems = _streets(region, streets, wishes)
            write_gpkg(network, folder / STREETS)
        for number, feed in enumerate(feeds, start=1):
            shutil.copyfile(feed, folder / f"feed-{number}.zip")
        loaded = _declared(region, folder)
        for file in loaded_files(target):
            if (streets and file.name == STREETS) or (feeds and file.name != STREETS):
                file.unlink()
        for file in loaded_files(folder):
            file.replace(target / file.name)
    return loaded, [*problems, *loaded.problems]


def _streets(
    region: Region, files: Sequence[Path], wishes: Wishes
) -> tuple[Network, list[Problem]]:
    name = Bilingual(f"{region.name.zh}路网", f"Network of {region.name.en}")
    extracts = [file for file in files if file.suffix.lower() in _OSM]
    if len(extracts) < len(files) and len(files) > 1:
        raise NoNetworkError(
            Bilingual(
                "道路应来自一个或多个 OpenStreetMap 文件，或一个线文件，不能混用",
                "streets come from extracts of OpenStreetMap, or from one file of lines",
            )
        )
    if not extracts:
        return read_lines(
            files[0],
            name,
            wishes.fields,
            layer=wishes.layer,
            crs=wishes.crs,
            tolerance=wishes.tolerance,
            cut=wishes.cut,
        )
    area = None if wishes.whole_file else _area(region)
    bbox = None if area is None else tuple(area.bounds)
    read = [read_osm(file, name, classes=wishes.classes, bbox=bbox, area=area) for file in extracts]
    problems = [problem for _, of_file in read for problem in of_file]
    return joined(name, [network for network, _ in read]), problems


def _declared(region: Region, more: Path) -> RegionNetwork:
    loaded = load_network(region, more)
    if loaded is None:
        raise NoNetworkError(
            Bilingual(
                f"{region.path} 没有 {FOLDER} 文件夹，格式见 docs/network.md",
                f"{region.path} has no folder {FOLDER}/ (see docs/network.md)",
            )
        )
    return loaded


def _area(region: Region) -> shapely.Geometry:
    return shapely.union_all([shape(county.geometry) for county in region.counties])
