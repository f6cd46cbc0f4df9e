"""Names that a reader knows beforehand: places of the region, authorities that act in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PlaceEntry = tuple[str, tuple[str, ...], str]
ActorEntry = tuple[str, tuple[str, ...]]
_FOLD = str.maketrans("（）〔〕", "()()")


@dataclass(frozen=True)
class Gazetteer:
    """Known places ``(ref, names, kind)`` and known actors ``(ref, names)``.

    Names of one character are ignored: they match everywhere and mean nothing.
    """

    places: tuple[PlaceEntry, ...] = ()
    actors: tuple[ActorEntry, ...] = ()

    @classmethod
    def of(
        cls,
        places: Iterable[tuple[str, Iterable[str], str]],
        actors: Iterable[tuple[str, Iterable[str]] | tuple[str, Iterable[str], str]] = (),
    ) -> Gazetteer:
        """Build from any iterables, e.g. straight from a region folder.

        What follows the names of an actor, as its kind, is not needed here.
        """
        return cls(
            tuple((ref, tuple(names), kind) for ref, names, kind in places),
            tuple((row[0], tuple(row[1])) for row in actors),
        )

    @cached_property
    def place_refs(self) -> dict[str, str]:
        """The ref of every place name; the first entry wins where two share a name."""
        refs: dict[str, str] = {}
        for ref, names, _ in self.places:
            for name in names:
                refs.setdefault(_folded(name), ref)
        return refs

    @cached_property
    def actor_refs(self) -> dict[str, str]:
        """The ref of every actor's name."""
        refs: dict[str, str] = {}
        for ref, names in self.actors:
            for name in names:
                refs.setdefault(_folded(name), ref)
        return refs

    @cached_property
    def _place_pattern(self) -> re.Pattern[str]:
        return any_of(name for name in self.place_refs if len(name) > 1)

    @cached_property
    def _actor_pattern(self) -> re.Pattern[str]:
        return any_of(name for name in self.actor_refs if len(name) > 1)

    def find_places(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Longest known place names from left to right: ``(start, end, ref)``."""
        for found in self._place_pattern.finditer(_folded(text)):
            yield found.start(), found.end(), self.place_refs[found.group()]

    def find_actors(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Longest known actors' names from left to right: ``(start, end, ref)``."""
        for found in self._actor_pattern.finditer(_folded(text)):
            yield found.start(), found.end(), self.actor_refs[found.group()]


def _folded(name: str) -> str:
    """Brackets of either width are the same; the length does not change."""
    return name.translate(_FOLD)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds the longest of the words at each place, in one pass over the text.

    The words are folded into a trie, so that the time does not grow with their number.
    """
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    trie.pop("", None)
    return re.compile(_trie_source(trie) if trie else r"(?!)")


def _trie_source(node: dict[str, Any]) -> str:
    branches = [
        re.escape(char) + _trie_source(after) for char, after in sorted(node.items()) if char
    ]
    if not branches:
        return ""
    source = "(?:" + "|".join(branches) + ")"
    return source + "?" if "" in node else source
