"""The forms of layers: opening one, handing in a file, confirming what the file holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conurb.atlas.formats import ACCEPTED, MAX_SIZE
from conurb.atlas.models import Layer
from conurb.region.forms import Form, words_input

ACCEPT = ".gpkg,.zip,.geojson,.json,.parquet,.geoparquet"
LIMIT_MB = MAX_SIZE // (1024 * 1024)


class LayerForm(Form):
    """A new layer."""

    kind = forms.ChoiceField(
        label=_("Kind of layer"),
        help_text=_("It decides what is asked of the features, and how they count."),
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=300, required=False)
    note_zh = forms.CharField(
        label=_("What it shows, and from which plan"),
        max_length=2000,
        required=False,
        widget=words_input(3, 2000),
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Layer.Kind.choices)
        field = self.fields["kind"]
        field.choices = [(kind, names[kind]) for kind in kinds]  # type: ignore[attr-defined]


class FileForm(Form):
    """A file with features of a layer."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=ACCEPTED,
    )
