"""The forms of the desk's own pages; what a service asks for is its own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conurb.desk.limits import COMPLETE_WITHIN
from conurb.desk.models import Opinion
from conurb.region.forms import Form, day_input, words_input
from conurb.region.models import Authority, User

LEAST_DAYS, MOST_DAYS = COMPLETE_WITHIN
CHECKS = (forms.RadioSelect, forms.CheckboxSelectMultiple, forms.CheckboxInput)


def radio() -> forms.RadioSelect:
    """Return buttons to choose one of a few by."""
    return forms.RadioSelect(attrs={"class": "form-check-input"})


def dressed(form: forms.Form) -> forms.Form:
    """Give a service's form the look of the pages, whatever it is made of; returns the form."""
    for name, field in form.fields.items():
        attrs = field.widget.attrs
        if isinstance(field.widget, CHECKS):
            look = "form-check-input"
        elif isinstance(field.widget, forms.Select):
            look = "form-select"
        else:
            look = "form-control"
        wrong = " is-invalid" if form.is_bound and name in form.errors else ""
        attrs["class"] = look + wrong
        # Django names hint and error by itself; a hint named otherwise would be lost
        attrs.pop("aria-describedby", None)
    return form


def filled_in(service_form: type[forms.Form], posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed into a service's form, by the names of its fields, unjudged."""
    form = service_form(posted)
    return {name: form[name].data for name in form.fields}


class ApplyForm(Form):
    """For whom, and where it is handed in."""

    party = forms.CharField(required=False, max_length=18)
    city = forms.CharField(max_length=6)


class ReasonForm(Form):
    """Why a case is withdrawn."""

    reason = forms.CharField(label=_("Reason"), widget=words_input())


class AppealForm(Form):
    """Why a decision is wrong."""

    grounds = forms.CharField(
        label=_("Grounds"),
        widget=words_input(6),
        help_text=_("Say which part of the decision is wrong, and what speaks for it."),
    )


class FollowForm(Form):
    """The number and the code of a receipt."""

    number = forms.CharField(
        label=_("Case number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "430200-20261126-000017-3"}
        ),
    )
    code = forms.CharField(
        label=_("Follow-up code"),
        max_length=24,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "XXXX-XXXX-XXXX", "data-follow-code": ""}
        ),
    )


# --- the officer's acts -----------------------------------------------------------------------


class OfficerForm(Form):
    """A colleague of the same authority."""

    officer = forms.ChoiceField(label=_("Colleague"))

    def __init__(self, *args: Any, actor: User, without: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = colleagues(actor, without)  # type: ignore[attr-defined]


class AskForm(Form):
    """What is missing, and how long the applicant has."""

    words = forms.CharField(
        label=_("What is missing"),
        widget=words_input(5),
        help_text=_("All of it at once: the law lets you ask once only."),
    )
    days = forms.IntegerField(
        label=_("Working days to complete"),
        min_value=LEAST_DAYS,
        max_value=MOST_DAYS,
        initial=10,
    )


class OpinionForm(Form):
    """Whom to ask, what, and how long they have."""

    authority = forms.ChoiceField(label=_("Authority"))
    question = forms.CharField(label=_("Question"), widget=words_input(4))
    days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=30, initial=5)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Authority.objects.filter(active=True).exclude(key=_own_key(actor))
        self.fields["authority"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose an authority")),
            *((each.key, each.short) for each in others),
        ]


class GiveOpinionForm(Form):
    """What an authority thinks."""

    answer = forms.ChoiceField(
        label=_("Opinion"),
        choices=[choice for choice in Opinion.Answer.choices if choice[0]],
        widget=radio(),
    )
    words = forms.CharField(
        label=_("Conditions or reasons"),
        required=False,
        widget=words_input(4),
        help_text=_("Needed for conditions and objections."),
    )


class DecideForm(Form):
    """The decision and its reasons."""

    outcome = forms.ChoiceField(
        label=_("What is decided"),
        choices=[("granted", _("Grant")), ("refused", _("Do not grant"))],
        widget=radio(),
    )
    reasons_zh = forms.CharField(label=_("Reasons (Chinese)"), widget=words_input(6))
    reasons_en = forms.CharField(
        label=_("Reasons (English)"), required=False, widget=words_input(3)
    )


class BulkForm(Form):
    """The reasons of many grants."""

    reasons_zh = forms.CharField(label=_("Reasons (Chinese)"), widget=words_input(4))
    reasons_en = forms.CharField(
        label=_("Reasons (English)"), required=False, widget=words_input(2)
    )


class DeliverForm(Form):
    """How it reached the applicant."""

    words = forms.CharField(
        label=_("How it was delivered"), required=False, widget=words_input(2, 300)
    )


class AppealDecisionForm(Form):
    """What becomes of a decision that was appealed."""

    upheld = forms.ChoiceField(
        label=_("Decision on the appeal"),
        choices=[("yes", _("The decision stands")), ("no", _("Overturned: to be decided anew"))],
        widget=radio(),
    )
    reasons = forms.CharField(label=_("Reasons"), widget=words_input(5))


class DelegationForm(Form):
    """Who acts for one, from when to when."""

    deputy = forms.ChoiceField(label=_("Deputy"))
    first_day = forms.DateField(label=_("First day of absence"), widget=day_input())
    last_day = forms.DateField(label=_("Last day of absence"), widget=day_input())

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].choices = colleagues(actor)  # type: ignore[attr-defined]


class CounterForm(Form):
    """Who stands at the counter, and what for."""

    number = forms.CharField(
        label=_("Resident number"),
        max_length=24,
        help_text=_("From the identity card that the person shows."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Name on the card"), max_length=100)
    service = forms.ChoiceField(label=_("Service"))

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a service")),
            *services,
        ]


def colleagues(actor: User, without: int | None = None) -> list[tuple[str, Any]]:
    """Return the officers of one's own authority but oneself, as choices by user name."""
    if actor.authority is None:
        return [("", _("Choose a colleague"))]
    rows = (
        User.objects.filter(authority=actor.authority, is_active=True, is_system=False)
        .exclude(pk__in=[actor.pk, without or 0])
        .order_by("full_name", "username")
    )
    return [("", _("Choose a colleague")), *((each.username, str(each)) for each in rows)]


def _own_key(actor: User) -> str:
    return actor.authority.key if actor.authority else ""
