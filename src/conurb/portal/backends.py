"""Who is let in."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Password and allauth's ways; invented people only on a node that runs for demonstration.

    Their password is known to everybody, so it must not open a node that was tried out with
    demonstration data and then put to use. Sessions they left behind end too.
    """

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Refuse inactive people, and invented ones outside the demonstration."""
        if getattr(user, "is_demo", False) and not settings.DEMO:
            return False
        return bool(super().user_can_authenticate(user))
