"""Words of names of firms that say what a firm does, by sector.

Two firms of one place with the same word of their own in different trades are two firms (企业名称
登记管理规定, State Council order 734, art. 6 and 17); in the same trade the registry would not have
taken the second. So a difference between trades of one sector may be a slip, one between sectors
is not.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

from conurb.sames.market.writing import fold

GENERAL = "general"
LONGEST = 8
_FILE = Path(__file__).parent / "tables" / "trades.txt"


@cache
def sectors() -> MappingProxyType[str, str]:
    """Return the sector of every word; "general" for words that say none.

    A word that stands in two sectors counts as general: it does not tell them apart.
    """
    found: dict[str, str] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        sector, _colon, words = line.partition(":")
        for word in map(fold, words.split()):
            known = found.setdefault(word, sector)
            if known != sector:
                found[word] = GENERAL
    return MappingProxyType(found)
