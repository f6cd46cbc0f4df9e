"""Where the year of a plan is taken from."""

from __future__ import annotations

import pytest

from conurb.plan.reader import read_document

PLAN = "重点任务清单\n\n一、交通\n1. 年底前完成滨江大道改造。\n2. 编制公交规划。\n"


@pytest.mark.parametrize(
    ("filename", "given", "year", "due"),
    [
        ("清单.txt", None, None, None),
        ("2023年清单.txt", None, 2023, "2023-12-31"),
        ("清单-20231105.txt", None, None, None),
        ("2022-2023清单.txt", None, None, None),
        ("2023年清单.txt", 2024, 2024, "2024-12-31"),
    ],
)
def test_the_name_of_the_file_says_it_where_the_text_does_not(filename, given, year, due):
    reading = read_document(PLAN.encode(), filename, year=given)
    assert reading.year == year
    first = next(reading.items).tasks[0]
    assert (first.due.end if first.due else None) == due


def test_the_text_goes_before_the_name():
    text = PLAN.replace("重点", "2022年重点", 1)
    assert read_document(text.encode(), "2023.txt").year == 2022
