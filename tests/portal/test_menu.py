"""The menu leads nobody to a page that refuses him, and everybody to what is for him."""

from __future__ import annotations

import pytest
from django.test import Client

from conurb.portal.shell import Entry, Group, menu
from conurb.region.models import Authority, Role, User, role_of

pytestmark = pytest.mark.django_db


def pages(user: User | None) -> list[Entry]:
    role = role_of(user) if user is not None else Role.NOBODY
    found: list[Entry] = []
    for entry in menu(role, "/", user):
        found += entry.entries if isinstance(entry, Group) else [entry]
    return found


def officer(subject: str) -> User:
    authority = Authority.objects.filter(subjects=subject, city="430100").first()
    return User.objects.create_user(f"officer-of-{subject}", authority=authority)


ROLES = ("nobody", "resident", "office", "admin")
SUBJECTS = ("road", "traffic-police", "labour", "tendering", "government-services")


@pytest.mark.parametrize("who", [*ROLES, *SUBJECTS])
def test_every_page_of_the_menu_opens(client_of, who):
    if who in ROLES:
        client = client_of(who)
        user = None if who == "nobody" else User.objects.get(username=who)
    else:
        user, client = officer(who), Client()
        client.force_login(user, backend="conurb.portal.backends.Backend")
    found = pages(user)
    assert len({entry.url for entry in found}) == len(found) > 5
    refused = [entry.url for entry in found if client.get(entry.url).status_code != 200]
    assert refused == []


def test_competence_decides_what_is_found():
    assert "/market/matters/" in {entry.url for entry in pages(officer("labour"))}
    assert "/market/matters/" not in {entry.url for entry in pages(officer("road"))}
    assert "/desk/counter/" in {entry.url for entry in pages(officer("government-services"))}


def test_the_page_one_is_on_is_marked():
    drawn = menu(Role.NOBODY, "/services/truck-pass/", None)
    (group,) = [entry for entry in drawn if entry.active]
    assert isinstance(group, Group)
    assert [entry.url for entry in group.entries if entry.active] == ["/services/"]
