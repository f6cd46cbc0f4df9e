"""What the bulletin pages read: the months, and a month's content as composed or as issued."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from conurb.journal.models import Entry
from conurb.plan.bulletins import (
    Content,
    Frame,
    Month,
    ReportFacts,
    TaskFacts,
    Text,
    compose,
)
from conurb.plan.models import Assignment, Bulletin, Plan, Report, Task
from conurb.region.models import Authority, City, RegionState, User, coordinates

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Actor = User | AnonymousUser


@dataclass(frozen=True)
class MonthRow:
    """One month of the list; `bulletin` is None where nothing was written yet."""

    month: Month
    bulletin: Bulletin | None
    is_issued: bool
    reports: int

    @property
    def number(self) -> int | None:
        """The issue's number, once issued."""
        return self.bulletin.content.get("number") if self.bulletin and self.is_issued else None


@dataclass(frozen=True)
class Issue:
    """A month's bulletin as somebody may see it."""

    month: Month
    bulletin: Bulletin | None
    content: Content
    introduction: Text

    @property
    def is_issued(self) -> bool:
        """Tell whether it went out."""
        return self.bulletin is not None and self.bulletin.state == Bulletin.State.ISSUED

    @property
    def version(self) -> int:
        """The version an editor starts from; 0 where nothing was written yet."""
        return self.bulletin.version if self.bulletin else 0


def months(actor: Actor, plan: Plan, today: date) -> list[MonthRow]:
    """Return the months there is something to read of, the latest first.

    The public sees the issued ones, of earlier plans too; the office besides every month with a
    report on `plan`, and the current one.
    """
    visible = Bulletin.objects.visible_to(actor)
    rows = visible.filter(Q(plan=plan) | Q(state=Bulletin.State.ISSUED)).order_by("plan__year")
    written = {Month(bulletin.year, bulletin.month): bulletin for bulletin in rows}
    reports = _reports_a_month(actor, plan)
    known = set(written)
    if coordinates(actor):
        known |= {month for month in reports if month <= Month.of(today)} | {Month.of(today)}
    return [
        MonthRow(
            month,
            written.get(month),
            month in written and written[month].state == Bulletin.State.ISSUED,
            reports.get(month, 0),
        )
        for month in sorted(known, reverse=True)
    ]


def _reports_a_month(actor: Actor, plan: Plan) -> dict[Month, int]:
    rows = (
        Report.objects.visible_to(actor)
        .filter(task__item__field__plan=plan)
        .order_by()
        .annotate(first=TruncMonth("made_on"))
        .values_list("first")
        .annotate(number=Count("pk"))
    )
    return {Month.of(first): number for first, number in rows}


def plan_of_month(actor: Actor, month: Month) -> Plan | None:
    """Return the plan whose bulletin this month's is: that of the issued one, else the current."""
    issued_one = (
        Bulletin.objects.visible_to(actor)
        .filter(year=month.year, month=month.month, state=Bulletin.State.ISSUED)
        .select_related("plan")
        .order_by("-plan__year")
        .first()
    )
    return issued_one.plan if issued_one else Plan.objects.filter(is_current=True).first()


def issue_of(actor: Actor, plan: Plan, month: Month, *, now: datetime) -> Issue | None:
    """Return a month's bulletin as `actor` may see it, None where it may not see any.

    An issued one is what was frozen then. A draft is composed anew, for the office alone.
    """
    bulletin = (
        Bulletin.objects.visible_to(actor)
        .filter(plan=plan, year=month.year, month=month.month)
        .first()
    )
    if bulletin is not None and bulletin.state == Bulletin.State.ISSUED:
        kept = Content.from_json(bulletin.content)
        content = kept if Report.candid(actor) else kept.for_public()
    elif coordinates(actor) and month <= Month.of(timezone.localdate(now)):
        content = composed(actor, plan, month, now=now)
    else:
        return None
    introduction = (
        Text(bulletin.introduction_zh, bulletin.introduction_en) if bulletin else Text("")
    )
    return Issue(month, bulletin, content, introduction)


def composed(actor: Actor, plan: Plan, month: Month, *, now: datetime) -> Content:
    """Compose a month's bulletin from what was known at `now`; nine queries, whatever the size."""
    as_of = min(month.last, timezone.localdate(now))
    content = compose(
        frame_of(plan), month, as_of, task_facts(actor, plan, now), issued(actor, plan, month)
    )
    return replace(content, number=None)


