"""What time alone does to cases: what was not completed lapses, limits are counted again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from conurb.desk import limits
from conurb.desk.actions import deciding, telling
from conurb.desk.actions.moving import count_limit, locked, move, today_of
from conurb.desk.models import Case, ClockStop, Opinion, WrongTry
from conurb.desk.queries.calendar import calendar
from conurb.desk.stages import CLOCK_RUNS, State, Verb

LAPSED = "办件逾期未补正，申请终止"
"""Why a record ends whose grant was overturned and whose application then lapsed."""

FORGET_TRIES_AFTER = timedelta(days=1)
FORGET_DRAFTS_AFTER = timedelta(days=180)


def lapse_overdue(now: datetime | None = None) -> list[Case]:
    """End the cases that were not completed in time, and tell their applicants.

    By the platform itself, each in a transaction of its own; the applicant may apply anew.
    """
    moment = now or timezone.now()
    overdue = Case.everything.filter(state=State.WAITING, complete_by__lt=today_of(moment))
    return [
        lapsed for case in overdue.order_by("pk") if (lapsed := _lapse(case, moment)) is not None
    ]


@transaction.atomic
def _lapse(case: Case, moment: datetime) -> Case | None:
    case = locked(case)
    still = case.state == State.WAITING and case.complete_by is not None
    if not still or case.complete_by >= today_of(moment):  # type: ignore[operator]
        return None
    ClockStop.objects.filter(case=case, ended_at=None).update(ended_at=moment)
    move(
        None,
        case,
        Verb.LAPSE,
        moment,
        changed=deciding.forgo(case, LAPSED, moment),
        until=case.complete_by.isoformat() if case.complete_by else "",
    )
    telling.tell(case, "lapsed", moment)
    return case


def recount(now: datetime | None = None) -> int:
    """Count the limits of running cases again, for a calendar that has got another year.

    Returns how many changed.
    """
    changed = 0
    for case in Case.everything.filter(state__in=CLOCK_RUNS).order_by("pk"):
        changed += _recount(case)
    for opinion in Opinion.objects.filter(answer="", due_on=None):
        opinion.due_on = limits.day_after(calendar(), today_of(opinion.asked_at), opinion.days)
        if opinion.due_on is not None:
            opinion.save(update_fields=["due_on"])
            changed += 1
    return changed


@transaction.atomic
def _recount(case: Case) -> int:
    case = locked(case)
    if case.state not in CLOCK_RUNS:
        return 0
    before = case.due_on, case.warn_on
    count_limit(case)
    if (case.due_on, case.warn_on) == before:
        return 0
    case.save(update_fields=["due_on", "warn_on"])
    return 1


@transaction.atomic
def forget(now: datetime | None = None) -> int:
    """Delete what is no longer needed: wrong tries of a day ago, drafts left for half a year.

    Personal data is kept no longer than its purpose needs (PIPL art. 19). Returns how many drafts.
    """
    moment = now or timezone.now()
    WrongTry.objects.filter(at__lt=moment - FORGET_TRIES_AFTER).delete()
    left = Case.everything.filter(state=State.DRAFT, changed_at__lt=moment - FORGET_DRAFTS_AFTER)
    count = 0
    for draft in left.select_for_update():
        draft.files.all().delete()
        draft.delete()
        count += 1
    return count


@dataclass(frozen=True)
class Day:
    """What a day's work did."""

    lapsed: int
    recounted: int
    mailed: int
    not_mailed: int
    forgotten: int


def work(now: datetime | None = None) -> Day:
    """Do the day's work: lapse, count again, mail again, forget."""
    lapsed = lapse_overdue(now)
    counted = recount(now)
    mailed = telling.mail_again(now=now)
    return Day(len(lapsed), counted, mailed.sent, len(mailed.failed), forget(now))
