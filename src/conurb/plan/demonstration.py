"""An invented life for the region's plan: officers, proposals, reports, obstacles, supervision.

Everything goes through the real actions, each at its own past moment, in the order of time, so that
what a visitor sees is what the platform would hold after fourteen months of work. It is the same
for the same seed and moment. All of it is invented and says so: people are marked `is_demo`, their
names and all words end in （演示）. The wording is in demonstration.toml.
"""

from __future__ import annotations

import random
import struct
import tomllib
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from conurb.journal.uploads import HandedIn
from conurb.plan import ladder
from conurb.plan.actions import bulletin as bulletins
from conurb.plan.actions import life, supervising
from conurb.plan.bulletins import Month
from conurb.plan.lights import BEHIND_BY
from conurb.plan.models import Assignment, Plan, Supervision, Task
from conurb.plan.proposing import Proposal
from conurb.plan.queries.proposals import Competences
from conurb.region.declarations import People, Region
from conurb.region.inventing import (
    LOGIN_ADDRESS,
    MARK,
    MARK_EN,
    WorkingHours,
    demonstration_password,
    invented_names,
)
from conurb.region.models import Authority, City, User

WORDS = Path(__file__).with_name("demonstration.toml")

Fate = Literal[
    "done", "on-course", "obstacle", "behind", "silent", "late", "not-begun",
    "redated", "unproposed", "proposed", "returned", "withdrawn",
]  # fmt: skip

# of every hundred tasks; what is left is on course
SHARES: dict[Fate, int] = {
    "done": 25,
    "obstacle": 5,
    "behind": 3,
    "silent": 3,
    "late": 8,
    "not-begun": 9,
    "redated": 2,
    "unproposed": 3,
    "proposed": 2,
    "returned": 2,
    "withdrawn": 1,
}

# an authority asked to support answers within this time
STILL_OPEN = timedelta(days=60)

Act = Callable[[datetime], object]


@dataclass(frozen=True)
class Made:
    """How much was made."""

    people: int
    acts: int


@transaction.atomic
def demonstrate(region: Region, *, seed: int = 2021, now: datetime | None = None) -> Made:
    """Fill a node that has a plan and no life with an invented one; do nothing where there is some.

    People are made in any case, each once. Raises nothing for a node without a plan: it then only
    has people, who can import one.
    """
    moment = now or timezone.now()
    people = make_people(region.people, random.Random(seed))  # noqa: S311 - invention, not secrecy
    tasks = Task.everything.filter(item__field__plan__is_current=True)
    if not tasks.exists() or Assignment.everything.exists():
        return Made(people, 0)
    script = Script(region, random.Random(seed), moment)  # noqa: S311
    return Made(people, script.play(list(tasks.order_by("order"))))


def make_people(source: People, chance: random.Random) -> int:
    """Make two officers for every authority, office staff, a resident and an administrator.

    Their password is "demo" in demonstration mode and none otherwise. Returns how many are new.
    """
    password = demonstration_password()
    names = invented_names(source, chance)
    wanted = [
        User(username=username, authority=authority, full_name=next(names) + MARK)
        for authority in Authority.objects.filter(active=True)
        for username in usernames_of(authority)
    ]
    wanted.append(User(username="resident", full_name=next(names) + MARK))
    wanted.append(
        User(username="admin", full_name="管理员" + MARK, is_staff=True, is_superuser=True)
    )
    known = set(User.objects.values_list("username", flat=True))
    new = [user for user in wanted if user.username not in known]
    for user in new:
        user.email = LOGIN_ADDRESS.format(username=user.username)
        user.password = password
        user.is_demo = True
    User.objects.bulk_create(new)
    return len(new)


def usernames_of(authority: Authority) -> tuple[str, str]:
    """Return the names by which the two invented officers of an authority log in."""
    if authority.is_office:
        return ("office", "office-2")
    return (f"{authority.key}-1", f"{authority.key}-2")


