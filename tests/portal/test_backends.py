"""Invented people are let in on a demonstration node only."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from conurb.region.models import User


@pytest.fixture
def invented(db):
    person = User.objects.create_user("invented", full_name="演示员", is_demo=True)
    person.set_password("demo")
    person.save()
    return person


@pytest.mark.parametrize("demo", [True, False])
def test_the_password_everybody_knows(invented, settings, rf, demo):
    settings.DEMO = demo
    let_in = authenticate(rf.post("/"), username="invented", password="demo")
    assert (let_in == invented) is demo


def test_a_session_left_behind_ends_with_the_demonstration(invented, settings):
    settings.DEMO = True
    browser = Client()
    browser.force_login(invented)
    assert browser.get("/account/").status_code == 200
    settings.DEMO = False
    assert browser.get("/account/").status_code == 302


def test_real_people_come_in_anywhere(db, settings, rf):
    settings.DEMO = False
    person = User.objects.create_user("real", password="a long and private word")
    found = authenticate(rf.post("/"), username="real", password="a long and private word")
    assert found == person
    assert authenticate(rf.post("/"), username="real", password="wrong") is None
