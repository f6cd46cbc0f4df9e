"""What an applicant's pages read: my cases, one case, what a form is filled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conurb.desk import limits
from conurb.desk.models import Appeal, Case, CaseEvent, CaseFile, Notice
from conurb.desk.queries import held
from conurb.desk.queries.calendar import calendar
from conurb.desk.queries.following import Followed
from conurb.desk.queries.pages_services import record_type_name
from conurb.desk.reuse import Offers
from conurb.desk.services import Finding, Service
from conurb.desk.stages import CLOCK_RUNS, OPEN, State, Verb, deliverable, possible
from conurb.desk.steps import STEP_NAMES, Standing, places
from conurb.records.models import Record
from conurb.region.models import User, in_language
from conurb.region.tables import Bilingual
from conurb.region.workdays import CalendarError

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

PAGE_SIZE = 15
RUNNING = [state.value for state in OPEN]
OVER = [
    state.value
    for state in (
        State.GRANTED,
        State.REFUSED,
        State.DELIVERED,
        State.UPHELD,
        State.WITHDRAWN,
        State.LAPSED,
    )
]
SHOWN = {
    "": Q(),
    "todo": Q(state__in=[State.DRAFT.value, State.WAITING.value]),
    "open": Q(state__in=RUNNING),
    "done": Q(state__in=OVER),
}


@dataclass(frozen=True)
class ProgressStep:
    """A step of the progress line: its name, how it stands, and on which day it was done."""

    name: str
    standing: Standing
    on: date | None = None

    @property
    def is_now(self) -> bool:
        """Whether the case is at this step."""
        return self.standing in {"now", "waiting", "bad"}


def progress(case: Case) -> list[ProgressStep]:
    """Return the steps of a case with the days on which they were done."""
    days = {
        "in": case.submitted_at,
        "review": None,
        "decided": case.decided_at if case.outcome else None,
        "delivered": case.delivered_at,
    }
    return [
        ProgressStep(in_language(*STEP_NAMES[place.step]), place.standing, _day(days[place.step]))
        for place in places(
            State(case.state),
            granted=case.outcome == Case.Outcome.GRANTED,
            delivered=case.delivered_at is not None,
        )
    ]


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def working_days_left(due_on: date | None, today: date) -> int | None:
    """Return the working days until a day, negative after it; None where nobody can say."""
    if due_on is None:
        return None
    try:
        return calendar().workdays_between(today, due_on)
    except CalendarError:
        return None


def counts(case: Case) -> bool:
    """Whether the limit of the case counts now."""
    return State(case.state) in CLOCK_RUNS


def todo(case: Case) -> str:
    """Say what the applicant has to do now; "" where nothing."""
    match case.state:
        case State.DRAFT:
            return _("Not submitted yet: fill it in and submit it.")
        case State.WAITING if case.complete_by:
            return _("Complete what is asked for, until %(day)s; otherwise the case lapses.") % {
                "day": case.complete_by.isoformat()
            }
        case State.WAITING:
            return _("Complete what is asked for.")
    return ""


def to_deliver(case: Case) -> bool:
    """Whether what was granted has still to reach the applicant."""
    return deliverable(
        State(case.state),
        granted=case.outcome == Case.Outcome.GRANTED,
        delivered=case.delivered_at is not None,
    )


STATE_WORDS: Mapping[State, Promise] = {
    State.SUBMITTED: gettext_lazy("It waits for an officer of %(authority)s."),
    State.REVIEW: gettext_lazy("An officer of %(authority)s is looking at it."),
    State.WAITING: gettext_lazy(
        "%(authority)s waits for you; the clock of its limit stands still."
    ),
    State.GRANTED: gettext_lazy("%(authority)s has granted it."),
    State.DELIVERED: gettext_lazy("%(authority)s has granted and delivered it."),
    State.REFUSED: gettext_lazy("%(authority)s has not granted it; the reasons stand below."),
    State.APPEALED: gettext_lazy("Your appeal is being decided."),
    State.UPHELD: gettext_lazy("Your appeal was decided: the decision stands."),
    State.OVERTURNED: gettext_lazy("Your appeal succeeded; %(authority)s decides anew."),
    State.WITHDRAWN: gettext_lazy("You have withdrawn it."),
    State.LAPSED: gettext_lazy("It lapsed, because what was asked for did not come in time."),
}
"""Who has a case in each state and what happens next, for its applicant; none for a draft."""


def state_words(case: Case) -> str:
    """Say who has the case now and what happens next."""
    state = State(case.state)
    said = str(STATE_WORDS.get(state, ""))
    if state == State.UPHELD and to_deliver(case):
        said = _(
            "Your appeal was decided: the decision stands. %(authority)s delivers what it has "
            "granted."
        )
    return said % {"authority": case.authority.short if case.authority else ""}


# --- my cases ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseRow:
    """A case in the list of an applicant."""

    case: Case
    steps: Sequence[ProgressStep]
    days_left: int | None
    counting: bool
    todo: str


@dataclass(frozen=True)
class Tab:
    """A part of a list, with how many stand in it."""

    key: str
    name: str
    count: int
    chosen: bool


def own_cases(user: User) -> QuerySet[Case]:
    """Return the cases that a person applied for, in his own name or a firm's."""
    return Case.objects.visible_to(user).filter(applicant_id=user.pk)


