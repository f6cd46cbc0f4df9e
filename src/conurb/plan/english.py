"""The English version of a plan: read from `plan.en.md`, and held against the Chinese reading.

The Chinese plan is what was decided; the English stands beside it by number, and says the same
task by task. The file is Markdown of one fixed shape::

    # Title
    > A note (optional).
    ## 1 Name of the field
    ### 1.1
    The item in full; its lines are joined to one paragraph.
    - its first task
    - its second task

A bullet goes on in lines indented below it. Nothing else may stand in the file: what does not
fit is named with its line, all of it at once, so that an editor corrects a file in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conurb.region.problems import Problem, render_problems

FILE = "plan.en.md"

_TITLE = re.compile(r"# +(?P<title>\S.*)")
_FIELD = re.compile(r"## +(?P<number>[1-9]\d*) +(?P<name>\S.*)")
_ITEM = re.compile(r"### +(?P<number>[1-9]\d*\.[1-9]\d*)")
_TASK = re.compile(r"[-*] +(?P<task>\S.*)")

# code: what is wrong and what to do, in Chinese and in English
_MESSAGES: dict[str, tuple[str, str]] = {
    "unreadable-heading": (
        "看不懂的标题“{found}”。应写作“# 标题”“## 1 领域英文名”或“### 1.1”",
        "unreadable heading “{found}”: write “# Title”, “## 1 Name” or “### 1.1”",
    ),
    "title-missing": ("缺少标题。请在第一行写“# 标题”", "the title is missing: add “# Title”"),
    "title-twice": ("标题重复。只保留一个", "a second title: keep one"),
    "number-twice": ("编号 {key} 重复。请合并", "{key} stands twice: merge the two"),
    "wrong-field": (
        "条目 {key} 不在其领域之下。请移到“## {field}”之下",
        "item {key} does not stand under its field: move it under “## {field}”",
    ),
    "note-misplaced": (
        "说明（>）只能写在第一个领域之前。请移到开头",
        "a note (>) stands only before the first field: move it there",
    ),
    "stray-words": (
        "“{found}”不属于任何条目。请移到“### 编号”之下",
        "“{found}” belongs to no item: move it under a “### number”",
    ),
    "words-after-tasks": (
        "任务之后不能再写正文。请移到任务之前，或缩进以续写上一项任务",
        "text after the tasks: move it before them, or indent it to go on with the last task",
    ),
    "text-missing": (
        "条目 {key} 没有正文。请写出全文",
        "item {key} has no text: write it in full",
    ),
    "tasks-missing": (
        "条目 {key} 没有任务。请用“- ”逐项列出",
        "item {key} has no tasks: list them with “- ”",
    ),
    "no-english": (
        "清单中的 {key} 没有英文。请补上“{heading}”",
        "{key} of the plan has no English: add “{heading}”",
    ),
    "english-only": (
        "英文中的 {key} 在清单中没有。请核对编号",
        "{key} stands in the English only: check the number",
    ),
    "task-count": (
        "条目 {key} 中文有 {wanted} 项任务，英文有 {found} 项。请按相同次序一一对应",
        "item {key} has {wanted} tasks in Chinese and {found} in English: write one bullet a task",
    ),
}


class EnglishError(ValueError):
    """The English plan cannot be read; `problems` holds everything found, in order of lines."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(render_problems(problems, "en"))


@dataclass(frozen=True, slots=True)
class EnglishItem:
    """An item in English: its full text, one line a task, and the line of its heading."""

    text: str
    tasks: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class EnglishPlan:
    """A plan in English. `fields` maps "2" to a name, `items` maps "2.4" to an item."""

    title: str
    note: str
    fields: Mapping[str, str]
    items: Mapping[str, EnglishItem]


def parse_english(text: str) -> EnglishPlan:
    """Read an English plan.

    Raises EnglishError with every problem: lines out of place, numbers twice or under the
    wrong field, a missing title, items without text or tasks.
    """
    draft = _Draft()
    for line, words in enumerate(text.splitlines(), start=1):
        draft.take(line, words.rstrip())
    problems = (*draft.problems, *draft.gaps())
    if problems:
        raise EnglishError(tuple(sorted(problems, key=lambda each: each.line)))
    return draft.plan()


