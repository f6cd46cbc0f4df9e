"""The forms of the procedure, of duties and of help between inspections."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conurb.journal.uploads import ALLOWED_WORDS, HandedIn
from conurb.region.forms import Form, ManyFilesField, day_input, words_input
from conurb.region.models import Authority
from conurb.sames.market.models import Duty, Inspector, Party, Review

MOST_YUAN = Decimal("9999999999.99")
FILES_HINT = _("At most 10 files of 20 MB: %(types)s.") % {"types": ALLOWED_WORDS}


class YuanField(forms.DecimalField):
    """An amount in yuan; its value is fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=12, decimal_places=2, max_value=MOST_YUAN, **kwargs)

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        return None if given is None else int(given * 100)


def moment_input() -> forms.DateTimeInput:
    """Return the browser's own control for a day and a time."""
    return forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


def handed_in(files: Iterable[Any]) -> list[HandedIn]:
    """Return what was chosen in a control for files."""
    return [HandedIn(file.name or "", file.read()) for file in files]


def _offer(field: forms.Field, rows: Any) -> None:
    """Let a field choose among these rows."""
    if rows is not None and isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


class PlainForm(Form):
    """An act that needs no more than to be done."""


class MatterForm(Form):
    """What an inspection found."""

    firm = forms.CharField(
        label=_("Unified social credit code"), max_length=40, help_text=_("18 characters")
    )
    firm_name = forms.CharField(label=_("Name of the employer"), max_length=200)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    project = forms.CharField(label=_("Building site or workplace"), max_length=200, required=False)
    amount = YuanField(label=_("Arrears in yuan, all together"))
    workers = forms.IntegerField(label=_("Workers concerned"), min_value=1, max_value=100_000)
    worst = YuanField(
        label=_("Owed to the one worker owed most, in yuan"), required=False, initial=Decimal(0)
    )
    worst_months = forms.IntegerField(
        label=_("For how many months"), min_value=0, max_value=240, required=False, initial=0
    )
    facts = forms.CharField(
        label=_("What was found"),
        widget=words_input(4),
        help_text=_("It stands in the letters: periods, work, evidence."),
    )
    incident_words = forms.CharField(
        label=_("Mass or extreme incident"),
        widget=words_input(2),
        required=False,
        help_text=_("Leave empty where there was none."),
    )
    person_name = forms.CharField(label=_("Legal representative or principal"), max_length=100)
    person_capacity = forms.ChoiceField(
        label=_("Capacity"),
        choices=[c for c in Party.Capacity.choices if c[0] in {"legal", "principal"}],
    )
    person_number = forms.CharField(label=_("Resident number"), max_length=20)
    attachments = ManyFilesField(
        label=_("Evidence of arrears"), required=False, help_text=FILES_HINT
    )


class OrderForm(Form):
    """The payment order."""

    served_on = forms.DateField(label=_("Served on"), widget=day_input())
    pay_until = forms.DateField(label=_("To be paid until"), widget=day_input())
    number = forms.CharField(
        label=_("Number of the order"),
        max_length=80,
        required=False,
        help_text=_("Leave empty to take the next number."),
    )


class WordsForm(Form):
    """An act with reasons."""

    words = forms.CharField(label=_("Reasons"), widget=words_input(4))


class PaymentForm(Form):
    """What was paid."""

    paid = YuanField(label=_("Paid altogether, in yuan"))
    on = forms.DateField(label=_("Last payment on"), widget=day_input())
    words = forms.CharField(label=_("How it was verified"), widget=words_input(2), required=False)


class PersonForm(Form):
    """A person to be listed with the employer."""

    capacity = forms.ChoiceField(label=_("Capacity"), choices=Party.Capacity.choices)
    name = forms.CharField(label=_("Name"), max_length=100)
    number = forms.CharField(label=_("Resident number"), max_length=20)


class EvidenceForm(Form):
    """Files for the matter."""

    attachments = ManyFilesField(label=_("Attachments"), help_text=FILES_HINT)
    for_firm = forms.BooleanField(label=_("The employer may read them"), required=False)


class NoticeForm(Form):
    """When the notice was served."""

    served_on = forms.DateField(label=_("Served on"), widget=day_input())


class SaidForm(Form):
    """What the employer said on paper, taken down by an officer."""

    said_by = forms.CharField(label=_("Said by"), max_length=120)
    words = forms.CharField(label=_("What was said"), widget=words_input(4))
    attachments = ManyFilesField(label=_("Attachments"), required=False, help_text=FILES_HINT)


class ObjectionOnPaperForm(SaidForm):
    """An objection on paper."""

    asks_hearing = forms.BooleanField(label=_("Asks for a hearing"), required=False)


class EarlyOnPaperForm(SaidForm):
    """A request for early removal on paper."""

    promised = forms.BooleanField(
        label=_("With the written promise not to owe wages again"), required=False
    )


class HearingForm(Form):
    """When and where a hearing is."""

    at = forms.DateTimeField(label=_("Day and time"), widget=moment_input())
    place = forms.CharField(label=_("Place"), max_length=200)
    chair = forms.CharField(label=_("Chaired by"), max_length=100)


class AnswerForm(Form):
    """What the verification of an objection brought."""

    upheld = forms.ChoiceField(
        label=_("Result"),
        choices=[
            ("no", _("The objection is not accepted")),
            ("yes", _("The objection is accepted")),
        ],
    )
    answer = forms.CharField(label=_("Answer to the parties, with reasons"), widget=words_input(4))


class MinutesForm(AnswerForm):
    """The minutes of a hearing and the answer."""

    minutes = forms.CharField(label=_("Minutes"), widget=words_input(6))
    field_order = ("minutes", "upheld", "answer")


