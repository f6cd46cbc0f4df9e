"""Checking a draft document until it is confirmed or discarded; every change is kept at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.journal.actions import record
from conurb.journal.models import Entry
from conurb.plan.actions.importing import adopt, require_office
from conurb.plan.actions.life import withdraw
from conurb.plan.models import Document, Plan, Task
from conurb.plan.queries.succession import succession
from conurb.plan.reader import Gazetteer, Reading, reread
from conurb.plan.reader import Task as ReadTask
from conurb.plan.reading import gazetteer_of
from conurb.plan.working_copy import (
    LEAST_SURE,
    Edit,
    EditError,
    Op,
    WorkingCopy,
    check,
    lay_over,
    places_in,
    split_at,
    try_edit,
)
from conurb.refusal import RefusedError
from conurb.region.folder import load_region
from conurb.region.models import User

EDIT_FAULTS = {
    "task-gone": gettext_lazy("This task is not there any more. Reload the page."),
    "item-gone": gettext_lazy("This item is not there any more. Reload the page."),
    "no-next": gettext_lazy("There is no next task in this item to merge with."),
    "at-edge": gettext_lazy("A task can only be split inside its words."),
    "no-words": gettext_lazy("Both halves of a split task need words. Choose another place."),
    "deleted": gettext_lazy("This task was deleted. Restore it first."),
}


# what an added task was before it was added
NO_TASK = ReadTask("", (0, 0), "", "operate", "")


class ConflictError(RefusedError):
    """Somebody else changed the draft since it was opened; nothing of this change was kept."""


@dataclass(frozen=True)
class Opened:
    """A draft that is being changed: its row, what was read, what was edited so far."""

    document: Document
    reading: Reading
    edits: list[Edit]


@lru_cache(maxsize=2)
def _gazetteer(folder: Path) -> Gazetteer:
    return gazetteer_of(load_region(folder))


def region_gazetteer() -> Gazetteer:
    """The names the reader knows in this region; read from the folder once a process."""
    return _gazetteer(settings.REGION_PATH)


@transaction.atomic
def decide(
    actor: User,
    document: Document,
    version: int,
    decisions: Mapping[str, bool | None],
    *,
    now: datetime | None = None,
) -> Document:
    """Apply (True) or leave (False) repairs, or let the reader propose again (None), and reread.

    Edits stay; where their task is gone they are listed as such.
    """
    row = _opened(actor, document, version)
    kept = dict(row.decisions)
    known = {repair["id"] for repair in row.reading["repairs"]} | set(kept)
    if not known.issuperset(decisions):
        raise RefusedError(_("This repair is not there any more. Reload the page."))
    for repair, applied in decisions.items():
        if applied is None:
            kept.pop(repair, None)
        else:
            kept[repair] = applied
    if kept == row.decisions:
        return row
    row.decisions = kept
    row.reading = _reread(row).to_json()
    return _keep(
        actor, row, "document.decide", ["decisions", "reading"], now, repairs=len(decisions)
    )


def accept_sure(
    actor: User, document: Document, version: int, *, now: datetime | None = None
) -> Document:
    """Accept every repair that the reader is sure of and nobody has decided."""
    repairs = document.reading["repairs"]
    sure = {
        repair["id"]: True
        for repair in repairs
        if repair["sure"] >= LEAST_SURE and repair["id"] not in document.decisions
    }
    return decide(actor, document, version, sure, now=now)


@transaction.atomic
def edit(
    actor: User,
    document: Document,
    version: int,
    op: Op,
    target: str,
    says: Mapping[str, Any] | None = None,
    *,
    goes_on: bool = False,
    now: datetime | None = None,
) -> Document:
    """Change, merge, delete, restore or add a task, or change the title.

    `target` and `says` as in `conurb.plan.working_copy.Edit`. A change that changes nothing is not
    kept; one that `goes_on` with the person's last change of the same task becomes one edit with
    it, so that "undo" takes back what was typed and not a letter. Raises RefusedError (422) where
    the edit does not fit.
    """
    opened = _unfolded(_opened(actor, document, version))
    said = dict(says or {})
    if op == "change":
        said = _differing(opened, target, said)
        if not said:
            return opened.document
        said |= _named_places(opened, target, said)
        if goes_on and _is_last(opened, actor, target):
            return _extend_last(actor, opened, said, now)
    if op == "add":
        said["places"] = places_in(said["text"], NO_TASK, region_gazetteer())
    return _edit(actor, opened, op, target, said, now)


@transaction.atomic
def split(
    actor: User,
    document: Document,
    version: int,
    target: str,
    text: str,
    place: int,
    *,
    now: datetime | None = None,
) -> Document:
    """Split a task before offset `place` of `text`, its words as the person has them."""
    opened = _unfolded(_opened(actor, document, version))
    try:
        _item, task = _copy(opened).find(target)
        says = split_at(opened.document.text, task.task, text, place)
    except KeyError as gone:
        raise _refusal("task-gone") from gone
    except EditError as error:
        raise _refusal(error.code) from error
    return _edit(actor, opened, "split", target, says, now)


@transaction.atomic
def undo(actor: User, document: Document, version: int, *, now: datetime | None = None) -> Document:
    """Take back the last edit."""
    row = _opened(actor, document, version)
    if not row.edits:
        raise RefusedError(_("There is no edit left to undo."))
    row.edits = row.edits[:-1]
    return _keep(actor, row, "document.undo", ["edits"], now)


@transaction.atomic
def drop_edit(
    actor: User, document: Document, version: int, serial: int, *, now: datetime | None = None
) -> Document:
    """Take out one edit that no longer fits."""
    row = _opened(actor, document, version)
    left = [edit for edit in row.edits if edit["serial"] != serial]
    if len(left) == len(row.edits):
        raise RefusedError(_("This edit is not there any more. Reload the page."))
    row.edits = left
    return _keep(actor, row, "document.undo", ["edits"], now)


@transaction.atomic
def set_heading(
    actor: User,
    document: Document,
    version: int,
    title: str,
    year: int,
    *,
    now: datetime | None = None,
) -> Document:
    """Set the title of the plan and its year; with another year the dates are read anew."""
    opened = _unfolded(_opened(actor, document, version))
    row = opened.document
    if row.year != year:
        row.year = year
        row.reading = _reread(row).to_json()
        _keep(actor, row, "document.edit", ["year", "reading"], now, op="year")
        opened = _unfolded(row)
    if _copy(opened).title == title:
        return row
    return _edit(actor, opened, "title", "", {"title": title}, now)


@transaction.atomic
def discard(
    actor: User, document: Document, version: int, *, now: datetime | None = None
) -> Document:
    """Put a draft away. Nothing is deleted: it can be taken up again."""
    row = _opened(actor, document, version)
    row.state = Document.State.DISCARDED
    return _keep(actor, row, "document.discard", ["state"], now)


@transaction.atomic
def reopen(actor: User, document: Document, *, now: datetime | None = None) -> Document:
    """Take up a discarded draft again."""
    require_office(actor)
    row = Document.everything.select_for_update().get(pk=document.pk)
    if row.state != Document.State.DISCARDED:
        raise RefusedError(_("Only a discarded draft can be taken up again."))
    row.state = Document.State.DRAFT
    return _keep(actor, row, "document.reopen", ["state"], now)


@transaction.atomic
def confirm(
    actor: User,
    document: Document,
    version: int,
    against: str,
    *,
    now: datetime | None = None,
) -> Plan:
    """Make the draft the plan, as it was shown: `against` is the URN of the plan it was compared
    with, "" where there was none.

    Tasks carried over keep name, owner, stage and reports; those that are gone are withdrawn with
    that reason, except the done ones. All in one transaction.
    """
    row = _opened(actor, document, version)
    opened = _unfolded(row)
    copy = _copy(opened)
    require_confirmable(copy, row)
    reading = copy.confirmed().to_json()
    follows = succession(reading, Task.everything.all())
    if (follows.plan.urn if follows else "") != against:
        raise ConflictError(_("Another plan has become current meanwhile. Look at it again."))
    heirs = follows.heirs() if follows else None
    ended = follows.ended() if follows else []
    plan = adopt(actor, row, reading, heirs=heirs, now=now)
    _withdraw_all(actor, ended, plan, now)
    return plan


def require_confirmable(copy: WorkingCopy, document: Document) -> None:
    """Refuse what cannot stand as a plan: without title or items, or with a number twice."""
    if not copy.title.strip():
        raise RefusedError(_("The plan has no title yet. Give it one above the document."))
    if not any(True for _item in copy.items):
        raise RefusedError(_("No item was found in this document, so there is no plan to adopt."))
    repeated = check(copy, document.decisions).repeated_numbers
    if repeated:
        raise RefusedError(
            _(
                "The number %(number)s stands at more than one item, and addresses name items by "
                "number. Accept the repair of the number, or correct the document and import it "
                "again."
            )
            % {"number": repeated[0]}
        )


def working_copy(document: Document) -> WorkingCopy:
    """Return a draft as it stands: the reading with the edits laid over it."""
    return _copy(_unfolded(document))


def _withdraw_all(actor: User, tasks: list[Task], plan: Plan, now: datetime | None) -> None:
    reason = f"未列入《{plan.title_zh}》（{plan.year}年）"
    for task in tasks:
        withdraw(actor, task, reason, now=now)


def _opened(actor: User, document: Document, version: int) -> Document:
    """Lock a draft for a change. Raises ConflictError where it was changed since `version`."""
    require_office(actor)
    row = Document.everything.select_for_update().get(pk=document.pk)
    if row.state != Document.State.DRAFT:
        raise RefusedError(_("This document is not a draft any more; it was dealt with already."))
    if row.version != version:
        raise ConflictError(_conflict_words(row))
    return row


def _conflict_words(row: Document) -> str:
    latest = Entry.everything.filter(object_urn=row.urn).order_by("-at", "-id").first()
    return _(
        "%(who)s changed this draft at %(time)s, after you opened it, so your change was not kept. "
        "Reload the page to see theirs, then make yours again."
    ) % {
        "who": latest.actor_name if latest else _("Somebody"),
        "time": f"{timezone.localtime(row.changed_at):%H:%M:%S}",
    }


def _unfolded(row: Document) -> Opened:
    edits = [Edit.from_json(edit) for edit in row.edits]
    return Opened(row, Reading.from_json(row.reading), edits)


def _copy(opened: Opened) -> WorkingCopy:
    return lay_over(opened.reading, opened.edits)


def _reread(row: Document) -> Reading:
    return reread(row.text, row.decisions, gazetteer=region_gazetteer(), year=row.year)


def _differing(opened: Opened, target: str, says: Mapping[str, Any]) -> dict[str, Any]:
    """What of a change really is one."""
    try:
        _item, draft = _copy(opened).find(target)
    except KeyError as gone:
        raise _refusal("task-gone") from gone
    task = draft.task
    due = {"from": task.due.start, "to": task.due.end} if task.due else None
    now: dict[str, Any] = {
        "text": task.text,
        "verb": task.verb,
        "kind": task.kind,
        "object": task.object,
        "due": due,
    }
    return {name: value for name, value in says.items() if now[name] != value}


def _named_places(opened: Opened, target: str, says: Mapping[str, Any]) -> dict[str, Any]:
    """The places of a task whose words were changed, where they are others now."""
    if "text" not in says:
        return {}
    task = _copy(opened).find(target)[1].task
    places = places_in(says["text"], task, region_gazetteer())
    same = [{"name": place.name, "ref": place.ref} for place in task.places] == places
    return {} if same else {"places": places}


def _edit(
    actor: User,
    opened: Opened,
    op: Op,
    target: str,
    says: Mapping[str, Any],
    now: datetime | None,
) -> Document:
    moment = now or timezone.now()
    serial = max((edit.serial for edit in opened.edits), default=0) + 1
    was = _words_of(opened, op, target)
    made = Edit(serial, op, target, says, was, str(actor), moment.isoformat())
    try:
        try_edit(opened.reading, opened.edits, made)
    except EditError as error:
        raise _refusal(error.code) from error
    row = opened.document
    row.edits = [*row.edits, made.to_json()]
    return _keep(actor, row, "document.edit", ["edits"], moment, op=op)


def _is_last(opened: Opened, actor: User, target: str) -> bool:
    if not opened.edits:
        return False
    last = opened.edits[-1]
    return (last.op, last.target, last.by) == ("change", target, str(actor))


def _extend_last(
    actor: User, opened: Opened, says: Mapping[str, Any], now: datetime | None
) -> Document:
    moment = now or timezone.now()
    last = opened.edits[-1]
    row = opened.document
    longer = replace(last, says={**last.says, **says}, at=moment.isoformat())
    row.edits = [*row.edits[:-1], longer.to_json()]
    return _keep(actor, row, "", ["edits"], moment)


def _words_of(opened: Opened, op: Op, target: str) -> str:
    copy = _copy(opened)
    if op == "title":
        return copy.title
    try:
        return copy.find_item(target).item.text if op == "add" else copy.find(target)[1].task.text
    except KeyError as gone:
        raise _refusal("item-gone" if op == "add" else "task-gone") from gone


def _refusal(code: str) -> RefusedError:
    return RefusedError(EDIT_FAULTS[code], status=422)


def _keep(
    actor: User,
    row: Document,
    verb: str,
    fields: list[str],
    now: datetime | None,
    **detail: Any,
) -> Document:
    """Save what changed, count the change, write the journal unless the last entry says it."""
    moment = now or timezone.now()
    row.version += 1
    row.changed_at = moment
    row.save(update_fields=[*fields, "version", "changed_at"])
    if verb:
        record(actor, verb, urn=row.urn, name=row.filename, at=moment, **detail)
    return row
