"""What stands in everybody's digest of a day: a handful of queries for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from conurb.plan.lights import DUE_SOON_WITHIN
from conurb.plan.models import Assignment, Digest, Task
from conurb.region.models import User


@dataclass(frozen=True)
class Letter:
    """One person's digest. A task stands in the first list that it fits."""

    user: User
    proposals: tuple[Assignment, ...] = ()
    overdue: tuple[Task, ...] = ()
    due_soon: tuple[Task, ...] = ()
    silent: tuple[Task, ...] = ()
    returned: tuple[Task, ...] = ()
    unproposed: int = 0

    @property
    def count(self) -> int:
        """How many matters wait."""
        lists = (self.proposals, self.overdue, self.due_soon, self.silent, self.returned)
        return sum(len(rows) for rows in lists) + self.unproposed


def letters(day: date) -> list[Letter]:
    """Return the digests of `day` that were not sent yet, for whom anything waits."""
    sent = Digest.objects.filter(day=day).values("user")
    people = (
        User.objects.filter(is_active=True, is_system=False, authority__isnull=False)
        .exclude(pk__in=sent)
        .select_related("authority")
        .order_by("username")
    )
    proposals = _by_authority(
        Assignment.everything.filter(
            state="proposed",
            task__item__field__plan__is_current=True,
            task__withdrawn_reason="",
        )
        .select_related("task")
        .order_by("task__order")
    )
    soon = day + DUE_SOON_WITHIN
    waiting = (
        Task.everything.filter(item__field__plan__is_current=True, lead_state="accepted")
        .exclude(light_base__in=("done", "withdrawn"))
        .filter(Q(late_on__lte=day) | Q(due__gte=day, due__lte=soon) | Q(silent_on__lte=day))
        .order_by("due", "order")
    )
    led: dict[int, list[Task]] = {}
    for task in waiting:
        led.setdefault(task.lead_id or 0, []).append(task)
    open_tasks = Task.everything.filter(
        item__field__plan__is_current=True, withdrawn_reason=""
    ).order_by("order")
    returned = tuple(open_tasks.filter(lead_state="returned"))
    unproposed = open_tasks.filter(lead_state="unproposed").count()
    made = []
    for user in people:
        tasks = led.get(user.authority_id or 0, [])
        office = user.authority is not None and user.authority.is_office
        overdue = tuple(t for t in tasks if t.late_on is not None and t.late_on <= day)
        due_soon = tuple(t for t in tasks if t.due is not None and day <= t.due <= soon)
        silent = tuple(t for t in tasks if t not in overdue and t not in due_soon)
        letter = Letter(
            user,
            tuple(proposals.get(user.authority_id or 0, ())),
            overdue,
            due_soon,
            silent,
            returned if office else (),
            unproposed if office else 0,
        )
        if letter.count:
            made.append(letter)
    return made


def _by_authority(rows: Iterable[Assignment]) -> dict[int, list[Assignment]]:
    grouped: dict[int, list[Assignment]] = {}
    for row in rows:
        grouped.setdefault(row.authority_id, []).append(row)
    return grouped
