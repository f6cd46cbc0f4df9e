"""Reviews for their pages: the list with limits, one with its parties, threads and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When

from conurb.region.models import City, User
from conurb.region.workdays import CalendarError
from conurb.sames.planning import reviewing
from conurb.sames.planning.models import Comment, Party, Review, ReviewEvent, Round, plans_space
from conurb.sames.planning.queries.declared import calendar
from conurb.sames.planning.reviewing import Act

LONGEST = 80
STATES = ("open", "adopted", "superseded", "withdrawn")
Light = Literal["late", "at-risk", "on-course", "done", "not-begun"]
SOON = 3
"""Working days left from which a limit is shown as near its end."""


@dataclass(frozen=True)
class ReviewFilter:
    """What was asked of the list: a state, words, a city that submits or is asked, mine alone."""

    state: str = ""
    words: str = ""
    city: str = ""
    kind: str = ""
    mine: bool = False
    late: bool = False
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> ReviewFilter:
        """Read a query string leniently."""
        state, page = query.get("state", ""), query.get("page", "")
        return cls(
            state=state if state in STATES else "",
            words=query.get("q", "").strip()[:LONGEST],
            city=query.get("city", "").strip()[:6],
            kind=query.get("kind", "").strip()[:12],
            mine=query.get("mine") == "1",
            late=query.get("late") == "1",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but the page was asked."""
        return bool(self.state or self.words or self.city or self.kind or self.mine or self.late)


@dataclass(frozen=True)
class Standing:
    """A party with the working days it has left; None where the calendar does not reach."""

    party: Party
    days_left: int | None
    is_late: bool

    @property
    def light(self) -> Light:
        """How its limit looks."""
        if self.party.stand == Party.Stand.SIGNED:
            return "done"
        if self.is_late:
            return "late"
        if self.party.stand == Party.Stand.OBJECTED:
            return "at-risk"
        near = self.days_left is not None and self.days_left <= SOON
        return "at-risk" if near else "on-course"


@dataclass(frozen=True)
class Row:
    """A review in the list."""

    review: Review
    parties: Sequence[Standing]

    @property
    def signed(self) -> int:
        """How many parties have signed."""
        return sum(each.party.stand == Party.Stand.SIGNED for each in self.parties)

    @property
    def nearest(self) -> Standing | None:
        """The party whose limit ends first among those that have not answered."""
        waiting = [each for each in self.parties if each.party.stand == Party.Stand.ASKED]
        return min(waiting, key=lambda each: each.party.due_on, default=None)


@dataclass(frozen=True)
class Thread:
    """A remark with its answers, its number on the map, and whether it is settled."""

    number: int
    first: Comment
    answers: Sequence[Comment]
    resolved: bool
    resolved_by: str = ""


@dataclass(frozen=True)
class Page:
    """One review with all that its page shows."""

    review: Review
    parties: Sequence[Standing]
    rounds: Sequence[Round]
    events: Sequence[ReviewEvent]
    threads: Sequence[Thread]
    party_acts: tuple[Act, ...]
    submitter_acts: tuple[Act, ...]
    may_comment: bool
    own: Standing | None

    @property
    def open_threads(self) -> int:
        """How many threads are not settled."""
        return sum(not each.resolved for each in self.threads)


def listed(actor: User, asked: ReviewFilter, today: date) -> QuerySet[Review]:
    """Return the reviews asked for: open ones first, then the newest."""
    found = Review.objects.visible_to(actor).select_related("layer", "version", "city", "authority")
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.kind:
        found = found.filter(layer__kind=asked.kind)
    if asked.city:
        found = found.filter(
            Q(city_id=asked.city)
            | Exists(Party.objects.filter(review=OuterRef("pk"), city_id=asked.city))
        )
    if asked.words:
        found = found.filter(
            Q(title__icontains=asked.words)
            | Q(number__icontains=asked.words)
            | Q(layer__name_zh__icontains=asked.words)
            | Q(layer__name_en__icontains=asked.words)
        )
    if asked.mine:
        found = found.filter(waits_for(actor))
    if asked.late:
        found = found.filter(
            Exists(late_parties(today).filter(review=OuterRef("pk"))), state=Review.State.OPEN
        )
    open_first = Case(When(state=Review.State.OPEN, then=0), default=1)
    return found.prefetch_related(_parties()).order_by(open_first, "-submitted_at", "-pk")


