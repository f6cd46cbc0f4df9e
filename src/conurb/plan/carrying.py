"""What becomes of a plan when the next document comes: carried over, changed, new, gone.

The rule, for the items of the two plans and then for the tasks:

1. Two texts are compared by the pairs of neighbouring characters they have in common (Dice's
   coefficient, 0 to 1; Dice 1945, Ecology 26), after white space, punctuation and the difference of
   full-width and half-width forms and of capitals are taken away.
2. Texts that are then equal belong together: the item is carried over.
3. Of the others, the most alike pair belongs together first, then the next, as long as they are
   alike by at least 0.5: the item is changed. Of equally alike pairs the one that kept its number
   goes first, then the one nearest in order.
4. What found no partner is new in the new document, or gone from the old plan.
5. Tasks are paired by the same rule among the tasks of the items that belong together; what is
   left is paired across the whole plan if alike by at least 0.75, since a task may have moved.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Fate = Literal["carried", "changed", "new", "gone"]
FATES: tuple[Fate, ...] = ("carried", "changed", "new", "gone")

ALIKE_ITEMS = 0.5
ALIKE_TASKS = 0.5
ALIKE_MOVED = 0.75
# a text is compared with those that share most of its rarest pairs of characters, not with all
RAREST = 16
CLOSEST = 8
LONGEST_DIFF = 4000
SHORTEST_COMMON = 2

_NOISE = re.compile(r"[\W_]+")
_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """A task or an item to be compared: any key, its number, its words."""

    key: str
    number: str
    text: str


@dataclass(frozen=True)
class ItemOf:
    """An item with its tasks."""

    item: Statement
    tasks: tuple[Statement, ...]


@dataclass(frozen=True)
class Pair:
    """What became of a statement. `alike` is 1 where the words are the same, 0 without partner."""

    fate: Fate
    old: Statement | None
    new: Statement | None
    alike: float


@dataclass(frozen=True)
class Carried:
    """An item's fate, and that of the tasks that are in it now (or were, where it is gone)."""

    item: Pair
    tasks: tuple[Pair, ...]


@dataclass(frozen=True)
class Carrying:
    """The whole comparison: the items of the new document in order, then those that are gone."""

    items: tuple[Carried, ...]

    def count(self, fate: Fate) -> int:
        """How many items have this fate."""
        return sum(each.item.fate == fate for each in self.items)

    def count_tasks(self, fate: Fate) -> int:
        """How many tasks have this fate."""
        return sum(task.fate == fate for each in self.items for task in each.tasks)

    @property
    def old_item_of(self) -> dict[str, str]:
        """The old item's key by the new item's."""
        return {
            each.item.new.key: each.item.old.key
            for each in self.items
            if each.item.new is not None and each.item.old is not None
        }

    @property
    def old_task_of(self) -> dict[str, str]:
        """The old task's key by the new task's."""
        return {
            pair.new.key: pair.old.key
            for each in self.items
            for pair in each.tasks
            if pair.new is not None and pair.old is not None
        }

    @property
    def gone_tasks(self) -> tuple[Statement, ...]:
        """The tasks that the new document does not have."""
        return tuple(
            pair.old
            for each in self.items
            for pair in each.tasks
            if pair.fate == "gone" and pair.old is not None
        )


def statements(reading: Mapping[str, Any]) -> list[ItemOf]:
    """The items and tasks of a reading (JSON) to be compared.

    Keys count them through: "12" is the twelfth item, "12-1" its first task.
    """
    items = [item for each in reading["fields"] for item in each["items"]]
    return [
        ItemOf(
            Statement(str(order), item["number"], item["text"]),
            tuple(
                Statement(f"{order}-{place}", f"{item['number']}-{place}", task["text"])
                for place, task in enumerate(item["tasks"], start=1)
            ),
        )
        for order, item in enumerate(items, start=1)
    ]


def compare(old: Sequence[ItemOf], new: Sequence[ItemOf]) -> Carrying:
    """Compare a plan with the next document by the rule above."""
    items = pairs([each.item for each in old], [each.item for each in new], ALIKE_ITEMS)
    old_tasks = {each.item.key: each.tasks for each in old}
    new_tasks = {each.item.key: each.tasks for each in new}
    task_of = _task_pairs(items, old_tasks, new_tasks)
    taken = {pair.old.key for pair in task_of.values() if pair.old is not None}
    carried = []
    for pair in items:
        below = [task_of[task.key] for task in (new_tasks[pair.new.key] if pair.new else ())]
        gone = [
            Pair("gone", task, None, 0.0)
            for task in (old_tasks[pair.old.key] if pair.old else ())
            if task.key not in taken
        ]
        carried.append(Carried(pair, (*below, *gone)))
    return Carrying(tuple(carried))


