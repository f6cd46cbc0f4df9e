"""Cases: applications on their way to a decision, with their whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.desk import services
from conurb.desk.stages import State
from conurb.journal.phrases import address_of
from conurb.region.models import Authority, City, User, in_language, works_for_region
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NOTHING = models.Q(pk__in=[])


class Case(models.Model):
    """One application. `data` is what was filled in; it never leaves the case."""

    class State(models.TextChoices):
        DRAFT = State.DRAFT.value, _("Draft")
        SUBMITTED = State.SUBMITTED.value, _("Submitted")
        WAITING = State.WAITING.value, _("To be completed")
        REVIEW = State.REVIEW.value, _("Under review")
        GRANTED = State.GRANTED.value, _("Granted")
        REFUSED = State.REFUSED.value, _("Not granted")
        DELIVERED = State.DELIVERED.value, _("Delivered")
        APPEALED = State.APPEALED.value, _("Under appeal")
        UPHELD = State.UPHELD.value, _("Decision upheld")
        OVERTURNED = State.OVERTURNED.value, _("Decision overturned")
        WITHDRAWN = State.WITHDRAWN.value, _("Withdrawn")
        LAPSED = State.LAPSED.value, _("Lapsed")

    class Outcome(models.TextChoices):
        NONE = "", _("None yet")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Not granted")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    number = models.CharField(
        max_length=24, null=True, unique=True, help_text="on the receipt; None for a draft"
    )
    service = models.CharField(max_length=60)
    service_version = models.PositiveIntegerField(default=1)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="cases"
    )
    applicant_name = models.CharField(max_length=200)
    firm = models.CharField(max_length=18, blank=True, help_text="for which the applicant acts")
    subject_kind = models.CharField(max_length=12, blank=True)
    subject_number = models.CharField(max_length=64, blank=True)
    accepted_in = models.ForeignKey(City, on_delete=models.PROTECT, related_name="cases_accepted")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the officer at the counter, where one filled it in",
    )
    authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        null=True,
        related_name="cases",
        help_text="decides; None for a draft",
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="cases_claimed"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    data = models.JSONField(default=dict)
    findings = models.JSONField(default=list, help_text="what the rules said at submission")
    reused = models.JSONField(default=list, help_text="{field or material, record} not asked again")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    asked_again = models.PositiveSmallIntegerField(
        default=0, help_text="fields and materials asked for although a record says the same"
    )
    reused_count = models.PositiveSmallIntegerField(
        default=0, help_text="length of `reused`, for figures"
    )
    limit = models.PositiveSmallIntegerField(
        default=0, help_text="working days promised when it was handed in"
    )
    counts_from = models.DateField(
        null=True, help_text="the limit begins with the working day after it"
    )
    due_on = models.DateField(
        null=True,
        help_text="last working day of the limit, clock stops in; None for a draft, and where the "
        "region has not declared the year it falls in",
    )
    warn_on = models.DateField(null=True, help_text="from then on it is due soon")
    complete_by = models.DateField(null=True, help_text="while the applicant has to complete")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    reasons_zh = models.TextField(blank=True)
    reasons_en = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    delivered_at = models.DateTimeField(null=True)
    record_key = models.CharField(max_length=30, blank=True, help_text="of the record it issued")
    code_hash = models.CharField(
        max_length=64, blank=True, help_text="of the code for anonymous follow-up"
    )
    version = models.PositiveIntegerField(default=1, help_text="counts changes; for two editors")

    objects = ScopedManager["Case"]()
    everything: ClassVar[models.Manager[Case]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-submitted_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("case")
        indexes: ClassVar = [
            models.Index(fields=["authority", "state", "due_on"], name="case_in_queue"),
            models.Index(fields=["applicant", "-created_at"], name="case_of_applicant"),
            models.Index(fields=["service", "subject_number"], name="case_by_subject"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.service} {self.key[:8]}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the case lies."""
        return f"urn:conurb:{self.accepted_in_id}:case:{self.key}"

    @property
    def declared(self) -> services.Service | None:
        """The service's declaration; None where it left the region."""
        return services.service_of(self.service)

    @property
    def service_name(self) -> str:
        """The service's name in the language of the moment."""
        declared = self.declared
        return in_language(declared.name.zh, declared.name.en) if declared else self.service

    @property
    def reasons(self) -> str:
        """Why it was decided so, in the language of the moment."""
        return in_language(self.reasons_zh, self.reasons_en)

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Applicants see their own, the deciding authority its cases, whoever is asked his part.

        Drafts are the applicant's alone (and the counter's officer who fills it in).
        """
        if not isinstance(actor, User):
            return NOTHING
        own = models.Q(applicant_id=actor.pk) | models.Q(accepted_by_id=actor.pk)
        if actor.is_superuser:
            return own | ~models.Q(state=State.DRAFT.value)
        if not works_for_region(actor):
            return own
        authority = actor.authority_id or 0
        # three look-ups by index, where one over joined tables would read them whole
        part = (
            models.Q(authority_id=authority)
            | models.Q(pk__in=Opinion.objects.filter(authority_id=authority).values("case"))
            | models.Q(pk__in=Appeal.objects.filter(authority_id=authority).values("case"))
        )
        return own | (part & ~models.Q(state=State.DRAFT.value))


class CaseEvent(models.Model):
    """One step in the life of a case; append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    verb = models.CharField(max_length=20)
    state_before = models.CharField(max_length=12, blank=True)
    state_after = models.CharField(max_length=12, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=120)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="+")
    words_zh = models.TextField(blank=True)
    words_en = models.TextField(blank=True)
    for_applicant = models.BooleanField(default=True, help_text="the applicant reads it too")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verb}"

    @property
    def words(self) -> str:
        """What was said, in the language of the moment."""
        return in_language(self.words_zh, self.words_en)