def waits_for(actor: User) -> Q:
    """The reviews in which the actor's authority has to answer, or to mend its own layer."""
    own = Party.objects.filter(review=OuterRef("pk"), authority=actor.authority)
    objected = Party.objects.filter(review=OuterRef("pk"), stand=Party.Stand.OBJECTED)
    return Q(state=Review.State.OPEN) & (
        Q(Exists(own.filter(stand=Party.Stand.ASKED)))
        | (Q(authority_id=actor.authority_id) & Q(Exists(objected)))
    )


def concerns(actor: User) -> Q:
    """The reviews that the actor's authority has submitted or is a party of."""
    party = Party.objects.filter(review=OuterRef("pk"), authority=actor.authority)
    return Q(authority_id=actor.authority_id) | Q(Exists(party))


def late_parties(today: date) -> QuerySet[Party]:
    """The parties of open reviews that let their limit pass."""
    return Party.objects.filter(
        review__state=Review.State.OPEN, stand=Party.Stand.ASKED, due_on__lt=today
    )


def rows(reviews: Sequence[Review], today: date) -> list[Row]:
    """Return reviews, fetched by `listed`, as rows."""
    return [Row(review, standings(review, today)) for review in reviews]


def standings(review: Review, today: date) -> list[Standing]:
    """Return the parties of a review with their limits."""
    late = {each.authority for each in reviewing.late(review.standing(), today)}
    return [
        Standing(party, _days_left(review, party, today), str(party.authority_id) in late)
        for party in review.parties.all()
    ]


def counts(actor: User, today: date) -> dict[str, int]:
    """Return how many reviews there are by state, how many are late, how many wait for me."""
    found = Review.objects.visible_to(actor)
    states = list(found.values_list("state", flat=True))
    told = {state: states.count(state) for state in STATES}
    told["late"] = late_parties(today).values("review").distinct().count()
    told["mine"] = found.filter(waits_for(actor)).count()
    return told


def review_of(actor: User, key: str) -> Review | None:
    """Return a review by its key, None where it is not for this person to see."""
    return (
        Review.objects.visible_to(actor)
        .filter(key=key)
        .select_related("layer__authority", "version", "city", "authority", "superseded_by")
        .prefetch_related(_parties())
        .first()
    )


def page(actor: User, review: Review, today: date) -> Page:
    """Return what a page shows of a review; the number of queries does not grow with it."""
    parties = standings(review, today)
    standing = review.standing()
    able = plans_space(actor)
    own = next((p for p in parties if p.party.authority_id == actor.authority_id), None)
    submits = able and actor.authority_id == review.authority_id
    takes_part = own is not None or actor.authority_id == review.authority_id
    return Page(
        review=review,
        parties=parties,
        rounds=list(review.rounds.select_related("version", "submitted_by").order_by("-number")),
        events=list(review.events.select_related("authority").order_by("-at", "-pk")),
        threads=threads(actor, review),
        party_acts=reviewing.acts_of_party(standing, str(actor.authority_id))
        if own is not None and able
        else (),
        submitter_acts=reviewing.acts_of_submitter(standing) if submits else (),
        may_comment=takes_part and reviewing.may_comment(standing),
        own=own,
    )


def threads(actor: User, review: Review) -> list[Thread]:
    """Return the threads of a review in the order in which they were begun."""
    written = list(
        Comment.objects.visible_to(actor)
        .filter(review=review)
        .select_related("authority")
        .prefetch_related("turns")
    )
    answers: dict[int, list[Comment]] = {}
    for each in written:
        if each.parent_id is not None:
            answers.setdefault(each.parent_id, []).append(each)
    found = []
    firsts = [each for each in written if each.parent_id is None]
    for number, first in enumerate(firsts, start=1):
        turns = list(first.turns.all())
        last = turns[-1] if turns else None
        resolved = last is not None and last.resolved
        found.append(
            Thread(
                number=number,
                first=first,
                answers=answers.get(first.pk, []),
                resolved=resolved,
                resolved_by=last.author_name if last and resolved else "",
            )
        )
    return found


def cities() -> list[City]:
    """Return the cities to choose among."""
    return list(City.objects.all())


def _parties() -> Prefetch[str, QuerySet[Party], str]:
    return Prefetch("parties", Party.objects.select_related("authority", "city", "answered_by"))


def _days_left(review: Review, party: Party, today: date) -> int | None:
    if not review.is_open or party.stand != Party.Stand.ASKED:
        return None
    try:
        return reviewing.days_left(calendar(), today, party.due_on)
    except CalendarError:
        return None
