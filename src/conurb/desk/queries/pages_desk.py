"""What the officer's desk reads: the queue of an authority, and one case with all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk import limits
from conurb.desk.letters import ASKING, REASONS, Phrase
from conurb.desk.limits import LIGHT_NAMES, Facts, Light
from conurb.desk.models import Appeal, Case, CaseFile, Delegation, Opinion
from conurb.desk.queries import pages_cases
from conurb.desk.queries.calendar import calendar
from conurb.desk.queries.lights import light_case
from conurb.desk.queries.pages_cases import DataRow, EventView, FindingView, ProgressStep
from conurb.desk.queries.pages_services import record_type_name
from conurb.desk.services import services
from conurb.desk.stages import DELIVERABLE, State
from conurb.records.models import Record
from conurb.region.models import City, User, in_language

PAGE_SIZE = 25
HANDED_IN = ~Q(state=State.DRAFT.value)
SORTS: Mapping[str, tuple[str, ...]] = {
    "due": ("due_sorted", "submitted_at", "pk"),
    "-due": ("-due_sorted", "-submitted_at", "pk"),
    "number": ("number",),
    "-number": ("-number",),
    "submitted": ("submitted_at", "pk"),
    "-submitted": ("-submitted_at", "pk"),
    "service": ("service", "due_sorted", "pk"),
    "-service": ("-service", "due_sorted", "pk"),
}
FILTER_LIGHTS: tuple[Light, ...] = ("late", "due-soon", "on-course")


@dataclass(frozen=True)
class Asked:
    """Which part of the queue is asked for, and how."""

    tab: str = "waiting"
    words: str = ""
    service: str = ""
    city: str = ""
    light: str = ""
    sort: str = "due"
    page: str = "1"

    @classmethod
    def of(cls, params: QueryDict) -> Asked:
        """Read it from an address; what does not exist is left out."""
        tab, sort, light = params.get("show", ""), params.get("sort", ""), params.get("light", "")
        return cls(
            tab=tab if tab in TABS else "waiting",
            words=params.get("q", "").replace("\x00", "").strip()[:60],
            service=params.get("service", "")[:60],
            city=params.get("city", "")[:6],
            light=light if light in FILTER_LIGHTS else "",
            sort=sort if sort in SORTS else "due",
            page=params.get("page", "1"),
        )

    @property
    def narrows(self) -> bool:
        """Whether the tab is filtered."""
        return bool(self.words or self.service or self.city or self.light)


def _waiting(actor: User) -> Q:
    return Q(
        authority_id=actor.authority_id, state__in=[State.SUBMITTED.value, State.OVERTURNED.value]
    )


def _mine(actor: User) -> Q:
    absent = Delegation.objects.filter(
        deputy_id=actor.pk,
        first_day__lte=timezone.localdate(),
        last_day__gte=timezone.localdate(),
        ended_at=None,
    )
    held_by = Q(officer_id=actor.pk) | Q(officer_id__in=absent.values("absent"))
    return held_by & Q(authority_id=actor.authority_id, state=State.REVIEW.value)


def _with_applicant(actor: User) -> Q:
    return Q(authority_id=actor.authority_id, state=State.WAITING.value)


def _opinions(actor: User) -> Q:
    asked = Opinion.objects.filter(authority=actor.authority, answer="")
    return Q(pk__in=asked.values("case"))


def _appeals(actor: User) -> Q:
    open_ones = Appeal.objects.filter(authority=actor.authority, decided_at=None)
    return Q(pk__in=open_ones.values("case"))


def _to_deliver(actor: User) -> Q:
    return Q(
        authority_id=actor.authority_id,
        state__in=[state.value for state in DELIVERABLE],
        outcome=Case.Outcome.GRANTED,
        delivered_at=None,
    )


def _all(actor: User) -> Q:
    return Q(authority_id=actor.authority_id)


TABS = {
    "waiting": _waiting,
    "mine": _mine,
    "applicant": _with_applicant,
    "opinions": _opinions,
    "appeals": _appeals,
    "deliver": _to_deliver,
    "all": _all,
}


def tab_names() -> dict[str, str]:
    """Return what the parts of the queue are called."""
    return {
        "waiting": _("Waiting"),
        "mine": _("In my hands"),
        "applicant": _("With the applicant"),
        "opinions": _("Opinions asked of us"),
        "appeals": _("Appeals"),
        "deliver": _("To be delivered"),
        "all": _("All"),
    }


@dataclass(frozen=True)
class Tab:
    """A part of the queue with how many stand in it."""

    key: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A case in the queue: its light today, when it is due, how many working days are left."""

    case: Case
    light: Light
    due_on: date | None
    days_left: int | None
    bulk: bool
    with_other: bool

    @property
    def light_name(self) -> str:
        """The name of its light."""
        return in_language(*LIGHT_NAMES[self.light])


def own(actor: User) -> QuerySet[Case]:
    """Return the cases in which the actor's authority has a part; drafts are nobody's work."""
    return Case.objects.visible_to(actor).filter(HANDED_IN)


