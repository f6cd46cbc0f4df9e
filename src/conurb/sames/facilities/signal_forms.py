"""The forms of the signals: what to ask of the optimiser, a workbook, a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.network.signals.plans import Both
from conurb.network.signals.programmes import Programme
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


NARROW = ("spread", "tolerance", "weight_outbound", "weight_inbound")
"""The fields of the search that are a number each."""
WIDEST = 60
"""By how many seconds a cycle may be asked to differ from the plan's own."""


class SearchForm(Form):
    """What is asked of the optimiser, for one plan of the arterial or for every one."""

    pattern = forms.ChoiceField(label=gettext_lazy("For"), required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("Method"),
        choices=list(METHOD_WORDS.items()),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    spread = forms.IntegerField(
        label=gettext_lazy("Cycle may differ by (s)"), min_value=0, max_value=WIDEST
    )
    tolerance = forms.IntegerField(
        label=gettext_lazy("Speeds may differ by (%)"), min_value=0, max_value=30
    )
    weight_outbound = forms.FloatField(min_value=0.1, max_value=10, required=False)
    weight_inbound = forms.FloatField(min_value=0.1, max_value=10, required=False)
    orders = forms.BooleanField(
        label=gettext_lazy("Choose the order of the left turns as well"), required=False
    )
    keep = forms.ChoiceField(
        label=gettext_lazy("After the search"), choices=list(KEEP_WORDS.items())
    )

    def __init__(self, *given: Any, programme: Programme, pattern: str = "", **more: Any) -> None:
        initial = {
            "pattern": pattern,
            "method": "multiband",
            "spread": 20,
            "tolerance": 5,
            "orders": True,
            "keep": "balance",
        }
        super().__init__(*given, initial=initial, **more)
        plan = programme.first
        for field, name in zip(("weight_outbound", "weight_inbound"), plan.ways, strict=True):
            self.fields[field].label = _("Weight %(way)s") % {"way": in_language(name.zh, name.en)}
            self.fields[field].widget.attrs["placeholder"] = _("the plan's own")
        choices = [
            (
                each.key,
                _("%(plan)s (weights %(outbound)s : %(inbound)s)")
                % {
                    "plan": in_language(each.name.zh, each.name.en),
                    "outbound": f"{each.weights.outbound:g}",
                    "inbound": f"{each.weights.inbound:g}",
                },
            )
            for each in programme.patterns
        ]
        for_plan = self.fields["pattern"]
        assert isinstance(for_plan, forms.ChoiceField)  # noqa: S101 - declared above
        for_plan.choices = [("", _("Every plan, each with its own volumes and speeds")), *choices]

    def clean(self) -> dict[str, Any]:
        """Refuse a weight for one way alone."""
        given = super().clean() or {}
        weights = [given.get(name) for name in ("weight_outbound", "weight_inbound")]
        if (weights[0] is None) != (weights[1] is None) and not self.errors:
            self.add_error(
                "weight_inbound", _("Give the weights of both ways, or leave both empty.")
            )
        return given

    def asked(self) -> Asked:
        """Return what was asked."""
        given = self.cleaned_data
        weights = (given["weight_outbound"], given["weight_inbound"])
        return Asked(
            method=given["method"],
            pattern=given["pattern"],
            spread=float(given["spread"]),
            tolerance=given["tolerance"] / 100,
            weights=Both(*weights) if None not in weights else None,
            orders=given["orders"],
            keep=given["keep"],
        )


class WorkbookForm(Form):
    """A plan from an Excel workbook, or all plans of the day from JSON."""

    file = forms.FileField(
        label=gettext_lazy("Excel workbook (.xlsx) or JSON"),
        help_text=gettext_lazy(
            "One plan: download it as Excel, change it, hand it in here. The hours of all plans: "
            "likewise with the JSON of the whole arterial."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.json"}),
    )


class DecisionForm(Form):
    """Signing a plan, or refusing it with a reason."""

    agreed = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(required=False, max_length=WORDS)
