"""What officers and the office write: proposals, answers, reports, supervision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.journal.uploads import ALLOWED, MAX_FILES, MAX_SIZE, HandedIn
from conurb.plan.models import Task
from conurb.region.forms import Form, ManyFilesField, day_input, words_input
from conurb.region.models import Authority, in_language

Choices = list[tuple[str, str] | tuple[str, list[tuple[str, str]]]]


class ReasonForm(Form):
    """Why: for returning, withdrawing, restoring."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=words_input())


class AuthorityForm(Form):
    """An authority and why it is asked."""

    authority = forms.ChoiceField(label=gettext_lazy("Authority"))
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=words_input())

    def __init__(self, *args: Any, without: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("authority").choices = authority_choices(without)

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"{name} offers no choices")
        return field


class DatesForm(Form):
    """From when the time of a task counts, and until when."""

    start = forms.DateField(label=gettext_lazy("Counts from"), widget=day_input())
    due = forms.DateField(
        label=gettext_lazy("Due"),
        widget=day_input(),
        required=False,
        help_text=gettext_lazy("Leave empty where the task has no certain due day."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=words_input())


class ReportForm(Form):
    """How far a task is, in a stage and in words, with files, an obstacle and who can help."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage reached"), required=False)
    words = forms.CharField(
        label=gettext_lazy("What was done"),
        widget=words_input(5),
        help_text=gettext_lazy(
            "Published on the task page. If the stage goes down, say why in at least 10 characters."
        ),
    )
    words_en = forms.CharField(
        label=gettext_lazy("The same in English (optional)"), widget=words_input(2), required=False
    )
    made_on = forms.DateField(label=gettext_lazy("As of"), widget=day_input())
    obstacle = forms.CharField(
        label=gettext_lazy("Obstacle, or what has to be coordinated"),
        widget=words_input(2),
        required=False,
        help_text=gettext_lazy("Seen by officers only. The light turns to “at risk” with it."),
    )
    help_from = forms.ChoiceField(label=gettext_lazy("Whose help is needed"), required=False)
    # Django takes declared fields off the class, so this does not hide the form's own `files`
    files = ManyFilesField(  # type: ignore[assignment]
        label=gettext_lazy("Evidence"), required=False
    )
    corrects = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, task: Task, is_lead: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage, helper, files = (self.fields[name] for name in ("stage", "help_from", "files"))
        if is_lead and isinstance(stage, forms.ChoiceField):
            stage.choices = stage_choices(task)
        else:
            del self.fields["stage"]
        if isinstance(helper, forms.ChoiceField):
            helper.choices = [("", _("Nobody's")), *authority_choices()]
        files.help_text = _(
            "%(types)s; at most %(number)s files of %(size)s MB. "
            "Seen by the office and the officers of this task only."
        ) % {"types": ", ".join(ALLOWED), "number": MAX_FILES, "size": MAX_SIZE // 2**20}
        files.widget.attrs["accept"] = ",".join(f".{extension}" for extension in ALLOWED)
        files.widget.attrs["aria-describedby"] = "id_files_help"

    def handed_in(self) -> list[HandedIn]:
        """Return the files. One that is too large is not read whole, only refused."""
        return [
            HandedIn(file.name or "", file.read(MAX_SIZE + 1))
            for file in self.cleaned_data["files"][: MAX_FILES + 1]
        ]


class RemindForm(Form):
    """What a reminder says besides the task itself."""

    words = forms.CharField(
        label=gettext_lazy("Words of the reminder (optional)"),
        widget=words_input(2, 2000),
        required=False,
    )


class MeetForm(Form):
    """When the lead was or is met, and about what."""

    meets_on = forms.DateField(label=gettext_lazy("Day of the meeting"), widget=day_input())
    words = forms.CharField(
        label=gettext_lazy("What it is about, or what was agreed"), widget=words_input(2, 2000)
    )


class RedateForm(Form):
    """Another due day and why."""

    due = forms.DateField(label=gettext_lazy("New due day"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=words_input(2, 2000))


class CloseForm(Form):
    """Why a case is closed while its cause stands."""

    words = forms.CharField(label=gettext_lazy("Why it is closed"), widget=words_input(2, 2000))


def stage_choices(task: Task) -> Choices:
    """Return the rungs of the task's ladder, the one it stands on marked."""
    top = len(task.ladder) - 1
    choices: Choices = []
    for rung, stage in enumerate(task.ladder):
        name = f"{rung}/{top} {in_language(stage.zh, stage.en)}"
        here = _("%(stage)s (now)") % {"stage": name} if stage.key == task.stage else name
        choices.append((stage.key, here))
    return choices


def authority_choices(without: Iterable[int] = ()) -> Choices:
    """Return the active authorities by city, except those whose primary keys are given."""
    left_out = set(without)
    groups: dict[str, list[tuple[str, str]]] = {}
    for authority in Authority.objects.filter(active=True).select_related("city"):
        if authority.pk in left_out:
            continue
        group = authority.city.name if authority.city else str(_("Region"))
        groups.setdefault(group, []).append((authority.key, authority.short))
    return list(groups.items())
