"""Who is told what of a review: kept for every officer concerned, and mailed after the commit.

Told are the officers of the authorities that take part and are competent for spatial planning; who
acted, and colleagues of the same authority, know already.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from conurb.desk.actions.notifying import notify
from conurb.region.models import Authority, User
from conurb.region.tables import Bilingual
from conurb.sames.planning.letters import Facts, Kind, letter
from conurb.sames.planning.models import SPATIAL_PLANNING, Comment, Review


def tell(
    review: Review,
    kind: Kind,
    to: Iterable[int],
    moment: datetime,
    *,
    by: Authority | None = None,
    words: str = "",
    due_on: date | None = None,
    once: str = "",
) -> int:
    """Tell the officers of authorities (by key in the database); returns how many were told.

    `by` is whose act it is, or whose silence; `once` names what is told a person once only.
    """
    people = User.objects.filter(
        is_active=True,
        is_system=False,
        authority__in=set(to),
        authority__active=True,
        authority__subjects=SPATIAL_PLANNING,
    ).order_by("pk")
    said = letter(
        kind,
        Facts(
            number=review.number,
            title=review.title,
            version=review.version.number,
            who=Bilingual(by.short_zh or by.name_zh, by.short_en or by.name_en)
            if by
            else Bilingual("", ""),
            words=words,
            due_on=due_on,
            consents=review.silence == Review.Silence.CONSENT,
        ),
    )
    return len(notify(people, review.urn, said.title, said.words, moment, once=once))


def parties(review: Review) -> set[int]:
    """Return the authorities that are asked, by key in the database."""
    return set(review.parties.values_list("authority_id", flat=True))


def everybody(review: Review, *, but: int | None = None) -> set[int]:
    """Return the submitter and the parties, without one of them."""
    return {review.authority_id, *parties(review)} - {but}


def tell_of_remark(made: Comment, thread: Comment | None, moment: datetime) -> None:
    """Tell the submitter of a remark, and of an answer whoever has spoken in its thread.

    A remark of the submitter's own is for all parties.
    """
    review, by = made.review, made.authority
    if thread is None:
        to = {review.authority_id}
        if by.pk == review.authority_id:
            to = parties(review)
        tell(review, "remarked", to - {by.pk}, moment, by=by, words=made.words)
        return
    spoke = thread.answers.values_list("authority_id", flat=True)
    to = {review.authority_id, thread.authority_id, *spoke} - {by.pk}
    tell(review, "answered", to, moment, by=by, words=made.words)