class Script:
    """Decides what happens to every task, and plays all of it in the order of time."""

    def __init__(self, region: Region, chance: random.Random, now: datetime) -> None:
        self.chance = chance
        self.now = now
        self.today = timezone.localdate(now)
        self.clock = WorkingHours(region.calendar, chance, now)
        self.words = Wording(chance)
        self.office = User.objects.select_related("authority").get(username="office")
        self.competences = Competences.load()
        self.cities = {city.code: city for city in City.objects.all()}
        self.authorities = {a.key: a for a in Authority.objects.select_related("city")}
        self.officers: dict[int, list[User]] = {}
        for officer in User.objects.filter(is_demo=True, is_system=False, authority__isnull=False):
            self.officers.setdefault(officer.authority_id or 0, []).append(officer)
        self.acts: list[tuple[datetime, int, Act]] = []

    def play(self, tasks: list[Task]) -> int:
        """Write the script, play it, and return how many acts it had."""
        for task, fate in zip(tasks, self.fates(tasks), strict=True):
            if task.due is not None and task.due < self.today - timedelta(days=400):
                self.finish_long_ago(task, task.due)
            else:
                self.write(task, fate)
        for week in range(14, -1, -1):
            self.add(self.today - timedelta(days=7 * week), self.supervise)
        month = Month.of(self.today)
        for _month in range(12):
            self.add(date(month.year, month.month, 10), self.bulletin(month.previous))
            month = month.previous
        for moment, _order, act in sorted(self.acts, key=lambda row: row[:2]):
            act(moment)
        return len(self.acts)

    def fates(self, tasks: list[Task]) -> list[Fate]:
        """Deal out fates in the shares wanted, on course for the rest, in a shuffled order."""
        dealt: list[Fate] = []
        for fate, share in SHARES.items():
            dealt += [fate] * max(1, round(share * len(tasks) / 100))
        dealt = dealt[: len(tasks)]
        dealt += ["on-course"] * (len(tasks) - len(dealt))
        self.chance.shuffle(dealt)
        return dealt

    def add(self, day: date, act: Act, *, after: datetime | None = None) -> datetime:
        """Let something happen in the working hours of a day, or of the last working day before.

        Where that is not after `after`, it happens a few minutes later. Returns when it happens.
        """
        moment = self.clock.moment(day)
        if after is not None and moment <= after:
            moment = min(after + timedelta(minutes=7), self.now)
        self.acts.append((moment, len(self.acts), act))
        return moment

    def days_ago(self, least: int, most: int) -> date:
        """Return a day so many days ago."""
        return self.today - timedelta(days=self.chance.randint(least, most))

    def days_ahead(self, least: int, most: int) -> date:
        """Return a day so many days ahead."""
        return self.today + timedelta(days=self.chance.randint(least, most))

    # what becomes of one task

    def write(self, task: Task, fate: Fate) -> None:
        """Write the acts of a task according to its fate."""
        part = Part(self, task)
        top = len(task.ladder) - 1
        if fate in {"unproposed", "proposed", "returned", "not-begun"}:
            self.write_early(part, fate)
            return
        began = self.days_ago(380, 430)
        part.begin(began)
        if fate == "done":
            ended = self.days_ago(1, 12) if self.chance.random() < 0.3 else self.days_ago(13, 260)
            part.schedule(began, ended + timedelta(days=self.chance.randint(-10, 60)))
            part.climb(began, ended, top, finishes=True)
        elif fate == "late":
            due = self.days_ago(4, 75)
            part.schedule(began, due)
            part.climb(began, self.days_ago(2, 70), max(1, top - self.chance.randint(1, 2)))
        elif fate == "behind":
            part.schedule(began, self.days_ahead(20, 60))
            part.climb(began, self.days_ago(2, 40), 1)
        elif fate == "redated":
            due = self.days_ago(40, 55)
            part.schedule(began, due)
            part.climb(began, self.days_ago(1, 20), top - 1)
            self.add(due + timedelta(days=15), part.redate(self.days_ahead(70, 120)))
        else:
            self.write_current(part, fate, began, top)

    def write_early(self, part: Part, fate: Fate) -> None:
        """A task that is still waiting: for a proposal, an answer, or its beginning."""
        asked = self.days_ago(4, 18) if fate != "not-begun" else self.days_ago(22, 45)
        part.schedule(asked, self.days_ahead(260, 420))
        if fate == "unproposed":
            return
        part.propose(asked)
        if fate == "returned":
            part.add(asked + timedelta(days=2), part.give_back)
        if fate == "not-begun":
            part.answer(asked)
            if self.chance.random() < 0.6:
                part.add(self.days_ago(1, 16), part.report(ladder.NOT_BEGUN.key))

    def write_current(self, part: Part, fate: Fate, began: date, top: int) -> None:
        """A task under way: on course, held up, silent, or withdrawn on the way."""
        due = self.days_ahead(8, 28) if self.chance.random() < 0.2 else self.days_ahead(29, 330)
        part.schedule(began, due)
        elapsed = (self.today - began) / (due - began)
        rungs = [s.share for s in part.task.ladder[:-1]]
        enough = [k for k, share in enumerate(rungs) if share + BEHIND_BY > elapsed + 0.03]
        rung = max(1, min(enough or [top - 1]))
        if fate == "silent":
            part.climb(began, self.days_ago(64, 110), rung)
            return
        last = self.days_ago(0, 9) if self.chance.random() < 0.5 else self.days_ago(10, 45)
        part.climb(began, last, rung, obstacle=fate == "obstacle")
        if fate == "withdrawn":
            part.add(last, part.withdraw)

    def finish_long_ago(self, task: Task, due: date) -> None:
        """A task whose words set a day years back was done in time then."""
        part = Part(self, task)
        began = date(due.year, 2, 22)
        part.begin(began)
        part.climb(began, due - timedelta(days=6), len(task.ladder) - 1, finishes=True)

    def supervise(self, moment: datetime) -> None:
        """The office's weekly round: open what is due, remind, meet, close here and there."""
        supervising.open_due_supervisions(now=moment)
        open_cases = Supervision.everything.filter(closed_on__isnull=True).select_related("task")
        for case in open_cases.order_by("id"):
            age = (timezone.localdate(moment) - case.opened_on).days
            draw = self.chance.random()
            if case.task.lead_id is None:
                continue
            if age < 7 or draw < 0.25:
                if draw < 0.7:
                    words = self.words.office("reminding")
                    supervising.remind(self.office, case, words, now=moment)
            elif draw < 0.45:
                day = timezone.localdate(moment) + timedelta(days=self.chance.randint(-2, 4))
                day = self.clock.workday(day)
                words = self.words.office("meeting")
                supervising.meet(self.office, case, day, words, now=moment)
            elif draw < 0.5 and case.reason == Supervision.Reason.STUCK:
                words = self.words.office("closing")
                supervising.close(self.office, case, words, now=moment)

    def bulletin(self, month: Month) -> Act:
        """The office introduces and issues the bulletin of a month that is over."""

        def act(moment: datetime) -> None:
            plan = Plan.objects.get(is_current=True)
            zh, en = self.words.pair("office", "introducing")
            draft = bulletins.write_introduction(
                self.office, plan, month, zh=zh, en=en, version=0, now=moment
            )
            bulletins.issue(self.office, plan, month, version=draft.version, now=moment)

        return act

    def lead_by_turns(
        self, proposal: Proposal, *, place_is_named: bool
    ) -> tuple[str, tuple[str, ...], str, str]:
        """Let another city lead now and then what concerns all, as the cities agree in talks."""
        if place_is_named or not proposal.supports or self.chance.random() < 0.4:
            return proposal.lead, proposal.supports, proposal.reason_zh, proposal.reason_en
        lead = self.chance.choice(proposal.supports)
        city = self.cities[self.authorities[lead].city_id or ""]
        others = tuple(k for k in (proposal.lead, *proposal.supports) if k != lead)
        zh, en = self.words.pair("office", "proposing")
        return lead, others, zh.format(city=city.name_zh), en.format(city=city.name_en)


