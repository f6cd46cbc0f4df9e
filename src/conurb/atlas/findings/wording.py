"""The names that reasons speak of: cities and classes, in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conurb.region.tables import Bilingual


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
