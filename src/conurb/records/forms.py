"""Forms of the inspector and the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conurb.records.reasons import REASONS
from conurb.records.types import RecordType
from conurb.region.forms import Form, words_input
from conurb.region.models import City, in_language

REASON_LENGTH = 500
PURPOSE_LENGTH = 200


class ReasonForm(Form):
    """Why the state of a record is changed: a code that every city reads, and words."""

    code = forms.ChoiceField(
        label=_("Kind of reason"),
        help_text=_("The log of the city carries it; every city can read it."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=words_input(3, REASON_LENGTH),
        help_text=_("The holder reads it. Name the facts and the rule; no data of other people."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [(code, in_language(words.zh, words.en)) for code, words in REASONS.items()]
        choose(self, "code", [("", _("Choose …")), *options])


class NumberForm(Form):
    """A check by the number of the subject, typed in."""

    type = forms.ChoiceField(label=_("Type of record"))
    number = forms.CharField(
        label=_("Number of the subject"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    city = forms.ChoiceField(label=_("Checked in"))
    purpose = forms.CharField(
        label=_("Purpose"),
        required=False,
        max_length=PURPOSE_LENGTH,
        help_text=_("Required where a person is checked; the person can read it."),
    )

    def __init__(self, *args: Any, types: Sequence[RecordType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {each.slug: each for each in types}
        choose(
            self, "type", [(each.slug, in_language(each.name.zh, each.name.en)) for each in types]
        )
        choose(self, "city", [(each.code, each.name) for each in City.objects.all()])


def choose(form: forms.Form, name: str, options: Sequence[tuple[str, Any]]) -> None:
    """Give a select its options."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no select")
    field.choices = list(options)
