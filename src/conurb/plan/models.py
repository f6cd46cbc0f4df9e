"""The plan, its tasks, and everything that is said and decided about them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.journal.models import AppendOnlyError
from conurb.plan import ladder as ladders
from conurb.plan import lights
from conurb.region.models import (
    Authority,
    City,
    Place,
    coordinates,
    in_language,
    works_for_region,
)
from conurb.scoping import ScopedManager
from conurb.urn import opaque

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User


NOTHING = models.Q(pk__in=[])
EVERYTHING = models.Q()


class Bilingual(models.Model):
    """A text in Chinese, and in English where somebody wrote it."""

    text_zh = models.TextField()
    text_en = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def text(self) -> str:
        """The text in the language of the moment."""
        return in_language(self.text_zh, self.text_en)


class Identified(models.Model):
    """Something with a name that holds wherever its data lies."""

    urn = models.CharField(max_length=80, unique=True)

    class Meta:
        abstract = True

    @property
    def key(self) -> str:
        """The opaque part of the URN, used in addresses."""
        return opaque(self.urn)


class Document(Identified):
    """A document on its way to become a plan: the file, what was read, what a person decided."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being checked")
        CONFIRMED = "confirmed", _("Confirmed")
        DISCARDED = "discarded", _("Discarded")

    filename = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    year = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="as decoded; spans point into it")
    reading = models.JSONField(help_text="as read, with the decisions on repairs applied")
    decisions = models.JSONField(default=dict, blank=True, help_text="repair id → accepted")
    edits = models.JSONField(default=list, blank=True, help_text="what a person changed, in order")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(
        default=1, help_text="counts the changes; for two editors"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["Document"]()
    everything: ClassVar[models.Manager[Document]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        base_manager_name = "everything"

    def __str__(self) -> str:
        return self.filename

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Imports are the coordination office's."""
        return EVERYTHING if coordinates(actor) else NOTHING


class Plan(Identified):
    """A confirmed plan. The latest one is current."""

    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=400, blank=True)
    year = models.PositiveSmallIntegerField()
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="plan")
    is_current = models.BooleanField(default=True)
    confirmed_on = models.DateField()
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-year", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=models.Q(is_current=True),
                name="one_plan_is_current",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the language of the moment."""
        return in_language(self.title_zh, self.title_en)


class Field(models.Model):
    """One of the fields of a plan: 1 规划同图."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="fields")
    number = models.CharField(max_length=10)
    order = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="field_number_in_plan")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self.name_zh, self.name_en)


class Item(Identified, Bilingual):
    """A numbered item of a field: 2.4. Its address names the plan's year and this number."""

    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="items")
    number = models.CharField(max_length=20)
    order = models.PositiveIntegerField()
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["field", "number"], name="item_number_in_field")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"


