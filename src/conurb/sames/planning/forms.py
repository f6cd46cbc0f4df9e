"""The forms of reviews and of the library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conurb.atlas.models import Layer, LayerVersion
from conurb.region.forms import Form, day_input, words_input
from conurb.sames.planning.models import Judgement, LibraryPlan
from conurb.sames.planning.queries.adoption import DIGEST


class VersionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A draft version of a layer of one's own authority."""

    def label_from_instance(self, obj: Any) -> str:
        version: LayerVersion = obj
        words = _("%(layer)s, version %(number)s (%(count)s features)") % {
            "layer": version.layer.name,
            "number": version.number,
            "count": version.feature_count,
        }
        return str(words)


class SubmitForm(Form):
    """A layer goes to the neighbours."""

    version = VersionField(
        label=_("Version"),
        queryset=LayerVersion.everything.none(),
        help_text=_("A draft of your authority’s layers. Hand in new files under Layers."),
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("What is reviewed, as it shall stand in the list and in the record."),
    )
    words = forms.CharField(
        label=_("To the authorities that are asked"), widget=words_input(3), required=False
    )
    effective_on = forms.DateField(
        label=_("In force from"),
        widget=day_input(),
        required=False,
        help_text=_("Needed for zones and tiers; for other layers the day of adoption counts."),
    )

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["version"]
        if isinstance(chosen, VersionField):
            chosen.queryset = versions


class RoundForm(Form):
    """An answer to the version of a round that was read."""

    round_read = forms.IntegerField(widget=forms.HiddenInput(), min_value=1)


class SignForm(RoundForm):
    """A signature."""

    words = forms.CharField(label=_("Remark"), widget=words_input(2), required=False)
    sure = forms.BooleanField(
        label=_("I have read the findings and sign for my authority."), required=True
    )


class ObjectForm(RoundForm):
    """An objection."""

    words = forms.CharField(
        label=_("Reason"),
        widget=words_input(5),
        help_text=_("What is objected to, where, on which ground, and what would settle it."),
    )


class TakeBackForm(RoundForm):
    """An answer is taken back."""

    words = forms.CharField(label=_("Remark"), widget=words_input(2), required=False)


class ResubmitForm(Form):
    """A new version for the open review."""

    version = VersionField(label=_("Version"), queryset=LayerVersion.everything.none())
    words = forms.CharField(label=_("What is new in it"), widget=words_input(3), required=False)

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["version"]
        if isinstance(chosen, VersionField):
            chosen.queryset = versions


class WithdrawForm(Form):
    """The end of a review without a result."""

    words = forms.CharField(label=_("Reason"), widget=words_input(3))


class CommentForm(Form):
    """A remark, pinned or not, or an answer."""

    words = forms.CharField(label=_("Remark"), widget=words_input(3, 2000), max_length=2000)
    longitude = forms.FloatField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))
    latitude = forms.FloatField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))
    finding = forms.CharField(required=False, max_length=64)
    answers = forms.CharField(required=False, max_length=30)


class VerifyForm(Form):
    """A file, or its digest, that is compared with what was adopted."""

    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)
    sha256 = forms.CharField(
        label=_("Or its SHA-256"),
        required=False,
        max_length=80,
        help_text=_("64 hexadecimal digits, as sha256sum prints them."),
    )

    def clean_sha256(self) -> str:
        """Return the digest in lower case; refuse what is none."""
        digest = str(self.cleaned_data["sha256"]).strip().lower()
        if digest and not DIGEST.fullmatch(digest):
            raise forms.ValidationError(
                _("This is no SHA-256: it has 64 digits, 0 to 9 and a to f.")
            )
        return digest

    def clean(self) -> dict[str, Any]:
        """Refuse where neither is given."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not given.get("sha256") and not given.get("file"):
            raise forms.ValidationError(_("Choose a file, or enter its SHA-256."))
        return given


class PlanForm(Form):
    """An entry of the library of plans."""

    kind = forms.ChoiceField(label=_("Kind of plan"), choices=LibraryPlan.Kind.choices)
    level = forms.ChoiceField(label=_("Level"), choices=LibraryPlan.Level.choices)
    state = forms.ChoiceField(label=_("State"), choices=LibraryPlan.State.choices)
    basis = forms.CharField(
        label=_("Document that says so"),
        max_length=300,
        required=False,
        help_text=_("Title, number and day; needed where the state changes."),
    )
    from_year = forms.IntegerField(label=_("From year"), required=False)
    until_year = forms.IntegerField(label=_("Until year"), required=False)
    above = forms.ModelChoiceField(
        label=_("Plan above"), queryset=LibraryPlan.objects.all(), required=False
    )
    layers = forms.ModelMultipleChoiceField(
        label=_("Layers"),
        queryset=Layer.everything.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": ""}),
    )
    note_zh = forms.CharField(
        label=_("Note in Chinese"), widget=words_input(2, 1000), required=False, max_length=1000
    )
    note_en = forms.CharField(
        label=_("Note in English"), widget=words_input(2, 1000), required=False, max_length=1000
    )

    def __init__(self, *args: Any, plan: LibraryPlan, layers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above, own = self.fields["above"], self.fields["layers"]
        if isinstance(above, forms.ModelChoiceField):
            above.queryset = LibraryPlan.objects.exclude(pk=plan.pk)
        if isinstance(own, forms.ModelMultipleChoiceField):
            own.queryset = layers


class JudgeForm(Form):
    """What is said of a plan's conformity."""

    verdict = forms.ChoiceField(label=_("Judgement"), choices=Judgement.Verdict.choices)
    reason = forms.CharField(
        label=_("Reason"),
        widget=words_input(4, 2000),
        help_text=_("Which provision of the plan above, and how this plan stands to it."),
    )
