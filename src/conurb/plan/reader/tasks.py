"""Splits an item into tasks: one action on one object."""

# ruff: noqa: SIM905  (long lists of words are easier to read and to keep without quotes)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .boilerplate import has_han
from .clauses import Clause, Head, clauses, duties, head_of, masked, sentences
from .mapped import Mapped
from .parallel import parallel_objects

_THEME_LENGTH = 20
_BARE_STAGES = ("建设", "实施", "运营", "运行", "试点", "应用", "使用", "改造", "编制")
_STARTING = ("启动", "组织", "推进", "推动", "开展", "加快", "全面")
_PAPER = re.compile(
    r"(?:详细|专项|总体|实施|工作|行动|可行性|可研|初步)*(?:规划|方案|计划|设计|研究|报告"
    r"|清单)+(?:编制)?$"
)
_THEME = re.compile(rf"\s*(?P<words>[^。，,；;：:\n()（）]{{2,{_THEME_LENGTH}}})[。：:\n]\s*(?=\S)")
# Verbs and objects of which one asks whether they are done: no headings.
_FIRM_VERBS = frozenset(
    """
    启动 开工 开通 编制 制定 制订 修编 出台 印发 发布 公布 设立 组建 成立 建成 打通 贯通 举办 召开
    争取 申报 签订 签署 开行 取消 新建 改建 扩建 拆除 上线 发放 发行
    """.split()
)
_FIRM_OBJECT = re.compile(
    r"\d|(?:前期工作|方案|办法|清单|联盟|基金|协议|工程|项目|大道|高速|公路|铁路|桥|隧道|廊道|绿道"
    r"|通道|医院|学校|产业园|公园|码头|机场|枢纽|实验室|专线|直通车)$"
)
_ECHO = 3  # characters of a heading that the words after it say again
_TRAILING = " \t\n\u3000，,。；;、：:."


@dataclass(frozen=True, slots=True)
class Split:
    """One task of an item: `span` in the item's text, `text` to be read on its own."""

    start: int
    end: int
    text: str
    verb: str
    object: str
    shared: tuple[int, int] = (0, 0)  # words that hold for all parallel objects: 2024年建成通车


@dataclass(slots=True)
class _Group:
    """An action with the clauses that prepare it and follow from it."""

    start: int
    end: int
    core: Clause
    head: Head


def split_tasks(text: str) -> list[Split]:
    """The tasks of one item's text, in order and without overlap.

    A clause with an action of its own begins a task; clauses that set the scene go to the action
    after them, results and details to the action before. Parallel objects that are projects of
    their own (甲工程、乙码头和丙路) become tasks of their own under the verb they share. An item in
    which no action can be found is one task as a whole.
    """
    mask = _without(masked(text), duties(text))
    splits: list[Split] = []
    chinese = has_han(mask)
    for start, end in sentences(mask):
        if chinese and not has_han(mask[start:end]):
            continue  # a translation, or figures
        before: Split | None = None
        for group in _groups(clauses(mask, start, end)):
            for split in _split_group(text, mask, group):
                before = _carried_over(split, before)
                splits.append(before)
    return splits or _whole(text, mask)


def _carried_over(split: Split, before: Split | None) -> Split:
    """并启动实施 after 编制…方案: the stage takes over the object of the clause before."""
    if before is None or split.object not in _BARE_STAGES or split.verb not in _STARTING:
        return split
    shared = _PAPER.sub("", before.object)
    if not shared:
        return split
    object_text = split.object + shared.removesuffix(split.object)
    text = split.text.replace(split.verb + split.object, split.verb + object_text, 1)
    return replace(split, text=text, object=object_text)


def _without(mask: str, ranges: Iterator[tuple[int, int]]) -> str:
    """The mask with ranges turned into line ends, so that they belong to no sentence."""
    chars = list(mask)
    for start, end in ranges:
        chars[start:end] = "\n" * (end - start)
    return "".join(chars)


def _groups(parts: list[Clause]) -> Iterator[_Group]:
    group: _Group | None = None
    pending: int | None = None
    actions = [index for index, part in enumerate(parts) if part.form == "action"]
    last_action = actions[-1] if actions else -1
    for index, part in enumerate(parts):
        opens = part.form == "action" or (part.form == "result" and group is None)
        if opens and part.head is not None:
            if group is not None:
                yield group
            start = part.start if pending is None else pending
            group, pending = _Group(start, part.end, part, part.head), None
        elif part.form == "scene" and index < last_action:
            pending = part.start if pending is None else pending
        elif group is not None:
            group.end, pending = part.end, None
        elif pending is None:
            pending = part.start
    if group is not None:
        yield group


def _split_group(text: str, mask: str, group: _Group) -> Iterator[Split]:
    core, head = group.core, group.head
    objects = parallel_objects(mask, head, core.end)
    if len(objects.names) < 2:
        words = text[group.start : group.end].strip(_TRAILING)
        yield Split(group.start, group.end, words, head.verb, _object(text, head, core.end))
        return
    opening = text[core.start : objects.names[0][0]]
    tail = text[objects.tail : core.end]
    for index, (start, end) in enumerate(objects.names):
        first, last = index == 0, index == len(objects.names) - 1
        words = _with_tail(text[start:end], tail)
        yield Split(
            group.start if first else start,
            group.end if last else end,
            (opening + words).strip(_TRAILING),
            head.verb,
            text[head.after : objects.names[0][0]].strip() + words.strip(_TRAILING),
            (group.start, core.start + len(opening)) if last else (core.end, group.end),
        )


def _with_tail(name: str, tail: str) -> str:
    """甲工程 and a shared 工程建设 make 甲工程建设."""
    shared = next((word for word in ("工程", "项目", "线路") if name.endswith(word)), "")
    return name + (tail.removeprefix(shared) if shared else tail)


def _object(text: str, head: Head, end: int) -> str:
    return text[head.after : end].strip(_TRAILING)


def _whole(text: str, mask: str) -> list[Split]:
    start, end = 0, len(mask)
    while start < end and (mask[start].isspace() or mask[start] in _TRAILING):
        start += 1
    while end > start and (mask[end - 1].isspace() or mask[end - 1] in _TRAILING):
        end -= 1
    if start == end or not any(char.isalnum() for char in text[start:end]):
        return []
    return [Split(start, end, text[start:end], "", text[start:end])]


def themed(bodies: list[str]) -> bool:
    """Items of this document begin with a heading of a few words and a full stop, as a rule."""
    long = [body for body in bodies if len(body) > _THEME_LENGTH + 5]
    if len(long) < 3:
        return False
    return sum(_theme_end(body) > 0 for body in long) >= 0.6 * len(long)


def without_theme(body: Mapped) -> Mapped:
    """The body without the heading it begins with."""
    end = _theme_end(body.text)
    return body.part(end, len(body.text)) if end else body


def _theme_end(body: str) -> int:
    found = _THEME.match(body)
    if found is None or _is_task(found["words"], body[found.end() :]):
        return 0
    return found.end()


def _is_task(words: str, after: str) -> bool:
    """启动甲枢纽前期工作。 is a task, unless what follows says again what it is about."""
    if "\n" in after and not has_han(after):
        return True  # a translation
    head = head_of(words, 0, len(words))
    if head is None:
        return False
    named = words[head.after :]
    firm = head.verb in _FIRM_VERBS or _FIRM_OBJECT.search(named) is not None
    echoed = any(named[at : at + _ECHO] in after for at in range(len(named) - _ECHO + 1))
    return firm and not echoed
