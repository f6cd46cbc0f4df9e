"""The office's list of tasks that are overdue, silent, stuck or returned, and working it off.

Codes in the journal: supervision.open, supervision.remind, supervision.meet, supervision.redate,
supervision.close, supervision.settle (closed by itself when the cause was gone).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.plan.actions.life import set_dates
from conurb.plan.actions.settling import settle_all
from conurb.plan.causes import CAUSES, Cause, may_reopen
from conurb.plan.models import Report, Supervision, SupervisionStep, Task
from conurb.refusal import RefusedError
from conurb.region.competence import require_office
from conurb.region.models import User
from conurb.urn import new_urn

WORDS_LIMIT = 2000


@transaction.atomic
def open_due_supervisions(
    *, actor: User | None = None, now: datetime | None = None
) -> list[Supervision]:
    """Open a case for every cause that stands today and has none; close those that settled.

    Doing it twice opens nothing twice. `actor` None is the platform itself. Returns what was
    opened.
    """
    if actor is not None:
        require_office(actor)
    moment = now or timezone.now()
    day = timezone.localdate(moment)
    settle_all(now=moment)
    opened = [
        Supervision(urn=new_urn("supervision"), task=task, reason=cause, opened_on=day)
        for cause in CAUSES
        for task in _due_for(cause, day)
    ]
    # another process may open the same cases in the same moment: then its rows are kept
    Supervision.everything.bulk_create(opened, ignore_conflicts=True)
    urns = [case.urn for case in opened]
    kept = list(Supervision.everything.filter(urn__in=urns).select_related("task"))
    for case in kept:
        _write(actor, "supervision.open", case, moment)
    return kept


@transaction.atomic
def remind(
    actor: User, case: Supervision, words: str = "", *, now: datetime | None = None
) -> SupervisionStep:
    """Note that the lead is reminded. The mail itself is `digest.send_reminders`."""
    case = _open_case(actor, case)
    if case.task.lead_id is None:
        raise RefusedError(_("The task has no lead to remind. Propose it to an authority first."))
    return _step(actor, case, SupervisionStep.Action.REMIND, words, now)


@transaction.atomic
def remind_all(
    actor: User, cases: Iterable[Supervision], words: str = "", *, now: datetime | None = None
) -> list[SupervisionStep]:
    """Remind in every case whose task has a lead; the others are left out."""
    require_office(actor)
    with_lead = [case for case in cases if case.closed_on is None and case.task.lead_id]
    return [remind(actor, case, words, now=now) for case in with_lead]


@transaction.atomic
def meet(
    actor: User, case: Supervision, meets_on: date, words: str, *, now: datetime | None = None
) -> SupervisionStep:
    """Note a meeting with the lead: its day, past or to come, and what it is or was about."""
    case = _open_case(actor, case)
    _require_words(words, _("Say what the meeting is about, or what was agreed."))
    return _step(actor, case, SupervisionStep.Action.MEET, words, now, meets_on=meets_on)


@transaction.atomic
def redate(
    actor: User, case: Supervision, due: date, reason: str, *, now: datetime | None = None
) -> SupervisionStep:
    """Give the task another due day, with the reason; the case closes if that was its cause."""
    case = _open_case(actor, case)
    moment = now or timezone.now()
    if due < timezone.localdate(moment):
        raise RefusedError(_("The new due day cannot lie in the past."), status=422, field="due")
    old_due = case.task.due
    step = _step(
        actor, case, SupervisionStep.Action.REDATE, reason, moment, old_due=old_due, new_due=due
    )
    set_dates(actor, case.task, due, reason, now=moment)
    return step


@transaction.atomic
def close(
    actor: User, case: Supervision, words: str, *, now: datetime | None = None
) -> SupervisionStep:
    """Close a case by hand, with words; the same cause opens it again after 30 days."""
    case = _open_case(actor, case)
    _require_words(words, _("Say why the case is closed."))
    moment = now or timezone.now()
    case.closed_on = timezone.localdate(moment)
    case.save(update_fields=["closed_on"])
    return _step(actor, case, SupervisionStep.Action.CLOSE, words, moment)


def _due_for(cause: Cause, day: date) -> Sequence[Task]:
    """Return the tasks for which the cause stands and no case is open or was just closed."""
    tasks = Task.everything.filter(item__field__plan__is_current=True).exclude(
        light_base__in=("done", "withdrawn")
    )
    standing = {
        "overdue": models.Q(late_on__lte=day),
        "silent": models.Q(silent_on__lte=day, lead_state=Task.LeadState.ACCEPTED),
        "returned": models.Q(lead_state=Task.LeadState.RETURNED),
        "stuck": models.Exists(
            Report.everything.filter(
                task=models.OuterRef("pk"), sequence=models.OuterRef("report_count")
            ).exclude(obstacle="")
        ),
    }[cause]
    open_case = Supervision.everything.filter(
        task=models.OuterRef("pk"), reason=cause, closed_on__isnull=True
    )
    closed = _closed_by_hand(cause)
    return [
        task
        for task in tasks.filter(standing).exclude(models.Exists(open_case))
        if may_reopen(closed.get(task.pk), day)
    ]


def _closed_by_hand(cause: Cause) -> dict[int, date]:
    """Return when the office last closed a case of this cause, by task."""
    steps = SupervisionStep.everything.filter(
        action=SupervisionStep.Action.CLOSE, by__isnull=False, supervision__reason=cause
    )
    rows = steps.values("supervision__task").annotate(last=models.Max("supervision__closed_on"))
    return {row["supervision__task"]: row["last"] for row in rows}


def _open_case(actor: User, case: Supervision) -> Supervision:
    require_office(actor)
    fresh = Supervision.everything.select_for_update(of=("self",)).get(pk=case.pk)
    if fresh.closed_on is not None:
        raise RefusedError(_("This case is closed already."))
    return fresh


def _step(
    actor: User,
    case: Supervision,
    action: SupervisionStep.Action,
    words: str,
    now: datetime | None,
    **days: date | None,
) -> SupervisionStep:
    moment = now or timezone.now()
    if len(words) > WORDS_LIMIT:
        raise RefusedError(
            _("At most %(limit)s characters.") % {"limit": WORDS_LIMIT},
            status=422,
            field="words",
        )
    step = SupervisionStep.everything.create(
        supervision=case, action=action, words=words.strip(), by=actor, at=moment, **days
    )
    _write(actor, f"supervision.{action.value}", case, moment, words=words.strip())
    return step


def _write(
    actor: User | None, verb: str, case: Supervision, moment: datetime, **detail: Any
) -> None:
    task = case.task
    detail["cause"] = case.reason
    record(actor, verb, urn=task.urn, name=f"{task.number} {task.text_zh}", at=moment, **detail)


def _require_words(words: str, message: str) -> None:
    if len(words.strip()) < 2:
        raise RefusedError(message, status=422, field="words")
