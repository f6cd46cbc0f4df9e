"""Who is told of an act on a matter: who acts for the employer, and persons listed with it.

Told beside the document that is served, in the platform's notices and by mail where an address is
known; whoever has no account is served on paper alone. The employer's people read the matter at its
own page; a person who does not act for the employer reads at another what concerns it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone

from conurb.desk.actions.notifying import notify
from conurb.desk.queries.calendar import calendar
from conurb.region.models import Identity, User
from conurb.region.tables import Bilingual
from conurb.region.workdays import CalendarError
from conurb.sames.market import listing, procedure
from conurb.sames.market.models import ArrearsMatter, Hearing, Party, Statement
from conurb.sames.market.notices import PARTIES, TOLD, Facts, answered, told
from conurb.sames.market.procedure import Verb
from conurb.sames.market.queries.declared import declared


def tell_parties(matter: ArrearsMatter, verb: str, moment: datetime, words: str) -> None:
    """Keep and mail the notices of an act, within the transaction of the act.

    Nothing is told of acts that concern the inspection alone, and of what the employer did itself.
    """
    if verb not in TOLD:
        return
    act = Verb(verb)
    facts = _facts(matter, act, words)
    agents = list(
        User.objects.filter(is_active=True, represents__firm=matter.firm).order_by("pk").distinct()
    )
    said = told(act, facts)
    notify(agents, matter.urn_for_firm, said.title, said.words, moment)
    if act in PARTIES:
        _tell_persons(matter, act, facts, {each.pk for each in agents}, moment)


def _tell_persons(
    matter: ArrearsMatter, act: Verb, facts: Facts, known: set[int], moment: datetime
) -> None:
    """Tell the persons listed, by the account whose identity was verified with their number."""
    parties = {each.number: each for each in matter.parties.filter(left_off=False)}
    owners = Identity.everything.filter(number__in=parties, user__is_active=True)
    for owner in owners.select_related("user").order_by("pk"):
        if owner.user_id in known:
            continue
        capacity = listing.CAPACITY_NAMES[listing.Capacity(parties[owner.number].capacity)]
        said = told(act, replace(facts, capacity=capacity))
        notify([owner.user], matter.urn_for_person, said.title, said.words, moment)


def tell_person(party: Party, kind: str, moment: datetime, words: str) -> None:
    """Tell a person listed the answer to what it said for itself, where it has an account."""
    users = User.objects.filter(is_active=True, identity__number=party.number)
    said = answered(Statement.Kind(kind), _authority(party.matter), party.matter.firm_name, words)
    notify(users, party.matter.urn_for_person, said.title, said.words, moment)


def _authority(matter: ArrearsMatter) -> Bilingual:
    return Bilingual(matter.authority.name_zh, matter.authority.name_en)


def _facts(matter: ArrearsMatter, act: Verb, words: str) -> Facts:
    return Facts(
        firm=matter.firm_name,
        authority=_authority(matter),
        number=matter.number,
        document=_document(matter, act),
        words=words,
        until=_until(matter, act),
        hearing=_hearing(matter) if act == Verb.CALL_HEARING else "",
        days=declared().terms["objection"].days,
    )


def _document(matter: ArrearsMatter, act: Verb) -> str:
    if act == Verb.NOTIFY:
        return matter.notice_number
    if act in {Verb.GRANT_EARLY, Verb.END, Verb.REVOKE}:
        return matter.removal_number
    return matter.decision_number


def _until(matter: ArrearsMatter, act: Verb) -> date | None:
    if act != Verb.NOTIFY:
        return matter.listed_until
    try:
        return procedure.objection_until(matter.dates, calendar(), declared().terms)
    except CalendarError:
        return None  # the holidays of that year are not known yet; the days are said all the same


def _hearing(matter: ArrearsMatter) -> str:
    called: Hearing = matter.hearings.latest("called_at")
    return f"{timezone.localtime(called.at):%Y-%m-%d %H:%M} {called.place}"
