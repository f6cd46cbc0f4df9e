"""What the page and the sheet of a comparison say: classes with names, hectares, a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from django.utils.translation import gettext as _

from conurb.atlas import land_use
from conurb.atlas.comparing import ADDED, CHANGED, MOVED, NOTHING, REMOVED, Comparison
from conurb.atlas.legend import colour_of
from conurb.atlas.models import LayerVersion
from conurb.atlas.schemas import SCHEMAS
from conurb.journal.sheets import Column, Sheet, Value
from conurb.journal.sheets import write as write_sheets
from conurb.region.models import in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

__all__ = ["Class", "Matrix", "changes_geojson", "classes", "matrix", "versions_of", "workbook"]

HECTARE = 10_000.0
DRAWN = 3_000
"""Changes on the map and in the list of the page; the sheet has all."""


def versions_of(actor: User | AnonymousUser, version: LayerVersion) -> list[LayerVersion]:
    """Return the versions of the same layer that somebody may see, newest first."""
    return list(
        LayerVersion.objects.visible_to(actor)
        .filter(layer=version.layer_id)
        .select_related("layer")
        .order_by("-number")
    )


@dataclass(frozen=True)
class Class:
    """A class before and after: number of features, hectares, kilometres."""

    code: str
    name: str
    colour: str
    count_before: int
    count_after: int
    before: float
    after: float
    km_before: float
    km_after: float

    @property
    def difference(self) -> float:
        """Hectares more, or fewer."""
        return self.after - self.before

    @property
    def km_difference(self) -> float:
        """Kilometres more, or fewer."""
        return self.km_after - self.km_before


@dataclass(frozen=True)
class Matrix:
    """Hectares that went from a class (row) to a class (column); 0 where none did."""

    codes: list[str]
    names: list[str]
    rows: list[list[float]]

    @property
    def named_rows(self) -> list[tuple[str, str, list[tuple[float, bool]], float]]:
        """Rows with code, name, cells (hectares, whether the class stayed), and their sum."""
        return [
            (code, name, [(value, at == column) for column, value in enumerate(row)], sum(row))
            for at, (code, name, row) in enumerate(
                zip(self.codes, self.names, self.rows, strict=True)
            )
        ]

    @property
    def sums(self) -> list[float]:
        """The sum of each column."""
        return [sum(column) for column in zip(*self.rows, strict=True)]


def grouped(kind: str, code: str, *, coarse: bool) -> str:
    """Return the class under which a code is shown: of land uses the first level, where wanted."""
    return land_use.first_level(code) if coarse and kind == "land-use" and code != NOTHING else code


def name_of(kind: str, code: str) -> str:
    """Return what people call a class."""
    if code == NOTHING:
        return _("not covered")
    if code == "":
        return _("without a class")
    known = SCHEMAS[kind].codes.get(code)
    return in_language(known.zh, known.en) if known else code


def name_where_any(kind: str, code: object) -> str:
    """Return what people call a class, "" for the side on which a feature is not there."""
    return name_of(kind, code) if isinstance(code, str) else ""


def classes(found: Comparison, kind: str, *, coarse: bool) -> list[Class]:
    """Return every class that occurs, before and after."""
    table = found.totals.copy()
    table["code"] = [grouped(kind, code, coarse=coarse) for code in table["code"]]
    summed = table.groupby("code", as_index=False, sort=True).sum()
    return [
        Class(
            code=row.code,
            name=name_of(kind, row.code),
            colour=colour_of(kind, row.code),
            count_before=int(row.count_before),
            count_after=int(row.count_after),
            before=row.area_before / HECTARE,
            after=row.area_after / HECTARE,
            km_before=row.length_before / 1000,
            km_after=row.length_after / 1000,
        )
        for row in summed.itertuples()
    ]


def matrix(found: Comparison, kind: str, *, coarse: bool) -> Matrix:
    """Return what became of the ground, class by class; ground not covered stands last."""
    table = found.ground.copy()
    for side in ("before", "after"):
        table[side] = [grouped(kind, code, coarse=coarse) for code in table[side]]
    codes = sorted(set(table["before"]) | set(table["after"]), key=lambda c: (c == NOTHING, c))
    place = {code: at for at, code in enumerate(codes)}
    cells = np.zeros((len(codes), len(codes)))
    for row in table.itertuples():
        cells[place[row.before], place[row.after]] += row.area / HECTARE
    return Matrix(codes, [name_of(kind, code) for code in codes], cells.tolist())


def changes_geojson(found: Comparison, kind: str) -> dict[str, Any]:
    """Return the largest changes as a GeoJSON collection for the map, in longitude and latitude."""
    largest = found.changes.sort_values(["area", "length"], ascending=False).head(DRAWN)
    shapes = shapely.simplify(largest.geometry.to_numpy(), 0.00002)
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shape),
            "properties": {
                "change": row.change,
                "before": name_where_any(kind, row.class_before),
                "after": name_where_any(kind, row.class_after),
                "hectares": round(row.area / HECTARE, 2),
            },
        }
        for row, shape in zip(largest.itertuples(), shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def change_names() -> dict[str, str]:
    """Return what people call each change of a feature."""
    return {
        ADDED: _("added"),
        REMOVED: _("removed"),
        CHANGED: _("changed properties"),
        MOVED: _("changed outline"),
    }


def workbook(
    found: Comparison, before: LayerVersion, after: LayerVersion, *, coarse: bool
) -> bytes:
    """Return the comparison as a workbook: classes, matrix, every change."""
    kind = after.layer.kind
    shown = matrix(found, kind, coarse=coarse)
    title = _("%(layer)s: version %(before)s and version %(after)s") % {
        "layer": after.layer.name,
        "before": before.number,
        "after": after.number,
    }
    return write_sheets(
        [
            _classes_sheet(found, kind, coarse=coarse),
            _matrix_sheet(shown),
            _changes_sheet(found, kind),
        ],
        title=title,
        creator="Conurb",
    )


def _classes_sheet(found: Comparison, kind: str, *, coarse: bool) -> Sheet:
    heads = (
        Column(_("Code"), 14),
        Column(_("Class"), 26),
        Column(_("Features before"), 12),
        Column(_("Features after"), 12),
        Column(_("Hectares before"), 14),
        Column(_("Hectares after"), 14),
        Column(_("Difference in hectares"), 14),
        Column(_("Kilometres before"), 14),
        Column(_("Kilometres after"), 14),
    )
    rows: list[Sequence[Value]] = [
        (
            one.code,
            one.name,
            one.count_before,
            one.count_after,
            round(one.before, 4),
            round(one.after, 4),
            round(one.difference, 4),
            round(one.km_before, 3),
            round(one.km_after, 3),
        )
        for one in classes(found, kind, coarse=coarse)
    ]
    return Sheet(_("By class"), heads, rows, (2, 3, 4, 5, 6, 7, 8), _("Total"))


def _matrix_sheet(shown: Matrix) -> Sheet:
    heads = [Column(_("From … to (ha)"), 30)]
    labels = [_label(code, name) for code, name in zip(shown.codes, shown.names, strict=True)]
    heads += [Column(label, 14) for label in labels]
    rows: list[Sequence[Value]] = [
        [label, *(round(value, 4) for value in row)]
        for label, row in zip(labels, shown.rows, strict=True)
    ]
    return Sheet(_("What became of it"), heads, rows, range(1, len(heads)), _("Total"))


def _label(code: str, name: str) -> str:
    return name if code in {"", NOTHING, name} else f"{code} {name}"


def _changes_sheet(found: Comparison, kind: str) -> Sheet:
    heads = (
        Column(_("Change"), 16),
        Column(_("Number before"), 12),
        Column(_("Number after"), 12),
        Column(_("Class before"), 26),
        Column(_("Class after"), 26),
        Column(_("Hectares"), 12),
        Column(_("Kilometres"), 12),
        Column(_("What differs"), 40, wraps=True),
    )
    names = change_names()

    def named(code: object) -> str:
        return _label(code, name_of(kind, code)) if isinstance(code, str) else ""

    rows: list[Sequence[Value]] = [
        (
            names[row.change],
            _number(row.before),
            _number(row.after),
            named(row.class_before),
            named(row.class_after),
            round(row.area / HECTARE, 4),
            round(row.length / 1000, 3),
            row.what,
        )
        for row in found.changes.itertuples()
    ]
    return Sheet(_("Changes"), heads, rows)


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
