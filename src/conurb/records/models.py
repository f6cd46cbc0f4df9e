"""Records, the keys that sign them, the logs they stand in, and where they hold."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.records import types as record_types
from conurb.region.models import Authority, City, User, in_language, works_for_region
from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NOTHING = models.Q(pk__in=[])
REGION_LOG = "region"
"""The log of the trust list; every other log is a city's and has its code as name."""


def opaque_key() -> str:
    """Return a new key that nobody can guess: 120 random bits."""
    return secrets.token_hex(15)


class SigningKey(models.Model):
    """A key of a city (or of the region, for the trust list); its private half is a file.

    Derived from the region's log, which alone counts; kept as rows for joins.
    """

    kid = models.CharField(max_length=43, unique=True, help_text="JWK thumbprint (RFC 7638)")
    owner = models.CharField(max_length=12, help_text="code of the city, or “region”")
    algorithm = models.CharField(max_length=10, help_text="EdDSA or ES256; pinned to the key")
    public_jwk = models.JSONField()
    active_from = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, help_text="signs no more; what it signed stands")
    withdrawn_at = models.DateTimeField(null=True, help_text="when it was declared compromised")
    compromised_from = models.DateTimeField(
        null=True, help_text="from when nothing it signs counts"
    )

    class Meta:
        ordering: ClassVar = ["owner", "active_from"]

    def __str__(self) -> str:
        return f"{self.owner} {self.kid[:8]}"


class PublishedType(models.Model):
    """What a version of a type says; append-only."""

    slug = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slug", "version"], name="one_document_a_type_version")
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


class StatusList(models.Model):
    """A Token Status List of a city: two bits a record, shared by both encodings of it."""

    SIZE = 1 << 17

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="status_lists")
    number = models.PositiveIntegerField()
    bits = models.BinaryField(help_text="two bits a record: 0 valid, 1 invalid, 2 suspended")
    used = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city", "number"], name="status_list_number_of_city")
        ]

    def __str__(self) -> str:
        return f"{self.city_id}/{self.number}"


class Record(models.Model):
    """A signed statement by an authority about a subject, as the issuing city keeps it."""

    class State(models.TextChoices):
        VALID = "valid", _("Valid")
        SUSPENDED = "suspended", _("Suspended")
        REVOKED = "revoked", _("Revoked")
        SUPERSEDED = "superseded", _("Superseded")

    key = models.CharField(max_length=30, unique=True, help_text="opaque part of the URN")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="records")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="records")
    type = models.CharField(max_length=60)
    type_version = models.PositiveIntegerField()
    subject_kind = models.CharField(max_length=12)
    subject_number = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=200, blank=True)
    subject_handle = models.CharField(max_length=64, help_text="as logs and indexes name it")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="records"
    )
    public = models.JSONField(help_text="claims in the clear")
    held = models.JSONField(default=dict, help_text="claims that leave the city as digests only")
    salts = models.JSONField(default=dict, help_text="salt of each held claim, base64url")
    issued_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.VALID)
    state_at = models.DateTimeField()
    state_reason = models.CharField(max_length=500, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="records")
    status_index = models.PositiveIntegerField()
    log_index = models.PositiveBigIntegerField(help_text="of its issue in the city's log")
    signing_key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="records")
    token = models.TextField(help_text="the issuer-signed JWT, without disclosures")
    case_key = models.CharField(max_length=30, blank=True, help_text="the case that caused it")

    objects = ScopedManager["Record"]()
    everything: ClassVar[models.Manager[Record]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-issued_at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("record")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="one_status_bit_a_record"
            ),
            models.UniqueConstraint(fields=["city", "log_index"], name="one_issue_a_log_entry"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["type", "subject_handle"], name="record_by_subject"),
            models.Index(fields=["authority", "type", "-issued_at"], name="record_by_authority"),
            models.Index(fields=["holder", "-issued_at"], name="record_by_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key[:8]}"

    @property
    def urn(self) -> str:
        """The name that holds wherever the record lies."""
        return f"urn:conurb:{self.city_id}:record:{self.key}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it is valid; None where it has no end.

        A validity by days ends with the first moment of the day after its last.
        """
        if self.valid_until is None:
            return None
        return timezone.localdate(self.valid_until - timedelta(microseconds=1))

    @property
    def declared(self) -> record_types.RecordType:
        """The type's declaration in its current version."""
        return record_types.type_of(self.type)

    @property
    def type_name(self) -> str:
        """The type's name in the language of the moment."""
        name = self.declared.name
        return in_language(name.zh, name.en)

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """A holder sees own records, an authority those it issued, the administrator all.

        The whole record, with held claims, is meant; what holds where is asked by a check.
        """
        if not isinstance(actor, User):
            return NOTHING
        if actor.is_superuser:
            return models.Q()
        own = models.Q(holder_id=actor.pk)
        if works_for_region(actor):
            return own | models.Q(authority_id=actor.authority_id)
        return own


class LogEntry(models.Model):
    """One leaf of a log: an append-only list of what a city issued and changed.

    `body` is the canonical JSON whose SHA-256 leaf hash (RFC 9162, 2.1.1) the tree holds. It names
    public claims only.
    """

    log = models.CharField(max_length=12, help_text="code of the city, or “region”")
    index = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, help_text="issue, suspend, resume, revoke, supersede, …")
    record_key = models.CharField(max_length=43, db_index=True, help_text="or kid, in “region”")
    body = models.TextField()

    class Meta:
        ordering: ClassVar = ["log", "index"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "index"], name="one_entry_a_log_index")
        ]

    def __str__(self) -> str:
        return f"{self.log}#{self.index} {self.kind}"


