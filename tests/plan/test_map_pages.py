"""The map, its data, and what stands on it."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conurb.plan.models import Task, TaskPlace
from conurb.plan.queries import map as map_queries
from conurb.plan.queries.map import _most_exact, placed_tasks
from conurb.plan.queries.tasks import URGENCY, TaskFilter
from conurb.region.models import RegionState

pytestmark = pytest.mark.django_db


def data_of(response) -> dict:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/geo+json"
    return json.loads(response.content)


def test_the_areas_are_the_counties_and_the_outlines_of_the_cities(client):
    collection = data_of(client.get(reverse("map-counties")))
    levels = [feature["properties"]["level"] for feature in collection["features"]]
    assert (levels.count("county"), levels.count("city")) == (23, 3)
    names = {feature["properties"]["name"] for feature in collection["features"]}
    assert {"长沙市", "宁乡市", "渌口区"} <= names


def test_areas_are_kept_under_the_address_of_this_state_of_the_region_alone(client):
    digest = RegionState.objects.get().digest
    kept = client.get(reverse("map-counties"), {"v": digest, "lang": "zh-hans"})
    assert "immutable" in kept["Cache-Control"]
    asked_again = client.get(reverse("map-counties"), {"v": "another", "lang": "zh-hans"})
    assert "no-cache" in asked_again["Cache-Control"]
    same = client.get(reverse("map-counties"), headers={"If-None-Match": asked_again["ETag"]})
    assert same.status_code == 304
    english = client.get(reverse("map-counties"), {"lang": "en"})
    assert english["ETag"] != asked_again["ETag"]
    assert "Changsha City" in english.content.decode()


def test_every_mark_leads_to_its_task_and_shows_its_light(client, plan):
    collection = data_of(client.get(reverse("map-tasks")))
    assert collection["features"]
    tasks = {task.key: task for task in Task.objects.filter(item__field__plan=plan)}
    for feature in collection["features"]:
        properties = feature["properties"]
        task = tasks[properties["key"]]
        assert properties["light"] == task.light
        assert properties["url"] == reverse("task", args=[task.key])
        lon, lat = properties["mark"]
        assert 110 < lon < 115
        assert 26 < lat < 29
    assert any(f["geometry"]["type"].endswith("LineString") for f in collection["features"])


def test_map_and_list_show_the_same_tasks(client):
    page = client.get(reverse("map"))
    keys = {f["properties"]["key"] for f in data_of(client.get(reverse("map-tasks")))["features"]}
    assert {task.key for task in page.context["tasks"]} == keys
    placed = page.context["placed"]
    assert placed.placed == len(keys)
    assert placed.placed + placed.without_place == Task.objects.count()


@pytest.mark.parametrize("query", [{"field": "2"}, {"city": "430200"}, {"light": "late"}])
def test_the_filter_holds_for_page_and_data(client, query):
    everything = data_of(client.get(reverse("map-tasks")))["features"]
    some = data_of(client.get(reverse("map-tasks"), query))["features"]
    assert 0 < len(some) < len(everything)
    page = client.get(reverse("map"), query)
    assert {t.key for t in page.context["tasks"]} == {f["properties"]["key"] for f in some}


def test_an_item_is_shown_alone(client, plan):
    number = TaskPlace.objects.filter(place__isnull=False).first().task.item.number
    some = data_of(client.get(reverse("map-tasks"), {"item": number}))["features"]
    assert {feature["properties"]["number"].split("-")[0] for feature in some} == {number}


def test_a_filter_that_cannot_be_used_is_told(client):
    assert client.get(reverse("map-tasks"), {"light": "purple"}).status_code == 422
    assert client.get(reverse("map-tasks"), {"colour": "red"}).status_code == 422
    page = client.get(reverse("map"), {"light": "purple"})
    assert page.status_code == 200
    assert "purple" in page.content.decode()


def test_a_search_without_result_says_what_to_do(client):
    page = client.get(reverse("map"), {"q": "不存在的道路名称"})
    assert "图上没有符合条件的任务" in page.content.decode()


def test_more_marks_than_a_map_can_carry_are_cut_at_the_least_urgent(client, monkeypatch):
    whole = data_of(client.get(reverse("map-tasks")))
    assert whole["truncated"] is False
    monkeypatch.setattr(map_queries, "MARKS", 3)
    some = data_of(client.get(reverse("map-tasks")))
    assert some["truncated"] is True
    assert 0 < len(some["features"]) <= 3
    urgent = [URGENCY.index(feature["properties"]["light"]) for feature in some["features"]]
    assert urgent[0] == min(URGENCY.index(f["properties"]["light"]) for f in whole["features"])


def feature(ref):
    return {"properties": {"ref": ref}}


def test_the_most_exact_places_are_kept():
    road, county, city = feature("road/a"), feature("county/430112"), feature("city/430100")
    assert _most_exact([city, county, road, road]) == [road]
    assert _most_exact([city, county]) == [county]
    assert _most_exact([city]) == [city]
    assert _most_exact([]) == []


def test_the_public_sees_no_lead_that_has_not_accepted(actors, plan):
    from django.utils import timezone

    officer = actors["officer-changsha"]
    placed = TaskPlace.objects.filter(place__isnull=False).first().task
    Task.everything.filter(pk=placed.pk).update(
        lead=officer.authority, lead_state=Task.LeadState.PROPOSED
    )
    today = timezone.localdate()

    def lead_seen_by(role):
        found = placed_tasks(actors[role], TaskFilter(), today)["features"]
        return {f["properties"]["lead"] for f in found if f["properties"]["key"] == placed.key}

    assert lead_seen_by("nobody") == {""}
    assert lead_seen_by("office") == {officer.authority.short_zh}


def test_the_number_of_queries_does_not_grow(client, plan):
    def queries(query):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse("map-tasks"), query)
        return len(seen)

    queries({})
    assert queries({"field": "4"}) == queries({})
