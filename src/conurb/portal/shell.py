"""What every page shows around its content: the region, the menu, who is at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from conurb.region.models import RegionState, Role, role_of


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    name: str
    url: str
    icon: str
    active: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for the base template."""
    role = role_of(request.user) if hasattr(request, "user") else Role.NOBODY
    return {
        "region": SimpleLazyObject(RegionState.objects.first),
        "role": role,
        "menu": menu(role, request.path),
        "demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    }


def menu(role: Role, path: str) -> list[Entry]:
    """Return the menu of a role; `path` marks the entry one is in."""
    officer = role in {Role.OFFICER, Role.OFFICE, Role.ADMIN}
    office = role in {Role.OFFICE, Role.ADMIN}
    rows = [
        (True, _("Home"), "home", "home"),
        (True, _("Plan"), "plan", "list-check"),
        (True, _("Map"), "map", "map-2"),
        (officer, _("My work"), "work", "briefcase"),
        (office, _("Supervision"), "supervision", "alarm"),
        (True, _("Bulletins"), "bulletins", "news"),
        (office, _("Import"), "imports", "file-import"),
        (officer, _("Authorities"), "authorities", "building-community"),
        (officer, _("Journal"), "journal", "history"),
    ]
    return [
        Entry(name, reverse(route), icon, _is_in(path, reverse(route)))
        for shown, name, route, icon in rows
        if shown
    ]


def _is_in(path: str, root: str) -> bool:
    if root == reverse("plan") and path.startswith("/tasks/"):
        return True
    return path == root if root == "/" else path.startswith(root)