def tabs(actor: User, chosen: str) -> list[Tab]:
    """Return the parts of the queue with their numbers; one query."""
    numbers = own(actor).aggregate(
        **{key: Count("pk", filter=rule(actor)) for key, rule in TABS.items()}
    )
    return [Tab(key, name, numbers[key], key == chosen) for key, name in tab_names().items()]


def light_of(case: Case, today: date) -> Light:
    """Return the light of a case today."""
    return limits.light_on(Facts(State(case.state), case.due_on, case.warn_on), today)


def select(actor: User, asked: Asked, today: date) -> QuerySet[Case]:
    """Return the cases asked for, sorted; those without a due day come last."""
    rows = own(actor).filter(TABS[asked.tab](actor))
    if asked.words:
        # a number is typed with or without its hyphens; a name by any part of it
        rows = rows.filter(
            Q(number__icontains=asked.words)
            | Q(applicant_name__icontains=asked.words)
            | Q(subject_number__icontains=asked.words)
            | Q(service__in=_called(asked.words))
        )
    if asked.service:
        rows = rows.filter(service=asked.service)
    if asked.city:
        rows = rows.filter(accepted_in=asked.city)
    if asked.light:
        rows = rows.annotate(light=light_case(today)).filter(light=asked.light)
    due = F("due_on")
    if asked.tab == "opinions":
        due = Subquery(  # type: ignore[assignment]
            Opinion.objects.filter(
                case=OuterRef("pk"), authority=actor.authority, answer=""
            ).values("due_on")[:1]
        )
    elif asked.tab == "appeals":
        due = Subquery(  # type: ignore[assignment]
            Appeal.objects.filter(case=OuterRef("pk"), decided_at=None).values("due_on")[:1]
        )
    order = [
        F(name.lstrip("-")).desc(nulls_last=True)
        if name.startswith("-")
        else F(name).asc(nulls_last=True)
        for name in SORTS[asked.sort]
    ]
    return (
        rows.annotate(due_sorted=due)
        .select_related("authority", "accepted_in", "officer")
        .order_by(*order)
    )


def _called(words: str) -> list[str]:
    plain = words.casefold()
    return [
        each.slug
        for each in services()
        if plain in each.name.zh.casefold() or plain in each.name.en.casefold()
    ]


def rows(actor: User, asked: Asked, today: date) -> Page[Row]:
    """Return a page of the queue."""
    page = Paginator(select(actor, asked, today), PAGE_SIZE).get_page(asked.page)
    drawn = [row_of(actor, case, today) for case in page.object_list]
    return Page(drawn, page.number, page.paginator)  # type: ignore[arg-type]


def row_of(actor: User, case: Case, today: date) -> Row:
    """Return how a case stands in the queue of somebody."""
    service = case.declared
    due_on = getattr(case, "due_sorted", case.due_on)
    own_case = case.authority_id == actor.authority_id
    open_state = case.state in {State.SUBMITTED, State.REVIEW}
    return Row(
        case=case,
        light=light_of(case, today),
        due_on=due_on,
        days_left=pages_cases.working_days_left(due_on, today),
        bulk=bool(service and service.bulk and own_case and open_state),
        with_other=bool(case.officer_id and case.officer_id != actor.pk),
    )


def next_ones(actor: User) -> QuerySet[Case]:
    """Return the cases that wait, the most urgent first."""
    return select(actor, Asked(tab="waiting"), timezone.localdate())


@dataclass(frozen=True)
class Choice:
    """A choice of a filter."""

    value: str
    name: str
    chosen: bool


def service_choices(actor: User, chosen: str) -> list[Choice]:
    """Return the services of which the authority has cases."""
    slugs = own(actor).order_by("service").values_list("service", flat=True).distinct()
    names = {each.slug: in_language(each.name.zh, each.name.en) for each in services()}
    return [Choice(slug, names.get(slug, slug), slug == chosen) for slug in slugs]


def city_choices(chosen: str) -> list[Choice]:
    """Return the cities in which one hands in."""
    return [Choice(city.code, city.short, city.code == chosen) for city in City.objects.all()]


def light_choices(chosen: str) -> list[Choice]:
    """Return the lights one may filter by."""
    return [
        Choice(light, in_language(*LIGHT_NAMES[light]), light == chosen) for light in FILTER_LIGHTS
    ]


# --- one case ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Acts:
    """What the actor may do with a case now."""

    claim: bool = False
    release: bool = False
    hand: bool = False
    ask: bool = False
    ask_opinion: bool = False
    decide: bool = False
    deliver: bool = False
    give_opinion: Opinion | None = None
    decide_appeal: Appeal | None = None

    @property
    def anything(self) -> bool:
        """Whether there is anything to do."""
        return any(vars(self).values())


@dataclass(frozen=True)
class ReusedView:
    """A record that spared the applicant something, and what."""

    what: str
    record_name: str


@dataclass(frozen=True)
class DeskView:
    """One case as an officer sees it."""

    light: Light
    light_name: str
    days_left: int | None
    used: int | None
    counting: bool
    steps: Sequence[ProgressStep]
    data: Sequence[DataRow]
    findings: Sequence[FindingView]
    reused: Sequence[ReusedView]
    files: Sequence[CaseFile]
    events: Sequence[EventView]
    opinions: Sequence[Opinion]
    appeals: Sequence[Appeal]
    record: Record | None
    record_name: str
    acts: Acts
    standing_in: bool
    others: int


