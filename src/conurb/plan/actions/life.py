"""The life of a task: proposed, accepted or returned, supported, reported, withdrawn.

Every act checks who may do it, holds the row of the task while it writes, keeps the light and the
supervision of the task in step, and stands in the journal under a code: task.propose, task.accept,
task.return, task.end-lead, task.ask-support, task.accept-support, task.return-support,
task.end-support, task.withdraw, task.restore, task.redate, task.report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.journal import files as storage
from conurb.journal.actions import record
from conurb.journal.uploads import Accepted, HandedIn, UploadError, check_all
from conurb.plan import reporting
from conurb.plan.actions.lighting import refresh_light
from conurb.plan.actions.settling import settle
from conurb.plan.models import Assignment, Evidence, Report, Task
from conurb.plan.queries.proposals import Competences
from conurb.plan.reporting import FAULTY_FIELD, REASON_LENGTH, WORDS_LIMIT, Fault, Said, TaskThen
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import Acting, acting_for, require_office
from conurb.region.models import Authority, RegionState, User, coordinates, in_language
from conurb.urn import new_urn

OPEN = (Assignment.State.PROPOSED, Assignment.State.ACCEPTED)

FAULT_WORDS: dict[Fault, Promise] = {
    Fault.WITHDRAWN: gettext_lazy("This task was withdrawn; it takes no reports."),
    Fault.DONE: gettext_lazy(
        "This task is done; it takes no further reports. A report that was wrong can be corrected."
    ),
    Fault.NO_WORDS: gettext_lazy("Say in words what was done."),
    Fault.TOO_LONG: gettext_lazy("At most %(limit)s characters; attach longer texts as a file."),
    Fault.UNKNOWN_STAGE: gettext_lazy("This kind of task has no such stage."),
    Fault.NOT_LEAD: gettext_lazy("Only the lead reports the stage. Report your part in words."),
    Fault.LOWERED_WITHOUT_REASON: gettext_lazy(
        "The stage goes down. Say why, in at least %(length)s characters."
    ),
    Fault.IN_FUTURE: gettext_lazy("The day of a report cannot lie in the future."),
    Fault.BEFORE_START: gettext_lazy("The day of a report cannot lie before the task's start."),
    Fault.HELP_WITHOUT_OBSTACLE: gettext_lazy("Say what the obstacle is that you need help with."),
    Fault.HELP_FROM_SELF: gettext_lazy("Help is asked of another authority than your own."),
}


@dataclass(frozen=True)
class Reason:
    """Why an authority is asked, in Chinese, and in English where somebody wrote it."""

    zh: str
    en: str = ""


@transaction.atomic
def propose_lead(
    actor: User,
    task: Task,
    authority: Authority,
    reason: str,
    *,
    reason_en: str = "",
    now: datetime | None = None,
) -> Assignment:
    """Put `task` to `authority` to lead, with the reason why.

    Whoever led it before, or was asked to, is relieved. Raises RefusedError where the task is
    withdrawn or done, the authority inactive, or already leading.
    """
    require_office(actor)
    task = locked(task)
    _require_open(task)
    _require_active(authority)
    _require_words(reason, "reason", _("Say why this authority is to lead."))
    if task.lead_id == authority.pk and task.lead_state in OPEN:
        raise RefusedError(
            _("%(authority)s leads this task already or was asked to.")
            % {"authority": authority.short}
        )
    moment = now or timezone.now()
    _relieve(actor, task, authority, moment)
    return _propose_lead(actor, task, authority, Reason(reason, reason_en), moment)


@transaction.atomic
def propose_all(actor: User, *, now: datetime | None = None) -> list[Assignment]:
    """Put every task of the current plan that was put to nobody yet to the authority it falls to.

    Returns the proposals to lead; the counterparts in other cities are asked to support.
    """
    require_office(actor)
    moment = now or timezone.now()
    tasks = list(
        Task.everything.select_for_update(of=("self",))
        .filter(
            item__field__plan__is_current=True,
            lead_state=Task.LeadState.UNPROPOSED,
            withdrawn_reason="",
        )
        .order_by("order")
    )
    competences = Competences.load()
    authorities = {each.key: each for each in Authority.objects.filter(active=True)}
    made = []
    for task in tasks:
        proposal = competences.proposal_for(task)
        reason = Reason(proposal.reason_zh, proposal.reason_en)
        made.append(_propose_lead(actor, task, authorities[proposal.lead], reason, moment))
        for key in proposal.supports:
            _ask_support(actor, task, authorities[key], reason, moment)
    return made


@transaction.atomic
def accept(actor: User, assignment: Assignment, *, now: datetime | None = None) -> Assignment:
    """Take on what was proposed, to lead or to support."""
    task, assignment, acting = _to_answer(actor, assignment)
    moment = now or timezone.now()
    assignment.state = Assignment.State.ACCEPTED
    assignment.answered_at = moment
    assignment.save(update_fields=["state", "answered_at"])
    leads = assignment.role == Assignment.Role.LEAD
    if leads:
        task.lead_state = Task.LeadState.ACCEPTED
        task.save(update_fields=["lead_state"])
        _keep_in_step(task, moment)
    _write(actor, "task.accept" if leads else "task.accept-support", task, acting, moment)
    return assignment


@transaction.atomic
def give_back(
    actor: User, assignment: Assignment, reason: str, *, now: datetime | None = None
) -> Assignment:
    """Return what was proposed, with the reason."""
    task, assignment, acting = _to_answer(actor, assignment)
    _require_words(reason, "reason", _("Say why the task is returned."))
    moment = now or timezone.now()
    assignment.state = Assignment.State.RETURNED
    assignment.answer = reason.strip()
    assignment.answered_at = moment
    assignment.save(update_fields=["state", "answer", "answered_at"])
    leads = assignment.role == Assignment.Role.LEAD
    if leads:
        task.lead = None
        task.lead_state = Task.LeadState.RETURNED
        task.save(update_fields=["lead", "lead_state"])
        _keep_in_step(task, moment)
    verb = "task.return" if leads else "task.return-support"
    _write(actor, verb, task, acting, moment, reason=reason.strip())
    return assignment


@transaction.atomic
def ask_support(
    actor: User, task: Task, authority: Authority, reason: str, *, now: datetime | None = None
) -> Assignment:
    """Ask another authority, of any city, to support the lead, with the reason.

    Officers of the authority that has accepted to lead may ask, and the office.
    """
    task = locked(task)
    if not coordinates(actor):
        acting_for(actor, _require_lead(task))
    _require_open(task)
    _require_active(authority)
    _require_words(reason, "reason", _("Say what support is needed."))
    if task.lead_id == authority.pk:
        raise RefusedError(_("The lead does not support itself."), status=422, field="authority")
    if Assignment.everything.filter(task=task, authority=authority, state__in=OPEN).exists():
        raise RefusedError(
            _("%(authority)s supports this task already or was asked to.")
            % {"authority": authority.short},
            field="authority",
        )
    return _ask_support(actor, task, authority, Reason(reason), now or timezone.now())


@transaction.atomic
def end_support(actor: User, assignment: Assignment, *, now: datetime | None = None) -> Assignment:
    """Relieve a supporting authority, or take back the question; by the lead or the office."""
    task = locked(assignment.task)
    assignment = Assignment.everything.get(pk=assignment.pk)
    if not coordinates(actor):
        acting_for(actor, _require_lead(task))
    if assignment.role != Assignment.Role.SUPPORT or assignment.state not in OPEN:
        raise RefusedError(_("This support has ended already."))
    moment = now or timezone.now()
    assignment.state = Assignment.State.ENDED
    assignment.save(update_fields=["state"])
    detail = {"supporting": assignment.authority.key}
    _write(actor, "task.end-support", task, None, moment, **detail)
    return assignment


@transaction.atomic
def withdraw(actor: User, task: Task, reason: str, *, now: datetime | None = None) -> Task:
    """Take a task out of what is to be done, with the reason."""
    require_office(actor)
    task = locked(task)
    _require_words(reason, "reason", _("Say why the task is withdrawn."))
    if task.withdrawn_reason:
        raise RefusedError(_("This task was withdrawn already."))
    moment = now or timezone.now()
    task.withdrawn_reason = reason.strip()
    task.save(update_fields=["withdrawn_reason"])
    _keep_in_step(task, moment)
    _write(actor, "task.withdraw", task, None, moment, reason=reason.strip())
    return task


@transaction.atomic
def restore(actor: User, task: Task, reason: str, *, now: datetime | None = None) -> Task:
    """Put a withdrawn task back, with the reason; it stands where it stood."""
    require_office(actor)
    task = locked(task)
    _require_words(reason, "reason", _("Say why the task is restored."))
    if not task.withdrawn_reason:
        raise RefusedError(_("This task is not withdrawn."))
    moment = now or timezone.now()
    task.withdrawn_reason = ""
    task.save(update_fields=["withdrawn_reason"])
    _keep_in_step(task, moment)
    _write(actor, "task.restore", task, None, moment, reason=reason.strip())
    return task


@transaction.atomic
def set_dates(
    actor: User,
    task: Task,
    due: date | None,
    reason: str,
    *,
    start: date | None = None,
    now: datetime | None = None,
) -> Task:
    """Set when the task is due (None: at no certain day) and from when its time counts.

    What the words of the plan say stays in `due_as_written`. Raises RefusedError where the due day
    lies before the start or nothing would change.
    """
    require_office(actor)
    task = locked(task)
    _require_open(task)
    _require_words(reason, "reason", _("Say why the dates are set so."))
    starts = start or task.start
    if due is not None and due < starts:
        raise RefusedError(
            _("The due day cannot lie before the start, %(start)s.")
            % {"start": starts.isoformat()},
            status=422,
            field="due",
        )
    if (starts, due) == (task.start, task.due):
        raise RefusedError(_("The task has these dates already."), status=422, field="due")
    moment = now or timezone.now()
    detail = {
        "reason": reason.strip(),
        "old_due": _iso(task.due),
        "new_due": _iso(due),
        "old_start": _iso(task.start),
        "new_start": _iso(starts),
    }
    task.start, task.due = starts, due
    task.save(update_fields=["start", "due"])
    _keep_in_step(task, moment)
    _write(actor, "task.redate", task, None, moment, **detail)
    return task


@transaction.atomic
def report(
    actor: User,
    task: Task,
    *,
    words: str,
    stage: str | None = None,
    words_en: str = "",
    obstacle: str = "",
    help_from: Authority | None = None,
    made_on: date | None = None,
    files: Sequence[HandedIn] = (),
    corrects: Report | None = None,
    now: datetime | None = None,
) -> Report:
    """Say how far a task is. `stage` None leaves it where it is; `made_on` None is today.

    Officers of the lead report the stage, officers of a supporting authority words alone, the
    office for the lead. Raises NotCompetentError for others, RefusedError (409 for the state of the
    task, 422 with the name of the field for what was said).
    """
    moment = now or timezone.now()
    # the row of the task is what orders reports made at the same time
    task = locked(task)
    acting = _reporting_for(actor, task)
    said = Said(
        stage=stage or task.stage,
        words=words,
        made_on=made_on or timezone.localdate(moment),
        is_lead=acting.authority.pk == task.lead_id,
        obstacle=obstacle,
        asks_help=help_from is not None,
        asks_itself=help_from is not None and help_from.pk == acting.authority.pk,
        is_correction=corrects is not None,
    )
    _require_sayable(task, said, timezone.localdate(moment))
    _require_correctable(task, acting, corrects)
    accepted = _accepted(files)
    made = Report.everything.create(
        urn=new_urn("report"),
        task=task,
        sequence=next_sequence(task),
        authority=acting.authority,
        officer=actor,
        stage=said.stage,
        words=words.strip(),
        words_en=words_en.strip(),
        obstacle=obstacle.strip(),
        help_from=help_from,
        corrects=corrects,
        made_on=said.made_on,
        created_at=moment,
    )
    for file in accepted:
        stored = storage.store(file.content)
        Evidence.everything.create(
            urn=new_urn("evidence"),
            report=made,
            filename=file.filename,
            media_type=file.media_type,
            sha256=stored.sha256,
            size=stored.size,
        )
    detail = {"sequence": made.sequence, "kind": task.kind, "from": task.stage, "to": said.stage}
    task.stage = said.stage
    task.last_report_at = moment
    task.report_count = made.sequence
    task.save(update_fields=["stage", "last_report_at", "report_count"])
    _keep_in_step(task, moment)
    _write(actor, "task.report", task, acting, moment, files=len(accepted), **detail)
    return made


def locked(task: Task) -> Task:
    """Return the task as it stands, its row held until the transaction ends.

    PostgreSQL holds the row; SQLite has one writer at a time, which took its turn at BEGIN.
    """
    return Task.everything.select_for_update().get(pk=task.pk)


def fault_words(fault: Fault) -> str:
    """Say in the language of the moment which rule a report breaks."""
    return str(FAULT_WORDS[fault]) % {"limit": WORDS_LIMIT, "length": REASON_LENGTH}


def next_sequence(task: Task) -> int:
    """Return the number of the task's next report."""
    return task.report_count + 1


