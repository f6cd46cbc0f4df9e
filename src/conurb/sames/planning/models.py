"""Joint reviews of layers with their parties, rounds, comments and events; the library of plans."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.atlas.models import Layer, LayerVersion
from conurb.records.models import Record
from conurb.region.models import Authority, City, Named, User, in_language, works_for_region
from conurb.sames.planning import reviewing
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

SPATIAL_PLANNING = "spatial-planning"
"""The subject of work whose authorities submit, sign and object."""


class Review(models.Model):
    """A joint review: `version` is what is reviewed now, in round `round`."""

    class State(models.TextChoices):
        OPEN = reviewing.State.OPEN.value, _("Under review")
        ADOPTED = reviewing.State.ADOPTED.value, _("Adopted")
        SUPERSEDED = reviewing.State.SUPERSEDED.value, _("Superseded")
        WITHDRAWN = reviewing.State.WITHDRAWN.value, _("Withdrawn")

    class Silence(models.TextChoices):
        LATE = "late", _("Silence is shown as late")
        CONSENT = "consent", _("Silence counts as consent")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    number = models.CharField(max_length=20, unique=True, help_text="year and a running number")
    title = models.CharField(max_length=120, help_text="in the words of the submitting authority")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="reviews")
    version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(City, on_delete=models.PROTECT, null=True, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12, choices=State.choices, default=reviewing.State.OPEN.value
    )
    round = models.PositiveSmallIntegerField(default=1)
    silence = models.CharField(max_length=8, choices=Silence.choices)
    limit_days = models.PositiveSmallIntegerField(help_text="working days")
    near_border_m = models.FloatField(help_text="within which a change asks for a new signature")
    effective_on = models.DateField(null=True, help_text="from when it is in force once adopted")
    submitted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="supersedes"
    )
    records = models.ManyToManyField(
        Record,
        related_name="+",
        help_text="signed records of the adoption: of the city, or one of each city of the region",
    )

    objects = ScopedManager["Review"]()
    everything: ClassVar[models.Manager[Review]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-submitted_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("joint review")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["layer"],
                condition=models.Q(state=reviewing.State.OPEN.value),
                name="one_open_review_a_layer",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-submitted_at"], name="planning_review_by_state"),
            models.Index(fields=["layer", "effective_on"], name="planning_review_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the review lies."""
        return f"urn:conurb:{self.city_id or 'region'}:joint-review:{self.key}"

    @property
    def is_open(self) -> bool:
        """Whether the parties can still be heard."""
        return self.state == self.State.OPEN

    @property
    def is_zoning(self) -> bool:
        """Whether it is about zones and tiers, which take effect on a day of their own."""
        return self.layer.kind == Layer.Kind.ZONES

    def standing(self) -> reviewing.Review:
        """Return the review as the procedure sees it."""
        return reviewing.Review(
            state=reviewing.State(self.state),
            round=self.round,
            parties=tuple(each.standing() for each in self.parties.all()),
            silence="consent" if self.silence == self.Silence.CONSENT else "late",
        )

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Officers of the region see every review; the public what was adopted."""
        if works_for_region(actor):
            return models.Q()
        return models.Q(state__in=[Review.State.ADOPTED, Review.State.SUPERSEDED])


class Round(models.Model):
    """One version that was submitted to a review; append-only."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True, help_text="what is new in it")
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["review", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "number"], name="a_review_counts_its_rounds")
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.number}"


class Party(models.Model):
    """An authority that is asked, and what it says of the current version."""

    class Stand(models.TextChoices):
        ASKED = reviewing.Stand.ASKED.value, _("Asked, has not answered")
        SIGNED = reviewing.Stand.SIGNED.value, _("Signed")
        OBJECTED = reviewing.Stand.OBJECTED.value, _("Objected")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="parties")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    stand = models.CharField(
        max_length=10, choices=Stand.choices, default=reviewing.Stand.ASKED.value
    )
    round = models.PositiveSmallIntegerField(default=1, help_text="in which it took its stand")
    signed = models.PositiveSmallIntegerField(
        null=True, help_text="round of the version on which its signature stands"
    )
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    by_silence = models.BooleanField(default=False)
    words = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["city__order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "authority"], name="a_party_is_asked_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["authority", "stand", "due_on"], name="planning_party_in_queue")
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.authority_id} {self.stand}"

    def standing(self) -> reviewing.Party:
        """Return the party as the procedure sees it; its authority by its key in the database."""
        return reviewing.Party(
            authority=str(self.authority_id),
            stand=reviewing.Stand(self.stand),
            round=self.round,
            due_on=self.due_on,
            signed=self.signed,
        )

    @property
    def is_carried(self) -> bool:
        """Whether it signed an earlier version and the signature still stands."""
        return self.signed is not None and self.signed > self.round


class ReviewEvent(models.Model):
    """One act in the life of a review; append-only."""

    class Act(models.TextChoices):
        SUBMIT = reviewing.Act.SUBMIT.value, _("submitted the layer for joint review")
        SIGN = reviewing.Act.SIGN.value, _("signed")
        OBJECT = reviewing.Act.OBJECT.value, _("objected")
        TAKE_BACK = reviewing.Act.TAKE_BACK.value, _("took its answer back")
        RESUBMIT = reviewing.Act.RESUBMIT.value, _("submitted a new version")
        WITHDRAW = reviewing.Act.WITHDRAW.value, _("withdrew it from review")
        COMMENT = reviewing.Act.COMMENT.value, _("commented")
        CARRY = reviewing.Act.CARRY.value, _("signed an earlier version; the signature stands")
        LAPSE = reviewing.Act.LAPSE.value, _("did not answer in time, which counts as consent")
        ADOPT = reviewing.Act.ADOPT.value, _("all have signed: adopted")
        SUPERSEDE = reviewing.Act.SUPERSEDE.value, _("superseded by a later adoption")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="events")
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=10, choices=Act.choices)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.act}"