class Task(Identified, Bilingual):
    """One action on one object: what is owned, reported and lit."""

    class LeadState(models.TextChoices):
        UNPROPOSED = "unproposed", _("Not yet proposed")
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

    KINDS: ClassVar = [(key, key) for key in ladders.KINDS]

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="tasks")
    number = models.CharField(max_length=24, help_text="2.4-1: item and place in it")
    order = models.PositiveIntegerField(db_index=True)
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    verb = models.CharField(max_length=40, blank=True)
    object_words = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    quantities = models.JSONField(default=list, blank=True)
    cities = models.ManyToManyField(City, related_name="tasks", blank=True)
    stage = models.CharField(max_length=20, default=ladders.NOT_BEGUN.key)
    start = models.DateField(help_text="from when its time is counted")
    due = models.DateField(null=True, blank=True)
    due_as_written = models.DateField(null=True, blank=True, help_text="before any re-dating")
    due_words = models.CharField(max_length=100, blank=True)
    due_span_start = models.PositiveIntegerField(null=True, blank=True)
    due_span_end = models.PositiveIntegerField(null=True, blank=True)
    lead = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="led_tasks"
    )
    lead_state = models.CharField(
        max_length=10, choices=LeadState.choices, default=LeadState.UNPROPOSED
    )
    withdrawn_reason = models.TextField(blank=True)
    # the light at rest and the days it turns, by conurb.plan.lights; written with every change
    light_base = models.CharField(max_length=10, default="not-begun")
    at_risk_on = models.DateField(null=True, blank=True)
    late_on = models.DateField(null=True, blank=True)
    silent_on = models.DateField(null=True, blank=True)
    last_report_at = models.DateTimeField(null=True, blank=True)
    report_count = models.PositiveIntegerField(default=0)

    objects = ScopedManager["Task"]()
    everything: ClassVar[models.Manager[Task]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["order"]
        base_manager_name = "everything"
        indexes: ClassVar = [
            models.Index(fields=["light_base", "at_risk_on", "late_on"], name="task_light"),
            models.Index(fields=["due"], name="task_due"),
            models.Index(fields=["lead", "lead_state"], name="task_lead"),
            models.Index(fields=["kind"], name="task_kind"),
            models.Index(fields=["late_on", "order"], name="task_late"),
            # everything that the counts by field read of a task, so that they read no row
            models.Index(
                fields=[
                    "item",
                    "light_base",
                    "at_risk_on",
                    "late_on",
                    "due",
                    "lead",
                    "lead_state",
                    "kind",
                ],
                name="task_counted",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "number"], name="task_number_in_item")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    @staticmethod
    def visible(_actor: User | AnonymousUser) -> models.Q:
        """A confirmed plan is public, and with it every task."""
        return EVERYTHING

    @property
    def turnings(self) -> lights.Turnings:
        """When this task's light turns."""
        return lights.Turnings(
            self.light_base,  # type: ignore[arg-type]
            self.at_risk_on,
            self.late_on,
            self.silent_on,
        )

    @property
    def light(self) -> lights.Light:
        """The light of today."""
        return self.light_on(timezone.localdate())

    def light_on(self, day: date) -> lights.Light:
        """The light on a day, if nothing more is reported."""
        return lights.light_on(self.turnings, day)

    @property
    def ladder(self) -> tuple[ladders.Stage, ...]:
        """The stages this task climbs."""
        return ladders.ladder_of(self.kind)

    @property
    def stage_now(self) -> ladders.Stage:
        """The stage this task has reached."""
        return ladders.stage_of(self.kind, self.stage)

    @property
    def kind_name(self) -> str:
        """The kind in the language of the moment."""
        return in_language(*ladders.KIND_NAMES[self.kind])  # type: ignore[index]


class TaskPlace(models.Model):
    """A place named in a task; known to the gazetteer or only by its words."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(max_length=200)
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, blank=True)
    ref = models.CharField(max_length=120, blank=True, help_text="also county/… and city/…")

    class Meta:
        ordering: ClassVar = ["span_start"]

    def __str__(self) -> str:
        return self.name


class TaskActor(models.Model):
    """An actor named in the words of a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="actors")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10)
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    authority = models.ForeignKey(Authority, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["span_start"]

    def __str__(self) -> str:
        return self.name


class Assignment(Identified):
    """A task put to an authority, to lead or to support, and its answer."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        SUPPORT = "support", _("Support")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")
        ENDED = "ended", _("Ended")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=10, choices=Role.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    reason_zh = models.TextField(help_text="why this authority")
    reason_en = models.TextField(blank=True)
    answer = models.TextField(blank=True, help_text="why it was returned")
    asked_by = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager["Assignment"]()
    everything: ClassVar[models.Manager[Assignment]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-proposed_at", "-id"]
        base_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(role="lead", state__in=["proposed", "accepted"]),
                name="one_lead_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["task", "authority"],
                condition=models.Q(state__in=["proposed", "accepted"]),
                name="an_authority_once_a_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task.number} → {self.authority}"

    @property
    def reason(self) -> str:
        """The reason in the language of the moment."""
        return in_language(self.reason_zh, self.reason_en)

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Officers see all assignments; the public only which authority has accepted."""
        if works_for_region(actor):
            return EVERYTHING
        return models.Q(state="accepted")


class Report(Identified):
    """What an authority says of its task. Never edited: a later one follows it."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports")
    sequence = models.PositiveIntegerField(help_text="1, 2, 3 … within the task")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="reports")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports"
    )
    stage = models.CharField(max_length=20)
    words = models.TextField()
    words_en = models.TextField(blank=True)
    obstacle = models.TextField(blank=True)
    help_from = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="help_asked"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    made_on = models.DateField(help_text="the day it speaks of")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ScopedManager["Report"]()
    everything: ClassVar[models.Manager[Report]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-sequence"]
        base_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "sequence"], name="report_sequence_in_task")
        ]

    def __str__(self) -> str:
        return f"{self.task.number} #{self.sequence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise AppendOnlyError("A report is never edited. Write another that follows it.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("A report is never deleted. Write another that follows it.")

    @property
    def text(self) -> str:
        """The words in the language of the moment."""
        return in_language(self.words, self.words_en)

    @property
    def stage_then(self) -> ladders.Stage:
        """The stage it reported; the ladder's nearest name if the kind changed since."""
        try:
            return ladders.stage_of(self.task.kind, self.stage)
        except ladders.UnknownStageError:
            known = (s for rungs in ladders.LADDERS.values() for s in rungs if s.key == self.stage)
            return next(known)

    @staticmethod
    def visible(_actor: User | AnonymousUser) -> models.Q:
        """Reports are public; pages show obstacle and evidence to officers alone (`candid`)."""
        return EVERYTHING

    @staticmethod
    def candid(actor: User | AnonymousUser) -> bool:
        """Tell whether the actor reads the obstacle and the officer's name as well."""
        return works_for_region(actor)


class Evidence(Identified):
    """A file that goes with a report; content lies under its hash."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="evidence")
    filename = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")

    objects = ScopedManager["Evidence"]()
    everything: ClassVar[models.Manager[Evidence]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["id"]
        base_manager_name = "everything"

    def __str__(self) -> str:
        return self.filename

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """The office sees all; officers the files of tasks their authority leads or supports."""
        if coordinates(actor):
            return EVERYTHING
        if not works_for_region(actor) or actor.authority is None:
            return NOTHING
        party = Assignment.everything.filter(
            authority=actor.authority, state__in=["proposed", "accepted"]
        )
        return models.Q(report__task__in=party.values("task")) | models.Q(
            report__authority=actor.authority
        )


class Supervision(Identified):
    """A task the office works off because it is late, silent or stuck."""

    class Reason(models.TextChoices):
        OVERDUE = "overdue", _("Overdue")
        SILENT = "silent", _("Silent")
        STUCK = "stuck", _("Obstacle reported")
        RETURNED = "returned", _("Returned by the authority")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="supervisions")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    objects = ScopedManager["Supervision"]()
    everything: ClassVar[models.Manager[Supervision]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["closed_on", "opened_on", "id"]
        base_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task", "reason"],
                condition=models.Q(closed_on__isnull=True),
                name="one_open_supervision_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task.number} {self.reason}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """The office sees all; officers those of the tasks their authority leads."""
        if coordinates(actor):
            return EVERYTHING
        if not works_for_region(actor) or actor.authority is None:
            return NOTHING
        return models.Q(task__lead=actor.authority)


class SupervisionStep(models.Model):
    """One thing the office did about a supervised task. Only added to."""

    class Action(models.TextChoices):
        REMIND = "remind", _("Reminded")
        MEET = "meet", _("Met")
        REDATE = "redate", _("Re-dated")
        CLOSE = "close", _("Closed")

    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10, choices=Action.choices)
    words = models.TextField(blank=True)
    old_due = models.DateField(null=True, blank=True)
    new_due = models.DateField(null=True, blank=True)
    meets_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["SupervisionStep"]()
    everything: ClassVar[models.Manager[SupervisionStep]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        base_manager_name = "everything"

    def __str__(self) -> str:
        return f"{self.supervision} {self.action}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Whoever sees the supervision sees its steps."""
        rule = Supervision.visible(actor)
        return models.Q(supervision__in=Supervision.everything.filter(rule).values("pk"))


class Digest(models.Model):
    """That a person was sent the digest of a day; so that nobody is sent it twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "day"], name="one_digest_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"


class Bulletin(Identified):
    """The bulletin of a month: composed from the reports, introduced by the office, then issued."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="bulletins")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    introduction_zh = models.TextField(blank=True)
    introduction_en = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict, blank=True, help_text="frozen when issued")
    version = models.PositiveIntegerField(
        default=1, help_text="counts the changes; for two editors"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ScopedManager["Bulletin"]()
    everything: ClassVar[models.Manager[Bulletin]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-year", "-month"]
        base_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "year", "month"], name="one_bulletin_a_month"),
            models.CheckConstraint(
                condition=models.Q(month__gte=1, month__lte=12), name="bulletin_month_is_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Issued bulletins are public; drafts are the office's."""
        return EVERYTHING if coordinates(actor) else models.Q(state="issued")