def desk_view(actor: User, case: Case, today: date) -> DeskView:
    """Return one case for an officer of the deciding, an asked or a hearing authority."""
    opinions = list(case.opinions.select_related("authority", "answered_by"))
    appeals = list(case.appeals.select_related("authority", "decided_by"))
    events = case.events.select_related("authority")
    light = light_of(case, today)
    record = pages_cases.record_of(actor, case)
    stands_in = _stands_in(actor, case, today)
    return DeskView(
        light=light,
        light_name=in_language(*LIGHT_NAMES[light]),
        days_left=pages_cases.working_days_left(case.due_on, today),
        used=used(case, today),
        counting=pages_cases.counts(case),
        steps=pages_cases.progress(case),
        data=pages_cases.data_rows(case),
        findings=pages_cases.finding_views(case.findings),
        reused=reused_views(case),
        files=pages_cases.files_of(case),
        events=[pages_cases.event_view(case, each, officer=True) for each in reversed(events)],
        opinions=opinions,
        appeals=appeals,
        record=record,
        record_name=record_type_name(record.type) if record else "",
        acts=acts_for(actor, case, opinions, appeals, standing_in=stands_in),
        standing_in=stands_in,
        others=_others_of_subject(actor, case),
    )


def used(case: Case, today: date) -> int | None:
    """Return the working days of the limit that are over."""
    if case.counts_from is None:
        return None
    until = timezone.localdate(case.decided_at) if case.decided_at else today
    stops = [
        limits.Stop(
            timezone.localdate(stop.began_at),
            timezone.localdate(stop.ended_at) if stop.ended_at else None,
        )
        for stop in case.stops.all()
    ]
    return limits.working_days_used(calendar(), case.counts_from, until, stops)


def acts_for(
    actor: User,
    case: Case,
    opinions: Iterable[Opinion],
    appeals: Iterable[Appeal],
    *,
    standing_in: bool = False,
) -> Acts:
    """Return what somebody may do; the actions check it again."""
    ours = case.authority_id == actor.authority_id and actor.authority_id is not None
    in_hand = ours and (case.officer_id == actor.pk or standing_in)
    asked = next(
        (o for o in opinions if o.authority_id == actor.authority_id and not o.answer), None
    )
    open_for_opinions = case.state in {State.REVIEW, State.WAITING, State.SUBMITTED}
    appealed = next(
        (a for a in appeals if a.authority_id == actor.authority_id and a.decided_at is None), None
    )
    judges = actor.pk not in {case.decided_by_id, case.applicant_id}
    review = case.state == State.REVIEW and in_hand
    claimable = case.state in {State.SUBMITTED, State.OVERTURNED}
    return Acts(
        claim=ours and claimable,
        release=review,
        hand=in_hand and case.state in {State.REVIEW, State.WAITING},
        ask=review,
        ask_opinion=review,
        decide=review,
        deliver=ours and pages_cases.to_deliver(case),
        give_opinion=asked if open_for_opinions else None,
        decide_appeal=appealed if judges and case.state == State.APPEALED else None,
    )


def _stands_in(actor: User, case: Case, today: date) -> bool:
    if case.officer_id is None or case.officer_id == actor.pk:
        return False
    return Delegation.objects.filter(
        absent_id=case.officer_id,
        deputy_id=actor.pk,
        first_day__lte=today,
        last_day__gte=today,
        ended_at=None,
    ).exists()


def _others_of_subject(actor: User, case: Case) -> int:
    """How many other cases of the same subject the actor may see."""
    if not case.subject_number:
        return 0
    return (
        own(actor)
        .filter(subject_kind=case.subject_kind, subject_number=case.subject_number)
        .exclude(pk=case.pk)
        .count()
    )


def reused_views(case: Case) -> list[ReusedView]:
    """Return what was taken from records, by the names of fields and materials."""
    service = case.declared
    if service is None:
        return []
    labels = {name: str(field.label or name) for name, field in service.form.base_fields.items()}
    labels |= {each.key: in_language(each.name.zh, each.name.en) for each in service.materials}
    return [
        ReusedView(
            labels.get(str(each.get("field") or each.get("material")), ""),
            record_type_name(str(each.get("type", ""))),
        )
        for each in case.reused
    ]


@dataclass(frozen=True)
class PhraseView:
    """A phrase to start from, by the id of the element that holds it."""

    key: str
    text: str
    zh: str
    en: str


def reason_phrases(*, granted: bool) -> list[PhraseView]:
    """Return the phrases from which reasons start."""
    return [_phrase(each) for each in REASONS if each.granted == granted]


def asking_phrases() -> list[PhraseView]:
    """Return the phrases from which a letter of what is missing starts."""
    return [_phrase(each) for each in ASKING]


def _phrase(phrase: Phrase) -> PhraseView:
    text = in_language(phrase.text.zh, phrase.text.en)
    return PhraseView(phrase.key, text, phrase.text.zh, phrase.text.en)
