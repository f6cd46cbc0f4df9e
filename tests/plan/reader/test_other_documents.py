"""Plans of other shapes against readings by hand; `-s` prints how far they agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from conurb.plan.reader import read_document, uncovered

from .marked import agreement, place, read_marked

DOCUMENTS = Path(__file__).parent / "documents"
FILES = sorted(
    path
    for path in DOCUMENTS.iterdir()
    if path.suffix != ".gold" and path.with_suffix(".gold").exists()
)
# What the reader cannot do yet; docs/reader.md lists these limits.
LIMITS = {
    "hefei": "names that end in 扩容 beside one that does not are not taken apart",
}


def _case(path: Path) -> object:
    reason = LIMITS.get(path.stem)
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(path, id=path.name, marks=marks)


@pytest.mark.parametrize("path", [_case(path) for path in FILES])
def test_agrees_with_the_reading_by_hand(path: Path) -> None:
    reading = read_document(path.read_bytes(), path.name)
    marked = read_marked(path.with_suffix(".gold"))
    place(marked, reading.text)
    result = agreement(reading, marked)
    print(
        f"\n{path.name}: items {result.items.f1:.2f} tasks {result.tasks.f1:.2f} "
        f"kinds {result.kinds.f1:.2f} dues {result.dues.f1:.2f} "
        f"places {result.places.f1:.2f} actors {result.actors.f1:.2f}"
    )
    assert result.items.f1 == 1.0, result.notes
    assert result.tasks.f1 >= 0.9, result.notes
    assert result.dues.f1 >= 0.9, result.notes


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_year_title_and_coverage(path: Path) -> None:
    reading = read_document(path.read_bytes(), path.name)
    marked = read_marked(path.with_suffix(".gold"))
    assert str(reading.year) == marked.heads["year"]
    assert uncovered(reading) == []
    if path.stem != "table":
        assert reading.title.startswith(marked.heads.get("title", "")[:8])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_finds_the_defects_marked_by_hand(path: Path) -> None:
    reading = read_document(path.read_bytes(), path.name)
    found = [repair.code for repair in reading.repairs if repair.applied]
    for code, words in read_marked(path.with_suffix(".gold")).repairs:
        assert code in found, (code, words)


def test_clean_prose_is_left_as_it_is() -> None:
    path = DOCUMENTS / "clean.txt"
    reading = read_document(path.read_bytes(), path.name)
    assert [repair for repair in reading.repairs if repair.applied] == []
