"""Keys by which another system acts for an authority: made and revoked.

Codes in the journal: key.create, key.revoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.records import index
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import ApiKey, Authority, User, coordinates

LABEL_LENGTH = 100
MOST_KEYS = 20


@dataclass(frozen=True)
class NewKey:
    """A key and its secret, which nobody can read again."""

    key: ApiKey
    secret: str


def require_keyholder(actor: User) -> None:
    """Refuse whoever may not give keys out. A key itself never makes or revokes keys."""
    if not coordinates(actor) or actor.is_system:
        raise NotCompetentError(
            _("Keys are given out and revoked by the coordination office and administrators.")
        )


@transaction.atomic
def create(actor: User, authority: Authority, label: str, *, now: datetime | None = None) -> NewKey:
    """Make a key by which a system acts for `authority`.

    The system is a user of its own, so that the journal names it. Raises RefusedError where the
    label is missing or too long, the authority inactive, or it has too many keys.
    """
    require_keyholder(actor)
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    label = " ".join(label.split())
    if not label or len(label) > LABEL_LENGTH:
        raise RefusedError(
            _("Name the system that will use the key, in at most %(limit)s characters.")
            % {"limit": LABEL_LENGTH},
            status=422,
            field="label",
        )
    if not authority.active:
        raise RefusedError(
            _("%(authority)s no longer stands in the region.") % {"authority": authority.short}
        )
    alive = ApiKey.everything.filter(authority=authority, revoked_at__isnull=True)
    if alive.count() >= MOST_KEYS:
        raise RefusedError(
            _("%(authority)s has %(number)s keys in use. Revoke one that is not needed any more.")
            % {"authority": authority.short, "number": MOST_KEYS}
        )
    moment = now or timezone.now()
    urn, prefix, secret = ApiKey.draw()
    user = User(
        username=f"system-{prefix.removeprefix('cnb_')}",
        full_name=label,
        authority=authority,
        is_system=True,
        date_joined=moment,
    )
    user.set_unusable_password()
    user.save()
    key = ApiKey.everything.create(
        urn=urn,
        authority=authority,
        user=user,
        label=label,
        prefix=prefix,
        secret_hash=ApiKey.digest(secret),
        created_at=moment,
    )
    _write(actor, "key.create", key, moment)
    index.follow_shared()  # checks are let in by it
    return NewKey(key, secret)


@transaction.atomic
def revoke(actor: User, key: ApiKey, *, now: datetime | None = None) -> ApiKey:
    """End a key for good."""
    require_keyholder(actor)
    key = ApiKey.everything.select_for_update().select_related("authority", "user").get(pk=key.pk)
    if key.revoked_at is not None:
        raise RefusedError(_("This key was revoked already."))
    moment = now or timezone.now()
    key.revoked_at = moment
    key.save(update_fields=["revoked_at"])
    key.user.is_active = False
    key.user.save(update_fields=["is_active"])
    _write(actor, "key.revoke", key, moment)
    index.follow_shared()
    return key


def _write(actor: User, verb: str, key: ApiKey, moment: datetime) -> None:
    record(
        actor,
        verb,
        urn=key.urn,
        name=f"{key.prefix}… {key.label}",
        at=moment,
        for_authority=key.authority.key,
    )
