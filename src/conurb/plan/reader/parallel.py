"""Parallel objects under one verb, where each is a project, a road or a house of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .clauses import Head

_LONGEST_LIST = 300
_LONGEST_NAME = 60
_CONCRETE = (
    r"(?:工程|项目|码头|大道|高速公路|高速|国道|省道|公路|铁路|轻轨|地铁|快线|轨道|[东西南北]路"
    r"|路|大街|街道?|大桥|桥"
    r"|隧道|机场|港区|港口|港|枢纽|车站|客运站|火车站|[东西南北]站|医院|学校|小学|中学"
    r"|[一二三四五六七八九十]中|大学|学院|校区|产业园|科技园"
    r"|工业园|示范园|物流园|园区|公园|博览园|植物园|动物园|湿地|水库|湖|基地|中心|平台|博物馆"
    r"|图书馆|体育馆|科技馆|展览馆"
    r"|会展馆|场馆|体育场|广场|市场|剧院|小镇|古镇|新城|新村|电站|电厂|水厂|污水厂|处理厂"
    r"|核心区|示范区|先导区|实验室|装置|高速|环线|专线"
    r"|联络线|快速路|[货客]运线|延伸段|[南北东西中]段|[一二三四]期"
    r"|号线|延线|连接线|通道|走廊|塘|号路|闸|堤|渠|岛|洲|山)"
)
_NAME = re.compile(rf".*?{_CONCRETE}(?![\u4e00-\u9fff]*?(?:的))")
_WHOLE_NAME = re.compile(rf".*{_CONCRETE}")
_TAIL = re.compile(
    r"(?:等.*|[在于].+布局|(?:\d+[条个座所项])?(?:项目|工程|线路)?(?:的)?"
    r"(?:前期(?:研究|论证)*工作|(?:规划|设计)?建设|(?:提质)?改造|扩容|扩建|线路|生态修复"
    r"|环境治理|综合治理|治理|修复|保护|开发|布局"
    r"|前期|论证|可行性研究|项目|工程|运营|改扩建|升级|提质|升级改造|提质改造|落地"
    r"|落户)+(?:及?(?:扩建)?工程)?"
    r"(?:项目)?(?:前期(?:研究|论证)*工作)?(?:建设)?)"
)
_SHARED = re.compile(
    r"联动|互联|联合|对接|互认|合作|连通|融合|协同|之间|共享|联系|衔接|一体|协调|互通|联网"
)
_GENERIC = re.compile(
    r"(?:规划|拓展|核心|控制|示范|先行|先导|试验)?(?:区|片区|园区|平台|基地|中心|项目|工程)"
)


@dataclass(frozen=True, slots=True)
class Objects:
    """Where each parallel object stands, and where the words begin that they share."""

    names: tuple[tuple[int, int], ...]
    tail: int


def parallel_objects(mask: str, head: Head, end: int) -> Objects:
    """The projects named side by side after a verb; fewer than two where it is one task.

    Every name must end in what can be built, opened or mended (工程, 大道, 医院 …) or be as long as
    a name; the words after the last one must be shared (项目前期工作, 建设, 等…项目). Lists whose
    predicate needs all of them together (联动, 互认) are not taken apart.
    """
    nothing = Objects((), end)
    names: list[tuple[int, int]] = []
    joined = False  # by 与 or 和: then the last name may hold the shared predicate itself
    at = head.after
    if end - at > _LONGEST_LIST:
        return nothing
    while True:
        stop = _next_stop(mask, at, end)
        if stop is None:
            last = _last_name(mask, at, end)
            if last is None or not names:
                return nothing
            names.append((at, last))
            if _SHARED.search(mask, names[1][0] if joined else last, end):
                return nothing
            return Objects(tuple(names), last)
        if not _concrete(mask, at, stop[0]):
            return nothing
        names.append((at, stop[0]))
        joined = mask[stop[0]] != "、" and len(names) == 1
        at = stop[1]


def _next_stop(mask: str, at: int, end: int) -> tuple[int, int] | None:
    """The next sign or word that coordinates whole names: (its start, its end)."""
    for found in re.compile(r"、|以及|[和与及]").finditer(mask, at + 2, end):
        if found.group() == "、":
            return (found.start(), found.end()) if not _in_tail(mask, at, found.start()) else None
        if _concrete(mask, at, found.start()):
            return found.start(), found.end()
    return None


def _in_tail(mask: str, at: int, stop: int) -> bool:
    """The name ended before this stop and words all names share have begun: …中学在甲、乙布局."""
    found = re.compile(rf".*?{_CONCRETE}[在于]").match(mask, at, stop)
    return found is not None


def _concrete(mask: str, start: int, end: int) -> bool:
    if end - start > _LONGEST_NAME:
        return False
    words = mask[start:end]
    return (
        len(words) >= 3
        and _WHOLE_NAME.fullmatch(words) is not None
        and _GENERIC.fullmatch(words) is None
        and "的" not in words[:-2]
    )


def _last_name(mask: str, at: int, end: int) -> int | None:
    """Where the last name ends: whole to the end, or before a tail that all share."""
    for found in reversed(list(re.compile(_CONCRETE).finditer(mask, at, end))):
        stop = found.end()
        if not _concrete(mask, at, stop):
            continue
        if stop == end or _TAIL.fullmatch(mask, stop, end):
            earlier = _shorter(mask, at, stop, end)
            return earlier if earlier is not None else stop
    return None


def _shorter(mask: str, at: int, stop: int, end: int) -> int | None:
    """A name does not swallow the 项目 or 工程 that all names share."""
    if not mask[at:stop].endswith(("项目", "工程")) or stop == end:
        return None
    found = re.compile(rf".*{_CONCRETE}(?=(?:项目|工程)$)").match(mask[at:stop])
    if found is None or not _concrete(mask, at, at + found.end()):
        return None
    return at + found.end()
