"""Checks as other modules ask them: from the index alone, as of any moment, one or many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from conurb.records import index
from conurb.records.actions.declaring import load_agreements
from conurb.records.actions.issuing import Draft, issue
from conurb.records.actions.keys import withdraw
from conurb.records.checking import MOST, Effect, check, check_many, reason_words
from conurb.records.declaring import AgreementDeclared
from conurb.records.declaring import Effect as EffectDeclared
from conurb.records.index import Index
from conurb.records.models import Agreement
from conurb.records.subjects import Subject
from conurb.records.types import UnknownTypeError
from conurb.region.competence import competent
from conurb.region.models import City
from conurb.region.tables import Bilingual
from tests.records.shown import CHANGSHA, NUMBER, XIANGTAN, ZHUZHOU, certificate

pytestmark = pytest.mark.django_db
TYPE = "road-transport-certificate"
VEHICLE = Subject("vehicle", "湘B0A123")


def agreement(since=datetime(2020, 1, 1, tzinfo=UTC), until=None, code="pass", pairs=None):
    return AgreementDeclared(
        key="try",
        type=TYPE,
        pairs=pairs or ((ZHUZHOU, CHANGSHA),),
        effects=(EffectDeclared(code, Bilingual("通行", "May pass")),),
        basis=Bilingual("协议", "Agreement"),
        since=since.date(),
        until=until.date() if until else None,
    )


@pytest.fixture
def no_agreements():
    Agreement.objects.all().delete()
    index.refresh()


def test_the_issuing_city_needs_no_agreement(no_agreements):
    record = certificate()
    answer = check(TYPE, VEHICLE, ZHUZHOU)
    assert (answer.verdict, answer.reason) == ("valid", "own")
    (found,) = answer.found
    assert (found.key, found.city, found.agreement, found.effects) == (
        record.key,
        ZHUZHOU,
        None,
        (),
    )
    assert found.public == record.public
    assert found.valid_until == record.valid_until
    assert check(TYPE, VEHICLE, CHANGSHA).reason == "no-agreement"


def test_an_agreement_makes_it_hold_elsewhere_with_its_effects(no_agreements):
    certificate()
    (row,) = load_agreements([agreement()])
    answer = check(TYPE, VEHICLE, CHANGSHA)
    assert (answer.verdict, answer.reason) == ("valid", "agreement")
    assert answer.found[0].effects == (Effect("pass", "通行", "May pass"),)
    assert row.urn.endswith(answer.found[0].agreement or "none")
    # neither the other way round nor further
    assert check(TYPE, VEHICLE, XIANGTAN).reason == "no-agreement"


def test_a_check_says_what_was_agreed_at_the_moment_asked_about(no_agreements):
    start = timezone.now() - timedelta(days=100)
    certificate(now=start)
    since = start + timedelta(days=10)
    load_agreements([agreement(since=since)], now=start)
    load_agreements([agreement(since=since, code="other")], now=start + timedelta(days=50))
    load_agreements([], now=start + timedelta(days=80))
    told = []
    for day in (8, 12, 49, 51, 79, 81):
        answer = check(TYPE, VEHICLE, CHANGSHA, start + timedelta(days=day))
        told.append((answer.reason, [each.code for each in answer.found[0].effects]))
    assert told == [
        ("no-agreement", []),
        ("agreement", ["pass"]),
        ("agreement", ["pass"]),
        ("agreement", ["other"]),
        ("agreement", ["other"]),
        ("no-agreement", []),
    ]


def test_an_agreement_ends_with_its_last_day(no_agreements):
    today = timezone.localtime()
    certificate(now=timezone.now() - timedelta(days=5))
    load_agreements([agreement(until=today - timedelta(days=1))])
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    assert check(TYPE, VEHICLE, CHANGSHA, midnight - timedelta(seconds=1)).reason == "agreement"
    assert check(TYPE, VEHICLE, CHANGSHA, midnight).reason == "no-agreement"


def test_whichever_city_issues_it_holds_in_all(db):
    cities = list(City.objects.values_list("code", flat=True))
    for city in cities:
        plate = f"湘B0000{cities.index(city)}"
        certificate(city=city, plate=plate)
        told = {here: check(TYPE, Subject("vehicle", plate), here) for here in cities}
        assert {answer.verdict for answer in told.values()} == {"valid"}
        assert [here for here, answer in told.items() if answer.reason == "own"] == [city]


def test_nothing_is_known_of_a_stranger():
    answer = check(TYPE, Subject("vehicle", "湘B99999"), ZHUZHOU)
    assert (answer.verdict, answer.reason, answer.found) == ("unknown", "no-record", ())


def test_an_index_that_was_never_filled_answers_stale_and_not_no(tmp_path, monkeypatch):
    blank = Index(tmp_path / "index")
    monkeypatch.setattr(index, "local", lambda: blank)
    answer = check(TYPE, VEHICLE, ZHUZHOU)
    assert (answer.verdict, answer.reason) == ("stale", "lists-too-old")
    blank.close()


def test_what_a_lost_key_signed_counts_no_more():
    start = timezone.now()
    record = certificate()
    withdraw(None, record.signing_key.kid, compromised_from=start, reason="演示")
    answer = check(TYPE, VEHICLE, ZHUZHOU)
    assert (answer.verdict, answer.reason) == ("invalid", "key-withdrawn")
    certificate(plate="湘B00001")
    assert check(TYPE, Subject("vehicle", "湘B00001"), ZHUZHOU).verdict == "valid"


def test_persons_are_found_by_their_number():
    police = competent("household-registration", ZHUZHOU)
    permit = {"name": "某", "county": "某", "address": "某", "endorsed_on": "2026-01-01"}
    person = Subject("resident", NUMBER)
    issue(None, police, Draft("residence-permit", person, {}, permit))
    answer = check("residence-permit", person, CHANGSHA)
    assert (answer.verdict, answer.subject, answer.found[0].public) == ("valid", NUMBER, {})


def test_a_check_asks_no_database(django_assert_num_queries):
    certificate()
    with django_assert_num_queries(0):
        assert check(TYPE, VEHICLE, ZHUZHOU).verdict == "valid"


def test_many_are_answered_in_their_order():
    certificate(plate="湘B00001")
    subjects = [Subject("vehicle", f"湘B0000{n}") for n in (2, 1, 3)]
    told = [answer.verdict for answer in check_many(TYPE, subjects, ZHUZHOU)]
    assert told == ["unknown", "valid", "unknown"]
    at = timezone.now()
    assert check_many(TYPE, subjects, ZHUZHOU, at) == [
        check(TYPE, subject, ZHUZHOU, at) for subject in subjects
    ]


def test_what_cannot_be_asked():
    with pytest.raises(UnknownTypeError):
        check("no-such-type", VEHICLE, ZHUZHOU)
    with pytest.raises(ValueError, match="vehicle"):
        check(TYPE, Subject("resident", NUMBER), ZHUZHOU)
    with pytest.raises(ValueError, match="1000"):
        check_many(TYPE, [VEHICLE] * (MOST + 1), ZHUZHOU)


def test_the_reason_has_words():
    assert reason_words(check(TYPE, VEHICLE, ZHUZHOU)).zh == "未查到该主体的此类凭证"
