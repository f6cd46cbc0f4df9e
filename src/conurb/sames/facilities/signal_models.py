"""Arterials, the versions of their signal plans, and what each city decided; all append-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.region.models import Authority, City, Named, works_for_region
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

EVERYTHING = models.Q()
POLICE = "traffic-police"
"""The subject of work whose authorities decide over signals."""


def is_signal_officer(actor: User | AnonymousUser, cities: list[str]) -> bool:
    """Tell whether the actor works for the traffic police of one of these cities."""
    if not works_for_region(actor) or actor.authority is None:
        return False
    if actor.authority.city_id not in cities:
        return False
    return actor.authority.subjects.filter(key=POLICE).exists()


class SignalCorridor(Named):
    """An arterial whose signals run together. Rows are locked while its plans change."""

    slug = models.SlugField(max_length=60, unique=True)
    road = models.CharField(max_length=80, blank=True, help_text="place of the region it follows")
    cities = models.JSONField(help_text="codes of the cities along it, in order")
    declared = models.CharField(max_length=64, help_text="SHA-256 of the plan in the folder")
    active = models.BooleanField(default=True, help_text="still stands in the region folder")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order", "slug"]
        verbose_name = _("arterial")

    def __str__(self) -> str:
        return self.name_zh


class SignalVersion(models.Model):
    """A signal plan as it was declared, uploaded or found; never changed."""

    class Kind(models.TextChoices):
        DECLARED = "declared", _("Declared")
        UPLOADED = "uploaded", _("Uploaded")
        HOURS = "hours", _("Other hours")
        FOUND = "found", _("Optimised")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    corridor = models.ForeignKey(SignalCorridor, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="counts from 1 on each arterial")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", help_text="made from"
    )
    plan = models.JSONField(help_text="of the shape of the folder's files")
    wish = models.JSONField(default=dict, help_text="what was asked of the optimiser")
    result = models.JSONField(default=dict, help_text="how good it is sure to be")
    words = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["SignalVersion"]()
    everything: ClassVar[models.Manager[SignalVersion]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["corridor", "-number"]
        base_manager_name = "everything"
        verbose_name = _("signal plan")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["corridor", "number"], name="signal_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.corridor_id} {self.number}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the version lies."""
        return f"urn:conurb:region:signal-plan:{self.key}"

    @staticmethod
    def visible(_actor: User | AnonymousUser) -> models.Q:
        """When lights turn green can be seen in the street; so everybody may read it."""
        return EVERYTHING


class SignalSignature(models.Model):
    """What one city decided on a version, for its own intersections; once."""

    version = models.ForeignKey(SignalVersion, on_delete=models.PROTECT, related_name="signatures")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    agreed = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        verbose_name = _("signature of a city")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "city"], name="a_city_signs_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.city_id} {self.agreed}"


class SignalAdoption(models.Model):
    """A version came into force; the last one of an arterial is the one that runs."""

    version = models.OneToOneField(SignalVersion, on_delete=models.PROTECT, related_name="adoption")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.at:%Y-%m-%d}"
