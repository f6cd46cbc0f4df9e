"""Throughput of the plan reader on a generated plan of 1 MB, beside a plain scan of its lines.

The peer, in the same run, does the least that any reader must do: decode the bytes and match one
numbering pattern a line. The text is invented, the time is the processor's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from conurb.plan.reader import read_document

SENTENCES = (
    "启动第{n}期跨江通道项目前期工作，{month}月底前完成可行性研究",
    "编制第{n}片区详细规划并启动实施",
    "加快推进东江大道第{n}标段、西河北路第{n}标段建设，力争年底前建成通车",
    "建立第{n}流域联防联控机制，实现信息共享",
    "推动第{n}批事项两市通办，依托统一的平台实现一网通办（牵头单位：市数据局；配合单位：市财政局）",
    "争取省发展改革委将第{n}号项目纳入省级规划",
)
NUMBER = re.compile(r"^\s*(?:\(\d+\)|\d+、)")


def generated_plan(size: int) -> bytes:
    """An invented plan of about `size` bytes of UTF-8: fields of nine items of two sentences."""
    lines = ["东江、西河两市一体化任务清单（2024年）"]
    written = field = 0
    while written < size:
        field += 1
        block = [f"{field}、领域第{field}"]
        for item in range(1, 10):
            first = SENTENCES[(field + item) % len(SENTENCES)]
            second = SENTENCES[(field * 7 + item * 5 + 3) % len(SENTENCES)]
            words = f"{first}。{second}。".format(n=field * 10 + item, month=item)
            block.append(f"({item}){words}")
        lines += block
        written += sum(len(line.encode()) + 1 for line in block)
    return "\n".join(lines).encode()


def line_scan(data: bytes) -> int:
    """The peer: decode, and count lines that begin with a number."""
    return sum(NUMBER.match(line) is not None for line in data.decode().splitlines())


def read(data: bytes) -> int:
    """The reader: count fields and items, which are the same lines."""
    reading = read_document(data, "plan.txt")
    return sum(1 + len(field.items) for field in reading.fields)


def timed(work: Callable[[bytes], int], data: bytes, rounds: int) -> tuple[float, int]:
    """Best time of some rounds in seconds, and the result."""
    best, result = float("inf"), 0
    for _ in range(rounds):
        start = time.process_time()
        result = work(data)
        best = min(best, time.process_time() - start)
    return best, result


def run(megabytes: float) -> int:
    """Print the throughput; return 0, or 1 where the reader did not find every item."""
    data = generated_plan(int(megabytes * 1_000_000))
    scan, lines = timed(line_scan, data, 3)
    full, found = timed(read, data, 2)
    size = len(data) / 1_000_000
    print(f"\nReader: a plan of {size:.2f} MB, {lines} numbered lines")
    print(f"{'':22}{'seconds':>10}{'MB/s':>10}{'ratio':>10}")
    for name, seconds in (("peer: scan of lines", scan), ("reader", full)):
        print(f"{name:22}{seconds:10.2f}{size / seconds:10.2f}{seconds / scan:9.0f}×")
    if found != lines:
        print("the reader did not find every numbered line")
        return 1
    return 0
