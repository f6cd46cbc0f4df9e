"""The network that a region's folder declares: `network/` with roads, railways, zones, projects.

Nodes stand in `nodes.toml`, roads in `roads.toml`, tracks, stations and lines in `railways.toml`,
zones in `zones.toml` and the projects of the plan in `projects.toml`; the format is told in
`docs/network.md`. Everything that is wrong is told at once, with file, line and key.

A node may hold more: `streets.gpkg`, whose streets take the place of the drawn ones, and feeds of
GTFS, `feed….zip`, whose lines take the place of the drawn ones of their modes. `conurb network
load` makes and keeps both.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from conurb.network.drawing import Drawing, read_settings
from conurb.network.exporting import read_streets
from conurb.network.gtfs import Feed, read_gtfs, with_feed
from conurb.network.projects import NetworkProject, RegionNetwork, read_projects
from conurb.network.replacing import on_streets
from conurb.region.declarations import Region
from conurb.region.positions import TomlPositions
from conurb.region.problems import Problem, RegionError
from conurb.region.tables import Bilingual, Sheet, Table

__all__ = ["FILES", "FOLDER", "STREETS", "RegionNetwork", "load_network", "loaded_files"]

FOLDER = "network"
STREETS = "streets.gpkg"
FEEDS = "feed*.zip"
FILES = ("nodes.toml", "roads.toml", "railways.toml", "zones.toml", "projects.toml")


def load_network(region: Region, loaded: Path | None = None) -> RegionNetwork | None:
    """Return the network that a region declares, None where it declares none.

    `loaded` is a folder with what a node has loaded besides, see `loaded_files`; where it holds
    nothing, the region's own folder is looked into. Raises RegionError with all that is wrong with
    the declared files, NoNetworkError for a loaded one that cannot be used. The same files are read
    once.
    """
    folder = Path(region.path) / FOLDER
    if not folder.is_dir():
        return None
    more = (loaded_files(loaded) if loaded else ()) or loaded_files(folder)
    stamps = tuple(
        (str(file), file.stat().st_mtime_ns, file.stat().st_size) if file.is_file() else None
        for file in (*(folder / name for name in FILES), *more)
    )
    return _load(_Key(region, stamps), folder, more)


def loaded_files(folder: Path) -> tuple[Path, ...]:
    """Return the streets and feeds that a folder holds, in the order in which they are put in."""
    streets = folder / STREETS
    return (*([streets] if streets.is_file() else []), *sorted(folder.glob(FEEDS)))


@dataclass(frozen=True)
class _Key:
    region: Region
    stamps: tuple[tuple[str, int, int] | None, ...]

    def __hash__(self) -> int:
        return hash((self.region.digest, self.stamps))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Key)
            and self.region.digest == other.region.digest
            and self.stamps == other.stamps
        )


@lru_cache(maxsize=2)
def _load(key: _Key, folder: Path, more: tuple[Path, ...]) -> RegionNetwork:
    region = key.region
    sheets = {name: Sheet(f"{FOLDER}/{name}") for name in FILES}
    tables = {name: _table(folder / name, sheet) for name, sheet in sheets.items()}
    name = Bilingual(f"{region.name.zh}骨干路网（示意）", f"Trunk network of {region.name.en}")
    drawing = Drawing(name, region.counties)
    projects: list[NetworkProject] = []
    if all(table is not None for table in tables.values()):
        projects = _draw(drawing, {each: t for each, t in tables.items() if t}, region)
    problems: list[Problem] = [each for sheet in sheets.values() for each in sheet.problems]
    if problems:
        raise RegionError(problems)
    found = RegionNetwork(drawing.network(), tuple(projects))
    for file in more:
        if file.name == STREETS:
            named = Bilingual(f"{region.name.zh}路网", f"Network of {region.name.en}")
            found = on_streets(found, read_streets(file, named), region.counties)
        else:
            found = _fed(found, read_gtfs(file))
    return found


def _fed(found: RegionNetwork, feed: Feed) -> RegionNetwork:
    """Put the lines of a feed in the place of the drawn ones of the same modes.

    Drawn lines keep their numbers, by which projects name them, but no longer run.
    """
    modes = {line.mode for line in feed.lines}
    lines = tuple(
        replace(line, services=(), departures=())
        if line.mode in modes and line.state == "existing"
        else line
        for line in found.network.lines
    )
    network = with_feed(replace(found.network, lines=lines), feed)
    return replace(found, network=network, problems=(*found.problems, *feed.problems))


def _draw(drawing: Drawing, tables: dict[str, Table], region: Region) -> list[NetworkProject]:
    nodes, roads, railways, zones, declared = (tables[name] for name in FILES)
    drawing.add_nodes(nodes.table("nodes"))
    drawing.add_nodes(railways.table("nodes", required=False))
    drawing.add_streets(nodes.table("nodes"))
    settings = read_settings(roads.table("settings"))
    for road in roads.tables("road", required=True):
        drawing.add_road(road, settings)
        road.finish()
    drawing.add_stations(railways.table("stations", required=False))
    track_settings = read_settings(railways.table("settings", required=False))
    for track in railways.tables("track"):
        drawing.add_road(track, track_settings, tracks=True)
        track.finish()
    for line in railways.tables("line"):
        drawing.add_line(line)
        line.finish()
    drawing.add_zones(zones.table("zones"), region)
    projects = read_projects(declared, drawing, settings)
    for table in tables.values():
        table.finish()
    return projects


def _table(file: Path, sheet: Sheet) -> Table | None:
    if not file.is_file():
        sheet.note("file-missing")
        return None
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        sheet.note("not-utf8", offset=error.start)
        return None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        sheet.note("syntax", line=int(at.group(1)) if at else 0, detail=str(error))
        return None
    sheet.positions = TomlPositions(text)
    return Table(sheet, values)
