"""One case on the officer's desk, and what officers do with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.desk.actions import appealing, deciding, looking
from conurb.desk.forms import (
    AppealDecisionForm,
    AskForm,
    DecideForm,
    DeliverForm,
    GiveOpinionForm,
    OfficerForm,
    OpinionForm,
)
from conurb.desk.models import Case
from conurb.desk.queries import pages_desk
from conurb.desk.queries.pages_services import record_type_name
from conurb.desk.stages import State
from conurb.desk.views.access import case_of
from conurb.desk.writers.letters import letters_of
from conurb.records.checking import Answer, reason_words
from conurb.refusal import RefusedError
from conurb.region.access import officers_only, person
from conurb.region.forms import Form
from conurb.region.models import Authority, City, User, in_language


@officers_only
@require_safe
def desk_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show one case to an officer with a part in it."""
    return _show(request, _case(request, key))


@officers_only
@require_POST
def claim(request: HttpRequest, key: str) -> HttpResponse:
    """Take a case up."""
    return _do(request, key, deciding.claim)


@officers_only
@require_POST
def release(request: HttpRequest, key: str) -> HttpResponse:
    """Put a case back into the queue."""
    case = _case(request, key)
    try:
        deciding.release(person(request), case)
    except RefusedError as refusal:
        return _show(request, case, fault=str(refusal), status=refusal.status)
    messages.success(request, _("The case is back in the queue."))
    return HttpResponseRedirect(reverse("desk"))


@officers_only
@require_POST
def hand(request: HttpRequest, key: str) -> HttpResponse:
    """Hand a case to a colleague."""
    actor, case = person(request), _case(request, key)
    form = OfficerForm(request.POST, prefix="hand", actor=actor, without=case.officer_id)

    def act() -> None:
        officer = User.objects.filter(username=form.cleaned_data["officer"]).first()
        if officer is None:
            raise RefusedError(_("Choose a colleague."), status=422, field="officer")
        deciding.hand_to(actor, case, officer)
        messages.success(request, _("The case is in the hands of %(name)s.") % {"name": officer})

    return _with_form(request, case, "hand", form, act)


@officers_only
@require_POST
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask the applicant to complete."""
    actor, case = person(request), _case(request, key)
    form = AskForm(request.POST, prefix="ask")

    def act() -> None:
        deciding.ask_for_more(actor, case, form.cleaned_data["words"], form.cleaned_data["days"])
        messages.success(request, _("The applicant was asked; the limit stands still until then."))

    return _with_form(request, case, "ask", form, act)


@officers_only
@require_POST
def ask_opinion(request: HttpRequest, key: str) -> HttpResponse:
    """Ask another authority what it thinks."""
    actor, case = person(request), _case(request, key)
    form = OpinionForm(request.POST, prefix="opinion", actor=actor)

    def act() -> None:
        given = form.cleaned_data
        authority = Authority.objects.get(key=given["authority"])
        deciding.ask_opinion(actor, case, authority, given["question"], given["days"])
        messages.success(
            request, _("%(authority)s was asked for its opinion.") % {"authority": authority.short}
        )

    return _with_form(request, case, "opinion", form, act)


@officers_only
@require_POST
def give_opinion(request: HttpRequest, key: str) -> HttpResponse:
    """Say what one's authority thinks, where it was asked."""
    actor, case = person(request), _case(request, key)
    opinion = case.opinions.filter(authority=actor.authority, answer="").first()
    if opinion is None:
        raise RefusedError(_("No opinion of your authority is asked for in this case."))
    form = GiveOpinionForm(request.POST, prefix="give")

    def act() -> None:
        given = form.cleaned_data
        deciding.give_opinion(actor, opinion, given["answer"], given["words"])
        messages.success(request, _("The opinion is given."))

    return _with_form(request, case, "give", form, act)


@officers_only
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Decide on a case, with reasons."""
    actor, case = person(request), _case(request, key)
    form = DecideForm(request.POST, prefix="decide")

    def act() -> None:
        given = form.cleaned_data
        granted = given["outcome"] == "granted"
        deciding.decide(
            actor,
            case,
            granted=granted,
            reasons_zh=given["reasons_zh"],
            reasons_en=given["reasons_en"],
        )
        messages.success(request, _("Granted.") if granted else _("Not granted."))

    return _with_form(request, case, "decide", form, act)


@officers_only
@require_POST
def deliver(request: HttpRequest, key: str) -> HttpResponse:
    """Note that the outcome reached the applicant."""
    actor, case = person(request), _case(request, key)
    form = DeliverForm(request.POST, prefix="deliver")

    def act() -> None:
        deciding.deliver(actor, case, form.cleaned_data["words"])
        messages.success(request, _("The delivery is noted."))

    return _with_form(request, case, "deliver", form, act)


@officers_only
@require_POST
def decide_appeal(request: HttpRequest, key: str) -> HttpResponse:
    """Decide on an appeal that one's authority hears."""
    actor, case = person(request), _case(request, key)
    appeal = case.appeals.filter(authority=actor.authority, decided_at=None).first()
    if appeal is None:
        raise RefusedError(_("Your authority hears no open appeal in this case."))
    form = AppealDecisionForm(request.POST, prefix="appeal")

    def act() -> None:
        given = form.cleaned_data
        appealing.decide_appeal(
            actor, appeal, upheld=given["upheld"] == "yes", reasons=given["reasons"]
        )
        messages.success(request, _("The appeal is decided."))

    return _with_form(request, case, "appeal", form, act)