class ClockStop(models.Model):
    """A time during which the limit does not count, with its reason."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stops")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["began_at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.began_at:%Y-%m-%d}"


class CaseFile(models.Model):
    """A file handed in with a case, or a letter made for it; content by hash in journal.files."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    key = models.CharField(max_length=30, unique=True, help_text="opaque, in addresses")
    material = models.CharField(max_length=60, blank=True, help_text="key of the material")
    filename = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    by_authority = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, help_text="taken out by the applicant")

    class Meta:
        ordering: ClassVar = ["added_at", "id"]

    def __str__(self) -> str:
        return self.filename


class Opinion(models.Model):
    """Another authority is asked what it thinks of a case, in parallel to others."""

    class Answer(models.TextChoices):
        NONE = "", _("Not answered yet")
        AGREES = "agrees", _("Agrees")
        CONDITIONS = "conditions", _("Agrees with conditions")
        OBJECTS = "objects", _("Objects")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    key = models.CharField(max_length=30, unique=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="opinions")
    question = models.TextField()
    asked_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(default=5, help_text="working days to answer in")
    due_on = models.DateField(
        null=True, help_text="None where the region has not declared the year it falls in"
    )
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    words = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "authority"],
                condition=models.Q(answer=""),
                name="one_open_opinion_an_authority",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.authority_id}"


class Appeal(models.Model):
    """An applicant asks that a decision be looked at again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    key = models.CharField(max_length=30, unique=True)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="appeals", help_text="decides on it"
    )
    grounds = models.TextField()
    made_at = models.DateTimeField()
    due_on = models.DateField()
    upheld = models.BooleanField(null=True, help_text="whether the decision stood")
    reasons = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["made_at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.made_at:%Y-%m-%d}"


class Delegation(models.Model):
    """An officer's cases are another officer's for a time."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="delegations")
    key = models.CharField(max_length=30, unique=True)
    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegated_away")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegated_to")
    first_day = models.DateField()
    last_day = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["first_day"]

    def __str__(self) -> str:
        return f"{self.absent_id}→{self.deputy_id}"


class Notice(models.Model):
    """What a person is told, kept until read; also sent by mail where there is an address.

    It is about a case, or about something of a pack that its URN names.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="notices")
    about = models.CharField(max_length=200, blank=True, help_text="URN, where it is no case")
    once = models.CharField(
        max_length=60, blank=True, help_text="names what is told a person once only"
    )
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    words_zh = models.TextField()
    words_en = models.TextField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="the mail server took it")
    mail_error = models.CharField(
        max_length=300, blank=True, help_text="why it did not; tried again until it does"
    )
    mail_tries = models.PositiveSmallIntegerField(default=0)

    objects = ScopedManager["Notice"]()
    everything: ClassVar[models.Manager[Notice]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        base_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["to", "about", "once"],
                condition=~models.Q(once=""),
                name="told_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def address(self) -> str:
        """The page of what it is about; "" where that has none."""
        return reverse("case", args=[self.case.key]) if self.case else address_of(self.about)

    @property
    def title(self) -> str:
        """The heading in the language of the moment."""
        return in_language(self.title_zh, self.title_en)

    @property
    def words(self) -> str:
        """The text in the language of the moment."""
        return in_language(self.words_zh, self.words_en)

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """A notice is for whom it is addressed to."""
        return models.Q(to_id=actor.pk) if isinstance(actor, User) else NOTHING


class NumberBlock(models.Model):
    """The last case number given out in a city on a day; locked while the next is taken."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city", "day"], name="one_block_a_city_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.city_id} {self.day} {self.last}"


class WrongTry(models.Model):
    """A try to follow a case with a wrong number or code; kept for the time of the limit.

    `source` is a keyed hash of where it came from, alone or with the number, never the address.
    """

    source = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "at"], name="wrong_try_by_source")]

    def __str__(self) -> str:
        return f"{self.source[:8]} {self.at:%H:%M}"
