"""Damaged documents still give the right items, and no text is ever lost."""

from __future__ import annotations

from conurb.plan.reader import read_text, uncovered

from .mutants import mutant

REAL_ITEMS = [6, 9, 3, 1, 4, 6, 6, 1, 5, 8]
INVENTED_ITEMS = [3, 4, 3, 3, 5]


def damaged_counts(text: str, seeds: range) -> list[tuple[int, int]]:
    """(seed, items) of every mutant; fails where any character is unaccounted for."""
    counts = []
    for seed in seeds:
        reading = read_text(mutant(text, seed))
        assert uncovered(reading) == [], seed
        counts.append((seed, sum(1 for _ in reading.items)))
    return counts


def test_mutants_of_the_real_document(real_document: bytes) -> None:
    counts = damaged_counts(real_document.decode(), range(500))
    wrong = [(seed, count) for seed, count in counts if count != sum(REAL_ITEMS)]
    assert len(wrong) <= 25, wrong


def test_mutants_of_an_invented_document(invented: str) -> None:
    counts = damaged_counts(invented, range(1000, 1200))
    wrong = [(seed, count) for seed, count in counts if count != sum(INVENTED_ITEMS)]
    assert len(wrong) <= 10, wrong


def test_fields_of_mutants_keep_their_items(invented: str) -> None:
    right = 0
    for seed in range(2000, 2100):
        reading = read_text(mutant(invented, seed))
        right += [len(field.items) for field in reading.fields] == INVENTED_ITEMS
    assert right >= 93