class LogTile(models.Model):
    """A full tile of a log's tree: 256 hashes of 32 bytes at one level; append-only."""

    log = models.CharField(max_length=12)
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="one_tile_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.log}/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed head of a log: its size and root at a moment, as a signed note; append-only."""

    log = models.CharField(max_length=12)
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64, help_text="hexadecimal")
    at = models.DateTimeField()
    note = models.TextField()

    class Meta:
        ordering: ClassVar = ["log", "-size"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size"], name="one_checkpoint_a_size")
        ]

    def __str__(self) -> str:
        return f"{self.log}@{self.size}"


class LogHead(models.Model):
    """Where a log ends now; its row is locked while entries are appended."""

    log = models.CharField(max_length=12, primary_key=True)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(
        default=b"", help_text="roots of the perfect subtrees, 32 bytes each"
    )

    def __str__(self) -> str:
        return f"{self.log}: {self.size}"


class Agreement(models.Model):
    """Which type of record, from which city, holds in which city, with which effect.

    A change closes the row and opens another, so that a check can be asked as of any moment.
    `from_city` and `in_city` are never the same.
    """

    key = models.CharField(max_length=80, help_text="of agreements.toml")
    urn = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=60)
    from_city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    in_city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    effects = models.JSONField(help_text="list of {code, zh, en}")
    basis_zh = models.TextField(blank=True)
    basis_en = models.TextField(blank=True)
    holds_from = models.DateField()
    holds_until = models.DateField(null=True, help_text="last day")
    opened_at = models.DateTimeField(help_text="known to the node from then")
    closed_at = models.DateTimeField(null=True, help_text="replaced or withdrawn from then")

    class Meta:
        ordering: ClassVar = ["type", "from_city", "in_city", "holds_from"]
        verbose_name = _("agreement")

    def __str__(self) -> str:
        return f"{self.type} {self.from_city_id}→{self.in_city_id}"

    @property
    def basis(self) -> str:
        """Why it was agreed, in the language of the moment."""
        return in_language(self.basis_zh, self.basis_en)


class Look(models.Model):
    """Somebody checked a person, or had a person's data disclosed; append-only, for the person."""

    key = models.CharField(max_length=30, unique=True, default=opaque_key)
    at = models.DateTimeField()
    received_at = models.DateTimeField(
        null=True, help_text="of a check without a network: when the phone reported it"
    )
    subject_handle = models.CharField(max_length=64, db_index=True)
    type = models.CharField(max_length=60)
    record_key = models.CharField(max_length=30, blank=True)
    in_city = models.CharField(max_length=6, blank=True)
    authority_key = models.CharField(max_length=80, blank=True)
    authority_name = models.CharField(max_length=200, blank=True)
    actor_name = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=200)
    verdict = models.CharField(max_length=10)
    way = models.CharField(max_length=12, help_text="api, page, offline, desk, disclosure, command")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.type} {self.verdict}"
