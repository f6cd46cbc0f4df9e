"""Who comes in by OpenID Connect: a resident whom the login provider vouches for.

The provider of a province (统一身份认证) knows people by their resident number. Whoever it vouches
for gets an account here at the first login, without any competence; officers are given theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.utils import user_username
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from conurb.journal.actions import record
from conurb.region.models import Identity, User
from conurb.region.numbers import NumberError, check_resident
from conurb.urn import new_urn


@dataclass(frozen=True)
class Vouched:
    """What a login provider says of a person."""

    number: str
    name: str
    phone: str


def vouched(claims: Mapping[str, Any], names: Mapping[str, str]) -> Vouched | None:
    """Return who the claims of a provider speak of; None where they hold no resident number.

    `names` says which claim holds "number", "name" and "phone". Claims are looked for in what the
    provider's userinfo endpoint said first, then in the ID token (OpenID Connect Core, 5.3, 2).
    """
    said = {**claims.get("id_token", {}), **claims.get("userinfo", {})} or dict(claims)
    try:
        number = check_resident(str(said.get(names["number"], ""))).text
    except NumberError:
        return None
    name = str(said.get(names["name"], "")).strip()
    if not name:
        return None
    return Vouched(number, name[:100], str(said.get(names["phone"], ""))[:20])


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in residents whom the provider vouches for, and knows them again by their number."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account of the same person, and keep nothing of the claims but the identity."""
        request.vouched = vouched(sociallogin.account.extra_data, settings.OIDC_CLAIMS)  # type: ignore[attr-defined]
        sociallogin.account.extra_data = {}
        known = request.vouched  # type: ignore[attr-defined]
        if sociallogin.is_existing or known is None:
            return
        identity = Identity.everything.filter(number=known.number).select_related("user").first()
        if identity is not None and not identity.user.is_demo:
            sociallogin.connect(request, identity.user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Open to whom the provider vouches for by a resident number, and to nobody else."""
        return getattr(request, "vouched", None) is not None

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Open the account of a person who comes for the first time."""
        known: Vouched = request.vouched  # type: ignore[attr-defined]
        urn = new_urn("person")
        user: User = sociallogin.user
        user_username(user, f"p-{urn[-12:]}")
        user.first_name = user.last_name = ""
        user.full_name = known.name
        user.set_unusable_password()
        sociallogin.save(request)
        Identity.everything.create(
            user=user,
            number=known.number,
            name=known.name,
            phone=known.phone,
            source=Identity.Source.LOGIN,
            verified_at=timezone.now(),
        )
        record(None, "person.open", urn=urn, name=user.username)
        return user
