"""What is handed in on the import pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conurb.plan.ladder import KIND_NAMES
from conurb.region.models import in_language

ACCEPT = ".txt,.md,.docx,.pdf"
EARLIEST, LATEST = 1950, 2099
TEXT_LENGTH = 4000


class UploadForm(forms.Form):
    """A document, or the token of one that was just handed in, and its year."""

    file = forms.FileField(required=False, allow_empty_file=True)
    held = forms.CharField(required=False, widget=forms.HiddenInput)
    year = forms.IntegerField(required=False, min_value=EARLIEST, max_value=LATEST)
    anyway = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("file") and not given.get("held"):
            self.add_error("file", _("Choose a file first: txt, md, docx or pdf."))
        return given


class HeadingForm(forms.Form):
    """Title and year of the plan."""

    title = forms.CharField(max_length=300)
    year = forms.IntegerField(min_value=EARLIEST, max_value=LATEST)


class TaskForm(forms.Form):
    """A task as a person writes it."""

    text = forms.CharField(max_length=TEXT_LENGTH)
    verb = forms.CharField(max_length=40, required=False)
    object = forms.CharField(max_length=500, required=False)
    kind = forms.ChoiceField()
    due_from = forms.DateField(required=False)
    due_to = forms.DateField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        begins, ends = given.get("due_from"), given.get("due_to")
        if begins and ends and begins > ends:
            self.add_error("due_to", _("The end of the window lies before its beginning."))
        return given

    def says(self) -> dict[str, Any]:
        """What the form says, as an edit says it."""
        given = self.cleaned_data
        begins, ends = given["due_from"], given["due_to"]
        due = None
        if begins or ends:
            due = {"from": begins and begins.isoformat(), "to": ends and ends.isoformat()}
        return {name: given[name] for name in ("text", "verb", "object", "kind")} | {"due": due}


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of task in the language of the moment."""
    return [(key, in_language(*names)) for key, names in KIND_NAMES.items()]
