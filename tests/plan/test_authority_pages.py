"""The authorities' pages: who may see them, and that their figures are those of the tasks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conurb.plan.actions import life
from conurb.plan.models import Task
from conurb.region.models import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def led(actors, plan):
    """Three tasks that the Changsha officer's authority leads, one of them only proposed."""
    authority = actors["officer-changsha"].authority
    tasks = list(Task.everything.order_by("order")[:3])
    for index, task in enumerate(tasks):
        assignment = life.propose_lead(actors["office"], task, authority, "按职责")
        if index:
            life.accept(actors["officer-changsha"], assignment)
    return authority, tasks


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("nobody", 302),
        ("resident", 403),
        ("officer-zhuzhou", 200),
        ("office", 200),
        ("admin", 200),
    ],
)
def test_the_pages_are_open_to_officers(client_of, actors, role, status):
    key = actors["officer-changsha"].authority.key
    for address in (reverse("authorities"), reverse("authority", args=[key])):
        answer = client_of(role).get(address)
        assert answer.status_code == status
        if status == 302:
            assert reverse("account_login") in answer["Location"]


def test_every_authority_stands_under_its_city(client_of):
    groups = client_of("office").get(reverse("authorities")).context["groups"]
    assert [group.city.code if group.city else None for group in groups] == [
        None,
        "430100",
        "430200",
        "430300",
    ]
    shown = [share.authority.key for group in groups for share in group.shares]
    assert sorted(shown) == sorted(Authority.objects.values_list("key", flat=True))


def test_figures_are_those_of_the_tasks(client_of, led):
    authority, _tasks = led
    groups = client_of("office").get(reverse("authorities")).context["groups"]
    (share,) = [s for g in groups for s in g.shares if s.authority == authority]
    assert (share.led.total, share.proposed) == (2, 1)
    page = client_of("officer-changsha").get(reverse("authority", args=[authority.key]))
    assert page.context["shown"].led_count == 3
    assert page.context["shown"].share == share


def test_search_by_name_and_by_competence(client_of):
    browser = client_of("office")

    def found(**query):
        groups = browser.get(reverse("authorities"), query).context["groups"]
        return [share.authority for group in groups for share in group.shares]

    assert {a.name_zh for a in found(q="长沙 交通运输局")} == {"长沙市交通运输局"}
    subject = Authority.objects.filter(subjects__key="road").distinct()
    word = subject.first().subjects.get(key="road").name_zh
    assert set(subject) <= set(found(q=word))
    assert {a.city_id for a in found(city="430200")} == {"430200"}
    assert {a.city_id for a in found(city="region")} == {None}
    assert found(q="没有这样的部门") == []


def test_a_search_without_result_says_what_to_do(client_of):
    page = client_of("office").get(reverse("authorities"), {"q": "没有这样的部门"})
    assert "没有符合条件的主管部门" in page.content.decode()


def test_the_number_of_queries_does_not_grow_with_authorities(client_of, led):
    browser = client_of("office")

    def queries(address, query):
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(address, query).status_code == 200
        return len(seen)

    address = reverse("authorities")
    assert queries(address, {"city": "region"}) == queries(address, {"city": "430100"})


def test_an_unknown_authority_is_not_found(client_of):
    assert client_of("office").get(reverse("authority", args=["no-such"])).status_code == 404
