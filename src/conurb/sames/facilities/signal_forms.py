"""The forms of the signals: what to ask of the optimiser, a workbook, a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.network.signals.bandwidth import Wish
from conurb.network.signals.plans import CYCLES, Both, TimingPlan
from conurb.region.forms import Form
from conurb.region.models import in_language
from conurb.sames.facilities.actions.signals import KEEPS, WORDS, Asked

METHOD_WORDS = {
    "multiband": gettext_lazy("A wave on every link, the fuller ones first (MULTIBAND)"),
    "maxband": gettext_lazy("One wave through all (MAXBAND)"),
}
KEEP_WORDS = {
    "wave": gettext_lazy("The wave as found"),
    "balance": gettext_lazy("Less delay, but keep 80 % of the wave"),
    "delay": gettext_lazy("Least delay and fewest stops"),
}
assert set(KEEP_WORDS) == set(KEEPS)  # noqa: S101 - two tables of one list


NARROW = ("cycle_from", "cycle_to", "tolerance", "weight_outbound", "weight_inbound")
"""The fields of the search that are a number each."""


class SearchForm(Form):
    """What is asked of the optimiser."""

    method = forms.ChoiceField(
        label=gettext_lazy("Method"),
        choices=list(METHOD_WORDS.items()),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    cycle_from = forms.IntegerField(
        label=gettext_lazy("Cycle from (s)"), min_value=int(CYCLES[0]), max_value=int(CYCLES[1])
    )
    cycle_to = forms.IntegerField(
        label=gettext_lazy("Cycle to (s)"), min_value=int(CYCLES[0]), max_value=int(CYCLES[1])
    )
    tolerance = forms.IntegerField(
        label=gettext_lazy("Speeds may differ by (%)"), min_value=0, max_value=30
    )
    weight_outbound = forms.FloatField(min_value=0.1, max_value=10)
    weight_inbound = forms.FloatField(min_value=0.1, max_value=10)
    orders = forms.BooleanField(
        label=gettext_lazy("Choose the order of the left turns as well"), required=False
    )
    keep = forms.ChoiceField(
        label=gettext_lazy("After the search"), choices=list(KEEP_WORDS.items())
    )

    def __init__(self, *given: Any, plan: TimingPlan, **more: Any) -> None:
        cycle = int(plan.cycle)
        initial = {
            "method": "multiband",
            "cycle_from": max(int(CYCLES[0]), cycle - 20),
            "cycle_to": min(int(CYCLES[1]), cycle + 20),
            "tolerance": 5,
            "weight_outbound": 1,
            "weight_inbound": 1,
            "orders": True,
            "keep": "balance",
        }
        super().__init__(*given, initial=initial, **more)
        for field, name in zip(("weight_outbound", "weight_inbound"), plan.ways, strict=True):
            self.fields[field].label = _("Weight %(way)s") % {"way": in_language(name.zh, name.en)}

    def clean(self) -> dict[str, Any]:
        """Refuse a range that is none."""
        given = super().clean() or {}
        low, high = given.get("cycle_from"), given.get("cycle_to")
        if low is not None and high is not None and low > high:
            self.add_error("cycle_to", _("The longest cycle is at least the shortest."))
        return given

    def asked(self) -> Asked:
        """Return what was asked."""
        given = self.cleaned_data
        return Asked(
            Wish(
                method=given["method"],
                cycles=(float(given["cycle_from"]), float(given["cycle_to"])),
                tolerance=given["tolerance"] / 100,
                weights=Both(given["weight_outbound"], given["weight_inbound"]),
                orders=given["orders"],
            ),
            given["keep"],
        )


class WorkbookForm(Form):
    """A plan from an Excel workbook."""

    file = forms.FileField(
        label=gettext_lazy("Excel workbook (.xlsx)"),
        help_text=gettext_lazy("Download the plan as Excel, change it, hand it in here."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


class DecisionForm(Form):
    """Signing a plan, or refusing it with a reason."""

    agreed = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(required=False, max_length=WORDS)