@dataclass
class Part:
    """The acts of one task."""

    script: Script
    task: Task
    last: datetime | None = None
    officer: dict[int, User] = field(default_factory=dict)

    def fresh(self) -> Task:
        """Return the task as it stands at this point of the play."""
        return Task.everything.select_related("lead").get(pk=self.task.pk)

    def add(self, day: date, act: Act) -> None:
        """Let something happen to the task, after whatever happened to it before."""
        self.last = self.script.add(day, act, after=self.last)

    def begin(self, day: date) -> None:
        """Propose, and let everybody answer."""
        self.propose(day)
        self.answer(day)

    def propose(self, day: date) -> None:
        """The office puts the task to the authority of the rule, or that the cities chose."""

        def act(moment: datetime) -> None:
            script = self.script
            task = self.fresh()
            proposal = script.competences.proposal_for(task)
            named = task.cities.exists()
            lead, supports, zh, en = script.lead_by_turns(proposal, place_is_named=named)
            authority = script.authorities[lead]
            life.propose_lead(script.office, task, authority, zh, reason_en=en, now=moment)
            for key in supports:
                words = script.words.office("supporting")
                life.ask_support(script.office, task, script.authorities[key], words, now=moment)

        self.add(day, act)

    def answer(self, day: date) -> None:
        """The lead accepts within days; those asked to support mostly do."""
        self.add(day + timedelta(days=self.script.chance.randint(3, 8)), self.accept)

    def accept(self, moment: datetime) -> None:
        """Everybody asked answers."""
        asked = Assignment.everything.filter(task=self.task, state="proposed")
        for assignment in asked.select_related("task", "authority").order_by("id"):
            officer = self.officer_of(assignment.authority)
            draw = self.script.chance.random()
            recent = self.script.now - moment < STILL_OPEN
            if assignment.role == Assignment.Role.LEAD or draw < 0.85 or not (recent or draw < 0.9):
                life.accept(officer, assignment, now=moment)
            elif draw < 0.9:
                reason = self.script.words.office("returning")
                life.give_back(officer, assignment, reason, now=moment)

    def give_back(self, moment: datetime) -> None:
        """The authority asked to lead returns the task."""
        assignment = Assignment.everything.select_related("task", "authority").get(
            task=self.task, role="lead", state="proposed"
        )
        officer = self.officer_of(assignment.authority)
        reason = self.script.words.office("returning")
        life.give_back(officer, assignment, reason, now=moment)

    def schedule(self, start: date, due: date) -> None:
        """The office sets from when and until when the task's time counts."""
        script = self.script
        words = script.words.office("dating")

        def act(moment: datetime) -> None:
            life.set_dates(script.office, self.fresh(), due, words, start=start, now=moment)

        self.add(start, act)

    def redate(self, due: date) -> Act:
        """The office re-dates the task in the case opened because it was overdue."""

        def act(moment: datetime) -> None:
            script = self.script
            words = script.words.office("redating")
            case = Supervision.everything.filter(
                task=self.task, reason="overdue", closed_on__isnull=True
            ).first()
            if case is not None:
                supervising.redate(script.office, case, due, words, now=moment)
            else:
                life.set_dates(script.office, self.fresh(), due, words, now=moment)

        return act

    def withdraw(self, moment: datetime) -> None:
        """The office withdraws the task."""
        words = self.script.words.office("withdrawing")
        life.withdraw(self.script.office, self.fresh(), words, now=moment)

    def climb(
        self, start: date, last: date, rung: int, *, finishes: bool = False, obstacle: bool = False
    ) -> None:
        """Report from `start` to `last` about every six weeks, reaching `rung` on the way."""
        first = min(start + timedelta(days=25), last)
        span = (last - first).days
        steps = max(rung if finishes else 1, round(span / 42), 1)
        reached = 0
        for step in range(steps + 1):
            wobble = self.script.chance.randint(-6, 6) if 0 < step < steps else 0
            day = first + timedelta(days=round(span * step / steps) + wobble)
            # done is said last; other stages are reached before the last report
            pace = step / steps if finishes else min(1.0, step / max(steps - 1, 1))
            target = min(rung, int(rung * pace + 1e-9))
            is_last = step == steps
            held_up = obstacle if is_last else self.script.chance.random() < 0.06
            stage = self.task.ladder[target].key
            act = self.report(stage, moves=target > reached, obstacle=held_up and not finishes)
            self.add(max(day, start), act)
            reached = target

    def report(self, stage: str, *, moves: bool = True, obstacle: bool = False) -> Act:
        """The lead reports a stage, with a file now and then."""

        def act(moment: datetime) -> None:
            task = self.fresh()
            if task.lead is None:
                return
            words, words_en = self.script.words.report(task, stage if moves else "going")
            trouble, helper = ("", None)
            if obstacle:
                trouble, helper = self.trouble(task)
            life.report(
                self.officer_of(task.lead),
                task,
                stage=stage,
                words=words,
                words_en=words_en,
                obstacle=trouble,
                help_from=helper,
                files=self.files(task, moment),
                now=moment,
            )

        return act

    def trouble(self, task: Task) -> tuple[str, Authority | None]:
        """Return an obstacle and the authority whose help is needed, if the region has it."""
        script = self.script
        words, department = script.words.pair(task.kind, "obstacles")
        if department == "office":
            return words + MARK, script.office.authority
        slugs = [city.slug for city in script.cities.values()]
        script.chance.shuffle(slugs)
        keys = (f"{slug}-{department}" for slug in slugs)
        found = next((script.authorities[key] for key in keys if key in script.authorities), None)
        return words + MARK, found if found != task.lead else None

    def files(self, task: Task, moment: datetime) -> list[HandedIn]:
        """Return a small file for about one report in nine."""
        draw = self.script.chance.random()
        day = timezone.localdate(moment)
        if draw < 0.05:
            return [HandedIn(f"{task.number}进展佐证{MARK}.pdf", demonstration_pdf(task, day))]
        if draw < 0.08:
            return [HandedIn(f"{task.number}现场示意{MARK}.png", demonstration_png(task.order))]
        if draw < 0.11:
            text = f"演示文件，内容虚构。\n任务 {task.number}：{task.text_zh}\n日期：{day}\n"
            return [HandedIn(f"{task.number}会议纪要{MARK}.txt", text.encode())]
        return []

    def officer_of(self, authority: Authority) -> User:
        """Return the officer who deals with this task in an authority; mostly the same one."""
        people = self.script.officers[authority.pk]
        if authority.pk not in self.officer:
            self.officer[authority.pk] = self.script.chance.choice(people)
        return self.officer[authority.pk]


