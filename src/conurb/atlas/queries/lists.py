"""The lists of a version: repairs and problems, searched, and its classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conurb.atlas import legend, repairing, schemas, storing
from conurb.atlas.models import LayerVersion, folder
from conurb.atlas.places import path_of
from conurb.region.models import in_language
from conurb.region.tables import Bilingual

__all__ = ["HECTARE", "Class", "Listed", "classes", "problems", "repairs"]

HECTARE = 10_000.0


@dataclass(frozen=True)
class Class:
    """A class of a version: hectares or kilometres, and its share of the whole in per cent."""

    code: str
    name: str
    colour: str
    count: int
    hectares: float
    kilometres: float
    share: float


class Listed(Sequence[dict[str, Any]]):
    """Rows of a list, turned into words when they are looked at; for Django's Paginator."""

    def __init__(self, table: pa.Table, words: Any) -> None:
        self.table = table
        self.words = words

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            start, stop, _step = at.indices(len(self))
            rows = self.table.slice(start, max(0, stop - start)).to_pylist()
            return [self.words(row) for row in rows]
        return self.words(self.table.slice(at, 1).to_pylist()[0])


def repairs(version: LayerVersion, kind: str = "", number: str = "") -> Listed:
    """Return what was done to the features of a version, of one kind or one feature if asked."""
    table = _narrowed(_table(version.repairs_sha256), "repair", kind, number)
    measured = version.geometry != LayerVersion.Geometry.POINT

    def words(row: dict[str, Any]) -> dict[str, Any]:
        reason = repairing.REASONS.get(row["repair"])
        return {
            **row,
            "reason": in_language(reason.zh, reason.en) if reason else row["repair"],
            "left_out": row["repair"] in repairing.LEFT_OUT,
            "measured": measured,
        }

    return Listed(table, words)


def problems(version: LayerVersion, kind: str = "", number: str = "") -> Listed:
    """Return which features of a version are against its schema, and why."""
    table = _narrowed(_table(version.problems_sha256), "problem", kind, number)
    schema = schemas.SCHEMAS[version.layer.kind]
    labels = {column.name: column.label for column in schema.columns}

    def words(row: dict[str, Any]) -> dict[str, Any]:
        label = labels.get(row["column"], Bilingual("图形", "Geometry"))
        reason = schemas.PROBLEMS.get(row["problem"])
        text = in_language(reason.zh, reason.en) if reason else row["problem"]
        return {
            **row,
            "label": in_language(label.zh, label.en),
            "reason": text.format(label=in_language(label.zh, label.en), value=row["value"] or ""),
        }

    return Listed(table, words)


def kinds_in(version: LayerVersion, name: str) -> list[tuple[str, str, int]]:
    """Return which repairs or problems occur in a version: code, words, how many."""
    sha256 = version.repairs_sha256 if name == "repair" else version.problems_sha256
    known = repairing.REASONS if name == "repair" else _PROBLEM_KINDS
    counted = pc.value_counts(_table(sha256).column(name)).to_pylist() if sha256 else []
    found = []
    for row in sorted(counted, key=lambda row: -row["counts"]):
        words = known.get(row["values"])
        text = in_language(words.zh, words.en) if words else row["values"]
        found.append((row["values"], text, row["counts"]))
    return found


_PROBLEM_KINDS = {
    "code-missing": Bilingual("未填写类别", "No class"),
    "code-unknown": Bilingual("类别无法识别", "Unknown class"),
    "allowed-unknown": Bilingual("允许用途无法识别", "Unknown allowed use"),
    "outside": Bilingual("位于区域范围以外", "Outside the region"),
}


def classes(version: LayerVersion) -> list[Class]:
    """Return the classes of a version in the order of their vocabulary."""
    kind = version.layer.kind
    known = schemas.SCHEMAS[kind].codes
    order = {code: place for place, code in enumerate(known)}
    whole = sum(row["area"] or row["length"] or 0 for row in version.classes.values())
    found = []
    for code in sorted(version.classes, key=lambda c: (c == "", order.get(c, len(order)), c)):
        row = version.classes[code]
        name = known.get(code) or Bilingual(code or "未分类", code or "Without a class")
        size = row["area"] or row["length"]
        found.append(
            Class(
                code,
                in_language(name.zh, name.en),
                legend.colour_of(kind, code),
                row["count"],
                row["area"] / HECTARE,
                row["length"] / 1000,
                size / whole * 100 if whole else 0.0,
            )
        )
    return found


def _narrowed(table: pa.Table, column: str, kind: str, number: str) -> pa.Table:
    keeps = np.ones(table.num_rows, dtype=bool)
    if kind:
        keeps &= pc.equal(table.column(column), kind).to_numpy()
    if number:
        fid = int(number) if number.isdigit() and len(number) < 18 else -1
        keeps &= pc.equal(table.column("fid"), fid).to_numpy()
    return table if keeps.all() else table.filter(pa.array(keeps))


def _table(sha256: str) -> pa.Table:
    return _read(sha256) if sha256 else _nothing()


@lru_cache(maxsize=8)
def _read(sha256: str) -> pa.Table:
    return storing.read_table(path_of(folder(), sha256))


def _nothing() -> pa.Table:
    texts = {name: pa.array([], pa.string()) for name in ("repair", "problem", "column", "value")}
    sizes = {name: pa.array([], pa.float64()) for name in ("before", "after")}
    return pa.table({"fid": pa.array([], pa.int64()), **texts, **sizes})
