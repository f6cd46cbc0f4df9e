"""Matters for their inspection: the queue with terms and lights, one with what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from conurb.desk.models import Notice
from conurb.desk.queries.calendar import calendar
from conurb.region.models import User
from conurb.sames.market import consequences, listing, procedure
from conurb.sames.market.actions.deciding import objected, pending
from conurb.sames.market.acts import ACTS, FIRM_ACTS, Act
from conurb.sames.market.consequences import Confirmation, Standing
from conurb.sames.market.listing import Assessment
from conurb.sames.market.models import (
    ArrearsMatter,
    Duty,
    Help,
    MatterEvent,
    MatterFile,
    Party,
    Statement,
    firms_of,
    inspects_labour,
    run_by,
)
from conurb.sames.market.procedure import Light, Next, State, Verb
from conurb.sames.market.queries.declared import day_of, declared
from conurb.sames.market.queries.published import LONGEST

BEFORE_DECISION = frozenset(at for (at, verb) in procedure.MOVES if verb == Verb.SPARE)
STAGES = ("open", "listed", "closed")


@dataclass(frozen=True)
class MatterFilter:
    """What was asked of the queue: open, on the list or closed; words; a city; mine alone."""

    stage: str = "open"
    words: str = ""
    city: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str], own_city: str) -> MatterFilter:
        """Read a query string leniently; without one, one's own city is asked for."""
        stage, page = query.get("stage", "open"), query.get("page", "")
        return cls(
            stage=stage if stage in STAGES else "open",
            words=query.get("q", "").strip()[:LONGEST],
            city=query.get("city", own_city).strip()[:6],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )


@dataclass(frozen=True)
class Row:
    """A matter in the queue."""

    matter: ArrearsMatter
    step: Next | None
    light: Light


_STATES: dict[str, Iterable[State]] = {
    "open": procedure.OPEN,
    "listed": procedure.ON_LIST,
    "closed": procedure.CLOSED,
}
_ORDER: dict[Light, int] = {"late": 0, "at-risk": 1, "on-course": 2, "not-begun": 3, "done": 4}


def matters(actor: User, asked: MatterFilter) -> QuerySet[ArrearsMatter]:
    """Return the matters asked for."""
    found = ArrearsMatter.objects.visible_to(actor).select_related("city", "authority", "officer")
    found = found.filter(state__in=[state.value for state in _STATES[asked.stage]])
    if asked.city:
        found = found.filter(city_id=asked.city)
    if asked.words:
        code = "".join(asked.words.split()).upper()
        found = found.filter(
            Q(firm_name__icontains=asked.words)
            | Q(firm__startswith=code)
            | Q(number__icontains=asked.words)
        )
    return found


def queue(actor: User, asked: MatterFilter, today: date) -> list[Row]:
    """Return the rows asked for: what is late first, then by when the next step is due."""
    rows = [_row(matter, today) for matter in matters(actor, asked)]
    far = date.max
    return sorted(
        rows,
        key=lambda row: (
            _ORDER[row.light],
            row.step.due if row.step and row.step.due else far,
            -row.matter.pk,
        ),
    )


def counts(actor: User, city: str) -> dict[str, int]:
    """Return how many matters there are by stage, in a city or in all ("")."""
    found = ArrearsMatter.objects.visible_to(actor)
    if city:
        found = found.filter(city_id=city)
    states = list(found.values_list("state", flat=True))
    return {
        stage: sum(state in {each.value for each in members} for state in states)
        for stage, members in ((stage, list(_STATES[stage])) for stage in STAGES)
    }


def _row(matter: ArrearsMatter, today: date) -> Row:
    step = procedure.next_step(matter.stage, matter.dates, calendar(), declared().terms)
    return Row(matter, step, procedure.light(step, calendar(), today))


@dataclass(frozen=True)
class Possible:
    """What can be done now: `next` brings the matter on, `more` is beside the way."""

    next: tuple[Act, ...]
    more: tuple[Act, ...]


