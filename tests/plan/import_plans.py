"""Invented plans for the tests of the import; no real place means anything here."""

from __future__ import annotations

FIRST = """# 两河口一体化任务清单（2031年）

## 一、设施同网

1. 启动东河大桥前期工作。2031年9月底前编制两河口公交一体化方案。
2. 建立两河口水质监测共享机制。
3. 争取将北山铁路纳入省铁路网规划。

## 二、服务同享

1. 推进社保卡在两市通用。
2. 举办两河口马拉松。
"""

NEXT = """# 两河口一体化任务清单（2032年）

## 一、设施同网

1. 启动东河大桥前期工作。2032年6月底前编制两河口公交一体化实施方案。
2. 争取将北山铁路纳入省铁路网规划。
3. 建设西岭数据中心。

## 二、服务同享

1. 推进社保卡、图书证在两市通用。
"""

# the number of the third item is wrong, a dash stands for 一, a line is broken
DIRTY = """两河口一体化任务清单（2031年）

一、设施同网

(1)推进两河口一体化交通规划编制。

(2)启动东河大桥前期
工作。

(31)开展-体化水质监测,建立两河口水质监测共享机制。

(4)争取将北山铁路纳入省铁路网规划。
"""

YEARLESS = """两河口一体化任务清单

一、设施同网

1. 启动东河大桥前期工作。
2. 争取将北山铁路纳入省铁路网规划。
"""


def long_plan(items: int = 300) -> str:
    """A plan of many items in ten fields, every item with words of its own."""
    lines = ["两河口一体化任务清单（2031年）", ""]
    each = items // 10
    for field in range(10):
        lines += [f"{'一二三四五六七八九十'[field]}、第{field + 1}领域", ""]
        for item in range(1, each + 1):
            number = field * each + item
            lines += [f"{item}. 启动{number}号大桥前期工作，编制{number}号片区规划方案。", ""]
    return "\n".join(lines)
