"""What a phone keeps, and the verdicts that the browser's own code reaches with it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.records import compact, presenting, types
from conurb.records.actions import keys, standing
from conurb.records.actions.presenting import code_of, present
from conurb.records.models import Agreement, SigningKey
from conurb.records.queries import offline
from conurb.records.queries.trust import known
from conurb.records.verifying import NotAcceptedError, verify_code
from tests.records.shown import (
    CHANGSHA,
    XIANGTAN,
    ZHUZHOU,
    certificate,
    identified,
    judging,
    permit,
)


@pytest.fixture(scope="module")
def judge():
    with judging() as running:
        yield running


@pytest.fixture
def now():
    return timezone.now()


def raw(now):
    """The lists as the page gets them."""
    return json.loads(offline.lists(now).body)


def milliseconds(moment):
    return int(moment.timestamp() * 1000)


def plain_code(record, now):
    """A code of the public claims, as printed."""
    shown = presenting.disclosure(
        record.declared, record.public, {}, (), valid_until=record.valid_until, now=now
    )
    return code_of(record, shown, now=now)


@pytest.mark.django_db
def test_a_good_code_holds_where_it_was_issued_and_where_agreed(judge, now):
    text = plain_code(certificate(now=now), now)
    lists = raw(now)
    home = judge.ask(raw=lists, text=text, city=ZHUZHOU, now=milliseconds(now))
    assert (home["verdict"], home["reason"]) == ("valid", "own")
    away = judge.ask(raw=lists, text=text, city=CHANGSHA, now=milliseconds(now))
    agreement = Agreement.objects.get(
        type="road-transport-certificate", from_city=ZHUZHOU, in_city=CHANGSHA, closed_at=None
    )
    assert (away["verdict"], away["reason"]) == ("valid", "agreement")
    assert away["agreement"] == agreement.key
    assert away["effects"] == [effect["code"] for effect in agreement.effects]
    assert away["claims"] == {"1": f"{ZHUZHOU}0001", "2": "道路普通货物运输", "3": 9800}


@pytest.mark.django_db
def test_without_an_agreement_it_does_not_hold(judge, now):
    Agreement.objects.filter(in_city=CHANGSHA).update(closed_at=now - timedelta(seconds=1))
    text = plain_code(certificate(now=now), now)
    answer = judge.ask(raw=raw(now), text=text, city=CHANGSHA, now=milliseconds(now))
    assert (answer["verdict"], answer["reason"]) == ("invalid", "no-agreement")


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_new_lists_know_what_was_suspended_or_revoked(judge, now, act):
    record = certificate(now=now)
    text = plain_code(record, now)
    before = raw(now)
    getattr(standing, act)(None, record, "年检不合格", now=now)
    after = raw(now)
    at = {"text": text, "city": ZHUZHOU, "now": milliseconds(now)}
    assert judge.ask(raw=before, **at)["verdict"] == "valid"
    answer = judge.ask(raw=after, **at)
    assert (answer["verdict"], answer["reason"]) == (
        "invalid",
        {"suspend": "suspended", "revoke": "revoked"}[act],
    )


@pytest.mark.django_db
def test_a_resumed_record_holds_again(judge, now):
    record = certificate(now=now)
    standing.suspend(None, record, "核查中", now=now)
    standing.resume(None, record, "核查无误", now=now)
    text = plain_code(record, now)
    answer = judge.ask(raw=raw(now), text=text, city=ZHUZHOU, now=milliseconds(now))
    assert answer["verdict"] == "valid"


@pytest.mark.django_db
def test_old_lists_never_say_yes(judge, now):
    """Just within the type's limit it is valid, just after it stale; revoked it stays revoked."""
    good, bad = certificate(now=now), certificate(now=now, plate="湘B0A124")
    standing.revoke(None, bad, "注销", now=now)
    lists = raw(now)
    limit = good.declared.stale_after

    def at(record, later):
        return judge.ask(
            raw=lists,
            text=plain_code(record, now),
            city=ZHUZHOU,
            now=milliseconds(now + later),
        )

    assert at(good, limit - timedelta(seconds=2))["verdict"] == "valid"
    stale = at(good, limit + timedelta(seconds=2))
    assert (stale["verdict"], stale["reason"]) == ("stale", "stale-status")
    assert at(bad, limit + timedelta(days=5))["reason"] == "revoked"


@pytest.mark.django_db
def test_a_clock_behind_the_lists_is_not_believed(judge, now):
    text = plain_code(certificate(now=now), now)
    answer = judge.ask(
        raw=raw(now), text=text, city=ZHUZHOU, now=milliseconds(now - timedelta(hours=1))
    )
    assert (answer["verdict"], answer["reason"]) == ("unknown", "clock")


