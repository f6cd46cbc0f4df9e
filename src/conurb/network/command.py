"""The command `conurb network`: load streets and feeds, check a network, write it for QGIS.

What the commands need is imported when they run, so that `conurb` itself starts at once.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from conurb.network.assign_command import assign

if TYPE_CHECKING:
    from conurb.network.checking import Problem
    from conurb.network.lines import Fields
    from conurb.network.projects import RegionNetwork
    from conurb.region.declarations import Region

__all__ = ["network"]

_PROJECT = Path(__file__).resolve().parents[3]
_REGION = _PROJECT / "regions" / "changzhutan"
_SHOWN = 40

_folder = click.Path(exists=True, file_okay=False, path_type=Path)
_region_option = click.option("--region", type=_folder, help="Folder of the region.")
_data_option = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of this node's data."
)
_lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True
)
Lang = Literal["zh", "en"]


@click.group()
def network() -> None:
    """Load, check, write and appraise the network of a region."""


network.add_command(assign)


@network.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--drop", "drop_loaded", is_flag=True, help="Forget what was loaded before.")
@click.option("--all-streets", is_flag=True, help="Keep the streets of neighbourhoods, too.")
@click.option("--whole-file", is_flag=True, help="Keep what lies outside the region, too.")
@click.option("--layer", help="Layer of the lines, where a file has several.")
@click.option("--crs", help="Coordinate system of lines that do not tell it, as EPSG:4490.")
@click.option(
    "--field",
    "columns",
    multiple=True,
    metavar="WHAT=COLUMN",
    help="Column of lines: class, speed, capacity, lanes, one_way, name_zh, name_en, ref.",
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="VALUE=CLASS",
    help="What a value of the class column means: expressway, trunk, primary, …",
)
@click.option("--tolerance", default=10.0, show_default=True, help="Metres within which ends meet.")
@click.option(
    "--cut",
    type=click.Choice(["never", "ends", "crossings"]),
    default="ends",
    show_default=True,
    help="Where lines are cut: nowhere, where others end on them, or also where they cross.",
)
@_region_option
@_data_option
@_lang_option
def load(
    files: tuple[Path, ...],
    *,
    drop_loaded: bool,
    all_streets: bool,
    whole_file: bool,
    layer: str | None,
    crs: str | None,
    columns: tuple[str, ...],
    classes: tuple[str, ...],
    tolerance: float,
    cut: Literal["never", "ends", "crossings"],
    region: Path | None,
    data: Path | None,
    lang: Lang,
) -> None:
    """Put the streets and lines of FILES in the place of the drawn ones on this node.

    An extract of OpenStreetMap (.osm.pbf, .osm; several are joined), lines in any format that GDAL
    reads (GeoPackage, Shapefile, GeoJSON), or feeds of GTFS (.zip). Zones and projects stay those
    of the region; stations and lines, too, but for the modes that a feed brings.
    """
    from conurb.network.keeping import Wishes, drop, keep
    from conurb.network.multimodal import LinkClass
    from conurb.network.osm import DRIVEN

    if drop_loaded:
        click.echo(f"{drop(_data(data))} files dropped; what the region declares stands again")
        return
    if not files:
        raise click.UsageError("name a file, or --drop")
    wishes = Wishes(
        classes=frozenset(LinkClass) if all_streets else DRIVEN,
        whole_file=whole_file,
        fields=_fields(columns, classes),
        layer=layer,
        crs=crs,
        tolerance=tolerance,
        cut=cut,
    )
    with _refusals(lang):
        loaded, problems = keep(_known(region), _data(data), files, wishes)
    _tell(problems, lang)
    there = loaded.network
    click.echo(f"{len(there.nodes):,} nodes, {len(there.links):,} links, {len(there.lines)} lines")


@network.command("check")
@_region_option
@_data_option
@_lang_option
@click.option("--drawn", is_flag=True, help="Check the region's own streets, whatever is loaded.")
def check_command(*, region: Path | None, data: Path | None, lang: Lang, drawn: bool) -> None:
    """Say everything that is wrong with the network; ends with status 1 where that is an error."""
    from conurb.network.checking import check

    with _refusals(lang):
        loaded = _network(region, None if drawn else _data(data))
    problems = [*loaded.problems, *check(loaded.network)]
    _tell(problems, lang, shown=None)
    there = loaded.network
    kinds = Counter(link.kind.value for link in there.links if link.state == "existing")
    click.echo(
        f"{len(there.nodes):,} nodes, {len(there.links):,} links "
        f"({', '.join(f'{number:,} {kind}' for kind, number in kinds.most_common())}), "
        f"{len(there.stations)} stations, {len(there.lines)} lines, {len(there.zones)} zones, "
        f"{len(loaded.projects)} projects: {len(problems)} problems"
    )
    if any(problem.severity == "error" for problem in problems):
        raise SystemExit(1)


@network.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with", "keys", multiple=True, metavar="PROJECT", help="As if this were built.")
@_region_option
@_data_option
@_lang_option
def export(
    file: Path,
    *,
    keys: tuple[str, ...],
    region: Path | None,
    data: Path | None,
    lang: Lang,
) -> None:
    """Write the network to FILE, a GeoPackage with nodes, links, stations and zones for QGIS."""
    if file.suffix.lower() != ".gpkg":
        raise click.UsageError(f"{file} should end with .gpkg")
    from conurb.network.exporting import write_gpkg
    from conurb.network.projects import applied

    with _refusals(lang):
        loaded = _network(region, _data(data))
    by_key = {project.key: project for project in loaded.projects}
    unknown = [key for key in keys if key not in by_key]
    if unknown:
        raise click.UsageError(f"no project {unknown[0]}; there are {', '.join(by_key)}")
    there = applied(loaded.network, [by_key[key] for key in keys])
    write_gpkg(there, file)
    click.echo(f"{len(there.nodes):,} nodes, {len(there.links):,} links: {file}")


def _data(data: Path | None) -> Path:
    """The folder of the node's data, as the settings know it."""
    return (data or Path(os.environ.get("CONURB_DATA", _PROJECT / ".data"))).resolve()


