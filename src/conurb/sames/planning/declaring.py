"""What a region declares for its joint planning: `planning.toml` of its folder, as plain values.

The rules of reviews and the plans that the region's list names are its data; docs/packs/planning.md
tells the format. What is wrong in the file is said with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from conurb.region.declarations import Region
from conurb.region.positions import TomlPositions
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual, Sheet, Table, closest
from conurb.sames.planning.library import KINDS, LEVELS, STATES
from conurb.sames.planning.reviewing import Silence

FILE = "planning.toml"
Parties = Literal["neighbours", "all"]
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEY_WANTED = ("小写字母、数字和连字符", "lower-case letters, digits and hyphens")


@dataclass(frozen=True)
class Rules:
    """The rules of a review: `limit_days` in working days, `near_border_m` in metres."""

    limit_days: int
    silence: Silence
    parties: Parties
    near_border_m: float
    source: Bilingual


@dataclass(frozen=True)
class PlanDeclared:
    """A plan of the library as the region declares it; `authority` edits it, the office else."""

    key: str
    name: Bilingual
    kind: str
    level: str
    state: str
    from_year: int | None
    until_year: int | None
    authority: str
    organ: Bilingual
    above: str
    items: tuple[str, ...]
    note: Bilingual | None


@dataclass(frozen=True)
class Declared:
    """All that planning.toml says."""

    rules: Rules
    plans: tuple[PlanDeclared, ...]


def read(folder: Path, region: Region | None = None) -> Declared | None:
    """Return what a region folder declares; None where it has no such file.

    With `region`, authorities named are looked up in it. RegionError with all that is wrong.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    sheet = Sheet(FILE)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sheet.note("syntax", detail=str(error))
        raise RegionError(sheet.problems) from error
    sheet.positions = TomlPositions(text)
    declared = _declared(Table(sheet, values), region)
    if declared is None or sheet.problems:
        raise RegionError(sheet.problems)
    return declared


def _declared(table: Table, region: Region | None) -> Declared | None:
    review = table.table("review")
    tables = table.tables("plan")
    plans = tuple(_plan(each, region) for each in tables)
    table.finish()
    _check_above(tables, plans)
    if review is None:
        return None
    return Declared(_rules(review), plans)


def _rules(table: Table) -> Rules:
    rules = Rules(
        limit_days=table.whole("limit_days"),
        silence=cast(Silence, table.choice("silence", get_args(Silence), "late")),
        parties=cast(Parties, table.choice("parties", get_args(Parties), "neighbours")),
        near_border_m=table.number("near_border_m"),
        source=table.name("source"),
    )
    table.finish()
    return rules


def _plan(table: Table, region: Region | None) -> PlanDeclared:
    authority = table.text("authority", required=False)
    if authority and region is not None:
        known = [each.key for each in region.authorities]
        if authority not in known:
            table.note(
                "unknown-reference", "authority", found=authority, **closest(authority, known)
            )
    plan = PlanDeclared(
        key=table.text("key", form=KEY, wanted=KEY_WANTED),
        name=table.name(),
        kind=table.choice("kind", KINDS, "special"),
        level=table.choice("level", LEVELS, "city"),
        state=table.choice("state", STATES, "unknown"),
        from_year=table.whole("from_year", required=False) or None,
        until_year=table.whole("until_year", required=False) or None,
        authority=authority,
        organ=table.name("organ"),
        above=table.text("above", required=False),
        items=table.texts("items"),
        note=table.bilingual("note", required=False),
    )
    table.finish()
    return plan


def _check_above(tables: list[Table], plans: tuple[PlanDeclared, ...]) -> None:
    """Note keys given twice, plans above that are not declared, and plans above themselves."""
    first: dict[str, int] = {}
    above: Mapping[str, str] = {each.key: each.above for each in plans}
    for table, plan in zip(tables, plans, strict=True):
        if plan.key in first:
            table.note("duplicate", "key", found=plan.key, first=first[plan.key])
        first.setdefault(plan.key, table.line("key"))
        if plan.above and plan.above not in above:
            table.note("unknown-reference", "above", found=plan.above, **closest(plan.above, above))
        seen, here = set[str](), plan.key
        while here and here not in seen:
            seen.add(here)
            here = above.get(here, "")
        if here == plan.key:
            table.note(
                "bad-form",
                "above",
                found=plan.above,
                wanted_zh="不以自身为上位规划的规划",
                wanted_en="a plan that is not above itself",
            )
