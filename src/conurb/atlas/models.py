"""Layers of planning maps, their versions, and what comes in before it is a version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.atlas.places import path_of
from conurb.background.models import Job
from conurb.region.models import Authority, City, Named, User, works_for_region
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NOTHING = models.Q(pk__in=[])


def folder() -> Path:
    """Return the folder in which the files of this node's layers lie."""
    return Path(settings.DATA_PATH) / "layers"


class Layer(Named):
    """What an authority maps, through all its versions."""

    class Kind(models.TextChoices):
        LAND_USE = "land-use", _("Land-use plan")
        PROTECTED = "protected", _("Protected ground")
        LINES = "lines", _("Roads, rails, rivers and greenways")
        CORRIDORS = "corridors", _("Control corridors")
        ZONES = "zones", _("Zones and tiers")
        OTHER = "other", _("Other map")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    kind = models.CharField(max_length=12, choices=Kind.choices, help_text="decides its schema")
    city = models.ForeignKey(
        City,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="layers",
        help_text="None: of the whole region",
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="layers")
    note_zh = models.TextField(blank=True, help_text="what it shows, from which plan")
    note_en = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False, help_text="invented for demonstration")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["Layer"]()
    everything: ClassVar[models.Manager[Layer]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["city__order", "kind", "name_zh", "id"]
        base_manager_name = "everything"
        verbose_name = _("layer")

    @property
    def urn(self) -> str:
        """The name that holds wherever the layer lies."""
        return f"urn:conurb:{self.city_id or 'region'}:layer:{self.key}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """An authority sees its own layers; others those with a version they may see."""
        if isinstance(actor, User) and actor.is_superuser:
            return models.Q()
        shown = LayerVersion.everything.filter(LayerVersion.visible(actor)).values("layer_id")
        own = NOTHING
        if works_for_region(actor):
            own = models.Q(authority_id=actor.authority_id)
        return own | models.Q(pk__in=shown)


class LayerVersion(models.Model):
    """One state of a layer: an immutable file and a row of facts about it.

    Only `state` and its times ever change; the database refuses the rest. Lengths of the class
    table are in metres, areas in square metres, both on the ellipsoid.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Geometry(models.TextChoices):
        POLYGON = "polygon", _("Area features")
        LINE = "line", _("Line features")
        POINT = "point", _("Point features")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="1, 2, … within the layer")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    sha256 = models.CharField(max_length=64, db_index=True, help_text="of its GeoParquet file")
    geometry = models.CharField(max_length=8, choices=Geometry.choices)
    feature_count = models.PositiveIntegerField()
    west = models.FloatField(help_text="degrees, WGS 84 / CGCS2000")
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    fields = models.JSONField(help_text="[{name, source, type}] of the file, in order")
    classes = models.JSONField(help_text="{code: {count, area, length}}")
    source_name = models.CharField(max_length=150, blank=True, help_text="the file it came in")
    source_format = models.CharField(max_length=12, blank=True)
    source_sha256 = models.CharField(max_length=64, blank=True)
    source_layer = models.CharField(max_length=200, blank=True, help_text="within the file")
    source_crs = models.CharField(max_length=40, blank=True, help_text="key in coordinates.py")
    crs_known = models.CharField(max_length=8, blank=True, help_text="read or asked")
    counts = models.JSONField(
        default=dict, help_text="{read, kept, repaired, dropped, split, problems}; they add up"
    )
    repairs_sha256 = models.CharField(max_length=64, blank=True, help_text="table of repairs")
    problems_sha256 = models.CharField(max_length=64, blank=True, help_text="table of problems")
    note = models.CharField(max_length=500, blank=True, help_text="what is new in it")
    is_demo = models.BooleanField(default=False, help_text="invented for demonstration")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedManager["LayerVersion"]()
    everything: ClassVar[models.Manager[LayerVersion]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["layer", "-number"]
        base_manager_name = "everything"
        verbose_name = _("version of a layer")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["layer", "number"], name="a_layer_counts_its_versions")
        ]
        indexes: ClassVar = [
            models.Index(fields=["layer", "state", "-number"], name="version_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.layer} v{self.number}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the version lies."""
        return f"urn:conurb:{self.layer.city_id or 'region'}:layer-version:{self.key}"

    @property
    def path(self) -> Path:
        """Where its file lies; `storing.read` reads it."""
        return path_of(folder(), self.sha256)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (self.west, self.south, self.east, self.north)

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """All see what is published, officers what is submitted too, an authority its drafts."""
        if isinstance(actor, User) and actor.is_superuser:
            return models.Q()
        states = LayerVersion.State
        if works_for_region(actor):
            shown = models.Q(state__in=[states.SUBMITTED, states.PUBLISHED])
            return shown | models.Q(layer__authority_id=actor.authority_id)
        return models.Q(state=states.PUBLISHED)


class LayerImport(models.Model):
    """A file on its way to a version: handed in, read, confirmed, converted."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        ASKED = "asked", _("Waiting for confirmation")
        CONVERTING = "converting", _("Being converted")
        STORED = "stored", _("Stored as a version")
        DISCARDED = "discarded", _("Given up")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(max_length=12, choices=State.choices, default=State.READING)
    file_name = models.CharField(max_length=150)
    file_sha256 = models.CharField(max_length=64)
    file_size = models.PositiveBigIntegerField(help_text="bytes")
    found = models.JSONField(default=dict, help_text="what the file holds, see previewing.py")
    answers = models.JSONField(default=dict, help_text="what was confirmed")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.OneToOneField(
        LayerVersion, on_delete=models.PROTECT, null=True, related_name="came_by"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["LayerImport"]()
    everything: ClassVar[models.Manager[LayerImport]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("import of a layer")

    def __str__(self) -> str:
        return self.file_name

    @property
    def urn(self) -> str:
        """The name that holds wherever the file lies."""
        return f"urn:conurb:{self.layer.city_id or 'region'}:layer-import:{self.key}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """An authority sees what it hands in."""
        if not works_for_region(actor):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        return models.Q(layer__authority_id=actor.authority_id)


class CodeMapping(models.Model):
    """How the codes of a city's own classification are read: the last answer, offered again."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Layer.Kind.choices)
    source = models.CharField(max_length=100, help_text="as it stands in the city's files")
    code = models.CharField(max_length=40, help_text="of the schema")

    class Meta:
        ordering: ClassVar = ["city", "kind", "source"]
        verbose_name = _("code mapping")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["city", "kind", "source"],
                nulls_distinct=False,
                name="a_code_of_a_city_is_read_in_one_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.code}"


from conurb.atlas.finding_models import Finding, FindingRules, FindingRun  # noqa: E402

__all__ = [
    "CodeMapping",
    "Finding",
    "FindingRules",
    "FindingRun",
    "Layer",
    "LayerImport",
    "LayerVersion",
    "folder",
]
