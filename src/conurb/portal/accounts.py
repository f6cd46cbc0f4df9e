"""How people come in: accounts are given by an administrator or come from OpenID Connect."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conurb.region.models import Identity, Representation


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given, not taken."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an officer acts for an authority, which says who its officers are."""
        return False


@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and the way to one's passkeys and password."""
    context = {
        "identity": Identity.objects.visible_to(request.user).select_related("home").first(),
        "firms": Representation.objects.visible_to(request.user),
    }
    return render(request, "portal/account.html", context)
