"""What labour inspections and the authorities that act on the list keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.region.models import (
    Authority,
    City,
    Identity,
    Representation,
    User,
    in_language,
    works_for_region,
)
from conurb.sames.market import (
    consequences,
    listing,
    procedure,
    screening_models,  # noqa: F401 - Django finds its tables through this module
)
from conurb.sames.market.procedure import Dates
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NOTHING = models.Q(pk__in=[])
LABOUR = "labour"
"""The subject of work of labour inspections."""


def inspects_labour(actor: User | AnonymousUser) -> bool:
    """Tell whether the actor is an officer of an authority competent for labour inspection."""
    if not works_for_region(actor) or actor.authority_id is None:
        return False
    return Authority.objects.filter(pk=actor.authority_id, subjects=LABOUR).exists()


def firms_of(actor: User) -> models.QuerySet[Representation, str]:
    """Return the codes of the firms that a person acts for, as a subquery."""
    return Representation.everything.filter(user_id=actor.pk).values_list("firm", flat=True)


def listed_as(actor: User) -> models.QuerySet[Party]:
    """Return the rows by which a person of verified identity is, or is to be, listed.

    From the notice on, which is when the procedure makes a person a party (order 45, art. 6).
    """
    numbers = Identity.everything.filter(user_id=actor.pk).values("number")
    return Party.everything.filter(number__in=numbers, matter__noticed_on__isnull=False)


def run_by(actor: User) -> models.QuerySet[Party, int]:
    """Return the matters whose employer is the person itself (`listing.is_employer`)."""
    found = listed_as(actor).filter(
        matter__firm__startswith=listing.INDIVIDUAL, capacity__in=[str(h) for h in listing.HEADS]
    )
    return found.values_list("matter", flat=True)


class ArrearsMatter(models.Model):
    """The matter of one employer at one labour inspection, from arrears found to off the list."""

    class State(models.TextChoices):
        INVESTIGATED = procedure.State.INVESTIGATED.value, _("Arrears found")
        ORDERED = procedure.State.ORDERED.value, _("Ordered to pay")
        UNPAID = procedure.State.UNPAID.value, _("Order not obeyed")
        NOTICED = procedure.State.NOTICED.value, _("Notice served")
        OBJECTED = procedure.State.OBJECTED.value, _("Objection made")
        HEARING = procedure.State.HEARING.value, _("Hearing called")
        CONSIDERED = procedure.State.CONSIDERED.value, _("Objection considered")
        DECIDED = procedure.State.DECIDED.value, _("Decided to list, not published")
        PUBLISHED = procedure.State.PUBLISHED.value, _("Stands on the list")
        EARLY = procedure.State.EARLY.value, _("On the list, removal asked for")
        REMOVED = procedure.State.REMOVED.value, _("Removed at the end")
        REMOVED_EARLY = procedure.State.REMOVED_EARLY.value, _("Removed early")
        REVOKED = procedure.State.REVOKED.value, _("Decision revoked")
        SETTLED = procedure.State.SETTLED.value, _("Paid in time")
        SPARED = procedure.State.SPARED.value, _("Corrected, not listed")
        DROPPED = procedure.State.DROPPED.value, _("No ground, not listed")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    number = models.CharField(
        max_length=40, unique=True, help_text="of the file: 潭人社监案〔2026〕1号"
    )
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="arrears_matters"
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    firm = models.CharField(max_length=18, help_text="GB 32100")
    firm_name = models.CharField(max_length=200)
    address = models.CharField(max_length=200, blank=True)
    project = models.CharField(max_length=200, blank=True, help_text="building site or workplace")
    state = models.CharField(max_length=14, choices=State.choices, default=State.INVESTIGATED)
    amount_fen = models.PositiveBigIntegerField()
    workers = models.PositiveIntegerField()
    worst_fen = models.PositiveBigIntegerField(default=0)
    worst_months = models.PositiveIntegerField(default=0)
    incident = models.BooleanField(default=False)
    incident_words = models.TextField(blank=True)
    facts = models.TextField(help_text="what was found, for the letters")
    paid_fen = models.PositiveBigIntegerField(default=0)
    corrected_on = models.DateField(null=True, help_text="all arrears were paid")
    promised_on = models.DateField(null=True, help_text="written promise not to owe again")
    relapsed = models.BooleanField(default=False)
    criminal = models.BooleanField(default=False)
    barred = models.BooleanField(default=False, help_text="otherwise by law: art. 13, item 3")
    found_on = models.DateField()
    order_number = models.CharField(max_length=80, blank=True)
    order_served_on = models.DateField(null=True)
    order_due_on = models.DateField(null=True, help_text="pay until")
    notice_number = models.CharField(max_length=80, blank=True)
    noticed_on = models.DateField(null=True, help_text="served")
    objected_on = models.DateField(null=True)
    hearing_on = models.DateField(null=True)
    extended = models.BooleanField(default=False)
    ground = models.CharField(max_length=10, blank=True, help_text="amount, incident, both")
    decision_number = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    listed_until = models.DateField(null=True, help_text="last day on the list")
    early_asked_on = models.DateField(null=True)
    removed_at = models.DateTimeField(null=True)
    removal_number = models.CharField(max_length=80, blank=True)
    removal_reason = models.TextField(blank=True)
    record_key = models.CharField(max_length=30, blank=True, help_text="of the record that holds")
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1, help_text="counts changes")

    objects = ScopedManager["ArrearsMatter"]()
    everything: ClassVar[models.Manager[ArrearsMatter]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-found_on", "-id"]
        base_manager_name = "everything"
        verbose_name = _("matter of arrears")
        indexes: ClassVar = [
            models.Index(fields=["authority", "state"], name="matter_in_queue"),
            models.Index(fields=["firm"], name="matter_by_firm"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authority", "decision_number"],
                condition=~models.Q(decision_number=""),
                name="one_decision_a_number",
            ),
            models.CheckConstraint(
                condition=models.Q(paid_fen__lte=models.F("amount_fen")),
                name="no_more_paid_than_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.firm_name}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the matter lies."""
        return f"urn:conurb:{self.city_id}:arrears:{self.key}"

    @property
    def urn_for_firm(self) -> str:
        """The name under which the employer reads it, at a page of its own."""
        return f"urn:conurb:{self.city_id}:arrears-firm:{self.key}"

    @property
    def urn_for_person(self) -> str:
        """The name under which a person listed reads what concerns it, at a page of its own."""
        return f"urn:conurb:{self.city_id}:arrears-person:{self.key}"

    @property
    def stage(self) -> procedure.State:
        """The state as the rules know it."""
        return procedure.State(self.state)

    @property
    def dates(self) -> Dates:
        """What happened when, as the rules want it."""
        return Dates(
            found_on=self.found_on,
            order_due_on=self.order_due_on,
            noticed_on=self.noticed_on,
            objected_on=self.objected_on,
            hearing_on=self.hearing_on,
            extended=self.extended,
            decided_on=self.decided_on,
            early_asked_on=self.early_asked_on,
            listed_until=self.listed_until,
            removed_on=timezone.localtime(self.removed_at).date() if self.removed_at else None,
        )

    @property
    def arrears(self) -> listing.Arrears:
        """What was found, as the rules want it."""
        return listing.Arrears(
            amount_fen=self.amount_fen,
            workers=self.workers,
            worst_fen=self.worst_fen,
            worst_months=self.worst_months,
            incident=self.incident,
        )

    @property
    def conduct(self) -> listing.Conduct:
        """How the employer behaved since it was listed, as the rules want it."""
        return listing.Conduct(
            listed_on=self.decided_on or self.found_on,
            corrected_on=self.corrected_on,
            promised=self.promised_on is not None,
            relapsed=self.relapsed,
            criminal=self.criminal,
            barred=self.barred,
        )

    @property
    def owed_yuan(self) -> str:
        """The amount in yuan."""
        return listing.yuan(self.amount_fen)

    @property
    def unpaid_yuan(self) -> str:
        """What is still owed, in yuan."""
        return listing.yuan(self.amount_fen - self.paid_fen)

    @property
    def on_list(self) -> bool:
        """Whether the name is on the list."""
        return self.stage in procedure.ON_LIST

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Labour inspections share their matters; the employer sees its own from the notice on."""
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser or inspects_labour(actor):
            return models.Q()
        own = models.Q(firm__in=firms_of(actor)) | models.Q(pk__in=run_by(actor))
        return own & models.Q(noticed_on__isnull=False)


class Party(models.Model):
    """A person who is listed with the employer (order 45, art. 5).

    The number is personal data: it is shown masked, leaves the city as a keyed hash, and goes into
    no log.
    """

    class Capacity(models.TextChoices):
        LEGAL = listing.Capacity.LEGAL.value, _("Legal representative")
        PRINCIPAL = listing.Capacity.PRINCIPAL.value, _("Principal")
        MANAGER = listing.Capacity.MANAGER.value, _("Manager directly in charge")
        OTHER = listing.Capacity.OTHER.value, _("Other person directly responsible")

    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="parties")
    capacity = models.CharField(max_length=10, choices=Capacity.choices)
    name = models.CharField(max_length=100)
    number = models.CharField(max_length=18, help_text="GB 11643")
    record_key = models.CharField(max_length=30, blank=True)
    left_off = models.BooleanField(
        default=False, help_text="not listed: the person's own objection was accepted"
    )

    # the first manager is that of `matter.parties`, which its inspection reads
    everything: ClassVar[models.Manager[Party]] = models.Manager()
    objects = ScopedManager["Party"]()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "number"], name="one_party_a_matter")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked(self) -> str:
        """The number as others may see it."""
        return listing.masked(self.number)

    @property
    def is_employer(self) -> bool:
        """Whether the person is the employer itself, as who runs an individual business is."""
        return listing.is_employer(self.matter.firm, listing.Capacity(self.capacity))

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Labour inspections see all, a person the rows of its own from the notice on."""
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser or inspects_labour(actor):
            return models.Q()
        return models.Q(pk__in=listed_as(actor).values("pk"))