def _propose_lead(
    actor: User,
    task: Task,
    authority: Authority,
    reason: Reason,
    moment: datetime,
) -> Assignment:
    made = _asked(actor, task, authority, Assignment.Role.LEAD, reason, moment)
    task.lead = authority
    task.lead_state = Task.LeadState.PROPOSED
    task.save(update_fields=["lead", "lead_state"])
    _keep_in_step(task, moment)
    _write(actor, "task.propose", task, None, moment, lead=authority.key, reason=made.reason_zh)
    return made


def _relieve(actor: User, task: Task, successor: Authority, moment: datetime) -> None:
    """End the lead's assignment, and whatever the successor did for this task so far."""
    leads = Assignment.everything.filter(task=task, role=Assignment.Role.LEAD, state__in=OPEN)
    for former in leads.select_related("authority"):
        _write(actor, "task.end-lead", task, None, moment, lead=former.authority.key)
    leads.update(state=Assignment.State.ENDED)
    Assignment.everything.filter(task=task, authority=successor, state__in=OPEN).update(
        state=Assignment.State.ENDED
    )


def _ask_support(
    actor: User,
    task: Task,
    authority: Authority,
    reason: Reason,
    moment: datetime,
) -> Assignment:
    made = _asked(actor, task, authority, Assignment.Role.SUPPORT, reason, moment)
    detail = {"supporting": authority.key, "reason": made.reason_zh}
    _write(actor, "task.ask-support", task, None, moment, **detail)
    return made


