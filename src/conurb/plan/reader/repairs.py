"""Repairs inside the words of a heading or an item."""

from __future__ import annotations

from .ledger import Ledger
from .mapped import Mapped


class Mender:
    """Mends the words of one document; built once a document."""

    def __init__(self, text: str, ledger: Ledger) -> None:
        self.ledger = ledger

    def mended(self, part: Mapped, heading: bool = False) -> Mapped:
        return part
