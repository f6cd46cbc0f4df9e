"""Time grows with the length of the text, also on text made to be slow."""

from __future__ import annotations

import time

import pytest
from benchmarks.reader import generated_plan

from conurb.plan.reader import read_text

HARD = {
    "open brackets": "(",
    "run-in numbers": "。(1)",
    "short lines": "1、推进\n",
    "commas": "推进，",
    "parallel names": "推进大道、",
    "carriers": "配合省",
    "adverbs": "加快",
    "prepositions": "在",
    "spaces": "推 ",
    "headings": "# a\n",
    "dates": "2021年",
    "duties": "（责任单位：市发改委）",
    "same lines": "(1)推进三座城市的一体化发展建设。\n",
}


def seconds(text: str) -> float:
    start = time.process_time()
    read_text(text)
    return time.process_time() - start


def test_a_plan_of_half_a_megabyte_reads_in_seconds() -> None:
    plan = generated_plan(500_000).decode()
    read_text(plan[:2000])  # compile the word lists first
    assert seconds(plan) < 15


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD.keys())
def test_hard_text_takes_linear_time(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (10_000, 80_000))
    read_text(short)
    # eight times the text; quadratic work would take sixty-four times as long
    took = [min(seconds(text) for _try in range(3)) for text in (short, long)]
    assert took[1] < 25 * max(took[0], 0.02)
