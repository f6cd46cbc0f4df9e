"""Text that remembers where each of its characters stands in the document."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .model import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `read` in the place of the characters [start, end) of a text."""

    start: int
    end: int
    read: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text edited from the document; `starts[i]`, `ends[i]` bound the origin of `text[i]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def whole(cls, text: str) -> Mapped:
        """The document itself."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def part(self, start: int, end: int) -> Mapped:
        """The characters [start, end)."""
        return Mapped(self.text[start:end], self.starts[start:end], self.ends[start:end])

    def span(self, start: int, end: int) -> Span:
        """Where the characters [start, end) stand in the document."""
        if start >= end:
            at = self.starts[start] if start < len(self.text) else self._last_end()
            return (at, at)
        return (self.starts[start], max(self.starts[start], self.ends[end - 1]))

    def _last_end(self) -> int:
        return self.ends[-1] if self.text else 0

    def edited(self, edits: Iterable[Edit]) -> Mapped:
        """The text after edits, which must be ordered and must not overlap."""
        pieces: list[str] = []
        starts, ends = array("q"), array("q")
        reached = 0
        for edit in edits:
            pieces.append(self.text[reached : edit.start])
            starts.extend(self.starts[reached : edit.start])
            ends.extend(self.ends[reached : edit.start])
            origin = self.span(edit.start, edit.end)
            pieces.append(edit.read)
            starts.extend([origin[0]] * len(edit.read))
            ends.extend([origin[1]] * len(edit.read))
            reached = edit.end
        pieces.append(self.text[reached:])
        starts.extend(self.starts[reached:])
        ends.extend(self.ends[reached:])
        return Mapped("".join(pieces), starts, ends)

    @staticmethod
    def joined(parts: Iterable[Mapped], between: str = "") -> Mapped:
        """Parts one after the other; `between` is given the origin of the end before it."""
        pieces: list[str] = []
        starts, ends = array("q"), array("q")
        for part in parts:
            if pieces and between and ends:
                pieces.append(between)
                starts.extend([ends[-1]] * len(between))
                ends.extend([ends[-1]] * len(between))
            pieces.append(part.text)
            starts.extend(part.starts)
            ends.extend(part.ends)
        return Mapped("".join(pieces), starts, ends)
