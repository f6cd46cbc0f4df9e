"""The English plan is read line by line, and every problem is named with its line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.english import EnglishError, EnglishPlan, match, parse_english
from conurb.region.problems import Problem

GOOD = """\
# Two towns (2030)

> A note
> in two lines.

## 1 One map

### 1.1
Draw up the map, and
print it.
- Draw up the map
- Print the map
  on strong paper

## 2 One network

### 2.1
Build the bridge.
* Build the bridge
"""


def reading(**tasks: int) -> dict[str, Any]:
    """A reading in the reader's shape, with so many tasks an item: reading(i1_1=2)."""
    fields: dict[str, dict[str, Any]] = {}
    for name, count in tasks.items():
        number = name[1:].replace("_", ".")
        field = number.partition(".")[0]
        items = fields.setdefault(field, {"number": field, "name": "领域", "items": []})["items"]
        items.append({"number": number, "tasks": [{}] * count})
    return {"fields": list(fields.values())}


def problems_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(EnglishError) as caught:
        parse_english(text)
    return [(each.line, each.key, each.code) for each in caught.value.problems]


def matches(tasks: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(each.line, each.key, each.code) for each in match(tasks, parse_english(GOOD))]


def test_a_good_file_is_read_whole() -> None:
    plan = parse_english(GOOD)
    assert plan.title == "Two towns (2030)"
    assert plan.note == "A note in two lines."
    assert plan.fields == {"1": "One map", "2": "One network"}
    assert plan.items["1.1"].text == "Draw up the map, and print it."
    assert plan.items["1.1"].tasks == ("Draw up the map", "Print the map on strong paper")
    assert plan.items["1.1"].line == 8
    assert plan.items["2.1"].tasks == ("Build the bridge",)


def test_windows_line_ends_change_nothing() -> None:
    assert parse_english(GOOD.replace("\n", "\r\n")) == parse_english(GOOD)


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("# Two towns (2030)", "", (0, "", "title-missing")),
        ("## 1 One map", "# Again\n## 1 One map", (6, "", "title-twice")),
        ("## 2 One network", "## 2", (15, "", "unreadable-heading")),
        ("## 2 One network", "#### 2 One network", (15, "", "unreadable-heading")),
        ("## 2 One network", "## 1 One network", (15, "1", "number-twice")),
        ("### 2.1", "### 1.1", (17, "1.1", "number-twice")),
        ("### 2.1", "### 3.1", (17, "3.1", "wrong-field")),
        ("### 2.1", "> late\n### 2.1", (17, "", "note-misplaced")),
        ("### 2.1", "lost words\n### 2.1", (17, "", "stray-words")),
        ("* Build the bridge", "* Build the bridge\nmore words", (20, "", "words-after-tasks")),
        ("Build the bridge.\n", "", (17, "2.1", "text-missing")),
        ("* Build the bridge\n", "", (17, "2.1", "tasks-missing")),
    ],
)
def test_each_defect_is_named_at_its_line(
    wrong: str, right: str, expected: tuple[int, str, str]
) -> None:
    assert wrong in GOOD
    assert expected in problems_of(GOOD.replace(wrong, right, 1))


def test_all_defects_are_named_at_once_in_order_of_lines() -> None:
    found = problems_of("lost\n## 1 A\n### 2.1\n### 1\n")
    assert [code for _, _, code in found] == [
        "title-missing",
        "stray-words",
        "wrong-field",
        "text-missing",
        "tasks-missing",
        "unreadable-heading",
    ]
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)


def test_the_error_says_where_and_in_both_languages() -> None:
    with pytest.raises(EnglishError, match=r"plan\.en\.md:1 .*belongs to no item") as caught:
        parse_english("lost\n# Title")
    assert "lost" in caught.value.problems[0].message("zh-hans")
    assert "不属于任何条目" in caught.value.problems[0].message("zh-hans")


def test_an_english_plan_that_stands_beside_its_reading_has_no_problem() -> None:
    assert matches(reading(i1_1=2, i2_1=1)) == []


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (reading(i1_1=3, i2_1=1), [(8, "1.1", "task-count")]),
        (reading(i1_1=2, i1_2=1, i2_1=1), [(0, "1.2", "no-english")]),
        (reading(i1_1=2), [(0, "2", "english-only"), (17, "2.1", "english-only")]),
        (
            reading(i1_1=2, i2_1=1, i3_1=1),
            [(0, "3", "no-english"), (0, "3.1", "no-english")],
        ),
    ],
)
def test_what_does_not_match_is_named(
    tasks: dict[str, Any], expected: list[tuple[int, str, str]]
) -> None:
    assert matches(tasks) == expected


def read_or_refuse(text: str) -> EnglishPlan | tuple[Problem, ...]:
    try:
        return parse_english(text)
    except EnglishError as error:
        return error.problems


@given(st.text(alphabet="#- >1.2\n\ta*中", max_size=80))
def test_any_text_is_read_or_refused_with_lines_of_its_own(text: str) -> None:
    match read_or_refuse(text):
        case EnglishPlan(title=title, items=items):
            assert title
            assert all(item.text and item.tasks for item in items.values())
        case problems:
            assert problems
            assert all(0 <= each.line <= len(text.splitlines()) for each in problems)
