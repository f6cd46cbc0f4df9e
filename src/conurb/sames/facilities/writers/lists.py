"""Lists as files: projects (workbook, GeoPackage, CSV, archive), dead ends and bottlenecks."""

from __future__ import annotations

import csv
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _

from conurb.journal import sheets
from conurb.journal.sheets import Column, Sheet
from conurb.network.region_network import RegionNetwork
from conurb.region.models import in_language
from conurb.sames.facilities.queries import maps
from conurb.sames.facilities.queries.borders import Bottleneck, DeadEnd
from conurb.sames.facilities.queries.ranking import Row

CRS = "EPSG:4326"
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a formula begins with (OWASP: CSV injection)."""
LAYER = "projects"


def heads() -> list[Column]:
    """Return the columns of the list."""
    return [
        Column(_("Rank"), 8),
        Column(_("Best place"), 8),
        Column(_("Worst place"), 8),
        Column(_("Project"), 34, wraps=True),
        Column(_("Kind of project"), 14),
        Column(_("Item"), 10),
        Column(_("Stage"), 12),
        Column(_("Cities it lies in"), 14),
        Column(_("Length, km"), 10),
        Column(_("Minutes saved a trip"), 12),
        Column(_("Hours saved a day"), 12),
        Column(_("Jobs more in 45 min"), 12),
        Column(_("Hospitals more in 45 min"), 12),
        Column(_("Change of Gini"), 12),
        Column(_("Cost, yuan"), 16),
        Column(_("Yuan an hour saved"), 12),
        Column(_("Assumed"), 40, wraps=True),
        Column(_("Words of the plan"), 48, wraps=True),
    ]


def values(row: Row) -> list[str | int | float | None]:
    """Return a row of the list; figures that are none stay empty."""
    project, worth = row.project, row.worth
    return [
        row.place if row.works else None,
        row.best if row.works else None,
        row.worst if row.works else None,
        project.name,
        project.kind,
        project.items_told,
        project.stage.name,
        project.cities_told,
        project.length_km or None,
        _rounded(row.minutes_saved, 3),
        _rounded(row.hours_saved, 1),
        _rounded(row.jobs_gain, 1),
        _rounded(worth.hospitals_gain if worth else None, 4),
        _rounded(row.gini_change, 6),
        project.cost,
        _rounded(row.cost_per_hour, 2),
        project.assumed,
        project.words,
    ]


def workbook(
    rows: Sequence[Row], title: str, notes: Sequence[str], counties: Mapping[str, str]
) -> bytes:
    """Return the list as a workbook: projects, and hours saved by county."""
    return sheets.write(
        [
            Sheet(_("Projects"), heads(), [values(row) for row in rows], notes=notes),
            _by_county(rows, counties),
        ],
        title=title,
        creator="Conurb",
    )


def _by_county(rows: Sequence[Row], counties: Mapping[str, str]) -> Sheet:
    codes = [each.code for each in rows[0].worth.counties] if rows and rows[0].worth else []
    table = []
    for row in rows:
        hours = {c.code: c.hours_saved for c in row.worth.counties} if row.worth else {}
        table.append([row.project.name, *(_rounded(hours.get(code), 1) for code in codes)])
    columns = [Column(_("Project"), 34), *(Column(counties.get(c, c), 11) for c in codes)]
    return Sheet(_("Hours a day by county"), columns, table)


def dead_ends(rows: Sequence[DeadEnd], title: str, notes: Sequence[str]) -> bytes:
    """Return the dead ends at the borders as a workbook; where no way leads, minutes are empty."""
    columns = [
        Column(_("Road that stops"), 26, wraps=True),
        Column(_("City"), 8),
        Column(_("Where it stops"), 22, wraps=True),
        Column(_("Road across the border"), 26, wraps=True),
        Column(_("City across"), 8),
        Column(_("Place across"), 22, wraps=True),
        Column(_("Gap, km"), 9),
        Column(_("Detour now, min"), 10),
        Column(_("Removed if joined, min"), 12),
        Column(_("What the plan does"), 34, wraps=True),
        Column(_("Stage"), 14, wraps=True),
        Column(_("Longitude"), 11),
        Column(_("Latitude"), 11),
    ]
    table: list[list[sheets.Value]] = [
        [
            each.road,
            each.city,
            each.where,
            each.other_road,
            each.other_city,
            each.other_where,
            round(each.gap_km, 2),
            _rounded(each.minutes_now, 1),
            _rounded(each.detour, 1),
            _row(healing.name for healing in each.healing) or _("left by the plan"),
            _row(healing.stage for healing in each.healing),
            *(round(degrees, 5) for degrees in each.at),
        ]
        for each in rows
    ]
    sheet = Sheet(_("Dead ends"), columns, table, notes=notes)
    return sheets.write([sheet], title=title, creator="Conurb")


def bottlenecks(rows: Sequence[Bottleneck], title: str, notes: Sequence[str]) -> bytes:
    """Return the bottlenecks of the peak hour as a workbook."""
    columns = [
        Column(_("Road"), 30, wraps=True),
        Column(_("Stretch"), 44, wraps=True),
        Column(_("Load, percent"), 9),
        Column(_("Minutes lost"), 10),
        Column(_("Vehicle hours lost"), 12),
        Column(_("Relieved by"), 40, wraps=True),
    ]
    table: list[list[sheets.Value]] = [
        [
            each.name,
            each.direction,
            each.percent,
            round(each.delay, 2),
            round(each.lost, 1),
            _row(name for name, _address in each.projects),
        ]
        for each in rows
    ]
    sheet = Sheet(_("Bottlenecks"), columns, table, notes=notes)
    return sheets.write([sheet], title=title, creator="Conurb")


def comma_separated(rows: Sequence[Row]) -> bytes:
    """Return the list as CSV, marked as UTF-8 so that Excel reads it."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([column.head for column in heads()])
    for row in rows:
        writer.writerow([_safe(value) for value in values(row)])
    return out.getvalue().encode("utf-8-sig")


