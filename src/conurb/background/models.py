"""Work that takes longer than a request: who asked for it, how far it is, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.region.models import Authority, User, in_language
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Job(models.Model):
    """One piece of background work. What it makes is written by the work itself, at its end.

    `total` is 0 while it is not known how much there is to do.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("In the queue")
        RUNNING = "running", _("Being worked on")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    kind = models.CharField(max_length=60, help_text="which work, as registered")
    about = models.CharField(max_length=80, blank=True, help_text="URN of what it is about")
    arguments = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, related_name="+", help_text="for which"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    step_zh = models.CharField(max_length=200, blank=True)
    step_en = models.CharField(max_length=300, blank=True)
    cancel_asked = models.BooleanField(default=False)
    problem_zh = models.TextField(blank=True)
    problem_en = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="times it was taken up")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="last sign of life of its worker")
    ended_at = models.DateTimeField(null=True)

    objects = ScopedManager["Job"]()
    everything: ClassVar[models.Manager[Job]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("background work")
        indexes: ClassVar = [
            models.Index(fields=["state", "beat_at"], name="job_by_life"),
            models.Index(fields=["about"], name="job_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the job is done."""
        return f"urn:conurb:region:job:{self.key}"

    @property
    def step(self) -> str:
        """What it is at, in the language of the moment."""
        return in_language(self.step_zh, self.step_en)

    @property
    def problem(self) -> str:
        """Why it failed, in the language of the moment."""
        return in_language(self.problem_zh, self.problem_en)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen to it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while that is not known."""
        if self.state == self.State.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Whoever asked for it sees it, and the officers of the authority it was asked for."""
        if not isinstance(actor, User):
            return models.Q(pk__in=[])
        if actor.is_superuser:
            return models.Q()
        own = models.Q(asked_by_id=actor.pk)
        return own | models.Q(authority_id=actor.authority_id) if actor.authority_id else own
