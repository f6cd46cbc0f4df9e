"""Officers are reminded of limits of reviews that are near, and told of those missed; run daily."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from conurb.region.workdays import CalendarError
from conurb.sames.planning import reviewing
from conurb.sames.planning.actions import telling
from conurb.sames.planning.letters import Kind
from conurb.sames.planning.models import Party, Review
from conurb.sames.planning.queries.declared import calendar, day_of


@dataclass(frozen=True)
class Reminded:
    """How many notices a run made of limits that are near, and of limits missed."""

    near: int = 0
    late: int = 0

    def __add__(self, other: Reminded) -> Reminded:
        return Reminded(self.near + other.near, self.late + other.late)


def remind_all(now: datetime | None = None) -> Reminded:
    """Tell of limits that end by the next working day, and of those that have ended.

    Each is told once: a second run tells nobody again. A party whose silence counts as consent is
    told when it is counted (`reviews.lapse`).
    """
    moment = now or timezone.now()
    waiting = Review.everything.filter(
        state=Review.State.OPEN, parties__stand=Party.Stand.ASKED
    ).distinct()
    told = Reminded()
    for review in waiting:
        told += _remind(review, moment)
    return told


@transaction.atomic
def _remind(review: Review, moment: datetime) -> Reminded:
    # held, so that two runs at once do not both find that nobody was told
    review = (
        Review.everything.select_for_update(of=("self",))
        .select_related("version")
        .get(pk=review.pk)
    )
    standing, today = review.standing(), day_of(moment)
    asked = {str(each.authority_id): each for each in review.parties.select_related("authority")}
    try:
        soon = reviewing.near(standing, calendar(), today)
    except CalendarError:
        soon = ()  # a limit in a year that the calendar does not have yet is not near
    near = sum(_tell(review, asked[each.authority], "near", moment) for each in soon)
    over = reviewing.late(standing, today) if standing.silence == "late" else ()
    late = sum(_tell(review, asked[each.authority], "late", moment) for each in over)
    return Reminded(near, late)


def _tell(review: Review, party: Party, kind: Kind, moment: datetime) -> int:
    """Tell a party of its limit, and of one that was missed the submitter too."""
    to = {party.authority_id}
    if kind == "late":
        to.add(review.authority_id)
    return telling.tell(
        review,
        kind,
        to,
        moment,
        by=party.authority,
        due_on=party.due_on,
        once=f"{kind} {party.city_id} {party.due_on}",
    )