@pytest.mark.django_db
def test_an_expired_record_and_an_expired_code_are_told_apart(judge, now, actors):
    text = plain_code(certificate(now=now, days=1), now)
    after = now + timedelta(days=2)
    answer = judge.ask(raw=raw(after), text=text, city=ZHUZHOU, now=milliseconds(after))
    assert (answer["verdict"], answer["reason"]) == ("invalid", "expired")
    held = permit(identified(actors["resident"]), now=now)
    made = present(actors["resident"], held, ["name"], now=now)
    lists = raw(now)
    fresh = judge.ask(raw=lists, text=made.text, city=ZHUZHOU, now=milliseconds(now))
    assert (fresh["verdict"], fresh["claims"]) == ("valid", {"1": "演示居民"})
    late = judge.ask(
        raw=lists,
        text=made.text,
        city=ZHUZHOU,
        now=milliseconds(now + presenting.LIFE_WITH_HELD + timedelta(seconds=1)),
    )
    assert (late["verdict"], late["reason"]) == ("invalid", "code-expired")


@pytest.mark.django_db
def test_a_record_that_has_not_begun(judge, now):
    record = certificate(now=now)
    record.valid_from = now + timedelta(days=2)
    answer = judge.ask(
        raw=raw(now), text=plain_code(record, now), city=ZHUZHOU, now=milliseconds(now)
    )
    assert (answer["verdict"], answer["reason"]) == ("invalid", "not-yet")


@pytest.mark.django_db
def test_both_suites_are_verified_and_rotation_keeps_old_codes(judge, now):
    keys.ensure_keys(now)
    first = certificate(now=now)
    old = plain_code(first, now)
    later = now + timedelta(seconds=5)
    keys.rotate(None, ZHUZHOU, algorithm="ES256", now=later)
    keys.rotate(None, "region", algorithm="ES256", now=later)
    new = plain_code(certificate(now=later, plate="湘B0A125"), later)
    assert compact.decode(new).algorithm == "ES256"
    lists = raw(later)
    for text in (old, new):
        answer = judge.ask(raw=lists, text=text, city=ZHUZHOU, now=milliseconds(later))
        assert answer["verdict"] == "valid", answer


@pytest.mark.django_db
def test_a_withdrawn_key_proves_nothing(judge, now):
    keys.ensure_keys(now)
    text = plain_code(certificate(now=now), now)
    key = SigningKey.objects.get(owner=ZHUZHOU)
    later = now + timedelta(seconds=5)
    keys.withdraw(None, key.kid, compromised_from=later, reason="私钥疑似泄露", now=later)
    answer = judge.ask(raw=raw(later), text=text, city=ZHUZHOU, now=milliseconds(later))
    assert (answer["verdict"], answer["reason"]) == ("invalid", "key-withdrawn")


@pytest.mark.django_db
def test_a_key_that_the_lists_do_not_know(judge, now):
    keys.ensure_keys(now)
    lists = raw(now)
    later = now + timedelta(seconds=5)
    keys.rotate(None, ZHUZHOU, now=later)
    text = plain_code(certificate(now=later), later)
    answer = judge.ask(raw=lists, text=text, city=ZHUZHOU, now=milliseconds(later))
    assert (answer["verdict"], answer["reason"]) == ("unknown", "unknown-key")


@pytest.mark.django_db
def test_a_key_of_one_city_does_not_sign_for_another(judge, now):
    record = certificate(now=now)
    record.city_id = CHANGSHA
    forged = compact.decode(plain_code(record, now))
    signer = keys.signer(ZHUZHOU)
    text = compact.PREFIX + compact.base45(compact.sign(signer, claims_of(forged)))
    answer = judge.ask(raw=raw(now), text=text, city=XIANGTAN, now=milliseconds(now))
    assert (answer["verdict"], answer["reason"]) == ("invalid", "wrong-issuer")


def claims_of(code):
    """The claims of a code as it was signed."""
    ours = {0: [code.type_code, code.version], -1: list(code.status), **code.claims}
    return {1: code.city, 2: code.subject, 6: int(code.issued_at.timestamp()), -65537: ours}


@pytest.mark.django_db
def test_what_is_no_code_is_not_known(judge, now):
    for text in ("https://example.org", "", "CNB", "湘B0A123"):
        answer = judge.ask(raw=raw(now), text=text, city=ZHUZHOU, now=milliseconds(now))
        assert (answer["verdict"], answer["reason"]) == ("unknown", "not-a-code")
    answer = judge.ask(raw=None, text="CNB1:" + "0" * 3000, city=ZHUZHOU, now=0)
    assert (answer["verdict"], answer["reason"]) == ("invalid", "oversized")


