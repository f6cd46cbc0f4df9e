"""The life of signing keys: made, retired by another, withdrawn as compromised.

Every event is an entry of the region's log, the trust list; the rows follow it. Codes in the
journal: signing-key.add, signing-key.rotate, signing-key.withdraw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.records import index, keys
from conurb.records.actions.logs import NewEntry, append, locked, signing_key
from conurb.records.checkpoints import moment_text
from conurb.records.models import REGION_LOG, SigningKey
from conurb.records.suites import DEFAULT, SUITES, Sign, suite_of, thumbprint
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import City, User, coordinates

REASON_LENGTH = 500


@dataclass(frozen=True)
class Signer:
    """A key that signs now."""

    kid: str
    owner: str
    algorithm: str
    sign: Sign = field(repr=False)


def hosted() -> tuple[str, ...]:
    """Return the codes of the cities whose keys this node keeps: all, or those it is told."""
    named = settings.CITIES
    codes = City.objects.order_by("order").values_list("code", flat=True)
    return tuple(code for code in codes if not named or code in named)


@transaction.atomic
def ensure_keys(now: datetime | None = None) -> None:
    """Give the region's log and every city of this node a key, where they have none."""
    moment = now or timezone.now()
    owners = (REGION_LOG, *hosted())
    with_key = SigningKey.objects.filter(retired_at=None, withdrawn_at=None).values_list(
        "owner", flat=True
    )
    if set(owners) <= set(with_key):
        return
    locked(REGION_LOG)
    missing = [owner for owner in owners if owner not in set(with_key.all())]
    made = [_drawn(owner, DEFAULT, moment) for owner in missing]
    for key in made:
        key.save()
    append(REGION_LOG, [_added(key) for key in made], now=moment)
    for key in made:
        _write(None, "signing-key.add", key, moment)


def signer(owner: str, now: datetime | None = None) -> Signer:
    """Return the key with which a city, or the region, signs now.

    Raises LookupError where the owner has no key, or this node not its private half.
    """
    key = signing_key(owner)
    return Signer(key.kid, owner, key.algorithm, keys.signing(key.kid, key.algorithm))


@transaction.atomic
def rotate(
    actor: User | None, city: str, *, algorithm: str = DEFAULT, now: datetime | None = None
) -> SigningKey:
    """Let another key sign for a city from now on; what the last one signed stands.

    `city` may be "region". `actor` None is whoever runs the node. Raises RefusedError for a suite
    that is not known and where the owner has no key on this node.
    """
    _require_keyholder(actor)
    moment = now or timezone.now()
    if algorithm not in SUITES:
        raise RefusedError(
            _("The signature suite “%(name)s” is not known here. There are: %(there)s.")
            % {"name": algorithm, "there": ", ".join(sorted(SUITES))},
            status=422,
            field="algorithm",
        )
    locked(REGION_LOG)
    old = _active(city)
    new = _drawn(city, algorithm, moment)
    # where the region's own key goes, it vouches for the new one before
    append(REGION_LOG, [_added(new)], now=moment)
    new.save()
    old.retired_at = moment
    old.save(update_fields=["retired_at"])
    append(REGION_LOG, [_retired(old)], now=moment)
    _write(actor, "signing-key.rotate", new, moment, old=old.kid)
    return new


@transaction.atomic
def withdraw(
    actor: User | None,
    kid: str,
    *,
    compromised_from: datetime,
    reason: str,
    now: datetime | None = None,
) -> SigningKey:
    """Declare a key compromised from a moment on; returns it.

    What it signed counts only where it stood in the log before that moment. Where the key was the
    one in use, another is made at once. Raises RefusedError for an unknown key, one withdrawn
    already, a moment in the future or before the key's life, and where no reason is given.
    """
    _require_keyholder(actor)
    moment = now or timezone.now()
    locked(REGION_LOG)
    key = SigningKey.objects.select_for_update().filter(kid=kid).first()
    if key is None:
        raise RefusedError(_("There is no key of this name."), status=422, field="kid")
    if key.withdrawn_at is not None:
        raise RefusedError(_("This key was withdrawn already."))
    if not reason.strip() or len(reason.strip()) > REASON_LENGTH:
        raise RefusedError(
            _("Say why the key is withdrawn, in at most %(limit)s characters.")
            % {"limit": REASON_LENGTH},
            status=422,
            field="reason",
        )
    if not key.active_from <= compromised_from <= moment:
        raise RefusedError(
            _("The moment of compromise lies within the life of the key and not in the future."),
            status=422,
            field="compromised_from",
        )
    in_use = key.retired_at is None
    key.withdrawn_at = moment
    key.compromised_from = compromised_from
    key.save(update_fields=["withdrawn_at", "compromised_from"])
    events = [_withdrawn(key, reason.strip())]
    if in_use:
        new = _drawn(key.owner, key.algorithm, moment)
        new.save()
        events.append(_added(new))
    append(REGION_LOG, events, now=moment)
    index.follow(REGION_LOG)  # the next check knows it
    _write(actor, "signing-key.withdraw", key, moment, reason=reason.strip())
    return key


def _require_keyholder(actor: User | None) -> None:
    """Refuse whoever may not change keys: a key of the API never does."""
    if actor is not None and (not coordinates(actor) or actor.is_system):
        raise NotCompetentError(
            _("Signing keys are changed by the coordination office and administrators.")
        )


def _active(owner: str) -> SigningKey:
    try:
        return signing_key(owner)
    except LookupError as missing:
        raise RefusedError(
            _("%(owner)s has no key on this node.") % {"owner": owner}, status=422, field="city"
        ) from missing


def _drawn(owner: str, algorithm: str, moment: datetime) -> SigningKey:
    """Return a new key, its private half kept, its row not saved yet."""
    pem = keys.make(algorithm)
    public = suite_of(algorithm).public(pem)
    kid = thumbprint(public)
    keys.keep(kid, pem)
    return SigningKey(
        kid=kid, owner=owner, algorithm=algorithm, public_jwk=public, active_from=moment
    )


def _added(key: SigningKey) -> NewEntry:
    body = {
        "owner": key.owner,
        "algorithm": key.algorithm,
        "jwk": key.public_jwk,
        "active_from": moment_text(key.active_from),
    }
    return NewEntry("add", key.kid, body)


def _retired(key: SigningKey) -> NewEntry:
    moment = moment_text(key.retired_at) if key.retired_at else ""
    return NewEntry("retire", key.kid, {"owner": key.owner, "retired_at": moment})


def _withdrawn(key: SigningKey, reason: str) -> NewEntry:
    since = moment_text(key.compromised_from) if key.compromised_from else ""
    body = {"owner": key.owner, "compromised_from": since, "reason": reason}
    return NewEntry("withdraw", key.kid, body)


def _write(actor: User | None, verb: str, key: SigningKey, moment: datetime, **detail: Any) -> None:
    record(
        actor,
        verb,
        urn=f"urn:conurb:{key.owner}:signing-key:{key.kid[:20]}",
        name=f"{key.owner} {key.kid[:8]}…",
        at=moment,
        kid=key.kid,
        algorithm=key.algorithm,
        **detail,
    )