def match(reading: Mapping[str, Any], english: EnglishPlan) -> tuple[Problem, ...]:
    """Say where an English plan does not stand beside a reading of the Chinese one.

    reading: the reader's JSON, of which the numbers of fields and items and the tasks are
    looked at. Every field and item must be there in both, with as many tasks in each item.
    """
    numbers = [str(each["number"]) for each in reading["fields"]]
    counts = {
        str(item["number"]): len(item["tasks"])
        for each in reading["fields"]
        for item in each["items"]
    }
    return (*_unmatched_fields(numbers, english), *_unmatched_items(counts, english))


def _unmatched_fields(numbers: list[str], english: EnglishPlan) -> Iterator[Problem]:
    for number in numbers:
        if number not in english.fields:
            yield _problem("no-english", 0, number, heading=f"## {number} Name")
    for number in english.fields:
        if number not in numbers:
            yield _problem("english-only", 0, number)


def _unmatched_items(counts: Mapping[str, int], english: EnglishPlan) -> Iterator[Problem]:
    for number, count in counts.items():
        item = english.items.get(number)
        if item is None:
            yield _problem("no-english", 0, number, heading=f"### {number}")
        elif len(item.tasks) != count:
            yield _problem("task-count", item.line, number, wanted=count, found=len(item.tasks))
    for number, item in english.items.items():
        if number not in counts:
            yield _problem("english-only", item.line, number)


def _problem(code: str, line: int, number: str = "", **details: object) -> Problem:
    """The problem of that code, at a line of the file (0: the file as a whole)."""
    chinese, english = _MESSAGES[code]
    words = {"key": number, **details}
    return Problem(
        file=FILE,
        line=line,
        key=number,
        code=code,
        message_zh=chinese.format(**words),
        message_en=english.format(**words),
    )


@dataclass(slots=True)
class _DraftItem:
    line: int
    words: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """What has been read so far, line by line."""

    title: str = ""
    note: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    items: dict[str, _DraftItem] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    current_field: str = ""
    current_item: _DraftItem | None = None

    def take(self, line: int, words: str) -> None:
        """Read one line without its end."""
        if not words:
            return
        if words.startswith("#"):
            self._take_heading(line, words)
        elif words.startswith(">"):
            self._take_note(line, words)
        elif self.current_item is None:
            self._report("stray-words", line, found=words.strip())
        else:
            self._take_words(line, words, self.current_item)

    def _take_heading(self, line: int, words: str) -> None:
        if found := _ITEM.fullmatch(words):
            self._open_item(line, found["number"])
        elif found := _FIELD.fullmatch(words):
            self._open_field(line, found["number"], found["name"])
        elif found := _TITLE.fullmatch(words):
            self._set_title(line, found["title"])
        else:
            self._report("unreadable-heading", line, found=words)

    def _set_title(self, line: int, title: str) -> None:
        if self.title:
            self._report("title-twice", line)
        else:
            self.title = title

    def _open_field(self, line: int, number: str, name: str) -> None:
        self.current_item = None
        self.current_field = number
        if number in self.fields:
            self._report("number-twice", line, number)
        else:
            self.fields[number] = name

    def _open_item(self, line: int, number: str) -> None:
        self.current_item = _DraftItem(line)
        home = number.partition(".")[0]
        if home != self.current_field:
            self._report("wrong-field", line, number, field=home)
        if number in self.items:
            self._report("number-twice", line, number)
        else:
            self.items[number] = self.current_item

    def _take_note(self, line: int, words: str) -> None:
        if self.fields or self.items:
            self._report("note-misplaced", line)
        else:
            self.note.append(words.lstrip("> "))

    def _take_words(self, line: int, words: str, item: _DraftItem) -> None:
        if found := _TASK.fullmatch(words):
            item.tasks.append(found["task"])
        elif not item.tasks:
            item.words.append(words.strip())
        elif words[0].isspace():
            item.tasks[-1] = f"{item.tasks[-1]} {words.strip()}"
        else:
            self._report("words-after-tasks", line)

    def _report(self, code: str, line: int, number: str = "", **details: object) -> None:
        self.problems.append(_problem(code, line, number, **details))

    def gaps(self) -> Iterator[Problem]:
        """What should be there and is not."""
        if not self.title:
            yield _problem("title-missing", 0)
        for number, item in self.items.items():
            if not item.words:
                yield _problem("text-missing", item.line, number)
            if not item.tasks:
                yield _problem("tasks-missing", item.line, number)

    def plan(self) -> EnglishPlan:
        """Return the plan as read; only of use when there is no problem."""
        return EnglishPlan(
            title=self.title,
            note=" ".join(self.note),
            fields=self.fields,
            items={
                number: EnglishItem(" ".join(item.words), tuple(item.tasks), item.line)
                for number, item in self.items.items()
            },
        )
