"""How people come in: no sign-up; accounts are made by an administrator or OpenID Connect."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given, not taken."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an officer acts for an authority, which says who its officers are."""
        return False