def _task_pairs(
    items: Sequence[Pair],
    old_tasks: dict[str, tuple[Statement, ...]],
    new_tasks: dict[str, tuple[Statement, ...]],
) -> dict[str, Pair]:
    """The pair of every new task, by its key."""
    found: dict[str, Pair] = {}
    left_old: list[Statement] = []
    left_new: list[Statement] = []
    for item in items:
        before = old_tasks[item.old.key] if item.old else ()
        after = new_tasks[item.new.key] if item.new else ()
        for pair in pairs(before, after, ALIKE_TASKS):
            if pair.old is not None and pair.new is not None:
                found[pair.new.key] = pair
            elif pair.new is not None:
                left_new.append(pair.new)
            elif pair.old is not None:
                left_old.append(pair.old)
    for pair in pairs(left_old, left_new, ALIKE_MOVED):
        if pair.new is not None:
            found[pair.new.key] = pair
    return found


def pairs(old: Sequence[Statement], new: Sequence[Statement], least: float) -> list[Pair]:
    """Pair two lists of statements: the new ones in their order, then those that are gone."""
    partner: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for alike, _same, _near, at_old, at_new in sorted(_candidates(old, new, least)):
        if at_new not in partner and at_old not in taken:
            partner[at_new] = (at_old, -alike)
            taken.add(at_old)
    result = [
        _pair(old[partner[place][0]], statement, partner[place][1])
        if place in partner
        else Pair("new", None, statement, 0.0)
        for place, statement in enumerate(new)
    ]
    gone = [each for place, each in enumerate(old) if place not in taken]
    return result + [Pair("gone", each, None, 0.0) for each in gone]


def _pair(old: Statement, new: Statement, alike: float) -> Pair:
    same = plain(old.text) == plain(new.text)
    return Pair("carried" if same else "changed", old, new, 1.0 if same else alike)


def _candidates(
    old: Sequence[Statement], new: Sequence[Statement], least: float
) -> Iterator[tuple[float, bool, int, int, int]]:
    """Pairs alike enough, to be sorted: most alike, same number, nearest in order first."""
    grams_old = [grams(each.text) for each in old]
    whole_old: dict[str, list[int]] = {}
    numbered: dict[str, list[int]] = {}
    holders: dict[str, list[int]] = {}
    for place, each in enumerate(old):
        whole_old.setdefault(plain(each.text), []).append(place)
        numbered.setdefault(each.number, []).append(place)
        for gram in grams_old[place]:
            holders.setdefault(gram, []).append(place)
    for at_new, each in enumerate(new):
        counted = grams(each.text)
        same = frozenset(whole_old.get(plain(each.text), ()))
        near = same.union(numbered.get(each.number, ()), _closest(counted, holders))
        for at_old in near:
            # equal texts come before pairs that merely have the same characters in another order
            alike = 2.0 if at_old in same else dice(grams_old[at_old], counted)
            if alike >= least:
                kept = old[at_old].number == each.number
                yield (-min(alike, 2.0), not kept, abs(at_old - at_new), at_old, at_new)


def _closest(counted: Counter[str], holders: Mapping[str, Sequence[int]]) -> list[int]:
    """The old texts that share most of the rarest pairs of a new one."""
    known = sorted((gram for gram in counted if gram in holders), key=lambda g: len(holders[g]))
    shared = Counter(row for gram in known[:RAREST] for row in holders[gram])
    return [row for row, _count in shared.most_common(CLOSEST)]


def plain(text: str) -> str:
    """The words alone: no white space or punctuation, one width, small letters."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def grams(text: str) -> Counter[str]:
    """The pairs of neighbouring characters of a text, each as often as it stands there."""
    words = plain(text)
    if len(words) < 2:
        return Counter([words] if words else [])
    return Counter(words[at : at + 2] for at in range(len(words) - 1))


def dice(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of two bags, 0 to 1."""
    total = one.total() + other.total()
    if not total:
        return 1.0
    small, large = sorted((one, other), key=len)
    return 2 * sum(min(count, large[gram]) for gram, count in small.items()) / total


@dataclass(frozen=True)
class Stretch:
    """Words that stayed, came in or went out."""

    state: Literal["same", "in", "out"]
    text: str


def word_diff(old: str, new: str) -> list[Stretch]:
    """Return how the old words became the new ones.

    Chinese is compared by character, Latin words and figures whole. A single character that stayed
    between two changes is shown as changed, so that the eye sees words and not confetti. Texts of
    more than 4,000 tokens are shown as replaced.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(before), len(after)) > LONGEST_DIFF:
        return [Stretch("out", old), Stretch("in", new)]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    stretches: list[tuple[str, str, str]] = []
    codes = matcher.get_opcodes()
    for at, (code, a, b, c, d) in enumerate(codes):
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        between = 0 < at < len(codes) - 1
        is_scrap = code == "equal" and between and len(gone.strip()) < SHORTEST_COMMON
        state = "equal" if code == "equal" and not is_scrap else "changed"
        if stretches and stretches[-1][0] == state == "changed":
            _, out, into = stretches.pop()
            gone, come = out + gone, into + come
        stretches.append((state, gone, come))
    return list(_stretches(stretches))


def _stretches(rows: Sequence[tuple[str, str, str]]) -> Iterator[Stretch]:
    for state, gone, come in rows:
        if state == "equal":
            yield Stretch("same", gone)
            continue
        if gone:
            yield Stretch("out", gone)
        if come:
            yield Stretch("in", come)