@pytest.mark.django_db
def test_without_lists_nothing_is_valid(judge, now):
    text = plain_code(certificate(now=now), now)
    answer = judge.ask(raw=None, text=text, city=ZHUZHOU, now=milliseconds(now))
    assert (answer["verdict"], answer["reason"]) == ("unknown", "no-lists")


@pytest.mark.django_db
def test_every_changed_character_is_refused(judge, now):
    """And where the browser refuses, so does the node: the two read codes alike."""
    text = plain_code(certificate(now=now), now)
    lists = raw(now)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    for place in range(len(compact.PREFIX), len(text), 3):
        other = alphabet[(alphabet.index(text[place]) + 7) % 45]
        changed = text[:place] + other + text[place + 1 :]
        answer = judge.ask(raw=lists, text=changed, city=ZHUZHOU, now=milliseconds(now))
        assert answer["verdict"] in {"invalid", "unknown"}, (place, answer)
        with pytest.raises(NotAcceptedError):
            verify_code(changed, known(), now)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c["trust"]["entries"].pop(),
        lambda c: c["trust"]["entries"].reverse(),
        lambda c: c["trust"]["entries"].append(c["trust"]["entries"][-1]),
        lambda c: c["trust"]["checkpoints"].pop(),
        lambda c: c["agreements"].clear(),
        lambda c: c["types"][0].update(stale_after=10**9),
        lambda c: c["status"][0].update(city=XIANGTAN),
    ],
    ids=["dropped", "reordered", "doubled", "unsigned", "agreements", "stale_after", "status"],
)
def test_lists_that_were_changed_are_not_taken(judge, now, spoil):
    certificate(now=now)
    lists = raw(now)
    assert "first" in judge.ask(raw=lists)
    content = json.loads(lists["content"])
    spoil(content)
    lists["content"] = json.dumps(content)
    assert "refused" in judge.ask(raw=lists)


@pytest.mark.django_db
def test_lists_of_another_region_are_not_taken(judge, now):
    certificate(now=now)
    lists = raw(now)
    first = judge.ask(raw=lists)["first"]
    assert "first" in judge.ask(raw=lists, pinned=first)
    assert "refused" in judge.ask(raw=lists, pinned="x" * 43)


@pytest.mark.django_db
def test_lists_are_made_anew_only_when_something_changed(now, django_assert_max_num_queries):
    record = certificate(now=now)
    first = offline.lists(now)
    with django_assert_max_num_queries(2):
        assert offline.lists(now + timedelta(seconds=30)) is first
    standing.revoke(None, record, "注销", now=now + timedelta(seconds=31))
    assert offline.lists(now + timedelta(seconds=32)).etag != first.etag
    assert offline.lists(now + timedelta(minutes=20)).etag != first.etag


@pytest.mark.django_db
def test_lists_name_no_subject(actors, now):
    certificate(identified(actors["resident"]), now=now)
    permit(actors["resident"], now=now)
    body = offline.lists(now).body.decode()
    assert "湘B0A123" not in body
    assert "演示居民" not in body
    assert "43020219900307000X" not in body


@pytest.mark.django_db
def test_lists_are_sent_packed_and_once():
    certificate()
    client = Client()
    packed = client.get(reverse("check-lists"), headers={"Accept-Encoding": "gzip"})
    plain = client.get(reverse("check-lists"))
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    again = client.get(reverse("check-lists"), headers={"If-None-Match": plain["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


JSON_VALUES = st.one_of(
    st.booleans(),
    st.none(),
    st.integers(-(10**9), 10**9),
    st.text(max_size=20),
    st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(date.isoformat),
    st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)).map(
        lambda moment: moment.replace(tzinfo=UTC, microsecond=0).isoformat()
    ),
)
SCHEMAS = st.one_of(
    st.just({}),
    st.just({"format": "date"}),
    st.just({"format": "date-time"}),
    st.just({"x-unit": {"zh": "千克", "en": "kg"}}),
    st.just({"x-words": {"5": {"zh": "五", "en": "five"}, "True": {"zh": "是", "en": "Yes"}}}),
)


@given(
    value=st.one_of(JSON_VALUES, st.lists(JSON_VALUES, max_size=3)),
    schema=SCHEMAS,
    english=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_browser_and_node_read_values_alike(judge, value, schema, english):
    words = presenting.words_of(value, schema, ZoneInfo("Asia/Shanghai"))
    told = judge.ask(value=value, schema=schema or {"x": 1}, zone="Asia/Shanghai", english=english)[
        "words"
    ]
    assert told == (words.en if english else words.zh)


def test_types_of_the_lists_say_how_values_read():
    for each in types.types():
        for claim in offline._type(each)["claims"]:
            assert set(claim["schema"]) <= set(offline.SCHEMA_WORDS)
