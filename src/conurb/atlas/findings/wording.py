"""The names that reasons speak of: cities and classes, in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conurb.region.tables import Bilingual

THIRD_LEVEL = {
    "070101": Bilingual("一类城镇住宅用地", "Urban housing, class 1"),
    "070102": Bilingual("二类城镇住宅用地", "Urban housing, class 2"),
    "070103": Bilingual("三类城镇住宅用地", "Urban housing, class 3"),
    "100101": Bilingual("一类工业用地", "Industry, class 1"),
    "100102": Bilingual("二类工业用地", "Industry, class 2"),
    "100103": Bilingual("三类工业用地", "Industry, class 3"),
    "110101": Bilingual("一类物流仓储用地", "Logistics and storage, class 1"),
    "110102": Bilingual("二类物流仓储用地", "Logistics and storage, class 2"),
    "110103": Bilingual("三类物流仓储用地", "Logistics and storage, class 3"),
}
"""Classes of the third level of the classification (自然资发〔2023〕234号) that the tables tell
apart by how much they disturb."""


def plots(number: int) -> str:
    """Return so many plots in English; Chinese needs no plural."""
    return f"{number} plot" if number == 1 else f"{number} plots"


@dataclass(frozen=True)
class Words:
    """Names by code; what has none is called by its code."""

    cities: Mapping[str, Bilingual] = field(default_factory=dict)
    classes: Mapping[str, Bilingual] = field(default_factory=dict)

    def city(self, code: str) -> Bilingual:
        """The city's short name."""
        if not code:
            return Bilingual("区域", "the region")
        return self.cities.get(code) or Bilingual(code, code)

    def use(self, code: str) -> Bilingual:
        """The class's name, or that of the nearest class above it; with its code where people
        know the code, as they do those of the national classification."""
        for end in range(len(code), 0, -1):
            found = self.classes.get(code[:end])
            if found and code.isdigit():
                return Bilingual(f"{found.zh}（{code}）", f"{found.en} ({code})")
            if found:
                return found
        return Bilingual(code or "未注明", code or "no class")

    def uses(self, codes: Iterable[str], most: int = 3) -> Bilingual:
        """The names of several classes, the first few of them in full."""
        known = sorted(set(codes))
        named = [self.use(code) for code in known[:most]]
        more = len(known) > most
        return Bilingual(
            "、".join(name.zh for name in named) + ("等" if more else ""),
            ", ".join(name.en for name in named) + (" and others" if more else ""),
        )
