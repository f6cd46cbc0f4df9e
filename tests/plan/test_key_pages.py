"""The keys of an authority: the office makes and revokes them, its officers see them."""

from __future__ import annotations

import re

import pytest

from conurb.journal.models import Entry
from conurb.plan.actions import keys
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.keys import user_of
from conurb.region.models import ApiKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def road(actors):
    return actors["officer-changsha"].authority


@pytest.fixture
def address(road) -> str:
    return f"/authorities/{road.key}/keys/"


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(client_of, address, road):
    browser = client_of("office")
    made = browser.post(address, {"label": "综合交通平台"})
    assert made.status_code == 201
    (secret,) = set(re.findall(r"cnb_[0-9a-f]{8}_[\w-]{43}", made.content.decode()))
    key = ApiKey.everything.get()
    assert key.authority == road
    assert key.secret_hash == ApiKey.digest(secret)
    assert secret not in browser.get(address).content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    assert user_of(secret) == key.user


def test_a_system_is_a_user_without_a_password_and_cannot_log_in(actors, road):
    user = keys.create(actors["office"], road, "平台").key.user
    assert user.is_system
    assert not user.has_usable_password()
    assert (user.authority, str(user)) == (road, "平台")


def test_making_and_revoking_stand_in_the_journal_without_the_secret(actors, road):
    made = keys.create(actors["office"], road, "平台")
    keys.revoke(actors["office"], made.key)
    entries = Entry.everything.filter(object_urn=made.key.urn).order_by("pk")
    assert [entry.verb for entry in entries] == ["key.create", "key.revoke"]
    written = " ".join(f"{e.object_name} {e.detail}" for e in entries)
    assert made.secret not in written
    assert made.secret.rsplit("_", 1)[-1] not in written


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("nobody", 302),
        ("resident", 403),
        ("officer-changsha", 200),
        ("officer-zhuzhou", 403),
        ("office", 200),
        ("admin", 200),
    ],
)
def test_who_sees_an_authoritys_keys(client_of, address, role, status):
    answer = client_of(role).get(address)
    assert answer.status_code == status
    assert ("key-form" in answer.content.decode()) == (role in {"office", "admin"})


@pytest.mark.parametrize("role", ["resident", "officer-changsha"])
def test_only_the_office_makes_and_revokes(client_of, actors, road, address, role):
    made = keys.create(actors["office"], road, "平台")
    assert client_of(role).post(address, {"label": "x"}).status_code == 403
    assert client_of(role).post(f"/keys/{made.key.prefix}/revoke/").status_code == 403
    assert ApiKey.everything.get().revoked_at is None


def test_a_key_makes_no_keys(actors, road):
    office = actors["office"].authority
    system = keys.create(actors["office"], office, "平台").key.user
    with pytest.raises(NotCompetentError):
        keys.create(system, road, "另一平台")


def test_revoking_is_asked_first(client_of, actors, road):
    made = keys.create(actors["office"], road, "平台")
    browser, address = client_of("office"), f"/keys/{made.key.prefix}/revoke/"
    assert "平台" in browser.get(address).content.decode()
    assert ApiKey.everything.get().revoked_at is None
    assert browser.post(address).status_code == 302
    assert ApiKey.everything.get().revoked_at is not None
    assert browser.post(address).status_code == 409


def test_a_key_that_is_not_there_is_not_found(client_of):
    assert client_of("office").get("/keys/cnb_00000000/revoke/").status_code == 404


@pytest.mark.parametrize("label", ["", "   ", "长" * 101])
def test_a_key_needs_a_name(client_of, address, label):
    assert client_of("office").post(address, {"label": label}).status_code == 422
    assert not ApiKey.everything.exists()


def test_an_authority_has_a_limited_number_of_keys(actors, road):
    first = keys.create(actors["office"], road, "平台")
    for _ in range(keys.MOST_KEYS - 1):
        keys.create(actors["office"], road, "平台")
    with pytest.raises(RefusedError):
        keys.create(actors["office"], road, "平台")
    keys.revoke(actors["office"], first.key)
    assert keys.create(actors["office"], road, "平台").secret
