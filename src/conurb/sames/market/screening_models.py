"""What a screening against the wage-arrears list leaves: the run, its hits, the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conurb.region.models import Authority, City, User, in_language, works_for_region
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NOTHING = models.Q(pk__in=[])


class ScreeningRun(models.Model):
    """An authority asked about many firms at once; what against, when, with what outcome."""

    class Source(models.TextChoices):
        PASTED = "pasted", _("Pasted")
        FILE = "file", _("File")
        API = "api", _("API")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="screening_runs"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=120)
    tender = models.CharField(max_length=200)
    tender_number = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    filename = models.CharField(max_length=255, blank=True)
    asked_sha256 = models.CharField(max_length=64, help_text="what was asked, in the file store")
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(help_text="the comparison alone")
    threshold = models.FloatField()
    asked = models.PositiveIntegerField(help_text="firms asked about")
    met = models.PositiveIntegerField(help_text="firms with at least one hit")
    hit_count = models.PositiveIntegerField()
    list_size = models.PositiveIntegerField(help_text="firms on the list")
    list_digest = models.CharField(max_length=64, help_text="SHA-256 of the keys of its records")
    checkpoints = models.JSONField(help_text="size of each city's log that the list was read from")

    objects = ScopedManager["ScreeningRun"]()
    everything: ClassVar[models.Manager[ScreeningRun]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("screening")
        indexes: ClassVar = [
            models.Index(fields=["authority", "-at"], name="screening_by_authority")
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.at:%Y-%m-%d}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the run lies."""
        return f"urn:conurb:{self.city_id}:screening:{self.key}"

    @property
    def list_version(self) -> str:
        """The list as people name it: the beginning of its digest."""
        return self.list_digest[:10]

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """An authority sees what it asked; who bids for what is nobody else's business."""
        if not works_for_region(actor):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        return models.Q(authority_id=actor.authority_id)


class ScreeningHit(models.Model):
    """A firm asked about that is like one on the list; a clerk decides whether it is the same."""

    class State(models.TextChoices):
        OPEN = "open", _("To decide")
        SAME = "same", _("Same firm")
        OTHER = "other", _("Another firm")

    key = models.CharField(max_length=30, unique=True)
    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="hits")
    line = models.PositiveIntegerField(help_text="where it stood in what was handed in")
    given_name = models.CharField(max_length=200, blank=True)
    given_code = models.CharField(max_length=20, blank=True)
    listed_name = models.CharField(max_length=200)
    listed_as = models.CharField(max_length=200, help_text="the listed name that is alike")
    listed_code = models.CharField(max_length=18)
    listed_city = models.CharField(max_length=6)
    listed_on = models.DateField(null=True)
    record_key = models.CharField(max_length=30)
    agreement = models.CharField(max_length=80, blank=True, help_text="its key; none at home")
    effects = models.JSONField(default=list, help_text="list of {code, zh, en}")
    score = models.FloatField()
    way = models.CharField(max_length=10, help_text="code, code-slip, name, former")
    reasons = models.JSONField(help_text="list of {part, state, tone, zh, en, part_zh, part_en}")
    pair = models.CharField(max_length=64, db_index=True, help_text="names the pair for good")
    earlier = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+",
        help_text="the last decision on the same pair when this was found",
    )  # fmt: skip
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    words = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=120, blank=True)

    objects = ScopedManager["ScreeningHit"]()
    everything: ClassVar[models.Manager[ScreeningHit]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["run", "line", "-score", "id"]
        base_manager_name = "everything"
        verbose_name = _("hit")
        indexes: ClassVar = [models.Index(fields=["pair", "-decided_at"], name="hit_by_pair")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "line", "record_key"], name="one_hit_a_line_and_record"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None)
                | ~models.Q(state="open") & models.Q(decided_at__isnull=False),
                name="hit_decided_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name or self.given_code} ~ {self.listed_name}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the hit lies."""
        return f"urn:conurb:{self.run.city_id}:screening-hit:{self.key}"

    @property
    def percent(self) -> int:
        """The score in whole percent, never rounded up to 100."""
        return int(self.score * 100 + 1e-9)

    @property
    def told(self) -> list[dict[str, str]]:
        """The reasons in the language of the moment: part, tone, words."""
        ending = in_language("zh", "en")
        return [
            {"part": one[f"part_{ending}"], "tone": one["tone"], "words": one[ending]}
            for one in self.reasons
        ]

    @property
    def effect_names(self) -> str:
        """What the listing brings about in the city, in the language of the moment."""
        # agreements say after a colon what is to be done; the clerk needs to know what it is about
        names = [
            in_language(one["zh"].split("：")[0], one["en"].split(":")[0]) for one in self.effects
        ]
        return in_language("、", ", ").join(names)

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """As its run."""
        if not works_for_region(actor):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        return models.Q(run__authority_id=actor.authority_id)
