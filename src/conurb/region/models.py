"""Cities, their counties and authorities, the places they speak of, and the people who act."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, ClassVar, TypeGuard

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conurb.scoping import ScopedManager
from conurb.urn import new_urn

if TYPE_CHECKING:
    from django.db.models import Q


def in_language(zh: str, en: str) -> str:
    """Return the text for the language of the moment; Chinese where English is missing."""
    return (en or zh) if (get_language() or "").startswith("en") else zh


class Named(models.Model):
    """Something with a Chinese and an English name."""

    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self.name_zh, self.name_en)


class RegionState(models.Model):
    """Which state of the region folder the tables hold; one row."""

    slug = models.SlugField()
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    office = models.ForeignKey("Authority", on_delete=models.PROTECT, null=True, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.slug

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self.name_zh, self.name_en)


class City(Named):
    """A member of the region, known by its administrative code (GB/T 2260)."""

    code = models.CharField(max_length=6, primary_key=True)
    slug = models.SlugField(unique=True)
    short_zh = models.CharField(max_length=20)
    short_en = models.CharField(max_length=60)
    plate = models.CharField(max_length=4)
    population = models.PositiveIntegerField(help_text="persons, census of 2020")
    longitude = models.FloatField(help_text="degrees, WGS 84")
    latitude = models.FloatField(help_text="degrees, WGS 84")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order"]
        verbose_name = _("city")

    @property
    def short(self) -> str:
        """The short name: 长沙 for 长沙市."""
        return in_language(self.short_zh, self.short_en)


class County(Named):
    """A county, county-level city or district of a city, with its boundary."""

    code = models.CharField(max_length=6, primary_key=True)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="counties")
    population = models.PositiveIntegerField(null=True, help_text="persons, census of 2020")
    area_km2 = models.FloatField()
    former = models.JSONField(default=list, blank=True)
    boundary = models.JSONField(help_text="GeoJSON geometry, WGS 84")
    longitude = models.FloatField(help_text="of a point inside, WGS 84")
    latitude = models.FloatField(help_text="of a point inside, WGS 84")

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("county")


class Subject(Named):
    """A subject of work (roads, schools, water …) that connects tasks with authorities."""

    key = models.SlugField(primary_key=True)
    words = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["key"]


class Authority(Named):
    """A department of one city, or of the region, with its competences."""

    key = models.SlugField(unique=True, max_length=80)
    urn = models.CharField(max_length=80, unique=True)
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, null=True, blank=True, related_name="authorities"
    )
    short_zh = models.CharField(max_length=60)
    short_en = models.CharField(max_length=120, blank=True)
    subjects = models.ManyToManyField(Subject, related_name="authorities", blank=True)
    is_office = models.BooleanField(default=False, help_text="coordinates the plan")
    active = models.BooleanField(default=True, help_text="still stands in the region folder")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order", "key"]
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")

    @property
    def short(self) -> str:
        """The name as used within the region: 长沙市发改委."""
        return in_language(self.short_zh, self.short_en or self.name_en)


class Place(Named):
    """An entry of the gazetteer: a road, a station, a park; WGS 84."""

    ref = models.CharField(max_length=120, primary_key=True)
    aliases = models.JSONField(default=list, blank=True)
    kind = models.CharField(max_length=40)
    cities = models.ManyToManyField(City, related_name="places", blank=True)
    geometry = models.JSONField(help_text="GeoJSON geometry, WGS 84")
    longitude = models.FloatField(help_text="where its mark stands")
    latitude = models.FloatField(help_text="where its mark stands")

    class Meta:
        ordering: ClassVar = ["ref"]


class Role(models.TextChoices):
    """What a person is to the platform; derived, never stored."""

    NOBODY = "nobody", _("Public")
    RESIDENT = "resident", _("Resident")
    OFFICER = "officer", _("Officer")
    OFFICE = "office", _("Coordination office")
    ADMIN = "admin", _("Administrator")


class User(AbstractUser):
    """A person, or a system acting for an authority through an API key."""

    full_name = models.CharField(_("name"), max_length=100, blank=True)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="officers"
    )
    is_demo = models.BooleanField(default=False, help_text="invented for demonstration")
    is_system = models.BooleanField(default=False, help_text="a system, not a person")

    class Meta:
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def role(self) -> Role:
        """Administrator, office, officer or resident, in this order."""
        if self.is_superuser:
            return Role.ADMIN
        if self.authority is None:
            return Role.RESIDENT
        return Role.OFFICE if self.authority.is_office else Role.OFFICER


def role_of(actor: User | AnonymousUser) -> Role:
    """Return the role of whoever makes a request."""
    return actor.role if isinstance(actor, User) else Role.NOBODY


def works_for_region(actor: User | AnonymousUser) -> TypeGuard[User]:
    """Tell whether the actor is an officer of any authority, the office or an administrator."""
    return role_of(actor) in {Role.OFFICER, Role.OFFICE, Role.ADMIN}


def coordinates(actor: User | AnonymousUser) -> TypeGuard[User]:
    """Tell whether the actor runs the plan: the coordination office or an administrator."""
    return role_of(actor) in {Role.OFFICE, Role.ADMIN}


class Identity(models.Model):
    """Who a person is, as whoever vouched for it says: the login, a counter. One a user.

    The number is personal data: it is shown to the person alone and goes into no log.
    """

    class Source(models.TextChoices):
        LOGIN = "login", _("Login provider")
        COUNTER = "counter", _("Service counter")
        DEMONSTRATION = "demonstration", _("Demonstration")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="identity")
    number = models.CharField(max_length=18, unique=True, help_text="GB 11643")
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=20, blank=True)
    home = models.ForeignKey(City, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=15, choices=Source.choices)
    verified_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["Identity"]()
    everything: ClassVar[models.Manager[Identity]] = models.Manager()

    class Meta:
        base_manager_name = "everything"

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def visible(actor: User | AnonymousUser) -> Q:
        """A person sees who he is; nobody else does by this row."""
        return models.Q(user_id=actor.pk) if isinstance(actor, User) else models.Q(pk__in=[])


class Representation(models.Model):
    """A person acts for a firm: its legal representative, or somebody it authorised."""

    class Capacity(models.TextChoices):
        LEGAL = "legal", _("Legal representative")
        AUTHORISED = "authorised", _("Authorised agent")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="represents")
    firm = models.CharField(max_length=18, help_text="GB 32100")
    firm_name = models.CharField(max_length=200)
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    verified_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["Representation"]()
    everything: ClassVar[models.Manager[Representation]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["firm_name"]
        base_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "firm"], name="one_representation_a_firm")
        ]

    def __str__(self) -> str:
        return f"{self.firm_name} {self.firm}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> Q:
        """A person sees for whom he acts."""
        return models.Q(user_id=actor.pk) if isinstance(actor, User) else models.Q(pk__in=[])


class ApiKey(models.Model):
    """A secret by which another system acts for an authority. Only its hash is kept."""

    urn = models.CharField(max_length=80, unique=True)
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="api_keys")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="api_key")
    label = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager["ApiKey"]()
    everything: ClassVar[models.Manager[ApiKey]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        base_manager_name = "everything"

    def __str__(self) -> str:
        return f"{self.prefix}… {self.label}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> Q:
        """An authority sees its own keys, the office and administrators all."""
        if coordinates(actor):
            return models.Q()
        if works_for_region(actor):
            return models.Q(authority=actor.authority)
        return models.Q(pk__in=[])

    @staticmethod
    def digest(secret: str) -> str:
        """Hash of a secret of 256 random bits; such a secret needs no salt and no stretching."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def draw(cls) -> tuple[str, str, str]:
        """Return a new (urn, prefix, secret); the secret is shown once and starts with prefix."""
        prefix = "cnb_" + secrets.token_hex(4)
        return new_urn("api-key"), prefix, f"{prefix}_{secrets.token_urlsafe(32)}"