class Wording:
    """Draws words from demonstration.toml."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    @cached_property
    def texts(self) -> dict[str, dict[str, list[Any]]]:
        """The file, read once."""
        return tomllib.loads(WORDS.read_text(encoding="utf-8"))

    def pair(self, chapter: str, name: str) -> tuple[str, str]:
        """Draw a pair: Chinese and English, or an obstacle and who can help."""
        first, second = self.chance.choice(self.texts[chapter][name])
        return first, second

    def office(self, name: str) -> str:
        """Draw what the office or an authority says in an act."""
        return str(self.chance.choice(self.texts["office"][name]))

    def report(self, task: Task, name: str) -> tuple[str, str]:
        """Draw the words of a report in Chinese and English."""
        zh, en = self.pair(task.kind, name)
        zh = zh.format(about=about(task))
        if name != task.ladder[-1].key and self.chance.random() < 0.6:
            next_zh, next_en = self.pair(task.kind, "next")
            zh, en = zh + next_zh, f"{en} {next_en}"
        return zh + MARK, en + MARK_EN


def about(task: Task) -> str:
    """Return how a report names its task: by its object where that is short enough to quote."""
    words = task.object_words
    if 2 < len(words) <= 30 and not any(mark in words for mark in "，。；“”"):
        return f"围绕“{words}”"
    return "围绕本项任务"


def demonstration_pdf(task: Task, day: date) -> bytes:
    """Return a PDF of one page that says that it is an invented file."""
    lines = ["DEMONSTRATION - INVENTED", f"Task {task.number}", day.isoformat()]
    drawn = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 20 Tf 72 720 Td 30 TL {drawn} ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    content = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, rows, size, len(content))
    )


def demonstration_png(seed: int, width: int = 240, height: int = 135) -> bytes:
    """Return a picture of stripes, plainly not a photograph."""
    shade = 90 + seed * 37 % 120
    row_of = {
        dark: b"\x00" + bytes((shade, 140, 200 - 60 * dark)) * width for dark in (False, True)
    }
    raw = b"".join(row_of[row // 9 % 2 == 1] for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )
