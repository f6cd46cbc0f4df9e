"""Passes over versions of layers, and the findings of each, kept as they were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.atlas.findings.naming import Rule as RuleName
from conurb.atlas.findings.naming import Severity as SeverityName
from conurb.region.models import User, in_language, works_for_region
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from shapely.geometry.base import BaseGeometry


class FindingRules(models.Model):
    """One state of the tables of a region's folder `atlas/`: by these texts a pass judged."""

    digest = models.CharField(max_length=64, primary_key=True)
    version = models.CharField(max_length=40)
    texts = models.JSONField(help_text="{file: text}")
    first_used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.version


class FindingRun(models.Model):
    """One pass: about a version with the current versions of the other layers, or about all."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being worked out")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    version = models.ForeignKey(
        "atlas.LayerVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="finding_runs",
        help_text="None: all current versions with one another",
    )
    compared = models.ManyToManyField(
        "atlas.LayerVersion", related_name="+", help_text="all versions that had part"
    )
    previous = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the pass against which findings are new, going on or resolved",
    )
    rules = models.ForeignKey(FindingRules, on_delete=models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("background.Job", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    counts = models.JSONField(
        default=dict,
        help_text="{rules: {rule: number}, new, going_on, resolved, slivers, slivers_m2, "
        "unjudged, unjudged_border_m, features}",
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    URN: ClassVar = "urn:conurb:region:finding-run:"

    objects = ScopedManager["FindingRun"]()
    everything: ClassVar[models.Manager[FindingRun]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("pass of findings")
        indexes: ClassVar = [
            models.Index(fields=["version", "state", "-ended_at"], name="finding_run_by_version")
        ]

    def __str__(self) -> str:
        return f"{self.version or _('all layers')} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the pass lies."""
        return f"{self.URN}{self.key}"

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.state != self.State.WAITING

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Officers see the passes about versions that they see; the public sees none.

        Findings speak of submitted plans that are not in force yet.
        """
        from conurb.atlas.models import LayerVersion

        if not works_for_region(actor):
            return models.Q(pk__in=[])
        if actor.is_superuser:
            return models.Q()
        seen = LayerVersion.everything.filter(LayerVersion.visible(actor)).values("pk")
        return models.Q(version=None) | models.Q(version__in=seen)


class Finding(models.Model):
    """One finding of one pass. `key` stays the same from pass to pass while it goes on.

    Coordinates are degrees (WGS 84 / CGCS2000); areas are on the ellipsoid.
    """

    class Rule(models.TextChoices):
        OVERLAP = RuleName.OVERLAP.value, _("Overlap at the border")
        GAP = RuleName.GAP.value, _("Gap at the border")
        FACING = RuleName.FACING.value, _("Incompatible uses face each other")
        PROTECTED = RuleName.PROTECTED.value, _("Construction in protected ground")
        JOINING = RuleName.JOINING.value, _("Lines do not join at the border")
        CORRIDOR = RuleName.CORRIDOR.value, _("Use not allowed in a corridor")

    class Severity(models.TextChoices):
        HIGH = SeverityName.HIGH.value, _("High")
        MEDIUM = SeverityName.MEDIUM.value, _("Medium")
        LOW = SeverityName.LOW.value, _("Low")

    class State(models.TextChoices):
        NEW = "new", _("New")
        GOING_ON = "going-on", _("Going on")
        RESOLVED = "resolved", _("Resolved")

    run = models.ForeignKey(FindingRun, on_delete=models.CASCADE, related_name="findings")
    key = models.CharField(max_length=30, db_index=True, help_text="opaque part of the URN")
    number = models.PositiveIntegerField(help_text="1, 2, … within the pass")
    state = models.CharField(max_length=8, choices=State.choices)
    since = models.ForeignKey(
        FindingRun, on_delete=models.PROTECT, related_name="+", help_text="the first that found it"
    )
    rule = models.CharField(max_length=10, choices=Rule.choices)
    row = models.CharField(max_length=60, blank=True, help_text="of the region's table")
    severity = models.CharField(max_length=6, choices=Severity.choices)
    rank = models.PositiveSmallIntegerField(help_text="0 for the highest severity, to sort by")
    cities = models.CharField(
        max_length=200, help_text="codes of the cities concerned, sorted, each between blanks"
    )
    geometry = models.BinaryField(help_text="WKB, degrees")
    west = models.FloatField(help_text="degrees")
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    area_m2 = models.FloatField(null=True)
    length_m = models.FloatField(null=True)
    features = models.JSONField(help_text="[{city, layer, version, fid, code, name}]")
    reason_zh = models.TextField()
    reason_en = models.TextField()
    source_zh = models.TextField()
    source_en = models.TextField()

    objects = ScopedManager["Finding"]()
    everything: ClassVar[models.Manager[Finding]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["run", "rank", "number"]
        base_manager_name = "everything"
        verbose_name = _("finding")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "key"], name="a_pass_has_a_finding_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "rank", "number"], name="finding_in_order"),
            models.Index(fields=["run", "rule", "state"], name="finding_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_rule_display()}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the finding lies."""
        return f"urn:conurb:region:finding:{self.key}"

    @property
    def reason(self) -> str:
        """What was found, in the language of the moment."""
        return in_language(self.reason_zh, self.reason_en)

    @property
    def source(self) -> str:
        """By which regulation, in the language of the moment."""
        return in_language(self.source_zh, self.source_en)

    @property
    def city_codes(self) -> list[str]:
        """The codes of the cities concerned."""
        return self.cities.split()

    @property
    def shape(self) -> BaseGeometry:
        """The geometry, in degrees."""
        import shapely

        return shapely.from_wkb(bytes(self.geometry))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (self.west, self.south, self.east, self.north)

    def sides(self) -> list[dict[str, Any]]:
        """The features by layer: [{city, layer, version, features}], in the order of cities."""
        found: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
        for each in self.features:
            found.setdefault((each["city"], each["layer"], each["version"]), []).append(each)
        return [
            {"city": city, "layer": layer, "version": version, "features": features}
            for (city, layer, version), features in found.items()
        ]

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Whoever sees the pass sees what it found."""
        if isinstance(actor, User) and actor.is_superuser:
            return models.Q()
        if not works_for_region(actor):
            return models.Q(pk__in=[])
        seen = FindingRun.everything.filter(FindingRun.visible(actor)).values("pk")
        return models.Q(run__in=seen)