def _asked(
    actor: User,
    task: Task,
    authority: Authority,
    role: str,
    reason: Reason,
    moment: datetime,
) -> Assignment:
    """Ask an authority to take a part in a task; it has yet to answer."""
    return Assignment.everything.create(
        urn=new_urn("assignment"),
        task=task,
        authority=authority,
        role=role,
        reason_zh=reason.zh.strip(),
        reason_en=reason.en.strip(),
        asked_by=actor.authority or _office(),
        proposed_at=moment,
    )


def _to_answer(actor: User, assignment: Assignment) -> tuple[Task, Assignment, Acting]:
    task = locked(assignment.task)
    fresh = Assignment.everything.select_related("authority").get(pk=assignment.pk)
    acting = acting_for(actor, fresh.authority)
    _require_open(task)
    if fresh.state != Assignment.State.PROPOSED:
        raise RefusedError(
            _("This proposal was answered or taken back already (%(state)s).")
            % {"state": fresh.get_state_display()}
        )
    return task, fresh, acting


def _reporting_for(actor: User, task: Task) -> Acting:
    lead = _require_lead(task)
    if actor.authority_id is not None and actor.authority_id != lead.pk:
        support = (
            Assignment.everything.filter(
                task=task,
                authority_id=actor.authority_id,
                role=Assignment.Role.SUPPORT,
                state=Assignment.State.ACCEPTED,
            )
            .select_related("authority")
            .first()
        )
        if support is not None:
            return Acting(support.authority)
    if not coordinates(actor) and actor.authority_id != lead.pk:
        raise NotCompetentError(
            _("%(authority)s leads this task; its officers report, and those who support it.")
            % {"authority": lead.short}
        )
    return acting_for(actor, lead)


