"""The form of an application, and those of the traffic police."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.region.forms import Form, day_input, words_input
from conurb.region.models import City, in_language
from conurb.region.tables import Bilingual
from conurb.sames.platform import application
from conurb.sames.platform.application import IncompleteError
from conurb.sames.platform.queries.rules import declared
from conurb.sames.platform.restrictions import DAY_WORDS
from conurb.sames.platform.vehicles import BODY_WORDS, ENERGY_WORDS, STAGE_WORDS, group_of
from conurb.sames.platform.withdrawing import GROUNDS

Choices = list[tuple[str, str]]


class ClockInput(forms.TimeInput):
    """The browser's own control for a time of the day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"step": "900"})


class PassForm(Form):
    """What an application says. The mass class, the cities and the zones follow from it."""

    plate = forms.CharField(
        label=gettext_lazy("Plate"),
        max_length=12,
        help_text=gettext_lazy("As on the licence: 湘A12345; new energy: 湘AD12345, 湘A12345D"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    body = forms.ChoiceField(label=gettext_lazy("Type of vehicle"))
    energy = forms.ChoiceField(label=gettext_lazy("Driven by"))
    stage = forms.ChoiceField(
        label=gettext_lazy("Emission standard"),
        required=False,
        help_text=gettext_lazy("Not needed for electric and fuel-cell vehicles"),
    )
    mass_kg = forms.IntegerField(
        label=gettext_lazy("Maximum total mass (kg)"), min_value=500, max_value=100_000
    )
    length_m = forms.DecimalField(
        label=gettext_lazy("Length (m)"),
        min_value=2,
        max_value=30,
        max_digits=5,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )
    owner_name = forms.CharField(label=gettext_lazy("Owner of the vehicle"), max_length=200)
    owner_number = forms.CharField(
        label=gettext_lazy("Number of the owner"),
        max_length=18,
        help_text=gettext_lazy("Unified social credit code of a firm, or number of a resident"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    driver_name = forms.CharField(
        label=gettext_lazy("Driver"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("May be left empty where drivers change"),
    )
    driver_number = forms.CharField(
        label=gettext_lazy("Resident number of the driver"), max_length=18, required=False
    )
    driver_phone = forms.RegexField(
        r"^[\d +-]{5,20}$",
        label=gettext_lazy("Phone of the driver"),
        required=False,
        error_messages={"invalid": gettext_lazy("Give a phone number in digits.")},
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    cargo = forms.CharField(label=gettext_lazy("Cargo"), max_length=200, required=False)
    destination = forms.ChoiceField(
        label=gettext_lazy("City of destination"),
        help_text=gettext_lazy(
            "Its traffic police decide where a pass is needed there; you may apply in any city"
        ),
    )
    corridors = forms.MultipleChoiceField(
        label=gettext_lazy("Truck corridors"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    drawn = forms.CharField(
        label=gettext_lazy("Route drawn on the map"), required=False, widget=forms.HiddenInput
    )
    from_time = forms.TimeField(label=gettext_lazy("Start time"), widget=ClockInput)
    until_time = forms.TimeField(
        label=gettext_lazy("End time"),
        widget=ClockInput,
        help_text=gettext_lazy("Earlier than the beginning means the next day"),
    )
    days = forms.ChoiceField(label=gettext_lazy("Days of passage"))
    term = forms.ChoiceField(label=gettext_lazy("For how long"))
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=day_input())
    renews = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = declared()
        self._offer("body", [(key, named(words)) for key, words in BODY_WORDS.items()])
        self._offer("energy", [(key, named(words)) for key, words in ENERGY_WORDS.items()])
        self._offer("stage", [(str(key), named(words)) for key, words in STAGE_WORDS.items()])
        self._offer("purpose", [(p.key, named(p.name)) for p in rules.purposes.values()])
        self._offer(
            "destination",
            [(c.code, c.name) for c in City.objects.all() if c.code in rules.outlines],
        )
        self._offer("term", [(term.key, named(term.name)) for term in rules.terms.values()])
        self.fields["days"].choices = [(key, named(words)) for key, words in DAY_WORDS.items()]  # type: ignore[attr-defined]
        self.fields["corridors"].choices = [  # type: ignore[attr-defined]
            (each.code, f"{each.code} {named(each.name)}") for each in rules.corridors.values()
        ]

    def clean(self) -> dict[str, Any]:
        """Judge what belongs together; what restrictions say is the rules' to say."""
        given = super().clean() or {}
        for read in (application.read_plate, application.read_owner, application.read_line):
            self._note(read, given)
        if given.get("driver_number"):
            self._note(_driver, given)
        energy = given.get("energy")
        if energy and group_of(energy) == "fuel" and not given.get("stage"):
            self.add_error("stage", _("Choose the emission standard."))
        routed = given.get("corridors") or given.get("drawn")
        if not routed and not {"corridors", "drawn"} & set(self.errors):
            self.add_error("corridors", _("Choose truck corridors, or draw the route on the map."))
        return given

    def _note(self, read: Any, given: dict[str, Any]) -> None:
        try:
            read(given)
        except IncompleteError as lack:
            if lack.field not in self.errors and given.get(lack.field):
                self.add_error(lack.field, named(lack.text))

    def _offer(self, field: str, choices: Choices) -> None:
        blank = [("", _("Please choose"))]
        self.fields[field].choices = [*blank, *choices]  # type: ignore[attr-defined]


def _driver(given: dict[str, Any]) -> None:
    application.read_person(str(given["driver_number"]), "driver_number")


class PlateForm(Form):
    """A plate to be checked."""

    plate = forms.CharField(
        label=gettext_lazy("Plate"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "湘A12345"}
        ),
    )


class ViolationForm(Form):
    """A violation to be noted against a pass."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"))
    place = forms.CharField(label=gettext_lazy("Where"), max_length=200)
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    words = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=500, widget=words_input(2, 500)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (
                kind.key,
                _("%(name)s (%(points)s points)")
                % {"name": named(kind.name), "points": kind.points},
            )
            for kind in declared().violations.values()
        ]


class WithdrawalForm(Form):
    """Why a pass is withdrawn."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=words_input(4, 500)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (key, named(ground.name)) for key, ground in GROUNDS.items()
        ]


class ReasonForm(Form):
    """Why something is put right."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=words_input(3, 500)
    )


def named(words: Bilingual) -> str:
    """Return declared words in the language of the moment."""
    return in_language(words.zh, words.en)