class Comment(models.Model):
    """A remark of a party or the submitter, pinned to a point or a finding, or an answer to one.

    Append-only: who errs writes another. `parent` is the first remark of the thread.
    """

    key = models.CharField(max_length=30, unique=True)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    round = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answers")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    words = models.TextField()
    longitude = models.FloatField(null=True, help_text="degrees, WGS 84")
    latitude = models.FloatField(null=True, help_text="degrees, WGS 84")
    finding_key = models.CharField(max_length=64, blank=True, help_text="of the finding meant")

    objects = ScopedManager["Comment"]()
    everything: ClassVar[models.Manager[Comment]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        base_manager_name = "everything"
        verbose_name = _("comment")

    def __str__(self) -> str:
        return self.words[:60]

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Comments are between the authorities."""
        return models.Q() if works_for_region(actor) else models.Q(pk__in=[])


class ThreadTurn(models.Model):
    """A thread was resolved or opened again; append-only, the last one counts."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="turns")
    resolved = models.BooleanField()
    at = models.DateTimeField()
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.resolved}"


class LibraryPlan(Named):
    """A plan of the library: what it is, where it stands, for when, whose, and under which."""

    class Kind(models.TextChoices):
        MASTER = "master", _("Master plan")
        DETAILED = "detailed", _("Detailed plan")
        SPECIAL = "special", _("Special plan")
        OUTLINE = "outline", _("Outline of development")
        IMPLEMENTATION = "implementation", _("Implementation plan")
        BOUNDARY = "boundary", _("Change of boundaries")

    class Level(models.TextChoices):
        NATIONAL = "national", _("National")
        PROVINCIAL = "provincial", _("Provincial")
        CITY = "city", _("Municipal")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("State not known")
        TO_DRAW_UP = "to-draw-up", _("To be drawn up")
        DRAFTED = "drafted", _("Drafted")
        REVIEWED = "reviewed", _("Reviewed")
        APPROVED = "approved", _("Approved")
        IN_FORCE = "in-force", _("Now in force")
        SUPERSEDED = "superseded", _("No longer in force")

    key = models.SlugField(unique=True, max_length=80)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    level = models.CharField(max_length=12, choices=Level.choices)
    state = models.CharField(max_length=12, choices=State.choices, default="unknown")
    from_year = models.PositiveSmallIntegerField(null=True)
    until_year = models.PositiveSmallIntegerField(null=True)
    authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="edits the entry; None: the coordination office",
    )
    organ_zh = models.CharField(max_length=200, help_text="draws it up or approves it")
    organ_en = models.CharField(max_length=200, blank=True)
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="below")
    items = models.JSONField(default=list, help_text="numbers of the items that name it")
    basis = models.CharField(max_length=300, blank=True, help_text="document that says its state")
    note_zh = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    layers = models.ManyToManyField(Layer, related_name="plans", blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["order", "key"]
        verbose_name = _("plan of the library")

    @property
    def urn(self) -> str:
        """The name that holds wherever the entry lies."""
        return f"urn:conurb:region:library-plan:{self.key}"

    @property
    def organ(self) -> str:
        """The organ in the language of the moment."""
        return in_language(self.organ_zh, self.organ_en)

    @property
    def note(self) -> str:
        """The note in the language of the moment."""
        return in_language(self.note_zh, self.note_en)

    @property
    def period(self) -> str:
        """The years for which it is: 2021–2035; "" where they are not known."""
        if self.from_year is None and self.until_year is None:
            return ""
        return f"{self.from_year or '…'}–{self.until_year or '…'}"


class Judgement(models.Model):
    """What an authority says of a plan's conformity with the plan above it; append-only."""

    class Verdict(models.TextChoices):
        CONFORMS = "conforms", _("Conforms")
        DEPARTS = "departs", _("Departs")
        OPEN = "open", _("Still open")

    plan = models.ForeignKey(LibraryPlan, on_delete=models.PROTECT, related_name="judgements")
    above = models.ForeignKey(LibraryPlan, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField()
    review = models.ForeignKey(
        Review, on_delete=models.PROTECT, null=True, help_text="whose findings it stands on"
    )
    at = models.DateTimeField()
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.verdict}"


def plans_space(actor: User | AnonymousUser) -> bool:
    """Tell whether the actor works for an authority competent for spatial planning."""
    if not isinstance(actor, User) or actor.authority_id is None:
        return False
    return Authority.objects.filter(
        pk=actor.authority_id, active=True, subjects=SPATIAL_PLANNING
    ).exists()


def in_force_on(day: date) -> models.Q:
    """The adopted reviews in force from a day or before; the latest of a layer counts."""
    adopted = [Review.State.ADOPTED, Review.State.SUPERSEDED]
    return models.Q(state__in=adopted, effective_on__lte=day)
