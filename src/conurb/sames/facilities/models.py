"""The state of the network, and every run of its appraisal; both only ever grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.region.models import Named
from conurb.sames.facilities import signal_models  # noqa: F401 - its tables are the pack's too
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

EVERYTHING = models.Q()


class NetworkState(Named):
    """A network with its projects as it was loaded, one row a state; the last is current.

    The files themselves are kept by their hash (`conurb.journal.files`), so that a run can be
    made again on what it was made on.
    """

    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of all of it")
    files = models.JSONField(help_text="path within the network's folder → SHA-256")
    schematic = models.BooleanField(help_text="drawn from facts, not surveyed")
    source_zh = models.TextField(blank=True)
    source_en = models.TextField(blank=True)
    counts = models.JSONField(default=dict, help_text="how many of what")
    problems = models.JSONField(default=list, help_text="what was found wrong: [zh, en]")
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("network")

    def __str__(self) -> str:
        return f"{self.name_zh} {self.digest[:12]}"


class Answer(models.Model):
    """What was worked out for a question to a large network; a question has one answer.

    `question` is the digest of all that the answer depends on, so an answer never grows old.
    """

    question = models.CharField(max_length=64, unique=True, help_text="SHA-256")
    asked = models.JSONField(help_text="the question itself")
    result = models.CharField(max_length=64, help_text="SHA-256 of the answer, JSON")
    seconds = models.FloatField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("answer")

    def __str__(self) -> str:
        return f"{self.asked.get('what', '')} {self.made_at:%Y-%m-%d %H:%M}"


class Run(models.Model):
    """One appraisal of all projects for one way to travel. Never changed; the last one counts.

    `inputs` names everything that the result depends on: network, projects, assumptions, rule.
    """

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    network = models.ForeignKey(NetworkState, on_delete=models.PROTECT, related_name="runs")
    travel = models.CharField(max_length=10, help_text="car, truck or transit")
    inputs = models.CharField(max_length=64, help_text="SHA-256")
    parameters = models.JSONField(help_text="what was assumed, and the rule of the ranking")
    result = models.CharField(max_length=64, help_text="SHA-256 of the figures, JSON")
    projects = models.PositiveIntegerField()
    seconds = models.FloatField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["Run"]()
    everything: ClassVar[models.Manager[Run]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        base_manager_name = "everything"
        verbose_name = _("appraisal of projects")
        indexes: ClassVar = [models.Index(fields=["travel", "-id"], name="run_by_travel")]

    def __str__(self) -> str:
        return f"{self.travel} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the run lies."""
        return f"urn:conurb:region:appraisal:{self.key}"

    @staticmethod
    def visible(_actor: User | AnonymousUser) -> models.Q:
        """The plan is public, and so is what its projects are worth."""
        return EVERYTHING