class MatterEvent(models.Model):
    """One step in the life of a matter; append-only."""

    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    verb = models.CharField(max_length=20)
    state_before = models.CharField(max_length=14, blank=True)
    state_after = models.CharField(max_length=14)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=120, help_text="the firm's name where it acted")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(blank=True)
    for_firm = models.BooleanField(default=False, help_text="the employer reads it too")

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.verb}"


class Statement(models.Model):
    """What a party says: an objection, a promise, a request to leave the list or to correct it.

    `party` is the person listed who says it for itself; there is none where the employer says it.
    """

    class Kind(models.TextChoices):
        OBJECTION = "objection", _("Objection")
        PROMISE = "promise", _("Payment and written promise")
        EARLY = "early", _("Request for early removal")
        CORRECTION = "correction", _("Request for correction")

    class Outcome(models.TextChoices):
        NONE = "", _("Not answered yet")
        UPHELD = "upheld", _("Accepted by the inspection")
        REJECTED = "rejected", _("Not accepted")

    key = models.CharField(max_length=30, unique=True)
    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="statements")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="statements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.TextField()
    asks_hearing = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_by_name = models.CharField(max_length=120)
    taken_down_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the officer who took it down, where it came on paper",
    )
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, blank=True, default=Outcome.NONE
    )
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.kind}"


