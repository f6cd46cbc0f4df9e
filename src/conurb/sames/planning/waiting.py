"""Joint reviews on the page "my work": those to answer, and one's own under review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conurb.plan.lights import LIGHTS, Light
from conurb.plan.waiting import Heap, Waiting
from conurb.region.models import User
from conurb.region.templatetags.looks import day as day_words
from conurb.sames.planning.models import Party, Review, plans_space
from conurb.sames.planning.queries import reviews
from conurb.sames.planning.queries.reviews import ReviewFilter, Row, Standing

SHOWN = 20
_URGENT: Sequence[Light] = ("late", "at-risk", *LIGHTS)


def waiting(actor: User, today: date) -> Heap | None:
    """Return the open reviews that the actor's authority has to answer or has submitted itself."""
    if not plans_space(actor):
        return None
    found = reviews.listed(actor, ReviewFilter(state=Review.State.OPEN), today)
    own = found.filter(reviews.concerns(actor))
    rows = [_row(each, actor) for each in reviews.rows(list(own), today)]
    urgent = sorted(
        (each for each in rows if each is not None), key=lambda each: _URGENT.index(each.light)
    )
    if not urgent:
        return None
    return Heap(
        key="joint-reviews",
        title=_("Joint reviews"),
        rows=urgent[:SHOWN],
        total=len(urgent),
        url=f"{reverse('planning-reviews')}?state=open",
    )


def _row(row: Row, actor: User) -> Waiting | None:
    """Return a review as it waits for the actor; None where his authority has signed."""
    if row.review.authority_id == actor.authority_id:
        return _submitted(row)
    own = next((p for p in row.parties if p.party.authority_id == actor.authority_id), None)
    return _asked(row, own) if own is not None and own.party.stand == Party.Stand.ASKED else None


def _asked(row: Row, own: Standing) -> Waiting:
    day = day_words(own.party.due_on)
    if own.is_late:
        words = _("late")
        note = _("Your authority was to answer by %(day)s and is late.") % {"day": day}
    else:
        words = _("to be answered")
        note = _("Your authority is asked to answer by %(day)s.") % {"day": day}
    return _waiting(row, own.light, words, note)


def _submitted(row: Row) -> Waiting:
    objecting = [p for p in row.parties if p.party.stand == Party.Stand.OBJECTED]
    late = [p for p in row.parties if p.is_late]
    if objecting:
        note = _("%(cities)s objected. Submit a new version, or settle it in the remarks.")
        return _waiting(row, "at-risk", _("objected to"), note % {"cities": _cities(objecting)})
    if late:
        note = _("%(cities)s did not answer in time.") % {"cities": _cities(late)}
        return _waiting(row, "late", _("a party is late"), note)
    open_still = len(row.parties) - row.signed
    note = ngettext(
        "%(number)s authority has still to answer.",
        "%(number)s authorities have still to answer.",
        open_still,
    ) % {"number": open_still}
    return _waiting(row, "on-course", _("under review"), note)


def _waiting(row: Row, light: Light, words: str, note: str) -> Waiting:
    review = row.review
    return Waiting(
        name=f"{review.number} {review.title}",
        url=reverse("planning-review", args=[review.key]),
        light=light,
        words=words,
        note=note,
    )


def _cities(standings: Sequence[Standing]) -> str:
    return _(", ").join(each.party.city.short for each in standings)