def _require_sayable(task: Task, said: Said, today: date) -> None:
    then = TaskThen(task.kind, task.stage, task.start, bool(task.withdrawn_reason))
    for fault in reporting.faults(then, said, today):
        field = FAULTY_FIELD.get(fault, "")
        raise RefusedError(fault_words(fault), status=422 if field else 409, field=field)


def _require_correctable(task: Task, acting: Acting, corrected: Report | None) -> None:
    if corrected is None:
        return
    if corrected.task_id != task.pk or corrected.authority_id != acting.authority.pk:
        raise RefusedError(
            _("Only a report of your own authority on this task can be corrected."),
            status=422,
            field="corrects",
        )
    if Report.everything.filter(corrects=corrected).exists():
        raise RefusedError(
            _("This report was corrected already; correct the correction."),
            field="corrects",
        )


def _accepted(files: Sequence[HandedIn]) -> tuple[Accepted, ...]:
    try:
        return check_all(files)
    except UploadError as fault:
        words = in_language(fault.message_zh, fault.message_en)
        raise RefusedError(words, status=422, field="files") from fault


def _keep_in_step(task: Task, moment: datetime) -> None:
    refresh_light(task)
    settle(task, now=moment)


def _write(
    actor: User, verb: str, task: Task, acting: Acting | None, moment: datetime, **detail: Any
) -> None:
    if acting is not None and acting.on_behalf:
        detail["on_behalf"] = True
    record(
        actor,
        verb,
        urn=task.urn,
        name=f"{task.number} {task.text_zh}",
        authority=acting.authority if acting else None,
        at=moment,
        **detail,
    )


def _require_open(task: Task) -> None:
    if task.withdrawn_reason:
        raise RefusedError(_("This task was withdrawn. Restore it first."))


def _require_active(authority: Authority) -> None:
    if not authority.active:
        raise RefusedError(
            _("%(authority)s no longer stands in the region.") % {"authority": authority.short},
            status=422,
            field="authority",
        )


def _require_words(words: str, field: str, message: str) -> None:
    if len(words.strip()) < 2:
        raise RefusedError(message, status=422, field=field)
    if len(words) > WORDS_LIMIT:
        raise RefusedError(fault_words(Fault.TOO_LONG), status=422, field=field)


def _require_lead(task: Task) -> Authority:
    if task.lead is None or task.lead_state != Task.LeadState.ACCEPTED:
        raise RefusedError(_("No authority has accepted to lead this task yet."))
    return task.lead


def _office() -> Authority | None:
    state = RegionState.objects.select_related("office").first()
    return state.office if state else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