class Hearing(models.Model):
    """A hearing of the parties, and what it brought."""

    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="hearings")
    called_at = models.DateTimeField()
    at = models.DateTimeField()
    place = models.CharField(max_length=200)
    chair = models.CharField(max_length=100)
    minutes = models.TextField(blank=True)
    held_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.at:%Y-%m-%d}"


class MatterFile(models.Model):
    """Evidence, what the employer handed in, or a letter; content by hash in journal.files."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", _("Evidence of arrears")
        FIRM = "firm", _("Handed in by the employer")
        NOTICE = "notice", _("Notice before listing")
        HEARING = "hearing", _("Notice of the hearing")
        DECISION = "decision", _("Decision to list")
        REFUSAL = "refusal", _("Decision not to remove early")
        REMOVAL = "removal", _("Decision to remove")

    key = models.CharField(max_length=30, unique=True)
    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="files"
    )
    filename = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    for_firm = models.BooleanField(default=False, help_text="the employer may read it")
    added_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["MatterFile"]()
    everything: ClassVar[models.Manager[MatterFile]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["added_at", "id"]
        base_manager_name = "everything"

    def __str__(self) -> str:
        return self.filename

    @property
    def is_letter(self) -> bool:
        """Whether the authority wrote it."""
        return self.kind not in {self.Kind.EVIDENCE, self.Kind.FIRM}

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """The deciding inspection and whoever helps it see all; the employer what is for it.

        A person listed sees the letters to the parties, and what it handed in itself.
        """
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        parties = listed_as(actor)
        firm = (
            models.Q(matter__firm__in=firms_of(actor), for_firm=True)
            | models.Q(matter__in=run_by(actor), for_firm=True)
            | models.Q(kind__in=TO_PARTIES, matter__in=parties.values("matter"))
            | models.Q(statement__party__in=parties.values("pk"))
        )
        if not inspects_labour(actor):
            return firm
        helped = Help.everything.filter(
            helper=actor.authority_id, state__in=[Help.State.ACCEPTED, Help.State.DONE]
        )
        return (
            firm
            | models.Q(matter__authority_id=actor.authority_id)
            | models.Q(matter__in=helped.values("matter"))
        )


TO_PARTIES = (
    MatterFile.Kind.NOTICE,
    MatterFile.Kind.HEARING,
    MatterFile.Kind.DECISION,
    MatterFile.Kind.REMOVAL,
)
"""Letters that every party is served: order 45, art. 6, 8 and 14."""


class Listing(models.Model):
    """An entry of the published list: what is published of it and nothing else (order 45, art. 9).

    It is public while it is on the list, and gone for the public from the moment of removal.
    """

    key = models.CharField(max_length=30, unique=True)
    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="listings")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    firm = models.CharField(max_length=18)
    firm_name = models.CharField(max_length=200)
    people = models.JSONField(default=list, help_text="list of {name, capacity, masked}")
    ground = models.CharField(max_length=10)
    decision_number = models.CharField(max_length=80)
    decided_on = models.DateField()
    until = models.DateField(help_text="last day")
    published_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    record_key = models.CharField(max_length=30)

    objects = ScopedManager["Listing"]()
    everything: ClassVar[models.Manager[Listing]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-decided_on", "-id"]
        base_manager_name = "everything"
        verbose_name = _("entry of the list")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matter"],
                condition=models.Q(removed_at=None),
                name="one_entry_a_matter",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["firm"], name="listing_by_firm"),
            models.Index(fields=["removed_at", "-decided_on"], name="listing_public"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_name} {self.firm}"

    @property
    def grounds(self) -> list[str]:
        """The grounds in words, in the language of the moment."""
        names = (listing.GROUND_NAMES[each] for each in listing.grounds_of(self.ground))
        return [in_language(name.zh, name.en) for name in names]

    @property
    def persons(self) -> list[tuple[str, str, str]]:
        """The persons listed with the employer: name, capacity in words, masked number."""
        labels = dict(Party.Capacity.choices)
        return [
            (one["name"], str(labels.get(one["capacity"], "")), one["masked"])
            for one in self.people
        ]

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Everybody sees what is on the list now, labour inspections also what was."""
        now_on = models.Q(removed_at=None, until__gte=timezone.localdate())
        if isinstance(actor, User) and (actor.is_superuser or inspects_labour(actor)):
            return models.Q()
        return now_on


