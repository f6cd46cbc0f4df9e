"""Remarks in a review: written by the submitter and the parties, answered, resolved, reopened.

Verbs of the journal: joint-review.comment, joint-review.resolve, joint-review.reopen.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority, User
from conurb.sames.planning.actions import telling
from conurb.sames.planning.models import Comment, Review, ReviewEvent, ThreadTurn
from conurb.sames.planning.queries.conflicts import exists
from conurb.sames.planning.reasons import WHY
from conurb.sames.planning.reviewing import Act

WORDS_LIMIT = 2000
EARTH = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Pin:
    """Where a remark stands: a point in degrees (WGS 84), a finding, or nowhere in particular."""

    longitude: float | None = None
    latitude: float | None = None
    finding: str = ""


NOWHERE = Pin()


@transaction.atomic
def comment(
    actor: User,
    review: Review,
    words: str,
    *,
    pin: Pin = NOWHERE,
    answers: Comment | None = None,
    now: datetime | None = None,
) -> Comment:
    """Write a remark, pinned to the map or a finding, or an answer to a thread.

    Raises NotCompetentError for authorities that are neither submitter nor party, RefusedError
    where the review is closed or the pin lies nowhere.
    """
    review = _open(review)
    authority = taking_part(actor, review)
    said = words.strip()
    if not said:
        raise RefusedError(_("Write what you remark."), status=422, field="words")
    if len(said) > WORDS_LIMIT:
        raise RefusedError(
            _("At most %(limit)s characters.") % {"limit": WORDS_LIMIT}, status=422, field="words"
        )
    thread = None
    if answers is not None:
        thread = answers.parent or answers
        if thread.review_id != review.pk:
            raise RefusedError(_("This thread belongs to another review."), status=422)
        pin = NOWHERE
    _check(pin, review)
    moment = now or timezone.now()
    made = Comment.everything.create(
        key=secrets.token_hex(15),
        review=review,
        round=review.round,
        parent=thread,
        authority=authority,
        author=actor,
        author_name=str(actor),
        at=moment,
        words=said,
        longitude=pin.longitude,
        latitude=pin.latitude,
        finding_key=pin.finding,
    )
    if thread is not None and is_resolved(thread):
        # an answer to a settled thread opens it again: nothing said is overlooked
        _turn(actor, authority, thread, moment, resolved=False)
    ReviewEvent.objects.create(
        review=review,
        round=review.round,
        at=moment,
        act=Act.COMMENT.value,
        authority=authority,
        actor=actor,
        actor_name=str(actor),
        words=said,
    )
    record(
        actor,
        "joint-review.comment",
        urn=review.urn,
        name=str(review),
        authority=authority,
        at=moment,
        reason=said,
        thread=(thread or made).key,
        finding=pin.finding,
    )
    telling.tell_of_remark(made, thread, moment)
    return made


@transaction.atomic
def turn(
    actor: User, thread: Comment, *, resolved: bool, now: datetime | None = None
) -> ThreadTurn:
    """Resolve a thread, or open it again; refused where it stands so already."""
    review = _open(thread.review)
    authority = taking_part(actor, review)
    if thread.parent_id is not None:
        raise RefusedError(_("Only a whole thread is resolved; go to its first remark."))
    if is_resolved(thread) == resolved:
        raise RefusedError(
            _("The thread is resolved already.") if resolved else _("The thread is open already.")
        )
    return _turn(actor, authority, thread, now or timezone.now(), resolved=resolved)


def is_resolved(thread: Comment) -> bool:
    """Whether the last turn of a thread resolved it."""
    last = thread.turns.order_by("-at", "-id").first()
    return last is not None and last.resolved


def taking_part(actor: User, review: Review) -> Authority:
    """Return the authority for which somebody takes part; NotCompetentError where for none."""
    authority = actor.authority
    if authority is not None and (
        authority.pk == review.authority_id
        or review.parties.filter(authority_id=authority.pk).exists()
    ):
        return authority
    raise NotCompetentError(
        _("Only the submitting authority and those that are asked take part in this review.")
    )


def _turn(
    actor: User, authority: Authority, thread: Comment, moment: datetime, *, resolved: bool
) -> ThreadTurn:
    made = ThreadTurn.objects.create(
        comment=thread,
        resolved=resolved,
        at=moment,
        authority=authority,
        author=actor,
        author_name=str(actor),
    )
    record(
        actor,
        "joint-review.resolve" if resolved else "joint-review.reopen",
        urn=thread.review.urn,
        name=str(thread.review),
        authority=authority,
        at=moment,
        reason=thread.words,
        thread=thread.key,
    )
    return made


def _open(review: Review) -> Review:
    held = Review.everything.select_for_update(of=("self",)).get(pk=review.pk)
    if not held.is_open:
        raise RefusedError(WHY["state"])
    return held


def _check(pin: Pin, review: Review) -> None:
    if (pin.longitude is None) != (pin.latitude is None):
        raise RefusedError(
            _("A point needs a longitude and a latitude."), status=422, field="longitude"
        )
    if pin.longitude is not None and pin.latitude is not None:
        west, south, east, north = EARTH
        if not (west <= pin.longitude <= east and south <= pin.latitude <= north):
            raise RefusedError(
                _("This is no longitude and latitude in degrees: %(longitude)s, %(latitude)s.")
                % {"longitude": pin.longitude, "latitude": pin.latitude},
                status=422,
                field="longitude",
            )
    if pin.finding and not exists(review, pin.finding):
        raise RefusedError(
            _("There is no such finding in this review."), status=422, field="finding"
        )