class CorrectForm(Form):
    """What the list says wrongly."""

    words = forms.CharField(label=_("What was wrong"), widget=words_input(2))
    firm_name = forms.CharField(label=_("Right name of the employer"), max_length=200)

    def __init__(self, *args: Any, parties: Iterable[Party] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for party in parties:
            name = f"party_{party.pk}"
            self.fields[name] = forms.CharField(
                label=f"{party.get_capacity_display()}",
                max_length=100,
                initial=party.name,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )

    @property
    def people(self) -> dict[int, str]:
        """The names of persons by their rows."""
        return {
            int(name.removeprefix("party_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("party_")
        }


class ConductForm(Form):
    """What bars early removal."""

    relapsed = forms.BooleanField(
        label=_("Wages were owed again while on the list"), required=False
    )
    criminal = forms.BooleanField(
        label=_("Prosecuted or convicted for refusing to pay wages"), required=False
    )
    barred = forms.BooleanField(
        label=_("Another case in which laws or policy of the centre rule out early removal"),
        required=False,
    )
    words = forms.CharField(label=_("What it rests on"), widget=words_input(2))


class ContestForm(Form):
    """A review of the decision."""

    kind = forms.ChoiceField(label=_("Way of contesting"), choices=Review.Kind.choices)
    body = forms.CharField(label=_("Body that decides"), max_length=200)
    begun_on = forms.DateField(label=_("Begun on"), widget=day_input())
    words = forms.CharField(label=_("What is contested"), widget=words_input(2))


class CloseReviewForm(Form):
    """How a review ended."""

    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=[c for c in Review.Outcome.choices if c[0]],
        help_text=_("A decision that falls is revoked in the same act."),
    )
    ended_on = forms.DateField(label=_("Ended on"), widget=day_input())
    words = forms.CharField(label=_("What was decided"), widget=words_input(2))


class ConfirmForm(Form):
    """What an authority confirms of a duty."""

    answer = forms.ChoiceField(
        label=_("Confirmation"), choices=[c for c in Duty.Answer.choices if c[0]]
    )
    words = forms.CharField(
        label=_("Note"),
        widget=words_input(2),
        required=False,
        help_text=_("What was done; or why it does not apply here."),
    )


class ObjectionForm(Form):
    """What the employer objects to."""

    words = forms.CharField(label=_("What you object to and why"), widget=words_input(6))
    asks_hearing = forms.BooleanField(label=_("I ask to be heard in person"), required=False)
    attachments = ManyFilesField(
        label=_("Evidence of arrears"), required=False, help_text=FILES_HINT
    )


class CorrectionForm(Form):
    """What the list says wrongly, as who stands on it says."""

    words = forms.CharField(
        label=_("What is wrong, and what is right"),
        widget=words_input(5),
        help_text=_("Name the entry's words that are wrong: name, capacity, ground, day or term."),
    )
    attachments = ManyFilesField(label=_("Proof"), required=False, help_text=FILES_HINT)


class PersonObjectionForm(Form):
    """What a person listed with the employer objects to."""

    words = forms.CharField(label=_("What you object to and why"), widget=words_input(6))
    asks_hearing = forms.BooleanField(label=_("I ask to be heard in person"), required=False)
    attachments = ManyFilesField(label=_("Proof"), required=False, help_text=FILES_HINT)


class PromiseForm(Form):
    """The promise not to owe wages again, with proof of payment."""

    words = forms.CharField(
        label=_("Promise"),
        widget=words_input(5),
        help_text=_("Say what was paid and when, and promise not to owe wages again."),
    )
    attachments = ManyFilesField(
        label=_("Proof of payment and signed promise"), required=False, help_text=FILES_HINT
    )


class EarlyForm(Form):
    """The request to leave the list early."""

    words = forms.CharField(
        label=_("Request"),
        widget=words_input(5),
        help_text=_("Say what was paid, when and to whom."),
    )
    promised = forms.BooleanField(
        label=_("We promise in writing not to owe wages again"), required=False
    )
    attachments = ManyFilesField(label=_("Proof of payment"), required=False, help_text=FILES_HINT)


class HelpForm(Form):
    """A request for inspectors of another city."""

    helper = forms.ModelChoiceField(
        label=_("Labour inspection"), queryset=Authority.objects.none(), to_field_name="key"
    )
    number = forms.IntegerField(label=_("Inspectors"), min_value=1, max_value=50, initial=1)
    first_day = forms.DateField(label=_("First day of help"), widget=day_input())
    last_day = forms.DateField(label=_("Last day of help"), widget=day_input())
    words = forms.CharField(label=_("What for"), widget=words_input(2))

    def __init__(self, *args: Any, helpers: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["helper"], helpers)


class InspectorForm(Form):
    """An inspector for the pool."""

    name = forms.CharField(label=_("Name"), max_length=100)
    card = forms.CharField(label=_("Number of the inspector's card"), max_length=40)
    skills = forms.CharField(label=_("Experience"), max_length=200, required=False)


class AcceptForm(Form):
    """Who is sent to help."""

    inspectors = forms.ModelMultipleChoiceField(
        label=_("Who is sent"), queryset=Inspector.objects.none(), to_field_name="key"
    )
    words = forms.CharField(label=_("Answer"), widget=words_input(2), required=False)

    def __init__(self, *args: Any, pool: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["inspectors"], pool)


class FinishForm(Form):
    """What the help brought."""

    result = forms.CharField(label=_("What the help brought"), widget=words_input(2))
    person_days = forms.IntegerField(label=_("Days of work"), min_value=1, max_value=1000)