class Duty(models.Model):
    """An authority of a city gives an effect of a listing, or lifts it, and confirms back."""

    class Direction(models.TextChoices):
        IMPOSE = consequences.Direction.IMPOSE.value, _("Give effect")
        LIFT = consequences.Direction.LIFT.value, _("Lift")

    class Answer(models.TextChoices):
        NONE = "", _("Not confirmed yet")
        DONE = consequences.Answer.DONE.value, _("Carried out")
        NOT_APPLICABLE = consequences.Answer.NOT_APPLICABLE.value, _("Does not apply here")

    key = models.CharField(max_length=30, unique=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="duties")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="market_duties")
    effect = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    task_zh = models.CharField(max_length=200)
    task_en = models.CharField(max_length=200)
    direction = models.CharField(max_length=6, choices=Direction.choices)
    agreement = models.CharField(max_length=80, blank=True, help_text="its key; none at home")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.CharField(
        max_length=14, choices=Answer.choices, blank=True, default=Answer.NONE
    )
    words = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    superseded = models.BooleanField(
        default=False, help_text="the name left the list before this was confirmed"
    )

    objects = ScopedManager["Duty"]()
    everything: ClassVar[models.Manager[Duty]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        base_manager_name = "everything"
        verbose_name = _("duty")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["listing", "city", "effect", "direction"], name="one_duty_an_effect"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["authority", "answer", "due_on"], name="duty_in_queue")
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.direction} {self.authority_id}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the duty lies."""
        return f"urn:conurb:{self.city_id}:arrears-duty:{self.key}"

    @property
    def name(self) -> str:
        """The effect in the language of the moment."""
        return in_language(self.name_zh, self.name_en)

    @property
    def task(self) -> str:
        """What is to be done, in the language of the moment."""
        return in_language(self.task_zh, self.task_en)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its authority."""
        return not self.answer and not self.superseded

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """An authority sees its duties, and a labour inspection those of what it listed."""
        if not works_for_region(actor):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        own = actor.authority_id
        return models.Q(authority_id=own) | models.Q(listing__authority_id=own)