@dataclass(frozen=True)
class AnswerView:
    """What a check of a record said, for the page."""

    name: str
    valid: bool
    words: str


@officers_only
@require_POST
def records(request: HttpRequest, key: str) -> HttpResponse:
    """Check the records that the service uses; each look is noted with the case as purpose."""
    case = _case(request, key)
    answers = _answer_views(looking.check_records(person(request), case))
    if request.headers.get("HX-Request"):
        return render(request, "desk/parts/answers.html", {"answers": answers})
    return _show(request, case, answers=answers)


def _answer_views(answers: Sequence[Answer]) -> list[AnswerView]:
    cities = {city.code: city.short for city in City.objects.all()}
    return [
        AnswerView(record_type_name(answer.type), answer.verdict == "valid", _told(answer, cities))
        for answer in answers
    ]


def _told(answer: Answer, cities: dict[str, str]) -> str:
    why = reason_words(answer)
    told = in_language(why.zh, why.en)
    if not answer.found:
        return told
    first = answer.found[0]
    until = timezone.localdate(first.valid_until).isoformat() if first.valid_until else "—"
    issued = _("issued in %(city)s, until %(day)s") % {
        "city": cities.get(first.city, first.city),
        "day": until,
    }
    return f"{told} · {issued}"


def _case(request: HttpRequest, key: str) -> Case:
    """Return a case in which the officer's authority has a part; a draft is nobody's work."""
    case = case_of(request, key)
    if case.state == State.DRAFT:
        raise Http404(_("There is no such case, or it is not yours to see."))
    return case


def _forms(actor: User, case: Case, bound: dict[str, Form]) -> dict[str, Form]:
    """Return the forms of all acts by their names, those that were sent as they were sent."""
    new: dict[str, Callable[[], Form]] = {
        "give": lambda: GiveOpinionForm(prefix="give"),
        "appeal": lambda: AppealDecisionForm(prefix="appeal"),
        "decide": lambda: DecideForm(prefix="decide"),
        "ask": lambda: AskForm(prefix="ask"),
        "opinion": lambda: OpinionForm(prefix="opinion", actor=actor),
        "deliver": lambda: DeliverForm(prefix="deliver"),
        "hand": lambda: OfficerForm(prefix="hand", actor=actor, without=case.officer_id),
    }
    return {name: bound.get(name) or make() for name, make in new.items()}


def _show(
    request: HttpRequest,
    case: Case,
    *,
    bound: dict[str, Form] | None = None,
    fault: str = "",
    answers: Sequence[AnswerView] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = person(request)
    view = pages_desk.desk_view(actor, case, timezone.localdate())
    context: dict[str, Any] = {
        "case": case,
        "view": view,
        "forms": _forms(actor, case, bound or {}),
        "open": next(iter(bound or {}), ""),
        "granting": pages_desk.reason_phrases(granted=True),
        "refusing": pages_desk.reason_phrases(granted=False),
        "asking": pages_desk.asking_phrases(),
        "letters": letters_of(case),
        "may_check": case.authority_id == actor.authority_id,
        "answers": answers,
        "fault": fault,
    }
    return render(request, "desk/desk_case.html", context, status=status)


def _do(request: HttpRequest, key: str, act: Callable[[User, Case], object]) -> HttpResponse:
    case = _case(request, key)
    try:
        act(person(request), case)
    except RefusedError as refusal:
        return _show(request, case_of(request, key), fault=str(refusal), status=refusal.status)
    return HttpResponseRedirect(reverse("desk-case", args=[case.key]))


def _with_form(
    request: HttpRequest, case: Case, name: str, form: Form, act: Callable[[], None]
) -> HttpResponse:
    """Do what a form asks for, or show the case again with what is wrong in the form."""
    status = 422
    if form.is_valid():
        try:
            act()
        except RefusedError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            return HttpResponseRedirect(reverse("desk-case", args=[case.key]))
    fault = " ".join(map(str, form.non_field_errors())) or _(
        "Please look at the fields marked below."
    )
    return _show(
        request, case_of(request, case.key), bound={name: form}, fault=fault, status=status
    )