@dataclass(frozen=True)
class Page:
    """One matter with all that its inspection needs to see."""

    matter: ArrearsMatter
    step: Next | None
    light: Light
    assessment: Assessment
    events: Sequence[MatterEvent]
    possible: Possible
    early_from: date | None
    hindrances: tuple[listing.Hindrance, ...]
    duties: Sequence[Duty]
    standing: Standing
    sees_files: bool
    files: Sequence[MatterFile]
    helps: Sequence[Help]


def matter_of(actor: User, key: str) -> ArrearsMatter | None:
    """Return a matter by its key, None where it is not for this person to see."""
    found = ArrearsMatter.objects.visible_to(actor).filter(key=key)
    return found.select_related("city", "authority", "officer").first()


def page(actor: User, matter: ArrearsMatter, today: date) -> Page:
    """Return what a page of the inspection shows of a matter."""
    row, rules = _row(matter, today), declared()
    files = list(MatterFile.objects.visible_to(actor).filter(matter=matter))
    duties = list(
        Duty.objects.visible_to(actor)
        .filter(listing__matter=matter)
        .select_related("city", "authority", "listing")
        .order_by("-listing_id", "direction", "city__order", "pk")
    )
    return Page(
        matter=matter,
        step=row.step,
        light=row.light,
        assessment=listing.assess(matter.arrears, rules.thresholds),
        events=list(matter.events.select_related("authority").order_by("-at", "-pk")),
        possible=possible(actor, matter, today),
        early_from=listing.early_from(matter.conduct, rules.early_months),
        hindrances=listing.hindrances(matter.conduct, rules.early_months, today)
        if matter.on_list
        else (),
        duties=duties,
        standing=standing_of(duties, today),
        sees_files=actor.is_superuser or matter.authority_id == actor.authority_id or bool(files),
        files=files,
        helps=list(
            Help.objects.visible_to(actor)
            .filter(matter=matter)
            .select_related("asker", "helper")
            .prefetch_related("inspectors")
        ),
    )


def standing_of(duties: Iterable[Duty], today: date) -> Standing:
    """Return how far duties are confirmed; those that fell away do not count."""
    return consequences.standing(
        (
            Confirmation(each.due_on, day_of(each.answered_at) if each.answered_at else None)
            for each in duties
            if not each.superseded
        ),
        today,
    )


def possible(actor: User, matter: ArrearsMatter, today: date) -> Possible:
    """Return the acts that an officer of the matter's inspection has now; none for others."""
    if actor.authority_id != matter.authority_id or not inspects_labour(actor):
        return Possible((), ())
    verbs = [verb.value for verb in procedure.possible(matter.stage) if verb != Verb.END]
    on_paper = {verb.value for verb in procedure.BY_FIRM}
    ahead = [slug for slug in verbs if slug not in on_paper and _ripe(slug, matter, today)]
    beside = [slug for slug in verbs if slug not in ahead and _ripe(slug, matter, today)]
    aside = {"correct", "refuse-correction", "revoke", "drop", "spare", "restore"}
    extra = _extra(matter)
    if matter.officer_id != actor.pk and matter.stage not in procedure.CLOSED:
        extra.insert(0, "take-up")
    return Possible(
        tuple(ACTS[slug] for slug in ahead if slug not in aside),
        tuple(ACTS[slug] for slug in [*extra, *beside, *(slug for slug in ahead if slug in aside)]),
    )


def _ripe(slug: str, matter: ArrearsMatter, today: date) -> bool:
    """Whether an act of the table is not barred by a time that has still to pass."""
    rules, dates, days = declared().terms, matter.dates, calendar()
    due, hearing = matter.order_due_on, matter.hearing_on
    barred = {
        "decide": lambda: not procedure.may_decide(matter.stage, dates, days, rules, today),
        "object": lambda: not procedure.may_object(dates, days, rules, today),
        "refuse-correction": lambda: not pending(matter, Statement.Kind.CORRECTION).exists(),
        "find-unpaid": lambda: due is None or today <= due,
        "settle": lambda: matter.corrected_on is None,
        "spare": lambda: matter.corrected_on is None or matter.promised_on is None,
        "hold-hearing": lambda: hearing is None or today < hearing,
    }
    return slug not in barred or not barred[slug]()


