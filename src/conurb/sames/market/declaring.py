"""What a region declares for its wage-arrears list: `market.toml` of its folder, as plain values.

Thresholds, terms, effects and who acts on them are the region's data; docs/packs/market.md tells
the format. What is wrong in the file is said with its line, as for every file of a region.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from conurb.region.positions import TomlPositions
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual, Sheet, Table
from conurb.sames.market.consequences import Effect, Subjects
from conurb.sames.market.listing import Thresholds
from conurb.sames.market.procedure import Term, TermCode, Terms

FILE = "market.toml"
ORDER_45_10 = Bilingual("人社部令第45号第十条", "Order 45, art. 10")


@dataclass(frozen=True)
class Declared:
    """The rules of a region: `years` on the list, `early_months` before early removal.

    `offices` gives for the code of each city the word with which its inspection's numbers begin.
    """

    thresholds: Thresholds
    years: int
    early_months: int
    terms: Terms
    effects: tuple[Effect, ...]
    offices: Mapping[str, str]

    def effect(self, code: str) -> Effect | None:
        """Return an effect by its code; None where the region has none."""
        return next((each for each in self.effects if each.code == code), None)


def read(folder: Path) -> Declared:
    """Return what `market.toml` of a region folder declares; RegionError with all that is wrong."""
    sheet = Sheet(FILE)
    file = folder / FILE
    if not file.is_file():
        sheet.note("file-missing")
        raise RegionError(sheet.problems)
    text = file.read_text(encoding="utf-8")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sheet.note("syntax", detail=str(error))
        raise RegionError(sheet.problems) from error
    sheet.positions = TomlPositions(text)
    declared = _declared(Table(sheet, values))
    if declared is None or sheet.problems:
        raise RegionError(sheet.problems)
    return declared


def _declared(table: Table) -> Declared | None:
    thresholds, listing = table.table("thresholds"), table.table("listing")
    offices = table.table("offices")
    terms = [_term(each) for each in table.tables("term", required=True)]
    effects = tuple(_effect(each) for each in table.tables("effect", required=True))
    table.finish()
    if thresholds is None or listing is None or offices is None:
        return None
    by_code: Mapping[str, Term] = {term.code: term for term in terms}
    for code in get_args(TermCode):
        if code not in by_code:
            table.note("missing-key", f"term {code}")
    declared = Declared(
        thresholds=_thresholds(thresholds),
        years=listing.whole("years"),
        early_months=listing.whole("early_months"),
        terms=MappingProxyType(by_code),
        effects=effects,
        offices=MappingProxyType({code: offices.text(code) for code, _word in offices.items()}),
    )
    listing.finish()
    return declared


def _thresholds(table: Table) -> Thresholds:
    found = Thresholds(
        months=table.whole("months"),
        one_fen=table.whole("one_yuan") * 100,
        workers=table.whole("workers"),
        several_fen=table.whole("several_yuan") * 100,
        source=table.name("source"),
    )
    table.finish()
    return found


def _term(table: Table) -> Term:
    codes = get_args(TermCode)
    term = Term(
        code=table.choice("code", codes, codes[0]),  # type: ignore[arg-type]
        days=table.whole("days"),
        name=table.name(),
        source=table.name("source"),
        seen=table.flag("seen"),
    )
    table.finish()
    return term


def _effect(table: Table) -> Effect:
    effect = Effect(
        code=table.text("code"),
        name=table.name(),
        subject=table.text("subject"),
        hits=table.choice("hits", get_args(Subjects), "all"),  # type: ignore[arg-type]
        impose=table.name("impose"),
        lift=table.name("lift"),
        source=table.bilingual("source", required=False) or ORDER_45_10,
    )
    table.finish()
    return effect