class Review(models.Model):
    """Somebody contests the decision: reconsideration or a court (art. 18), or shows an error."""

    class Kind(models.TextChoices):
        RECONSIDERATION = "reconsideration", _("Administrative reconsideration")
        COURT = "court", _("Lawsuit")
        ORDER = "order", _("The payment order was contested")

    class Outcome(models.TextChoices):
        NONE = "", _("Pending")
        UPHELD = "upheld", _("The decision stands")
        OVERTURNED = "overturned", _("The decision falls")

    key = models.CharField(max_length=30, unique=True)
    matter = models.ForeignKey(ArrearsMatter, on_delete=models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    body = models.CharField(max_length=200, help_text="who decides on it")
    words = models.TextField()
    begun_on = models.DateField()
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, blank=True, default=Outcome.NONE
    )
    outcome_words = models.TextField(blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["begun_on", "id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.kind}"


class Inspector(models.Model):
    """An inspector in the pool that the cities' labour inspections share."""

    key = models.CharField(max_length=30, unique=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="inspectors")
    name = models.CharField(max_length=100)
    card = models.CharField(max_length=40, unique=True, help_text="number of the inspector's card")
    skills = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["authority", "name"]

    def __str__(self) -> str:
        return self.name


class Help(models.Model):
    """One labour inspection asks another for inspectors; asked, accepted, done."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("Inspectors sent")
        DECLINED = "declined", _("Declined")
        DONE = "done", _("Done")

    key = models.CharField(max_length=30, unique=True)
    asker = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    helper = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(
        ArrearsMatter, on_delete=models.PROTECT, null=True, related_name="helps"
    )
    words = models.TextField()
    number_wanted = models.PositiveSmallIntegerField(default=1)
    first_day = models.DateField()
    last_day = models.DateField()
    inspectors = models.ManyToManyField(Inspector, related_name="helps", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    person_days = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = ScopedManager["Help"]()
    everything: ClassVar[models.Manager[Help]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("request for help")

    def __str__(self) -> str:
        return f"{self.asker_id}→{self.helper_id} {self.state}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the request lies."""
        return f"urn:conurb:region:arrears-help:{self.key}"

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """Labour inspections see who helps whom; that is what they share."""
        if isinstance(actor, User) and (actor.is_superuser or inspects_labour(actor)):
            return models.Q()
        return NOTHING


class DocumentNumber(models.Model):
    """The last number given to a kind of document in a year; locked while the next is taken."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authority", "kind", "year"], name="one_series_a_kind_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.kind} {self.year}: {self.last}"
