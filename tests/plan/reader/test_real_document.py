"""The 2021 list: structure, every defect, and agreement with the reading by hand."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conurb.plan.reader import Gazetteer, Reading, Task, read_document, uncovered
from conurb.plan.reader.model import Span
from conurb.region.folder import load_region

GOLD = Path(__file__).parent / "gold_2021.json"
REGION = Path(__file__).parents[3] / "regions" / "changzhutan"


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return json.loads(GOLD.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reading(real_document: bytes, gold: dict[str, Any]) -> Reading:
    assert hashlib.sha256(real_document).hexdigest() == gold["sha256"]
    region = load_region(REGION)
    gazetteer = Gazetteer.of(region.gazetteer_entries(), region.actor_entries())
    return read_document(real_document, "2021.txt", gazetteer=gazetteer)


@dataclass
class Score:
    """Hits, what was found too much, and what was missed."""

    hits: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.extra + self.missed)


def overlap(one: Span, other: Span) -> float:
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / max(1, max(one[1], other[1]) - min(one[0], other[0]))


def matched(found: list[Span], wanted: list[Span]) -> list[tuple[int, int]]:
    """Pairs of indexes that overlap by half or more, the best first, each used once."""
    pairs = sorted(
        (
            (overlap(a, b), i, j)
            for i, a in enumerate(found)
            for j, b in enumerate(wanted)
            if overlap(a, b) >= 0.5
        ),
        reverse=True,
    )
    result: list[tuple[int, int]] = []
    for _, i, j in pairs:
        if all(i != x and j != y for x, y in result):
            result.append((i, j))
    return result


def tasks_by_item(reading: Reading, gold: dict[str, Any]) -> list[tuple[list[Task], list[Any]]]:
    items = {item.number: item for item in reading.items}
    return [(list(items[item["number"]].tasks), item["tasks"]) for item in gold["items"]]


def test_fields_and_items(reading: Reading) -> None:
    assert [len(field.items) for field in reading.fields] == [6, 9, 3, 1, 4, 6, 6, 1, 5, 8]
    assert [field.number for field in reading.fields] == [str(n) for n in range(1, 11)]
    for field in reading.fields:
        numbers = [item.number for item in field.items]
        assert numbers == [f"{field.number}.{n}" for n in range(1, len(numbers) + 1)]
    assert reading.year == 2021
    assert uncovered(reading) == []


def test_items_end_where_the_hand_reading_ends_them(reading: Reading, gold: dict[str, Any]) -> None:
    items = {item.number: item.span for item in reading.items}
    for item in gold["items"]:
        start, end = items[item["number"]]
        # the reader's span begins at the number, the hand's behind it
        assert 0 <= item["span"][0] - start <= 4, item["number"]
        assert end == item["span"][1], item["number"]


def test_tasks_agree_with_the_hand_reading(reading: Reading, gold: dict[str, Any]) -> None:
    tasks, kinds, exact = Score(), Score(), 0
    for found, wanted in tasks_by_item(reading, gold):
        spans = [tuple(task["span"]) for task in wanted]
        pairs = matched([task.span for task in found], spans)
        tasks.hits += len(pairs)
        tasks.extra += len(found) - len(pairs)
        tasks.missed += len(wanted) - len(pairs)
        exact += sum(found[i].span == spans[j] for i, j in pairs)
        right = sum(found[i].kind == wanted[j]["kind"] for i, j in pairs)
        kinds.hits += right
        kinds.extra += len(found) - right
        kinds.missed += len(wanted) - right
    print(f"tasks F1 {tasks.f1:.3f}, exact {exact} of {tasks.hits}, kinds F1 {kinds.f1:.3f}")
    assert tasks.f1 >= 0.9
    assert kinds.f1 >= 0.9


def test_places_agree_with_the_hand_reading(reading: Reading, gold: dict[str, Any]) -> None:
    places = Score()
    for found, wanted in tasks_by_item(reading, gold):
        mine = sorted({place.span for task in found for place in task.places})
        theirs = sorted({tuple(place) for task in wanted for place in task["places"]})
        hits = sum(any(overlap(a, b) >= 0.5 for b in theirs) for a in mine)
        places.hits += hits
        places.extra += len(mine) - hits
        places.missed += sum(all(overlap(a, b) < 0.5 for a in mine) for b in theirs)
    print(f"places F1 {places.f1:.3f}")
    assert places.f1 >= 0.9


def test_dates_agree_with_the_hand_reading(reading: Reading, gold: dict[str, Any]) -> None:
    dated = 0
    for found, wanted in tasks_by_item(reading, gold):
        for i, j in matched([t.span for t in found], [tuple(t["span"]) for t in wanted]):
            mine, theirs = found[i].due, wanted[j]["due"]
            assert (mine is None) == (theirs is None)
            if mine is not None:
                dated += 1
                assert (mine.start, mine.end) == (theirs["from"], theirs["to"])
    assert dated == 3


# What no rule can prove: a comma that may be meant, a clumsy phrase, a word lost before 与.
NOT_PROVABLE = {"missing-comma", "grammar"}


def test_every_provable_defect_is_found(reading: Reading, gold: dict[str, Any]) -> None:
    spans = [repair.span for repair in reading.repairs]
    spans += [piece.span for piece in reading.dropped if piece.code != "blank"]
    unseen = [
        defect
        for defect in gold["defects"]
        if defect["code"] not in NOT_PROVABLE
        and not any(a < defect["span"][1] and defect["span"][0] < b for a, b in spans)
    ]
    assert [defect["code"] for defect in unseen] in ([], ["missing-character"])


def test_nothing_sound_is_repaired(reading: Reading, gold: dict[str, Any]) -> None:
    defects = [tuple(defect["span"]) for defect in gold["defects"]]
    for repair in reading.repairs:
        start, end = repair.span
        assert any(a < end and start < b for a, b in defects), repair
