"""Opening and closing the accounts of officers: what an administrator does at the console."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.refusal import RefusedError
from conurb.region.models import Authority, User


@dataclass(frozen=True)
class Opened:
    """A new account, or an old one with a new password; the password is told this once."""

    user: User
    password: str


@transaction.atomic
def open_account(username: str, full_name: str, authority_key: str) -> Opened:
    """Open an account for an officer of an authority and return it with its first password.

    Raises RefusedError for a name that is taken or malformed, an empty full name, or an authority
    that the region folder does not have.
    """
    _check_names(username, full_name)
    authority = Authority.objects.filter(key=authority_key, active=True).first()
    if authority is None:
        department = authority_key.rsplit("-", maxsplit=1)[-1]
        near = Authority.objects.filter(active=True, key__icontains=department)
        raise RefusedError(
            _("There is no authority %(key)s. Near it: %(near)s.")
            % {"key": authority_key, "near": ", ".join(a.key for a in near[:5]) or "–"},
            status=422,
            field="authority",
        )
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(
        username, full_name=full_name.strip(), authority=authority, password=password
    )
    _journal("officer.open", user)
    return Opened(user, password)


@transaction.atomic
def renew_password(username: str) -> Opened:
    """Give an officer a new password, for one who lost the old one, and open a closed account."""
    user = _officer(username)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    _journal("officer.renew", user)
    return Opened(user, password)


@transaction.atomic
def close_account(username: str) -> User:
    """Close an officer's account; what the officer did stays, and sessions end at once."""
    user = _officer(username)
    if not user.is_active:
        raise RefusedError(_("The account %(name)s is closed already.") % {"name": username})
    user.is_active = False
    user.save(update_fields=["is_active"])
    _journal("officer.close", user)
    return user


def _check_names(username: str, full_name: str) -> None:
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as fault:
        raise RefusedError(fault.messages[0], status=422, field="username") from fault
    if not full_name.strip():
        raise RefusedError(_("Give the officer's name."), status=422, field="full_name")
    if User.objects.filter(username__iexact=username).exists():
        raise RefusedError(
            _("The user name %(name)s is taken. Choose another.") % {"name": username},
            field="username",
        )


def _officer(username: str) -> User:
    user = (
        User.objects.select_for_update()
        .filter(username=username, is_system=False, authority__isnull=False)
        .first()
    )
    if user is None:
        raise RefusedError(_("There is no officer %(name)s.") % {"name": username}, status=422)
    return user


def _journal(verb: str, user: User) -> None:
    # an account has no URN of its own: it stands under its authority's
    authority = user.authority
    if authority is None:
        raise RefusedError(_("There is no officer %(name)s.") % {"name": user.username})
    record(None, verb, urn=authority.urn, name=user.username, authority=authority)
