"""What waits for an officer beside tasks, as packs tell it to the page "my work".

A pack that has something waiting brings a module `waiting.py` with a function

    def waiting(actor: User, today: date) -> Heap | None

found by name as its `urls.py` is. What it returns is what the actor may see; None or an empty heap
where nothing waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conurb.plan.lights import Light


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: its name and page, its light with its words, what is to be done."""

    name: str
    url: str
    light: Light
    words: str
    note: str = ""


@dataclass(frozen=True)
class Heap:
    """What waits in one pack, the most urgent first; `url` leads to all `total` of it."""

    key: str
    title: str
    rows: Sequence[Waiting]
    total: int
    url: str

    @property
    def light(self) -> Light:
        """The light of the most urgent."""
        return self.rows[0].light if self.rows else "on-course"
