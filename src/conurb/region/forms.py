"""The look of forms, and the fields that several modules need."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from conurb.refusal import RefusedError
from conurb.region.models import Authority

WORDS_LIMIT = 4000

CONTROLS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class Form(forms.Form):
    """A form in the look of the pages; a refusal of a rule becomes an error of its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            look = next(look for kind, look in CONTROLS if isinstance(field.widget, kind))
            field.widget.attrs.setdefault("class", look)
            if field.help_text:
                field.widget.attrs.setdefault("aria-describedby", f"id_{name}_help")

    def refuse(self, refusal: RefusedError) -> None:
        """Show why a rule refused what the form asked for."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))

    def chosen_authority(self, name: str) -> Authority | None:
        """Return the authority chosen in a field; None where none was."""
        key = self.cleaned_data.get(name)
        return Authority.objects.get(key=key) if key else None


class ManyFilesInput(forms.ClearableFileInput):
    """A control for several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(forms.FileField):
    """Several files; each is judged by `conurb.journal.uploads`, which knows what may be said."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data]
        return [file for file in given if file]


def day_input() -> forms.DateInput:
    """Return the browser's own control for a day."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def words_input(rows: int = 3, limit: int = WORDS_LIMIT) -> forms.Textarea:
    """Return a box for words."""
    return forms.Textarea(attrs={"rows": rows, "maxlength": limit})
