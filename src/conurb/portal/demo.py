"""Logging in with one click as any role: only on a node that runs for demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.region.models import Authority, City, User

BACKEND = "conurb.portal.backends.Backend"
DEPARTMENTS = (
    "development-reform",
    "natural-resources",
    "transport",
    "traffic-police",
    "human-resources",
    "public-resources",
    "data",
)


@dataclass(frozen=True)
class Card:
    """The people of one city that one may log in as."""

    city: City
    officers: list[User]


@require_safe
def demo_roles(request: HttpRequest) -> HttpResponse:
    """Show whom one may log in as."""
    _only_in_demonstration()
    people = {
        user.username: user
        for user in User.objects.filter(is_demo=True, is_active=True).select_related(
            "authority__city", "identity__home"
        )
    }
    context = {
        "residents": [
            user for user in people.values() if user.authority_id is None and not user.is_superuser
        ],
        "office": people.get("office"),
        "admin": people.get("admin"),
        "cards": [Card(city, _officers_of(city, people)) for city in City.objects.all()],
        "anybody": bool(people),
    }
    return render(request, "portal/demo_roles.html", context)


@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """Log in as an invented person; "" is nobody."""
    _only_in_demonstration()
    username = request.POST.get("username", "").replace("\x00", "?")
    if not username:
        logout(request)
        return HttpResponseRedirect(reverse("home"))
    user = User.objects.filter(username=username, is_demo=True, is_active=True).first()
    if user is None:
        raise Http404(_("There is no such invented person."))
    login(request, user, backend=BACKEND)
    messages.success(request, _("You are logged in as %(name)s.") % {"name": user})
    return HttpResponseRedirect(reverse("work" if user.authority or user.is_superuser else "home"))


def _officers_of(city: City, people: dict[str, User]) -> list[User]:
    """Return the first officer of some well-known departments, else of the first authorities."""
    keys = [f"{city.slug}-{department}-1" for department in DEPARTMENTS]
    known = [people[key] for key in keys if key in people]
    if known:
        return known
    first = Authority.objects.filter(city=city, active=True)[: len(DEPARTMENTS)]
    return [people[f"{a.key}-1"] for a in first if f"{a.key}-1" in people]


def _only_in_demonstration() -> None:
    if not settings.DEMO:
        raise Http404(_("This node does not run for demonstration."))