def case_tabs(user: User, shown: str) -> list[Tab]:
    """Return the parts of the list of cases; one query."""
    names = {
        "": _("All"),
        "todo": _("For you to do"),
        "open": _("Under way"),
        "done": _("Finished"),
    }
    numbers = own_cases(user).aggregate(
        **{key or "every": Count("pk", filter=rule) for key, rule in SHOWN.items()}
    )
    return [Tab(key, name, numbers[key or "every"], key == shown) for key, name in names.items()]


def case_rows(user: User, shown: str, page: str | None, today: date) -> Page[CaseRow]:
    """Return a page of a person's cases, what changed last first."""
    rows = (
        own_cases(user)
        .filter(SHOWN.get(shown, Q()))
        .select_related("authority", "accepted_in")
        .order_by("-changed_at", "-pk")
    )
    found = Paginator(rows, PAGE_SIZE).get_page(page)
    drawn = [
        CaseRow(
            case, progress(case), working_days_left(case.due_on, today), counts(case), todo(case)
        )
        for case in found.object_list
    ]
    return Page(drawn, found.number, found.paginator)  # type: ignore[arg-type]


# --- one case ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DataRow:
    """Something filled in: what it is, what was said, and the record it was taken from."""

    label: str
    value: str
    record_name: str = ""


@dataclass(frozen=True)
class FindingView:
    """What a rule said, as a page shows it."""

    passed: bool
    blocking: bool
    text: Bilingual
    source: str
    field: str


@dataclass(frozen=True)
class EventView:
    """One step of a case's history."""

    told: str
    who: str
    words: str
    at: datetime
    hidden: bool = False


@dataclass(frozen=True)
class CaseView:
    """One case as its applicant sees it."""

    steps: Sequence[ProgressStep]
    days_left: int | None
    counting: bool
    todo: str
    state_words: str
    asked_words: str
    may_withdraw: bool
    may_complete: bool
    appeal_until: date | None
    record: Record | None
    record_name: str
    record_address: str
    data: Sequence[DataRow]
    findings: Sequence[FindingView]
    files: Sequence[CaseFile]
    events: Sequence[EventView]
    notices: Sequence[Notice]
    appeals: Sequence[Appeal]

    @property
    def unread(self) -> bool:
        """Whether a notice of the case was not read yet."""
        return any(notice.read_at is None for notice in self.notices)


def case_view(user: User, case: Case, today: date) -> CaseView:
    """Return one case for its applicant, or for the counter's officer who filled it in."""
    events = list(case.events.filter(for_applicant=True).select_related("authority"))
    acts = possible(State(case.state))
    record = record_of(user, case)
    return CaseView(
        steps=progress(case),
        days_left=working_days_left(case.due_on, today),
        counting=counts(case),
        todo=todo(case),
        state_words=state_words(case),
        asked_words=asked_words(events) if case.state == State.WAITING else "",
        may_withdraw=Verb.WITHDRAW in acts,
        may_complete=Verb.COMPLETE in acts,
        appeal_until=appeal_until(case, today),
        record=record,
        record_name=record_type_name(record.type) if record else "",
        record_address=record_address(record),
        data=data_rows(case),
        findings=finding_views(case.findings),
        files=files_of(case),
        events=[event_view(case, event) for event in reversed(events)],
        notices=list(Notice.objects.visible_to(user).filter(case=case)[:10]),
        appeals=list(case.appeals.select_related("authority")),
    )


