"""What a person listed with an employer reads: what concerns it, and what it can say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conurb.desk.models import Notice
from conurb.desk.queries.calendar import calendar
from conurb.region.models import User
from conurb.sames.market import listing, procedure
from conurb.sames.market.actions.deciding import objected, pending
from conurb.sames.market.acts import PERSON_ACTS, Act
from conurb.sames.market.models import (
    TO_PARTIES,
    ArrearsMatter,
    Hearing,
    Listing,
    MatterFile,
    Party,
    Statement,
    firms_of,
    listed_as,
)
from conurb.sames.market.procedure import Next, Verb
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.queries.matters import statements_of
from conurb.sames.market.queries.published import Holding, holds_where

HITS_PEOPLE = frozenset({"people", "all"})


@dataclass(frozen=True)
class PersonPage:
    """What the page of a person listed shows: of the matter what concerns that person."""

    party: Party
    step: Next | None
    grounds: tuple[listing.Ground, ...]
    acts: tuple[Act, ...]
    objection_until: date | None
    entry: Listing | None
    holds: Sequence[Holding]
    early_from: date | None
    files: Sequence[MatterFile]
    statements: Sequence[Statement]
    hearings: Sequence[Hearing]
    unread: bool

    @property
    def matter(self) -> ArrearsMatter:
        """The matter of the employer with which the person is listed."""
        return self.party.matter


def rows_of(actor: User) -> list[Party]:
    """Return the rows of a person who has no other page of the matter, the latest first.

    Whoever acts for the employer, or is it, reads the whole matter at the employer's page.
    """
    rows = Party.objects.visible_to(actor).filter(pk__in=listed_as(actor).values("pk"))
    found = rows.exclude(matter__firm__in=firms_of(actor)).select_related(
        "matter__authority", "matter__city"
    )
    return [each for each in found.order_by("-matter_id") if not each.is_employer]


def row_of(actor: User, key: str) -> Party | None:
    """Return the row of a person in a matter by the matter's key; None where there is none."""
    return next((each for each in rows_of(actor) if each.matter.key == key), None)


def person_page(actor: User, party: Party, today: date) -> PersonPage:
    """Return what the page shows."""
    matter, rules = party.matter, declared()
    entry = Listing.objects.visible_to(actor).filter(matter=matter, removed_at=None).first()
    hitting = {each.code for each in rules.effects if each.hits in HITS_PEOPLE}
    files = MatterFile.objects.visible_to(actor).filter(matter=matter, kind__in=TO_PARTIES)
    return PersonPage(
        party=party,
        step=procedure.next_step(matter.stage, matter.dates, calendar(), rules.terms),
        grounds=listing.grounds_of(matter.ground),
        acts=_acts(actor, party, today),
        objection_until=procedure.objection_until(matter.dates, calendar(), rules.terms),
        entry=entry if not party.left_off else None,
        holds=holds_where(entry, hitting) if entry and not party.left_off else (),
        early_from=listing.early_from(matter.conduct, rules.early_months)
        if matter.on_list
        else None,
        files=list(files),
        statements=statements_of(actor, matter, party=party),
        hearings=list(matter.hearings.all()),
        unread=Notice.objects.visible_to(actor)
        .filter(about=matter.urn_for_person, read_at=None)
        .exists(),
    )


def _acts(actor: User, party: Party, today: date) -> tuple[Act, ...]:
    matter, found = party.matter, []
    if (
        (matter.stage, Verb.OBJECT) in procedure.MOVES
        and procedure.may_object(matter.dates, calendar(), declared().terms, today)
        and not objected(matter, party, actor)
    ):
        found.append(PERSON_ACTS["object"])
    if (
        matter.on_list
        and not party.left_off
        and not pending(matter, Statement.Kind.CORRECTION).filter(party=party)
    ):
        found.append(PERSON_ACTS["correct"])
    return tuple(found)
