"""What is handed in on the screening pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conurb.journal.uploads import HandedIn, UploadError, check
from conurb.region.forms import Form
from conurb.sames.market.actions.screening import WORDS_LIMIT
from conurb.sames.market.matching import THRESHOLD
from conurb.sames.market.screening import Asked
from conurb.sames.market.screening_input import FILES, InputError, from_file, from_text
from conurb.sames.market.screening_models import ScreeningHit

ACCEPT = ",".join(f".{ending}" for ending in FILES)
TEXT_LIMIT = 2_500_000
"""Characters of pasted text: 10,000 lines of 250."""


class ScreeningForm(Form):
    """The firms, pasted or in a file, and the tender for which they are screened."""

    tender = forms.CharField(
        label=gettext_lazy("Tender or matter"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tender_number = forms.CharField(
        label=gettext_lazy("Its number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    firms = forms.CharField(
        label=gettext_lazy("Firms, one a line"),
        max_length=TEXT_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("A name, a credit code or both in a line; rows of a sheet as well."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("txt, csv or xlsx, up to 10,000 firms."),
    )
    threshold = forms.TypedChoiceField(
        label=gettext_lazy("What counts as a hit"),
        coerce=float,
        initial=THRESHOLD,
        choices=[
            (THRESHOLD, gettext_lazy("As usual (80%)")),
            (0.75, gettext_lazy("Doubtful likenesses too (75%)")),
            (0.9, gettext_lazy("Close likenesses only (90%)")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        if not file and not given.get("firms", "").strip() and not self.errors:
            self.add_error("firms", _("Paste the firms or choose a file."))
        return given

    def asked(self) -> list[Asked]:
        """Return the firms; those of the file where there is one. Notes what cannot be read."""
        file = self.cleaned_data.get("file")
        try:
            if not file:
                return from_text(self.cleaned_data["firms"])
            accepted = check(HandedIn(file.name, file.read()))
            return from_file(accepted.filename, accepted.content)
        except (InputError, UploadError) as fault:
            english = (get_language() or "").startswith("en")
            words = fault.message_en if english else fault.message_zh
            self.add_error("file" if file else "firms", words)
            return []


class DecisionForm(Form):
    """Whether a hit is the same firm, and why."""

    state = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (ScreeningHit.State.SAME, ScreeningHit.State.SAME.label),
            (ScreeningHit.State.OTHER, ScreeningHit.State.OTHER.label),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=WORDS_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