def appeal_until(case: Case, today: date) -> date | None:
    """Return the last day for an appeal; None where none is possible any more."""
    if case.decided_at is None or Verb.APPEAL not in possible(State(case.state)):
        return None
    if case.appeals.filter(made_at__gte=case.decided_at).exists():
        return None
    last = timezone.localdate(case.decided_at) + limits.APPEAL_WITHIN
    return last if last >= today else None


def asked_words(events: Iterable[CaseEvent]) -> str:
    """Return what was asked for last."""
    asked = [event.words for event in events if event.verb == Verb.ASK.value]
    return asked[-1] if asked else ""


def record_of(user: User | AnonymousUser, case: Case) -> Record | None:
    """Return the record that the case issued, where this person may see it."""
    if not case.record_key:
        return None
    return Record.objects.visible_to(user).filter(key=case.record_key).first()


def record_address(record: Record | None) -> str:
    """Return the page of a record in the wallet; "" where this node has none."""
    if record is None:
        return ""
    try:
        return reverse("wallet-record", args=[record.key])
    except NoReverseMatch:
        return ""


def files_of(case: Case) -> list[CaseFile]:
    """Return the files of a case that were not taken out."""
    return list(case.files.filter(removed_at=None))


def event_view(case: Case, event: CaseEvent, *, officer: bool = False) -> EventView:
    """Return a step of the history; to the applicant the authority is named, not the officer."""
    who = event.authority.short if event.authority else ""
    if officer:
        who = " · ".join(filter(None, (who, event.actor_name)))
    elif event.actor_id is None:
        who = who or _("by the rules")
    elif not who:
        own = event.actor_id == case.applicant_id
        who = case.applicant_name if own else _("service counter")
    return EventView(
        told=event_words(event.verb),
        who=who,
        words=event.words,
        at=event.at,
        hidden=officer and not event.for_applicant,
    )


def event_words(verb: str) -> str:
    """Return how a step is told."""
    told = {
        "submit": _("Application handed in"),
        "claim": _("Taken up by an officer"),
        "release": _("Put back into the queue"),
        "hand": _("Handed to a colleague"),
        "ask": _("Completion asked for"),
        "complete": _("Completed"),
        "ask-opinion": _("Opinion asked for"),
        "give-opinion": _("Opinion given"),
        "grant": _("Granted"),
        "refuse": _("Not granted"),
        "deliver": _("Delivered"),
        "withdraw": _("Withdrawn"),
        "appeal": _("Appeal made"),
        "uphold": _("Appeal decided: the decision stands"),
        "overturn": _("Appeal decided: to be decided anew"),
        "reopen": _("Taken up anew"),
        "lapse": _("Lapsed"),
    }
    return told.get(verb, verb)


def finding_views(findings: Iterable[Finding | Mapping[str, Any]]) -> list[FindingView]:
    """Return findings as pages show them: what stands in the way first, what passes last."""
    views = [
        FindingView(each.passed, each.blocking, each.text, each.source, each.field)
        if isinstance(each, Finding)
        else FindingView(
            bool(each["passed"]),
            bool(each["blocking"]),
            Bilingual(each["zh"], each["en"]),
            each.get("source", ""),
            each.get("field", ""),
        )
        for each in findings
    ]
    return sorted(views, key=lambda view: (view.passed, not view.blocking))


# --- followed without a login -----------------------------------------------------------------


@dataclass(frozen=True)
class FollowedView:
    """Where a case stands, for whoever holds its receipt; it names nobody."""

    found: Followed
    steps: Sequence[ProgressStep]
    days_left: int | None
    todo: str