def _extra(matter: ArrearsMatter) -> list[str]:
    found = []
    if matter.stage not in procedure.CLOSED:
        found += ["payment", "evidence"]
    if matter.noticed_on is None and matter.stage in procedure.OPEN:
        found.append("party")
    if matter.stage in BEFORE_DECISION:
        found.append("promise")
        if not matter.extended:
            found.append("extend")
    if matter.on_list:
        found.append("conduct")
    if matter.decided_on is not None and matter.stage not in procedure.CLOSED:
        pending = matter.reviews.filter(outcome="").exists()
        found.append("close-review" if pending else "contest")
    return found


_ANSWERS: dict[str, Statement.Kind] = {
    "answer": Statement.Kind.OBJECTION,
    "hold-hearing": Statement.Kind.OBJECTION,
    "correct": Statement.Kind.CORRECTION,
    "refuse-correction": Statement.Kind.CORRECTION,
    "grant-early": Statement.Kind.EARLY,
    "refuse-early": Statement.Kind.EARLY,
}


def answered_by(matter: ArrearsMatter, act: Act) -> list[Statement]:
    """Return what waits for the answer that an act of the inspection gives, the earliest first."""
    kind = _ANSWERS.get(act.slug)
    return list(pending(matter, kind)) if kind else []


@dataclass(frozen=True)
class FirmPage:
    """What the employer sees of its matter."""

    matter: ArrearsMatter
    step: Next | None
    events: Sequence[MatterEvent]
    files: Sequence[MatterFile]
    acts: tuple[Act, ...]
    objection_until: date | None
    may_object: bool
    early_from: date | None
    hindrances: tuple[listing.Hindrance, ...]
    unread: bool


def of_firm(actor: User) -> QuerySet[ArrearsMatter]:
    """Return the matters of the employers that a person acts for or is, from the notice on."""
    found = ArrearsMatter.objects.visible_to(actor).filter(
        Q(firm__in=firms_of(actor)) | Q(pk__in=run_by(actor)), noticed_on__isnull=False
    )
    return found.select_related("city", "authority")


def firm_page(actor: User, matter: ArrearsMatter, today: date) -> FirmPage:
    """Return what the employer's page shows."""
    rules = declared()
    step = procedure.next_step(matter.stage, matter.dates, calendar(), rules.terms)
    in_time = (
        (matter.stage, Verb.OBJECT) in procedure.MOVES
        and procedure.may_object(matter.dates, calendar(), rules.terms, today)
        and not objected(matter, None, actor)
    )
    early = listing.early_from(matter.conduct, rules.early_months) if matter.on_list else None
    acts = []
    if in_time:
        acts.append(FIRM_ACTS["object"])
    if matter.stage in BEFORE_DECISION:
        acts.append(FIRM_ACTS["promise"])
    if matter.stage == State.PUBLISHED and (early is None or today >= early):
        acts.append(FIRM_ACTS["ask-early"])
    if matter.on_list and not pending(matter, Statement.Kind.CORRECTION).filter(party=None):
        acts.append(FIRM_ACTS["correct"])
    return FirmPage(
        matter=matter,
        step=step,
        events=list(matter.events.filter(for_firm=True).order_by("-at", "-pk")),
        files=list(MatterFile.objects.visible_to(actor).filter(matter=matter, for_firm=True)),
        acts=tuple(acts),
        objection_until=procedure.objection_until(matter.dates, calendar(), rules.terms),
        may_object=in_time,
        early_from=early,
        hindrances=listing.hindrances(matter.conduct, rules.early_months, today)
        if matter.on_list
        else (),
        unread=Notice.objects.visible_to(actor)
        .filter(about=matter.urn_for_firm, read_at=None)
        .exists(),
    )


def statements_of(actor: User, matter: ArrearsMatter, **of: Party | None) -> list[Statement]:
    """Return what the parties said, with the files that the reader may see.

    With `party` only what that person said for itself, or the employer where it is None.
    """
    visible = MatterFile.objects.visible_to(actor)
    return list(
        matter.statements.filter(**of)
        .select_related("taken_down_by", "party")
        .prefetch_related(Prefetch("files", queryset=visible, to_attr="shown"))
    )
