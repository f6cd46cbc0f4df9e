"""Documents of other shapes: every usual numbering, headings without numbers, web pages."""

from __future__ import annotations

from pathlib import Path

from conurb.plan.reader import Reading, read_document, read_text, uncovered


def read(fixtures: Path, name: str) -> Reading:
    reading = read_document((fixtures / name).read_bytes(), name)
    assert uncovered(reading) == []
    return reading


def shape(reading: Reading) -> list[tuple[str, list[str]]]:
    return [(field.name, [item.number for item in field.items]) for field in reading.fields]


def test_arabic_numbers_with_preamble_and_signature(fixtures: Path) -> None:
    reading = read(fixtures, "eastriver.txt")
    assert reading.title == "东江、西河两市一体化发展重点任务清单（2024年）"
    assert reading.year == 2024
    assert [len(field.items) for field in reading.fields] == [3, 4, 3, 3, 5]
    assert reading.repairs == ()
    assert {piece.code for piece in reading.dropped} == {"blank", "preamble", "epilogue"}


def test_gb18030_reads_as_utf8_does(fixtures: Path) -> None:
    one, other = read(fixtures, "eastriver.txt"), read(fixtures, "eastriver.gb18030.txt")
    assert one.to_json() == other.to_json()


def test_markdown_headings_with_duties(fixtures: Path) -> None:
    reading = read(fixtures, "hanriver.md")
    assert shape(reading) == [
        ("总体要求", ["1.1"]),
        ("重点任务", ["2.1", "2.1.1", "2.1.2", "2.2", "2.2.1", "2.2.2"]),
        ("保障措施", ["3.1", "3.2"]),
    ]
    task = next(item for item in reading.items if item.number == "2.1.1").tasks[0]
    assert [(actor.name, actor.role) for actor in task.actors] == [
        ("市住房和城乡建设局", "lead"),
        ("市财政局", "support"),
        ("市城市管理局", "support"),
    ]
    assert task.due is not None
    assert (task.due.start, task.due.end) == (None, "2023-12-31")
    assert {(q.value, q.unit) for q in task.quantities} == {(120, "个"), (35000, "户")}


def test_chapters_sections_and_articles_that_count_on(fixtures: Path) -> None:
    reading = read(fixtures, "chapters.txt")
    assert shape(reading) == [
        ("总则", ["1.1"]),
        ("主要任务", ["2.1", "2.1.1", "2.1.2", "2.2", "2.2.1", "2.2.2"]),
        ("附则", ["3.1"]),
    ]
    assert [repair.code for repair in reading.repairs] == ["line-broken"]
    assert reading.year == 2024


def test_chinese_levels_down_to_circled_numbers(fixtures: Path) -> None:
    reading = read(fixtures, "chinese_levels.txt")
    assert shape(reading) == [
        ("稳增长", ["1.1", "1.1.1", "1.1.2", "1.1.2.1", "1.1.2.2", "1.2", "1.2.1", "1.2.2"]),
        ("惠民生", ["2.1", "2.2"]),
        ("强保障", ["3.1"]),
    ]
    assert reading.repairs == ()


def test_headings_without_numbers(fixtures: Path) -> None:
    reading = read(fixtures, "unnumbered_heads.txt")
    assert shape(reading) == [("线路共推", ["1.1", "1.2"]), ("活动共办", ["2.1", "2.2", "2.3"])]
    assert reading.year == 2022


def test_items_only_are_one_field(fixtures: Path) -> None:
    reading = read(fixtures, "only_items.txt")
    assert shape(reading) == [("2026年跨市协作任务", ["1.1", "1.2", "1.3", "1.4"])]
    assert reading.fields[0].items[2].text == "建设区域应急物资储备库，储备帐篷2000顶。"


def test_bullets_under_headings(fixtures: Path) -> None:
    reading = read(fixtures, "bullets.md")
    assert shape(reading) == [("目录编制", ["1.1", "1.2"]), ("平台建设", ["2.1", "2.2"])]


def test_english(fixtures: Path) -> None:
    reading = read(fixtures, "english.txt")
    assert shape(reading) == [
        ("Transport", ["1.1", "1.2", "1.3"]),
        ("Environment", ["2.1", "2.2"]),
    ]
    kinds = [task.kind for item in reading.items for task in item.tasks]
    assert kinds == ["build", "study", "operate", "institute", "plan"]
    due = reading.fields[1].items[1].tasks[0].due
    assert due is not None
    assert due.end == "2025-06-30"


def test_a_web_page_around_a_plan(fixtures: Path) -> None:
    reading = read(fixtures, "webpage.txt")
    assert shape(reading) == [("转移接续", ["1.1", "1.2"]), ("待遇互认", ["2.1"])]
    assert reading.title == "东江西河两市社保合作清单"
    furniture = [piece.text for piece in reading.dropped if piece.code == "boilerplate"]
    assert len(furniture) == 7


def test_items_over_several_paragraphs() -> None:
    reading = read_text(
        "甲乙两市合作计划\n一、交通\n（一）推进道路建设。\n拓宽东江大道。\n贯通滨河路。\n"
        "（二）优化公交。\n开通跨市线路。\n二、民生\n（一）推进医保结算。\n实现直接结算。\n"
    )
    assert shape(reading) == [("交通", ["1.1", "1.2"]), ("民生", ["2.1"])]
    assert len(reading.fields[0].items[0].tasks) == 3


def test_paragraphs_under_headings_are_items() -> None:
    reading = read_text(
        "甲乙两市合作计划\n一、交通互联\n启动跨江大桥前期工作。\n开通城际公交。\n"
        "二、生态共保\n建立联防联控机制。\n"
    )
    assert shape(reading) == [("交通互联", ["1.1", "1.2"]), ("生态共保", ["2.1"])]


def test_no_numbers_at_all() -> None:
    reading = read_text(
        "甲乙两市合作计划\n交通互联\n启动跨江大桥前期工作。\n生态共保\n建立联防联控机制。\n"
    )
    assert shape(reading) == [("交通互联", ["1.1"]), ("生态共保", ["2.1"])]


def test_headings_that_begin_items_are_no_tasks() -> None:
    body = "".join(
        f"{n}.{theme}。加快实施{theme}行动，建立{theme}工作机制，推动两市部门定期会商。\n"
        for n, theme in enumerate(("强化规划统筹", "优化路网布局", "深化产业协作"), 1)
    )
    reading = read_text("甲乙两市合作计划\n" + body)
    first = [item.tasks[0].text for item in reading.items]
    assert all(text.startswith("加快实施") for text in first)


def test_empty_text_has_an_empty_reading() -> None:
    for text in ("", " \n\n", "。"):
        reading = read_text(text)
        assert uncovered(reading) == []
        assert sum(len(item.tasks) for item in reading.items) == 0
