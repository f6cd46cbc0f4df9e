"""The pages of passes: for everybody, holders and the traffic police; and the API."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conurb.region.competence import competent
from conurb.region.models import City, User
from conurb.sames.platform.actions import passes
from conurb.sames.platform.models import PassCheck, Violation, Withdrawal
from tests.sames.platform.conftest import application
from tests.sames.platform.makers import granted

ZHUZHOU, CHANGSHA = "430200", "430100"


@pytest.fixture
def police(db):
    """A browser of an officer of the traffic police of every city, by the city's code."""
    browsers = {}
    for city in City.objects.all():
        officer = User.objects.create_user(
            f"police-{city.slug}", authority=competent("traffic-police", city.pk)
        )
        browsers[city.pk] = Client()
        browsers[city.pk].force_login(officer, backend="conurb.portal.backends.Backend")
    return browsers


@pytest.fixture
def own(actors):
    return granted(actors["resident"], owner_name="页面测试配送有限公司（演示）")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_public_page_says_zones_hours_and_sources(client, own, lang):
    client.cookies["conurb_language"] = lang
    page = client.get(reverse("platform")).content.decode()
    assert "07:00–22:00" in page
    assert ("default, schematic" if lang == "en" else "默认值（示意）") in page
    assert "xny365.com" in page
    assert "页面测试" not in page
    assert own.plate not in page


def test_zones_are_geojson_with_what_the_map_needs(client, db):
    answer = client.get(reverse("platform-zones"))
    assert answer["Content-Type"] == "application/geo+json"
    features = {each["id"]: each for each in json.loads(answer.content)["features"]}
    assert features["A5"]["geometry"]["type"] == "MultiPolygon"
    assert features["A5"]["properties"]["rules"][0]["opened"] == "never"
    assert features["K2"]["properties"]["kind"] == "corridor"


def test_a_preview_names_conflicts_and_keeps_nothing(client, own):
    crossing = application(
        corridors=["K2"],
        destination=CHANGSHA,
        drawn="[[112.94,28.1925],[112.98,28.196]]",
        first_day=timezone.localdate().isoformat(),
    )
    said = client.post(reverse("platform-preview"), crossing).json()
    assert said["zones"]["A5"] == "never"
    assert not said["possible"]
    assert any(each["zone"] == "A5" and each["blocking"] for each in said["results"])
    fine = {**crossing, "drawn": "", "corridors": ["K5"], "destination": ZHUZHOU}
    said = client.post(reverse("platform-preview"), fine).json()
    assert said["granted"]
    assert said["zones"] == {"B1": "rule"}
    nothing = client.post(reverse("platform-preview"), {}).json()
    assert [each["rule"] for each in nothing["results"]] == ["complete"]


@pytest.mark.parametrize("drawn", ["[", "{}", "[[1]]", '[["a","b"]]', "[[999,999],[0,0]]", "null"])
def test_a_line_that_is_none_is_said_so(client, db, drawn):
    said = client.post(reverse("platform-preview"), application(drawn=drawn, corridors=[]))
    assert said.status_code == 200
    assert said.json()["results"][0]["field"] in {"drawn", "corridors"}


def test_the_holder_sees_held_claims_and_points_police_of_other_cities_do_not(
    client_of, police, own
):
    address = reverse("platform-pass", args=[own.key])
    mine = client_of("resident").get(address).content.decode()
    assert "页面测试配送有限公司" in mine
    assert client_of("resident").get(reverse("platform-mine")).status_code == 200
    issuing = police[ZHUZHOU].get(address).content.decode()
    assert "页面测试配送有限公司" in issuing
    assert reverse("platform-withdraw", args=[own.key]) in issuing
    elsewhere = police[CHANGSHA].get(address).content.decode()
    assert "页面测试配送有限公司" not in elsewhere
    assert reverse("platform-withdraw", args=[own.key]) not in elsewhere
    assert own.plate in elsewhere


def test_the_list_finds_by_part_of_a_plate_and_by_standing(police, own, actors):
    granted(actors["resident"], plate="湘BYT777")
    page = police[CHANGSHA].get(reverse("platform-passes") + "?plate=t777").content.decode()
    assert "湘BYT777" in page
    assert own.plate not in page
    for query in ("?state=expired", "?state=nonsense", "?city=1", "?due=1", "?page=99", "?plate='"):
        assert police[CHANGSHA].get(reverse("platform-passes") + query).status_code == 200
    none = police[CHANGSHA].get(reverse("platform-passes") + "?state=expired")
    assert "没有符合条件的通行证" in none.content.decode()


def test_police_check_note_and_withdraw(police, own):
    answer = police[CHANGSHA].post(reverse("platform-check"), {"plate": own.plate})
    assert "pass-answer-valid" in answer.content.decode()
    assert PassCheck.everything.get().city_id == CHANGSHA
    wrong = police[CHANGSHA].post(reverse("platform-check"), {"plate": "湘B"})
    assert wrong.status_code == 422
    note = reverse("platform-violation", args=[own.key])
    given = {
        "kind": "lent",
        "place": "五一路",
        "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
    }
    early = police[CHANGSHA].post(note, {**given, "at": "2020-01-01T10:00"})
    assert early.status_code == 422
    # the pass was granted within this minute, the form counts in minutes
    violation = passes.note_violation(
        User.objects.get(username="police-changsha"), own, "lent", place="五一路", at=timezone.now()
    )
    assert police[CHANGSHA].get(note).status_code == 200
    assert "1辆车" in police[ZHUZHOU].get(reverse("platform-passes")).content.decode()
    withdraw = reverse("platform-withdraw", args=[own.key])
    assert police[CHANGSHA].get(withdraw).status_code == 403
    assert police[ZHUZHOU].post(withdraw, {"ground": "points", "reason": ""}).status_code == 422
    done = police[ZHUZHOU].post(withdraw, {"ground": "points", "reason": "积分达到12分"})
    assert done.status_code == 302
    assert Withdrawal.objects.get().points == 12
    refused = police[CHANGSHA].post(reverse("platform-check"), {"plate": own.plate})
    assert "pass-answer-invalid" in refused.content.decode()
    annul = reverse("platform-annul", args=[violation.key])
    assert police[ZHUZHOU].get(annul).status_code == 403
    assert police[CHANGSHA].post(annul, {"reason": "误记"}).status_code == 302
    assert Violation.everything.get().annulment.reason == "误记"


def test_a_pass_that_is_not_near_its_end_is_not_renewed(client_of, own):
    answer = client_of("resident").post(reverse("platform-renew", args=[own.key]), follow=True)
    assert "可以续期" in answer.content.decode()


def test_the_api_tells_zones_restrictions_and_figures(client, own):
    zones = client.get("/api/platform/zones?city=430200").json()
    assert {each["properties"]["city"] for each in zones["features"]} == {ZHUZHOU}
    told = client.get("/api/platform/restrictions").json()
    sources = {each["key"]: each["status"] for each in told["sources"]}
    assert sources["xiangtan-2025"] == "published"
    assert all(rule["source"] in sources for zone in told["zones"] for rule in zone["rules"])
    found = client.get("/api/platform/statistics").json()
    by_city = {each["city"]: each for each in found["cities"]}
    assert by_city[ZHUZHOU]["issued"] == 1
    assert found["recognised_cities"] == 3
    assert client.get("/api/platform/zones?citi=1").status_code == 422
    assert client.get("/api/platform/zones?city=x").status_code == 422