def frame_of(plan: Plan) -> Frame:
    """Return what a bulletin of this plan is about."""
    state = RegionState.objects.select_related("office").first()
    office = (state.office if state else None) or Authority.objects.filter(is_office=True).first()
    return Frame(
        region=Text(state.name_zh, state.name_en) if state else Text(""),
        office=Text(office.name_zh, office.name_en) if office else Text(""),
        plan_year=plan.year,
        fields=tuple(
            (field.number, Text(field.name_zh, field.name_en))
            for field in plan.fields.order_by("order")
        ),
        cities=tuple((city.code, Text(city.name_zh, city.name_en)) for city in City.objects.all()),
    )


def issued(actor: Actor, plan: Plan, but: Month) -> dict[Month, datetime]:
    """Return when the plan's other bulletins went out."""
    rows = Bulletin.objects.visible_to(actor).filter(plan=plan, state=Bulletin.State.ISSUED)
    return {
        Month(year, month): at
        for year, month, at in rows.values_list("year", "month", "issued_at")
        if at is not None and Month(year, month) != but
    }


def task_facts(actor: Actor, plan: Plan, now: datetime) -> list[TaskFacts]:
    """Return the plan's tasks with their history up to `now`."""
    history = _History.load(actor, plan, now)
    reports = (
        Report.objects.visible_to(actor)
        .filter(created_at__lte=now)
        .select_related("help_from")
        .order_by("sequence")
    )
    accepted = (
        Assignment.objects.visible_to(actor)
        .filter(role=Assignment.Role.LEAD, answered_at__lte=now)
        .exclude(state__in=[Assignment.State.PROPOSED, Assignment.State.RETURNED])
        .select_related("authority")
        .order_by("answered_at")
    )
    tasks = (
        Task.objects.visible_to(actor)
        .filter(item__field__plan=plan)
        .select_related("item__field")
        .prefetch_related(
            "cities",
            Prefetch("reports", reports, to_attr="told"),
            Prefetch("assignments", accepted, to_attr="given"),
        )
    )
    return [history.facts(task) for task in tasks]


@dataclass(frozen=True)
class _History:
    """What the journal tells of dates and withdrawals, by the tasks' URNs."""

    redated: dict[str, list[tuple[date, date | None]]]
    withdrawn: dict[str, date]

    @classmethod
    def load(cls, actor: Actor, plan: Plan, now: datetime) -> _History:
        redated: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
        withdrawn: dict[str, date] = {}
        entries = (
            Entry.objects.visible_to(actor)
            .filter(verb__in=["task.redate", "task.withdraw"], at__lte=now)
            .order_by("at", "pk")
        )
        for entry in entries:
            day = timezone.localdate(entry.at)
            if entry.verb == "task.withdraw":
                withdrawn[entry.object_urn] = day
            elif entry.detail.get("old_due") != entry.detail.get("new_due"):
                before = entry.detail.get("old_due")
                redated[entry.object_urn].append(
                    (day, date.fromisoformat(before) if before else None)
                )
        return cls(redated, withdrawn)

    def facts(self, task: Task) -> TaskFacts:
        given = task.given[-1] if task.given else None  # type: ignore[attr-defined]
        lead = given.authority if given and given.state == Assignment.State.ACCEPTED else None
        return TaskFacts(
            key=task.key,
            number=task.number,
            field_number=task.item.field.number,
            text=Text(task.text_zh, task.text_en),
            kind=task.kind,
            start=task.start,
            cities=tuple(city.code for city in task.cities.all()),
            lead=Text(lead.short_zh, lead.short_en or lead.name_en) if lead else None,
            given_on=timezone.localdate(given.answered_at) if lead and given else None,
            due=task.due,
            redated=tuple(self.redated.get(task.urn, ())),
            withdrawn_on=self.withdrawn.get(task.urn) if task.withdrawn_reason else None,
            reports=tuple(_report_facts(report) for report in task.told),  # type: ignore[attr-defined]
        )


def _report_facts(report: Report) -> ReportFacts:
    helper = report.help_from
    return ReportFacts(
        stage=report.stage,
        words=Text(report.words, report.words_en),
        made_on=report.made_on,
        recorded_at=report.created_at,
        recorded_on=timezone.localdate(report.created_at),
        obstacle=report.obstacle,
        help_from=Text(helper.short_zh, helper.short_en or helper.name_en) if helper else None,
    )
