"""What every page shows around its content: the region, the menu, who is at work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
NOT_IN = {"wallet": ("/wallet/looks/",), "atlas": ("/atlas/map/", "/atlas/findings/")}


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


@dataclass(frozen=True)
class Row:
    """A page of the kernel: who finds it in the menu; `subjects` narrows officers as for packs."""

    who: frozenset[Role]
    name: str
    route: str
    icon: str
    subjects: tuple[str, ...] = ()


COUNTERS = ("government-services",)
PLANNERS = ("spatial-planning", "plan-coordination")

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
    mine = _subjects_of(user)
    for heading, icon, rows in _layout():
        if rows is OF_PACKS:
            entries = _of_packs(role, path, mine)
        else:
            entries = _entries(rows, role, path, mine)
        if len(entries) > 1 and heading:
            drawn.append(Group(heading, icon, entries))
        else:
            drawn += entries
    return drawn


def _layout() -> list[tuple[str, str, Sequence[Row]]]:
    return [
        ("", "", [Row(EVERYBODY, _("Home"), "home", "home")]),
        (
            _("Plan"),
            "list-check",
            [
                Row(EVERYBODY, _("Plan"), "plan", "list-check"),
                Row(EVERYBODY, _("Map"), "map", "map-2"),
                Row(EVERYBODY, _("Bulletins"), "bulletins", "news"),
                Row(OFFICE, _("Supervision"), "supervision", "alarm"),
                Row(OFFICE, _("Import"), "imports", "file-import"),
            ],
        ),
        (
            _("Maps"),
            "stack-2",
            [
                Row(EVERYBODY, _("Layers of maps"), "atlas", "stack-2"),
                Row(EVERYBODY, _("Map of layers"), "atlas-map", "map-2"),
                Row(OFFICERS, _("Findings of all maps"), "atlas-findings", "map-search", PLANNERS),
            ],
        ),
        ("", "", [Row(OFFICERS, _("My work"), "work", "briefcase")]),
        ("", "", [Row(OFFICERS, _("Case desk"), "desk", "inbox")]),
        (
            _("Services"),
            "clipboard-list",
            [
                Row(EVERYBODY, _("Find a service"), "services", "clipboard-list"),
                Row(PEOPLE, _("My cases"), "cases", "folders"),
                Row(EVERYBODY, _("Follow a case"), "follow", "file-search"),
                Row(OFFICERS, _("Counter"), "counter", "building-store", COUNTERS),
            ],
        ),
        (
            _("Records"),
            "id",
            [
                Row(PEOPLE, _("My records"), "wallet", "wallet"),
                Row(PEOPLE, _("Who looked at my data"), "wallet-looks", "eye"),
                Row(EVERYBODY, _("Check a record"), "check", "scan"),
                Row(EVERYBODY, _("Agreements"), "agreements", "arrows-exchange"),
                Row(OFFICERS, _("Register of records"), "register", "certificate"),
            ],
        ),
        (_("Systems"), "apps", OF_PACKS),
        (
            _("Administration"),
            "building-community",
            [
                Row(OFFICERS, _("Authorities"), "authorities", "building-community"),
                Row(OFFICERS, _("Journal"), "journal", "history"),
            ],
        ),
    ]


def _entries(rows: Sequence[Row], role: Role, path: str, mine: Collection[str]) -> list[Entry]:
    return [
        Entry(row.name, reverse(row.route), row.icon, _is_in(path, row.route))
        for row in rows
        if role in row.who and _is_for(row, role, mine)
    ]


def _of_packs(role: Role, path: str, mine: Collection[str]) -> list[Entry]:
    """Return the pages of packs that this person finds in the menu."""
    return [
        Entry(
            in_language(entry.name.zh, entry.name.en),
            reverse(entry.route),
            entry.icon,
            _is_in(path, entry.route),
        )
        for pack in packs()
        for entry in pack.menu
        if role in WHO[entry.who] and _is_for(entry, role, mine)
    ]


def _is_for(entry: MenuEntry | Row, role: Role, mine: Collection[str]) -> bool:
    """Whether a page is for somebody of these subjects of work; administrators look into packs."""
    competent = not entry.subjects or any(each in mine for each in entry.subjects)
    return competent or (role is Role.ADMIN and isinstance(entry, MenuEntry))


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
