"""The list of everything read otherwise than printed, and what a person decided on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import Dropped, Repair, Span

APPLIED_FROM = 0.8  # below this a repair is put to the person instead of applied


@dataclass(slots=True)
class Ledger:
    """Collects repairs and dropped pieces of one document while it is read."""

    document: str
    decisions: Mapping[str, bool] = field(default_factory=dict)
    repairs: dict[str, Repair] = field(default_factory=dict)
    dropped: dict[Span, Dropped] = field(default_factory=dict)

    def propose(self, code: str, span: Span, read: str, why: tuple[str, str], sure: float) -> bool:
        """Enter a repair; True where it is to be applied. `why` is (Chinese, English)."""
        name = f"{code}-{span[0]}-{span[1]}"
        applied = bool(self.decisions.get(name, sure >= APPLIED_FROM))
        found = self.document[span[0] : span[1]]
        self.repairs[name] = Repair(
            name, code, span, found, read, why[0], why[1], round(sure, 2), applied
        )
        return applied

    def drop(self, code: str, span: Span, why: tuple[str, str]) -> None:
        """Enter a piece that is no part of the plan."""
        if span[0] < span[1]:
            text = self.document[span[0] : span[1]]
            self.dropped[span] = Dropped(code, span, text, why[0], why[1])