def _known(region: Path | None) -> Region:
    from conurb.region.folder import load_region

    return load_region(region or Path(os.environ.get("CONURB_REGION", _REGION)))


def _network(region: Path | None, data: Path | None) -> RegionNetwork:
    """The network with what the node has loaded; without where no folder of data is given."""
    from conurb.network.keeping import network_of

    known = _known(region)
    return network_of(known, data or known.path)


@contextmanager
def _refusals(lang: Lang) -> Iterator[None]:
    """Tell plainly what cannot be used, and end with status 1."""
    from conurb.network.exporting import NoNetworkError
    from conurb.region.problems import RegionError, render_problems

    try:
        yield
    except RegionError as fault:
        raise click.ClickException(render_problems(fault.problems, lang)) from fault
    except NoNetworkError as fault:
        raise click.ClickException(fault.reason.get(lang)) from fault


def _fields(columns: Sequence[str], classes: Sequence[str]) -> Fields:
    from conurb.network.lines import Fields
    from conurb.network.multimodal import LinkClass

    names = {"class": "kind", **{key: key for key in Fields.__dataclass_fields__}}
    for reserved in ("classes", "default", "kind"):
        names.pop(reserved)
    given: dict[str, Any] = {}
    for each in columns:
        what, _, column = each.partition("=")
        if what not in names or not column:
            raise click.UsageError(f"--field {each}: one of {', '.join(names)}, then =COLUMN")
        given[names[what]] = column
    kinds = {kind.value: kind for kind in LinkClass}
    means = {}
    for each in classes:
        value, _, kind = each.rpartition("=")
        if kind not in kinds:
            raise click.UsageError(f"--class {each}: VALUE=, then one of {', '.join(kinds)}")
        means[value] = kinds[kind]
    return Fields(**given, classes=means)


def _tell(problems: Sequence[Problem], lang: Lang, *, shown: int | None = _SHOWN) -> None:
    from conurb.network.checking import render

    if problems:
        click.echo(render(problems[:shown], lang), err=True)
    if shown is not None and len(problems) > shown:
        more = len(problems) - shown
        click.echo(f"… {'另有' if lang == 'zh' else 'and'} {more:,}", err=True)
