"""What every page shows around its content: the region, the menu, who is at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from conurb.desk.queries.pages_notices import unread
from conurb.packs import MenuEntry, packs
from conurb.region.models import RegionState, Role, Subject, User, in_language, role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

OFFICERS = frozenset({Role.OFFICER, Role.OFFICE, Role.ADMIN})
OFFICE = frozenset({Role.OFFICE, Role.ADMIN})
PEOPLE = OFFICERS | {Role.RESIDENT}
EVERYBODY = PEOPLE | {Role.NOBODY}
WHO = {
    "everybody": EVERYBODY,
    "people": PEOPLE,
    "residents": frozenset({Role.RESIDENT}),
    "officers": OFFICERS,
    "office": OFFICE,
}

# Pages below another address than that of their entry.
ALSO_IN = {"plan": ("/tasks/",)}
NOT_IN = {"wallet": ("/wallet/looks/",)}


@dataclass(frozen=True)
class Entry:
    """One entry of the menu: a page."""

    name: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True)
class Group:
    """Several entries under one heading that opens."""

    name: str
    icon: str
    entries: Sequence[Entry]

    @property
    def active(self) -> bool:
        """Whether one of its pages is open."""
        return any(entry.active for entry in self.entries)


Row = tuple[frozenset[Role], str, str, str]
"""Who finds the page, its name, its route, its icon."""

OF_PACKS: Sequence[Row] = []
"""Stands where the pages of packs go."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for the base template."""
    user = getattr(request, "user", None)
    role = role_of(user) if user is not None else Role.NOBODY
    return {
        "region": SimpleLazyObject(RegionState.objects.first),
        "role": role,
        "menu": menu(role, request.path, user),
        "unread": SimpleLazyObject(lambda: unread(user) if isinstance(user, User) else 0),
        "demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    }


def menu(role: Role, path: str, user: User | AnonymousUser | None = None) -> list[Entry | Group]:
    """Return the menu of a role; `path` marks the entry one is in.

    A group of which somebody may see one page only is that page.
    """
    drawn: list[Entry | Group] = []
    for heading, icon, rows in _layout():
        entries = _of_packs(role, path, user) if rows is OF_PACKS else _entries(rows, role, path)
        if len(entries) > 1 and heading:
            drawn.append(Group(heading, icon, entries))
        else:
            drawn += entries
    return drawn


def _layout() -> list[tuple[str, str, Sequence[Row]]]:
    return [
        ("", "", [(EVERYBODY, _("Home"), "home", "home")]),
        (
            _("Plan"),
            "list-check",
            [
                (EVERYBODY, _("Plan"), "plan", "list-check"),
                (EVERYBODY, _("Map"), "map", "map-2"),
                (EVERYBODY, _("Bulletins"), "bulletins", "news"),
                (OFFICE, _("Supervision"), "supervision", "alarm"),
                (OFFICE, _("Import"), "imports", "file-import"),
            ],
        ),
        ("", "", [(OFFICERS, _("My work"), "work", "briefcase")]),
        ("", "", [(OFFICERS, _("Case desk"), "desk", "inbox")]),
        (
            _("Services"),
            "clipboard-list",
            [
                (EVERYBODY, _("Find a service"), "services", "clipboard-list"),
                (PEOPLE, _("My cases"), "cases", "folders"),
                (EVERYBODY, _("Follow a case"), "follow", "file-search"),
            ],
        ),
        (
            _("Records"),
            "id",
            [
                (PEOPLE, _("My records"), "wallet", "wallet"),
                (PEOPLE, _("Who looked at my data"), "wallet-looks", "eye"),
                (EVERYBODY, _("Check a record"), "check", "scan"),
                (EVERYBODY, _("Agreements"), "agreements", "arrows-exchange"),
                (OFFICERS, _("Register of records"), "register", "certificate"),
            ],
        ),
        (_("Systems"), "apps", OF_PACKS),
        (
            _("Administration"),
            "building-community",
            [
                (OFFICERS, _("Authorities"), "authorities", "building-community"),
                (OFFICERS, _("Journal"), "journal", "history"),
            ],
        ),
    ]


def _entries(rows: Sequence[Row], role: Role, path: str) -> list[Entry]:
    return [
        Entry(name, reverse(route), icon, _is_in(path, route))
        for who, name, route, icon in rows
        if role in who
    ]


def _of_packs(role: Role, path: str, user: User | AnonymousUser | None) -> list[Entry]:
    """Return the pages of packs that this person finds in the menu."""
    declared = [entry for pack in packs() for entry in pack.menu if role in WHO[entry.who]]
    if any(entry.subjects for entry in declared):
        mine = _subjects_of(user)
        declared = [each for each in declared if _is_for(each, role, mine)]
    return [
        Entry(
            in_language(entry.name.zh, entry.name.en),
            reverse(entry.route),
            entry.icon,
            _is_in(path, entry.route),
        )
        for entry in declared
    ]


def _is_for(entry: MenuEntry, role: Role, mine: frozenset[str]) -> bool:
    return not entry.subjects or role in OFFICE or not mine.isdisjoint(entry.subjects)


def _subjects_of(user: User | AnonymousUser | None) -> frozenset[str]:
    if not isinstance(user, User) or user.authority_id is None:
        return frozenset()
    able = Subject.objects.filter(authorities=user.authority_id)
    return frozenset(able.values_list("key", flat=True))


def _is_in(path: str, route: str) -> bool:
    root = reverse(route)
    if path.startswith(NOT_IN.get(route, ())):
        return False
    if path.startswith(ALSO_IN.get(route, ())):
        return True
    return path == root if root == "/" else path.startswith(root)
