"""The page and the API of agreements."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from conurb.journal.phrases import known
from conurb.records.actions.declaring import load_agreements
from conurb.records.declaring import AgreementDeclared, Effect
from conurb.records.models import Agreement
from conurb.records.phrases import PHRASES
from conurb.records.queries.agreements import overview
from conurb.region.models import City
from conurb.region.tables import Bilingual

pytestmark = pytest.mark.django_db
TYPE = "road-transport-certificate"
START = timezone.now() - timedelta(days=20)


def declared(*codes: str, pairs=(("430100", "430200"), ("430200", "430100")), basis="协议一"):
    return AgreementDeclared(
        key="try",
        type=TYPE,
        pairs=pairs,
        effects=tuple(Effect(code, Bilingual(f"效力{code}", f"Effect {code}")) for code in codes),
        basis=Bilingual(basis, basis),
        since=date(2024, 1, 1),
        until=None,
    )


@pytest.fixture
def life():
    """Opened, changed, then narrowed to one pair."""
    Agreement.objects.all().delete()
    load_agreements([declared("a")], now=START)
    load_agreements([declared("a", "b")], now=START + timedelta(days=5))
    one = (("430100", "430200"),)
    load_agreements([declared("a", "b", pairs=one)], now=START + timedelta(days=9))


def of_type(**asked):
    (found,) = overview(list(City.objects.all()), **asked)
    return found


def test_the_matrix_says_who_recognises_whom(life):
    found = of_type()
    told = [
        ["own" if cell.own else "yes" if cell.terms else "no" for cell in row.cells]
        for row in found.rows
    ]
    assert told == [["own", "yes", "no"], ["no", "own", "no"], ["no", "no", "own"]]
    assert found.terms[0].effects == ("效力a", "效力b")
    assert found.changes == ()


def test_what_changed_is_told_with_the_latest_first(life):
    changes = of_type(history=True).changes
    assert [change.what for change in changes] == ["ended", "changed", "opened"]
    ended, changed, opened = changes
    assert [(a.code, b.code) for a, b in ended.pairs] == [("430200", "430100")]
    assert (changed.come, changed.gone) == (("效力b",), ())
    assert len(changed.pairs) == len(opened.pairs) == 2


def test_terms_that_differ_are_told_apart():
    Agreement.objects.all().delete()
    other = AgreementDeclared(**{**vars(declared("z", pairs=(("430300", "430100"),))), "key": "2"})
    load_agreements([declared("a"), other])
    found = of_type()
    assert [terms.mark for terms in found.terms] == ["A", "B"]
    assert found.rows[2].cells[0].terms.mark == "B"


def test_the_page_is_for_everybody_in_both_languages(life, client):
    page = client.get("/agreements/").content.decode()
    assert "道路运输证" in page
    assert "效力b" in page
    assert "协议一" in page
    assert "Effect b" in client.get("/agreements/?lang=en").content.decode()


def test_the_page_is_narrowed_by_type_and_city(client):
    def types(query: str) -> set[str]:
        return set(
            re.findall(r'id="t-([a-z-]+)"', client.get(f"/agreements/{query}").content.decode())
        )

    everything = types("")
    assert TYPE in everything
    assert types(f"?type={TYPE}") == {TYPE}
    assert types("?city=430300") == everything
    assert types("?type=no-such-type") == everything
    assert types("?type=vehicle-licence&city=430100&history=on") == {"vehicle-licence"}


def test_the_number_of_queries_does_not_grow_with_the_agreements(
    client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        client.get("/agreements/?history=on")


def test_the_api_lists_what_stands_and_what_ended(life, client):
    standing = client.get(f"/api/agreements?type={TYPE}").json()
    assert [(row["from_city"], row["in_city"]) for row in standing] == [("430100", "430200")]
    assert [effect["code"] for effect in standing[0]["effects"]] == ["a", "b"]
    everything = client.get(f"/api/agreements?type={TYPE}&history=true").json()
    assert len(everything) == 4
    assert sum(row["closed_at"] is not None for row in everything) == 3


def test_every_act_on_records_has_its_words():
    assert set(PHRASES) <= set(known())


def effects_on(day):
    """Return what was agreed on a day: from city, in city -> the effects in words."""
    found = overview(list(City.objects.all()), on=day)
    return {
        (row.city.code, row.cells[at].terms.effects)
        for group in found
        for row in group.rows
        for at in range(len(row.cells))
        if row.cells[at].terms
    }


def test_what_was_in_force_on_a_day_is_shown(life, client):
    opened, changed, narrowed = (
        timezone.localdate(START + timedelta(days=days)) for days in (0, 5, 9)
    )
    one, both = ("效力a",), ("效力a", "效力b")
    assert effects_on(date(2023, 12, 31)) == set()
    # the day that it names counts, not that on which this node took it on
    assert effects_on(date(2024, 1, 1)) == {("430100", one), ("430200", one)}
    assert effects_on(opened) == {("430100", one), ("430200", one)}
    assert effects_on(changed - timedelta(days=1)) == {("430100", one), ("430200", one)}
    assert effects_on(changed) == {("430100", both), ("430200", both)}
    assert effects_on(narrowed) == {("430100", both)}
    page = client.get("/agreements/", {"on": "2023-12-31"}).content.decode()
    assert "2023-12-31没有" in page
    assert client.get("/agreements/", {"on": "nonsense"}).status_code == 200
