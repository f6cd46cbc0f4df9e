"""Tables of Markdown: a row is a task, its cells are its duties, nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.reader.model import uncovered
from conurb.plan.reader.read import read_text

FIELDS = """# 两江一体化2030年任务表

| 领域 | 任务内容 | 责任单位 |
|---|---|---|
| 交通互联 | 建设两江大桥 | 市交通局 |
|  | 开通跨江公交 | 市公交公司 |
| 服务共享 | 建立两江图书通借机制 | |
"""


def test_a_column_of_fields_gives_the_fields():
    reading = read_text(FIELDS)
    assert [(f.name, len(f.items)) for f in reading.fields] == [("交通互联", 2), ("服务共享", 1)]
    tasks = [task for f in reading.fields for item in f.items for task in item.tasks]
    assert [task.text for task in tasks] == ["建设两江大桥", "开通跨江公交", "建立两江图书通借机制"]
    assert [actor.name for actor in tasks[0].actors] == ["市交通局"]
    start, end = tasks[1].span
    assert reading.text[start:end] == "开通跨江公交"
    assert all(not reading.text[a:b].strip("| ") for a, b in uncovered(reading))


@pytest.mark.parametrize(
    "table",
    [
        "| 指标 | 数值 |\n|---|---|\n| 人口 | 三百万 |\n",
        "| 任务 | 牵头单位 |\n| 修路 | 市交通局 |\n",  # no line of dashes
        "| 牵头单位 | 任务 |\n|---|---|\n| 市交通局 | 修路 |\n",  # a duty before its task
    ],
)
def test_what_is_no_table_of_tasks_is_read_as_lines(table):
    reading = read_text(f"一、设施同网\n1. 建设两江大桥。\n{table}")
    assert not [piece for piece in reading.dropped if piece.code == "table-head"]


cells = st.lists(st.text("任务建设大桥|-: 。；\\1", max_size=8), min_size=1, max_size=4)
rows = st.lists(cells.map(lambda row: "|" + "|".join(row) + "|"), max_size=6)


@given(rows, st.sampled_from(["| 序号 | 任务 | 时限 |\n|:-:|---|--:|\n", "| 任务 |\n|-|\n", ""]))
def test_no_table_loses_a_character(lines, head):
    reading = read_text(f"两江任务表\n{head}" + "\n".join(lines) + "\n\n文后")
    spans = [piece.span for piece in reading.dropped]
    spans += [item.span for f in reading.fields for item in f.items]
    assert all(0 <= start <= end <= len(reading.text) for start, end in spans)
    assert not uncovered(reading)
