"""The acts on a matter as pages: what each is called, its form, and the action that it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conurb.region.forms import Form
from conurb.region.models import User
from conurb.sames.market import forms
from conurb.sames.market.actions import deciding, inspecting, keeping
from conurb.sames.market.models import ArrearsMatter

Do = Callable[[User, ArrearsMatter, Form], object]
Initial = Callable[[ArrearsMatter], Mapping[str, Any]]


def _nothing(_matter: ArrearsMatter) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Act:
    """A page with a form: `hint` says what follows, `danger` marks what ends or harms."""

    slug: str
    title: Promise
    hint: Promise
    form: type[Form]
    do: Do
    icon: str = "pencil"
    danger: bool = False
    initial: Initial = _nothing

    @property
    def takes_files(self) -> bool:
        """Whether files may be handed in."""
        return "attachments" in self.form.base_fields


def _files(form: Form) -> list[Any]:
    return forms.handed_in(form.cleaned_data.get("attachments") or [])


def _plain(action: Callable[[User, ArrearsMatter], object]) -> Do:
    return lambda actor, matter, _form: action(actor, matter)


def _with_words(action: Callable[[User, ArrearsMatter, str], object]) -> Do:
    return lambda actor, matter, form: action(actor, matter, form.cleaned_data["words"])


def _given(action: Callable[..., object], *names: str) -> Do:
    return lambda actor, matter, form: action(
        actor, matter, **{name: form.cleaned_data[name] for name in names}
    )


def _payment(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return inspecting.note_payment(actor, matter, given["paid"], given["on"], given["words"])


def _party(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    person = inspecting.Person(given["capacity"], given["name"], given["number"])
    return inspecting.add_party(actor, matter, person)


def _evidence(actor: User, matter: ArrearsMatter, form: Form) -> object:
    return inspecting.add_evidence(
        actor, matter, _files(form), for_firm=form.cleaned_data["for_firm"]
    )


def _object(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return deciding.object_to(
        actor,
        matter,
        given["words"],
        asks_hearing=given["asks_hearing"],
        files=_files(form),
        said_by=given.get("said_by", ""),
    )


def _promise(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return deciding.promise(
        actor, matter, given["words"], files=_files(form), said_by=given.get("said_by", "")
    )


def _ask_early(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return keeping.ask_early(
        actor,
        matter,
        given["words"],
        promised=given["promised"],
        files=_files(form),
        said_by=given.get("said_by", ""),
    )


def _ask_correction(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return keeping.ask_correction(
        actor, matter, given["words"], files=_files(form), said_by=given.get("said_by", "")
    )


def _answer(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return deciding.answer_objection(
        actor, matter, upheld=given["upheld"] == "yes", answer=given["answer"]
    )


def _hold(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    return deciding.hold_hearing(
        actor, matter, given["minutes"], upheld=given["upheld"] == "yes", answer=given["answer"]
    )


def _correct(actor: User, matter: ArrearsMatter, form: Form) -> object:
    people = form.people if isinstance(form, forms.CorrectForm) else {}
    given = form.cleaned_data
    return keeping.correct(
        actor, matter, given["words"], firm_name=given["firm_name"], people=people
    )


def _close_review(actor: User, matter: ArrearsMatter, form: Form) -> object:
    given = form.cleaned_data
    review = matter.reviews.filter(outcome="").latest("begun_on")
    return keeping.close_review(
        actor,
        review,
        overturned=given["outcome"] == "overturned",
        words=given["words"],
        ended_on=given["ended_on"],
    )


ACTS: dict[str, Act] = {
    act.slug: act
    for act in (
        Act(
            "take-up",
            _("Take up the matter"),
            _("You become the officer who leads it."),
            forms.PlainForm,
            _plain(inspecting.take_up),
            "hand-stop",
        ),
        Act(
            "order",
            _("Order to pay"),
            _("The employer is ordered to pay within a time. Only who does not obey is listed."),
            forms.OrderForm,
            _given(inspecting.order, "served_on", "pay_until", "number"),
            "file-invoice",
        ),
        Act(
            "payment",
            _("Note a payment"),
            _("Give what was paid altogether, as verified. Paid in full means corrected."),
            forms.PaymentForm,
            _payment,
            "cash",
        ),
        Act(
            "settle",
            _("Close as paid in time"),
            _("Everything was paid within the time of the order; nobody is listed."),
            forms.PlainForm,
            _plain(inspecting.settle),
            "circle-check",
        ),
        Act(
            "find-unpaid",
            _("Find the order not obeyed"),
            _("The time of the order has passed and the arrears were not paid in full."),
            forms.WordsForm,
            _with_words(inspecting.find_unpaid),
            "alert-triangle",
        ),
        Act(
            "drop",
            _("Close without listing"),
            _("There is no ground to list, or the objection was accepted."),
            forms.WordsForm,
            _with_words(inspecting.drop),
            "circle-x",
            danger=True,
        ),
        Act(
            "party",
            _("Add a person"),
            _("Persons are listed with the employer, and have to have had the notice first."),
            forms.PersonForm,
            _party,
            "user-plus",
        ),
        Act(
            "evidence",
            _("Add evidence"),
            _("Files stay in the inspection unless you let the employer read them."),
            forms.EvidenceForm,
            _evidence,
            "paperclip",
        ),
        Act(
            "notify",
            _("Serve the notice"),
            _(
                "The notice is written and kept in the file. The employer reads the matter from "
                "now on and may object in time."
            ),
            forms.NoticeForm,
            _given(deciding.notify, "served_on"),
            "mail",
        ),
        Act(
            "object",
            _("Take down an objection"),
            _("An objection that came on paper is kept as if it had been made here."),
            forms.ObjectionOnPaperForm,
            _object,
            "message-2",
        ),
        Act(
            "promise",
            _("Take down a promise"),
            _("A written promise not to owe wages again, which came on paper."),
            forms.SaidForm,
            _promise,
            "signature",
        ),
        Act(
            "answer",
            _("Answer the objection"),
            _("Verify it and tell the result. Of several, the earliest is answered first."),
            forms.AnswerForm,
            _answer,
            "message-check",
        ),
        Act(
            "call-hearing",
            _("Call a hearing"),
            _("The notice of the hearing is written and kept in the file."),
            forms.HearingForm,
            _given(deciding.call_hearing, "at", "place", "chair"),
            "gavel",
        ),
        Act(
            "hold-hearing",
            _("Keep the minutes of the hearing"),
            _("The objection is answered by what the hearing brought."),
            forms.MinutesForm,
            _hold,
            "notes",
        ),
        Act(
            "spare",
            _("Leave off the list"),
            _("The employer has paid everything and promised in writing before the decision."),
            forms.WordsForm,
            _with_words(deciding.spare),
            "heart-handshake",
        ),
        Act(
            "extend",
            _("Extend the time"),
            _("A complex matter may take longer, once, where the head of the authority approves."),
            forms.WordsForm,
            _with_words(deciding.extend),
            "calendar-plus",
        ),
        Act(
            "decide",
            _("Decide to list"),
            _("The decision is written and kept in the file; its term begins today."),
            forms.PlainForm,
            _plain(deciding.decide),
            "gavel",
            danger=True,
        ),
        Act(
            "publish",
            _("Publish and share"),
            _(
                "The entry becomes public, a record is issued, and the authorities of every city "
                "in which it holds are asked to act."
            ),
            forms.PlainForm,
            _plain(keeping.publish),
            "speakerphone",
            danger=True,
        ),
        Act(
            "correct",
            _("Correct the entry"),
            _("The record is superseded by a right one; term and effects stay."),
            forms.CorrectForm,
            _correct,
            "edit",
            initial=lambda matter: {"firm_name": matter.firm_name},
        ),
        Act(
            "ask-correction",
            _("Take down a request for correction"),
            _("A request that came on paper is kept as if it had been made here."),
            forms.SaidForm,
            _ask_correction,
            "message-2",
        ),
        Act(
            "refuse-correction",
            _("Refuse the correction"),
            _("Nothing is corrected. Of several requests, the earliest is answered first."),
            forms.WordsForm,
            _with_words(keeping.refuse_correction),
            "circle-x",
        ),
        Act(
            "conduct",
            _("Note conduct"),
            _("What bars early removal: arrears again, prosecution, or another case of law."),
            forms.ConductForm,
            _given(keeping.note_conduct, "relapsed", "criminal", "barred", "words"),
            "flag",
            initial=lambda matter: {
                "relapsed": matter.relapsed,
                "criminal": matter.criminal,
                "barred": matter.barred,
            },
        ),
        Act(
            "ask-early",
            _("Take down a request for early removal"),
            _("A request that came on paper, with proof of payment and the promise."),
            forms.EarlyOnPaperForm,
            _ask_early,
            "door-exit",
        ),
        Act(
            "grant-early",
            _("Remove early"),
            _(
                "The name leaves the list at once, with everybody listed with it; the effects are "
                "lifted."
            ),
            forms.WordsForm,
            _with_words(keeping.grant_early),
            "circle-check",
        ),
        Act(
            "refuse-early",
            _("Refuse early removal"),
            _("The name stays on the list. The decision is written and gives your reasons."),
            forms.WordsForm,
            _with_words(keeping.refuse_early),
            "circle-x",
            danger=True,
        ),
        Act(
            "revoke",
            _("Revoke the decision"),
            _(
                "The order fell, a review overturned the decision, or it was wrong. The name "
                "leaves the list at once."
            ),
            forms.WordsForm,
            _with_words(keeping.revoke),
            "eraser",
            danger=True,
        ),
        Act(
            "restore",
            _("Put back on the list"),
            _(
                "Early removal was obtained by hiding the truth or with false papers, and the case "
                "is serious: it is revoked, and the term begins anew."
            ),
            forms.WordsForm,
            _with_words(keeping.restore),
            "rotate",
            danger=True,
        ),
        Act(
            "contest",
            _("Note a review"),
            _("The decision is contested; it holds until it falls."),
            forms.ContestForm,
            _given(keeping.contest, "kind", "body", "begun_on", "words"),
            "scale",
        ),
        Act(
            "close-review",
            _("Note how the review ended"),
            _("A decision that falls is revoked in the same act."),
            forms.CloseReviewForm,
            _close_review,
            "scale",
        ),
    )
}

_ASK_CORRECTION = Act(
    "correct",
    _("Ask for a correction"),
    _("The inspection corrects what the list says wrongly, or tells you why it does not."),
    forms.CorrectionForm,
    _ask_correction,
    "edit",
)
FIRM_ACTS: dict[str, Act] = {
    act.slug: act
    for act in (
        Act(
            "object",
            _("Object to the notice"),
            _("The inspection verifies what you say and tells you the result before it decides."),
            forms.ObjectionForm,
            _object,
            "message-2",
        ),
        Act(
            "promise",
            _("Paid: promise and proof"),
            _(
                "Who has paid everything and promises in writing before the decision may be left "
                "off the list."
            ),
            forms.PromiseForm,
            _promise,
            "signature",
        ),
        Act(
            "ask-early",
            _("Ask for early removal"),
            _(
                "Hand in proof that the arrears were paid, and promise in writing not to owe wages "
                "again."
            ),
            forms.EarlyForm,
            _ask_early,
            "door-exit",
        ),
        _ASK_CORRECTION,
    )
}

PERSON_ACTS: dict[str, Act] = {
    act.slug: act
    for act in (
        Act(
            "object",
            _("Object to being listed"),
            _(
                "You object for yourself. The inspection verifies what you say and tells you the "
                "result before it decides."
            ),
            forms.PersonObjectionForm,
            _object,
            "message-2",
        ),
        _ASK_CORRECTION,
    )
}
"""What a person listed with the employer does for itself."""
