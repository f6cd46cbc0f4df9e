"""Whose key a secret is. Keys are made and revoked by `conurb.plan.actions.keys`."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from conurb.region.models import ApiKey, User

SECRET = re.compile(r"(cnb_[0-9a-f]{8})_[A-Za-z0-9_-]{43}")
USE_IS_NOTED_EVERY = timedelta(minutes=1)


def user_of(secret: str, *, now: datetime | None = None) -> User | None:
    """Return the system that this secret belongs to, None where it is unknown or revoked.

    When a key was last used is noted to the minute.
    """
    shape = SECRET.fullmatch(secret)
    if shape is None:
        return None
    key = (
        ApiKey.everything.filter(prefix=shape[1], revoked_at__isnull=True)
        .select_related("user__authority")
        .first()
    )
    if key is None or not secrets.compare_digest(key.secret_hash, ApiKey.digest(secret)):
        return None
    if not key.user.is_active:
        return None
    moment = now or timezone.now()
    if key.last_used_at is None or key.last_used_at <= moment - USE_IS_NOTED_EVERY:
        ApiKey.everything.filter(pk=key.pk).update(last_used_at=moment)
    return key.user
