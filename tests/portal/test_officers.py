"""Opening and closing accounts of officers."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from conurb.journal.models import Entry
from conurb.portal import officers
from conurb.refusal import RefusedError
from conurb.region.models import Authority, Role, User


@pytest.fixture
def key(db):
    return Authority.objects.filter(city__isnull=False).first().key


def test_an_officer_is_let_in_with_the_password_told(key, rf):
    opened = officers.open_account("li.ming", "李明", key)
    assert opened.user.role == Role.OFFICER
    assert opened.user.authority.key == key
    found = authenticate(rf.post("/"), username="li.ming", password=opened.password)
    assert found == opened.user
    entry = Entry.everything.get(verb="officer.open")
    assert (entry.object_name, entry.authority_key) == ("li.ming", key)
    assert opened.password not in str(entry.detail)


@pytest.mark.parametrize(
    ("username", "name", "authority", "field"),
    [
        ("li ming", "李明", None, "username"),
        ("", "李明", None, "username"),
        ("admin", "李明", None, "username"),
        ("ADMIN", "李明", None, "username"),
        ("li.ming", "  ", None, "full_name"),
        ("li.ming", "李明", "nowhere-transport", "authority"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(key, username, name, authority, field):
    before = User.objects.count()
    with pytest.raises(RefusedError) as refused:
        officers.open_account(username, name, authority or key)
    assert refused.value.field == field
    assert User.objects.count() == before
    assert not Entry.everything.filter(verb="officer.open").exists()


def test_an_unknown_authority_is_told_with_those_near_it(key):
    with pytest.raises(RefusedError, match=key):
        officers.open_account("li.ming", "李明", "x-" + key.split("-")[-1])


def test_a_closed_account_lets_nobody_in_and_renewing_opens_it(key, rf):
    opened = officers.open_account("li.ming", "李明", key)
    browser = Client()
    browser.force_login(opened.user)
    assert browser.get("/work/").status_code == 200
    officers.close_account("li.ming")
    assert browser.get("/work/").status_code == 302
    with pytest.raises(RefusedError):
        officers.close_account("li.ming")
    renewed = officers.renew_password("li.ming")
    assert authenticate(rf.post("/"), username="li.ming", password=opened.password) is None
    assert authenticate(rf.post("/"), username="li.ming", password=renewed.password)


@pytest.mark.parametrize("name", ["nobody-here", "admin", "resident"])
def test_only_officers_are_renewed_or_closed(db, name):
    for act in (officers.renew_password, officers.close_account):
        with pytest.raises(RefusedError):
            act(name)
