"""Freight vehicle passes beside their records: what they open, checks, violations, rules in force.

The pass itself is a record (`records.models.Record`); a row here keeps what the rules and the
figures ask for, so that no list has to be read out of claims.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.records.models import Record
from conurb.region.models import Authority, City, Named, User, works_for_region
from conurb.sames.platform.vehicles import MASS_WORDS, MASSES
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NOTHING = models.Q(pk__in=[])
POLICE = "traffic-police"
"""The subject of work whose authorities issue passes, check them and note violations."""


def is_police(actor: User | AnonymousUser) -> bool:
    """Tell whether the actor works for a traffic police authority, of any city."""
    if not works_for_region(actor) or actor.authority is None:
        return False
    return actor.authority.subjects.filter(key=POLICE).exists()


class RuleSet(models.Model):
    """What the region folder declared for the passes, one row a state; append-only.

    The last row is in force; a pass names the one it was granted by.
    """

    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of all of it")
    toml = models.TextField()
    zones = models.TextField(help_text="GeoJSON, WGS 84")
    corridors = models.TextField(help_text="GeoJSON, WGS 84")
    days = models.TextField(help_text="working days, JSON")
    outlines = models.TextField(help_text="outlines of the cities, JSON of GeoJSON geometries")
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("rules of passes")

    def __str__(self) -> str:
        return self.digest[:12]


class Zone(Named):
    """A restricted zone as it is declared now; its row is held while its quota is counted."""

    code = models.CharField(max_length=8, primary_key=True)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True, help_text="still stands in the region folder")

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("restricted zone")


class Pass(models.Model):
    """A freight vehicle pass: its record, and what of it the rules and figures ask for."""

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="freight_pass")
    case_key = models.CharField(max_length=30, help_text="the case that granted it")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    applied_in = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    plate = models.CharField(max_length=8, db_index=True)
    mass = models.CharField(max_length=8, choices=[(m, MASS_WORDS[m].en) for m in MASSES])
    purpose = models.CharField(max_length=20)
    cities = models.JSONField(help_text="codes of the cities whose zones it opens")
    hours = models.CharField(max_length=13, help_text="09:00–17:00")
    days = models.CharField(max_length=10, help_text="every, workdays or days-off")
    first_day = models.DateField()
    last_day = models.DateField(help_text="the last on which it is good")
    automatic = models.BooleanField(help_text="granted by rule")
    seconds = models.FloatField(help_text="from the submission to the decision")
    issued_at = models.DateTimeField()
    rules = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    renews = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="renewed_by"
    )

    objects = ScopedManager["Pass"]()
    everything: ClassVar[models.Manager[Pass]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-issued_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("freight vehicle pass")
        indexes: ClassVar = [
            models.Index(fields=["city", "-issued_at"], name="pass_by_city"),
            models.Index(fields=["holder", "-issued_at"], name="pass_by_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.plate} {self.first_day:%Y-%m-%d}–{self.last_day:%Y-%m-%d}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the pass lies."""
        return f"urn:conurb:{self.city_id}:pass:{self.key}"

    def is_valid_on(self, day: date) -> bool:
        """Tell whether it may be used on a day, as far as its record stands now."""
        return self.record.state == Record.State.VALID and self.first_day <= day <= self.last_day

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Holders see their own; traffic police of every city see all, as they meet them all.

        What a pass holds beyond its public claims is read from its record, which only the holder
        and the issuing authority see.
        """
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser or is_police(actor):
            return models.Q()
        return models.Q(holder_id=actor.pk)


class PassZone(models.Model):
    """A pass opens a zone on the days of its validity; counted against the zone's quota."""

    of = models.ForeignKey(Pass, on_delete=models.PROTECT, related_name="zones")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering: ClassVar = ["zone"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "zone"], name="a_pass_opens_a_zone_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["zone", "first_day", "last_day"], name="zone_on_days")
        ]

    def __str__(self) -> str:
        return f"{self.of_id} {self.zone_id}"


class Violation(models.Model):
    """A pass was misused; append-only. The points stay with the vehicle."""

    key = models.CharField(max_length=30, unique=True)
    of = models.ForeignKey(Pass, on_delete=models.PROTECT, related_name="violations")
    plate = models.CharField(max_length=8, db_index=True)
    kind = models.CharField(max_length=20)
    points = models.PositiveSmallIntegerField()
    at = models.DateTimeField(help_text="when it happened")
    place = models.CharField(max_length=200)
    words = models.CharField(max_length=500, blank=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = ScopedManager["Violation"]()
    everything: ClassVar[models.Manager[Violation]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("violation")

    def __str__(self) -> str:
        return f"{self.plate} {self.kind} {self.at:%Y-%m-%d}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Whoever sees the pass sees what it was misused for."""
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser or is_police(actor):
            return models.Q()
        return models.Q(of__holder_id=actor.pk)


class Annulment(models.Model):
    """A violation was noted in error; append-only."""

    violation = models.OneToOneField(Violation, on_delete=models.PROTECT, related_name="annulment")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"{self.violation_id} {self.at:%Y-%m-%d}"


class Withdrawal(models.Model):
    """A pass was withdrawn by an officer of the authority that issued it; append-only."""

    of = models.OneToOneField(Pass, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField()
    ground = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    points = models.PositiveSmallIntegerField(help_text="that counted at the decision")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.of_id} {self.ground} {self.at:%Y-%m-%d}"


class PassCheck(models.Model):
    """A vehicle was checked for a pass by traffic police; append-only, for the figures."""

    at = models.DateTimeField()
    plate = models.CharField(max_length=8)
    found = models.ForeignKey(Pass, on_delete=models.PROTECT, null=True, related_name="checks")
    issued_in = models.CharField(max_length=6, blank=True, help_text="city of the pass found")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10)
    reason = models.CharField(max_length=20)

    objects = ScopedManager["PassCheck"]()
    everything: ClassVar[models.Manager[PassCheck]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("check of a pass")
        indexes: ClassVar = [models.Index(fields=["city", "-at"], name="pass_check_by_city")]

    def __str__(self) -> str:
        return f"{self.plate} {self.verdict} {self.at:%Y-%m-%d %H:%M}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """An authority sees the checks that its own officers made."""
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        if is_police(actor):
            return models.Q(authority_id=actor.authority_id)
        return NOTHING