def geopackage(rows: Sequence[Row], region: RegionNetwork) -> bytes:
    """Return the list as a GeoPackage: a line a project, with all its figures (WGS 84)."""
    geometry, drawn = [], []
    for row in rows:
        lines = maps.lines_of(region.project(row.project.key), region)
        if lines:
            geometry.append(shapely.MultiLineString([shapely.LineString(each) for each in lines]))
            drawn.append(row)
    columns: dict[str, Any] = {
        "key": [row.project.key for row in drawn],
        "name": [row.project.name for row in drawn],
        "kind": [row.project.kind_key for row in drawn],
        "items": [",".join(item.number for item in row.project.items) for row in drawn],
        "stage": [row.project.stage.key for row in drawn],
        "cities": [",".join(row.project.city_codes) for row in drawn],
        "place": [float(row.place) if row.works and row.place else np.nan for row in drawn],
        "minutes_saved": [_number(row.minutes_saved) for row in drawn],
        "hours_saved": [_number(row.hours_saved) for row in drawn],
        "jobs_45": [_number(row.jobs_gain) for row in drawn],
        "gini_change": [_number(row.gini_change) for row in drawn],
        "yuan_an_hour": [_number(row.cost_per_hour) for row in drawn],
        "length_km": [row.project.length_km for row in drawn],
        "assumed": [row.project.assumed for row in drawn],
        "words": [row.project.words for row in drawn],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "projects.gpkg"
        pyogrio.raw.write(
            file,
            shapely.to_wkb(np.array(geometry, dtype=object)),
            field_data=[
                np.array(column, dtype=float if _is_numbers(column) else object)
                for column in columns.values()
            ],
            fields=list(columns),
            geometry_type="MultiLineString",
            crs=CRS,
            layer=LAYER,
            driver="GPKG",
        )
        return file.read_bytes()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _row(words: Iterable[str]) -> str:
    return in_language("、", ", ").join(words)


def _is_numbers(column: Sequence[Any]) -> bool:
    return all(isinstance(value, float) for value in column)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(RISKY):
        return f"'{value}"
    return "" if value is None else value
