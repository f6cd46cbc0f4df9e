"""Whatever is read: no crash, spans in range and in order, every character accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.plan.reader import Gazetteer, Reading, read_text, reread, uncovered

GAZETTEER = Gazetteer.of(
    [("city/1", ("东江市", "东江"), "city"), ("road/1", ("东江大道",), "road")],
    [("authority/1", ("东江市发改委", "市发改委"))],
)
MARKERS = "一、 （一） (1) 1) 1. 1、 ① 2.1 第一章 第二条 - ## 牵头单位： （责任单位："
WORDS = (
    "推进 启动 争取 建设 东江大道 编制 规划 市发改委 2024年6月30日前 年底前 "
    "十四五期间 三年内 一体化 -体化 "
    "5公里 并 和 以 为契机 的 项目前期工作 等 在 工程 Build by 2025 𠮷"
)
SIGNS = [
    "\n",
    "\n\n  ",
    " ",
    "，",
    "。",
    "；",
    "、",
    "（",
    "）",
    "“",
    "”",
    "-",
    "\x00",
    "\ufeff",
    "\r\n",
    "\ud800",
]
PIECES = st.sampled_from([*MARKERS.split(), *WORDS.split(), *SIGNS])
TEXTS = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=80).map("".join))


def assert_sound(reading: Reading) -> None:
    """The invariants that every reading keeps."""
    size = len(reading.text)
    assert uncovered(reading) == []
    reached = 0
    for field in reading.fields:
        assert 0 <= field.span[0] <= field.span[1] <= size
        for item in field.items:
            assert reached <= item.span[0] <= item.span[1] <= size
            assert item.number.startswith(field.number + ".")
            reached = item.span[1]
            at = item.span[0]
            for task in item.tasks:
                assert at <= task.span[0] <= task.span[1] <= item.span[1]
                at = task.span[1]
                assert task.text.strip()
                for part in (*task.places, *task.quantities):
                    assert task.span[0] <= part.span[0] <= part.span[1] <= task.span[1]
                for actor in task.actors:
                    assert item.span[0] <= actor.span[0] <= actor.span[1] <= item.span[1]
                if task.due is not None:
                    assert item.span[0] <= task.due.span[0] <= task.due.span[1] <= item.span[1]
    numbers = [item.number for item in reading.items]
    assert len(numbers) == len(set(numbers))
    for repair in reading.repairs:
        assert 0 <= repair.span[0] <= repair.span[1] <= size
        assert repair.found == reading.text[repair.span[0] : repair.span[1]]
        assert 0 <= repair.sure <= 1
        assert repair.why
        assert repair.why_en
    for piece in reading.dropped:
        assert piece.text == reading.text[piece.span[0] : piece.span[1]]


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.one_of(st.none(), st.integers(1, 9999)))
def test_any_text_is_read(text: str, year: int | None) -> None:
    assert_sound(read_text(text, gazetteer=GAZETTEER, year=year))


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.randoms(use_true_random=False))
def test_any_decisions_are_followed(text: str, chance: object) -> None:
    first = read_text(text)
    decisions = {repair.id: not repair.applied for repair in first.repairs}
    second = reread(first, decisions)
    assert_sound(second)
    for repair in second.repairs:
        if repair.id in decisions:
            assert repair.applied is decisions[repair.id]


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_json_says_it_all(text: str) -> None:
    reading = read_text(text)
    data = reading.to_json()
    assert Reading.from_json(json.loads(json.dumps(data))) == reading


@pytest.mark.parametrize(
    "name", sorted(p.name for p in (Path(__file__).parent / "fixtures").iterdir())
)
def test_fixtures_are_sound(name: str, fixtures: Path) -> None:
    data = (fixtures / name).read_bytes()
    text = data.decode("gb18030") if "gb18030" in name else data.decode("utf-8")
    assert_sound(read_text(text, gazetteer=GAZETTEER))


def test_the_real_document_is_sound(real_document: bytes) -> None:
    assert_sound(read_text(real_document.decode()))