def followed_view(found: Followed, today: date) -> FollowedView:
    """Return how a followed case is shown."""
    days = {
        "in": found.submitted_on,
        "review": None,
        "decided": found.decided_on,
        "delivered": found.delivered_on,
    }
    asked = _("The applicant has to complete it until %(day)s.")
    return FollowedView(
        found=found,
        steps=[
            ProgressStep(in_language(*STEP_NAMES[place.step]), place.standing, days[place.step])
            for place in places(
                found.state, granted=found.granted, delivered=found.delivered_on is not None
            )
        ],
        days_left=working_days_left(found.due_on, today),
        todo=asked % {"day": found.complete_by.isoformat()} if found.complete_by else "",
    )


# --- what was filled in -----------------------------------------------------------------------


def data_rows(case: Case) -> list[DataRow]:
    """Return what was filled in, in the order of the form, with choices by their names."""
    service = case.declared
    if service is None:
        return [DataRow(name, str(value)) for name, value in case.data.items()]
    reused = {
        each["field"]: record_type_name(each["type"])
        for each in case.reused
        if each.get("field") and each.get("type")
    }
    form = service.form(data=case.data)
    return [
        DataRow(str(bound.label), shown_value(bound.field, value), reused.get(bound.name, ""))
        for bound in form
        if _is_told(bound, value := case.data.get(bound.name))
    ]


def _is_told(bound: forms.BoundField, value: Any) -> bool:
    """A hidden field (a drawing on a map) is for programs; the form shows it its own way."""
    return not bound.is_hidden or (isinstance(value, str) and 0 < len(value) < 80)


def shown_value(field: forms.Field, value: Any) -> str:
    """Write a value for people: the names of choices, yes and no, dates as they are."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool) or isinstance(field, forms.BooleanField):
        return _("Yes") if value else _("No")
    values = [str(each) for each in (value if isinstance(value, list) else [value])]
    choices = getattr(field, "choices", None)
    if choices is None:
        return "\n".join(values)
    names = {str(key): str(name) for key, name in _flat(choices)}
    separator = ", " if (get_language() or "").startswith("en") else "、"
    return separator.join(names.get(each, each) for each in values)


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for key, name in choices:
        if isinstance(name, list | tuple):
            yield from name
        else:
            yield key, name


@dataclass(frozen=True)
class Prefilled:
    """A field that a record fills: what it says, and the name of the type of record."""

    shown: str
    record_name: str


@dataclass(frozen=True)
class MaterialRow:
    """A material in the form: the files handed in, or the record that stands for it."""

    key: str
    name: str
    hint: str
    required: bool
    record_name: str
    files: Sequence[CaseFile]

    @property
    def missing(self) -> bool:
        """Whether it is still to be handed in."""
        return self.required and not self.files and not self.record_name


def offers(case: Case, service: Service) -> Offers:
    """Return what the applicant's records spare him now."""
    return held.offers_of(case, service, timezone.now())


def prefilled(
    case: Case, service: Service, offered: Offers, form: forms.Form, data: Mapping[str, Any]
) -> dict[str, Prefilled]:
    """Return which fields need not be typed, where what was known is in the form still.

    From records, and from what was verified of the applicant or his firm.
    """
    sources = {
        name: (offer.value, record_type_name(offer.held.type))
        for name, offer in offered.fields.items()
    }
    if case.applicant is not None:
        known = service.known_of(case.applicant, case.firm)
        sources |= {name: (value, _("verified identity")) for name, value in known.items()}
    return {
        name: Prefilled(shown_value(form.fields[name], value), source)
        for name, (value, source) in sources.items()
        if name in form.fields and str(data.get(name, "")) == str(value)
    }


def material_rows(case: Case, service: Service, offered: Offers) -> list[MaterialRow]:
    """Return what is to be handed in, with what was; one query."""
    files = [file for file in files_of(case) if not file.by_authority]
    return [
        MaterialRow(
            key=material.key,
            name=in_language(material.name.zh, material.name.en),
            hint=in_language(material.hint.zh, material.hint.en) if material.hint else "",
            required=material.required,
            record_name=(
                record_type_name(offered.materials[material.key].type)
                if material.key in offered.materials
                else ""
            ),
            files=[file for file in files if file.material == material.key],
        )
        for material in service.materials
    ]
