"""Traffic police change when plans run: in the form, with what is wrong and what is lost told."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from conurb.journal.models import Entry
from conurb.network.signals.programmes import DayKind, DayTable, Period
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent
from conurb.region.models import User
from conurb.sames.facilities.actions import signals as acts
from conurb.sames.facilities.signal_models import SignalCorridor, SignalVersion

SLUG = "tanzhou-avenue"
CHANGSHA, ZHUZHOU = "430100", "430200"
ADDRESS = f"/facilities/signals/{SLUG}/hours/"


def officer_of(city: str) -> User:
    return User.objects.create_user(f"hours-{city}", authority=competent("traffic-police", city))


@pytest.fixture
def officer(db):
    return officer_of(CHANGSHA)


@pytest.fixture
def browser(officer):
    client = Client()
    client.force_login(officer, backend="conurb.portal.backends.Backend")
    return client


@pytest.fixture
def corridor(db):
    return SignalCorridor.objects.get(slug=SLUG)


def filled(**more: object) -> dict[str, object]:
    """The form as it is sent when nothing was changed."""
    base = acts.current_of(SignalCorridor.objects.get(slug=SLUG))
    assert base is not None
    sent: dict[str, object] = {"base": base.key, "do": "propose", "own": []}
    for table in acts.programme_of(base).tables:
        sent["own"].append(table.kind.value)  # type: ignore[attr-defined]
        sent[f"{table.kind}-from"] = [each.hours[:5] for each in table.periods]
        sent[f"{table.kind}-to"] = [each.hours[6:] for each in table.periods]
        sent[f"{table.kind}-plan"] = [each.pattern for each in table.periods]
        sent[f"{table.kind}-fallback"] = table.fallback
    return sent | more


def versions() -> int:
    return SignalVersion.everything.filter(corridor__slug=SLUG).count()


def test_hours_changed_are_a_proposal_that_stands_in_the_journal(browser, corridor):
    sent = filled()
    sent["workday-to"] = ["06:00", "9\uff1a30", "19:30", "24:00"]
    answer = browser.post(ADDRESS, sent)
    made = SignalVersion.everything.get(corridor=corridor, kind=SignalVersion.Kind.HOURS)
    assert answer.headers["Location"] == (
        f"{reverse('signals-corridor', args=[SLUG])}?version={made.key}"
    )
    programme = acts.programme_of(made)
    assert [slot.hours for slot in programme.slots_of("morning-peak", DayKind.WORKDAY)] == [
        "07:00–09:30"
    ]
    assert acts.standing_of(made, corridor).state == "open"
    assert Entry.everything.filter(object_urn=made.urn, verb="signals.hours").count() == 1
    assert "时段调整" in browser.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"workday-from": ["00:00", "05:00", "17:00", "22:30"]}, ("工作日", "第 2 行", "重叠")),
        ({"rest-day-fallback": ""}, ("休息日", "07:00–23:00 没有方案")),
        ({"workday-from": ["00:00", "seven", "17:00", "22:30"]}, ("第 2 行", "07:30")),
        ({"workday-plan": ["night", "noon", "evening-peak", "night"]}, ("第 2 行", "noon")),
        ({"base": "another"}, ("已有其他方案生效",)),
        ({}, ("没有改动",)),
    ],
)
def test_what_is_wrong_is_told_by_table_and_row(browser, change, words):
    before = versions()
    answer = browser.post(ADDRESS, filled(**change))
    page = answer.content.decode()
    told = page[
        page.index('data-testid="hours-wrong"') : page.index("<form", page.index("hours-w"))
    ]
    assert answer.status_code == 422
    assert all(each in told for each in words), told
    assert versions() == before


def test_what_is_lost_has_to_be_confirmed_piece_by_piece(browser):
    before = versions()
    sent = filled()
    for column in ("from", "to", "plan"):
        sent[f"workday-{column}"] = sent[f"workday-{column}"][:1]  # type: ignore[index]
        sent[f"rest-day-{column}"] = []
    answer = browser.post(ADDRESS, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    wanted = ["plan/morning-peak", "plan/evening-peak", "runs/rest-day/night"]
    for key in wanted:
        assert f'name="confirmed" value="{key}"' in page
    assert browser.post(ADDRESS, sent | {"confirmed": wanted[:2]}).status_code == 422
    assert versions() == before
    assert browser.post(ADDRESS, sent | {"confirmed": wanted}).status_code == 302
    made = SignalVersion.everything.get(kind=SignalVersion.Kind.HOURS)
    assert {each.key for each in acts.programme_of(made).patterns} == {"night", "off-peak"}


def test_rows_and_tables_come_and_go_without_a_proposal(browser):
    before = versions()
    page = browser.get(ADDRESS).content.decode()
    rows = page.count('class="signal-period"')
    added = browser.post(ADDRESS, filled(do="add:workday")).content.decode()
    assert added.count('class="signal-period"') == rows + 1
    removed = browser.post(ADDRESS, filled(do="remove:workday:0")).content.decode()
    assert removed.count('class="signal-period"') == rows - 1
    own = browser.post(ADDRESS, filled(do="own:saturday")).content.decode()
    assert 'name="saturday-fallback"' in own
    assert 'value="drop:saturday"' in own
    looked = browser.post(ADDRESS, filled(do="check"))
    assert looked.status_code == 200
    assert "无空缺、无重叠" in looked.content.decode()
    for odd in ("remove:workday:99", "drop:workday", "own:noon", "add", "remove:workday:-1"):
        same = browser.post(ADDRESS, filled(do=odd))
        assert same.content.decode().count('class="signal-period"') == rows, odd
    assert versions() == before


def test_a_kind_of_day_gets_hours_of_its_own_and_the_page_says_so(browser, corridor):
    sent = filled()
    sent["own"] += ["holiday"]  # type: ignore[operator]
    sent |= {
        "holiday-from": ["10:00", ""],
        "holiday-to": ["16:00", ""],
        "holiday-plan": ["evening-peak", "night"],
        "holiday-fallback": "night",
    }
    answer = browser.post(ADDRESS, sent)
    made = SignalVersion.everything.get(kind=SignalVersion.Kind.HOURS)
    table = acts.programme_of(made).table(DayKind.HOLIDAY)
    assert table == DayTable(DayKind.HOLIDAY, (Period(600, 960, "evening-peak"),), "night")
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "星期六、星期日按“休息日”时段表运行" in page
    assert page.count('<div class="signal-day-name">') >= 3


def test_only_traffic_police_of_the_arterial_change_hours(corridor):
    base = acts.current_of(corridor)
    assert base is not None
    days = acts.programme_of(base).days
    with pytest.raises(NotCompetentError):
        acts.change_hours(officer_of(ZHUZHOU), corridor, base.key, days)
    with pytest.raises(RefusedError):
        acts.change_hours(officer_of(CHANGSHA), corridor, base.key, days)


def test_the_day_for_sumo_has_a_file_for_each_table(client, corridor):
    base = acts.current_of(corridor)
    assert base is not None
    answer = client.get(reverse("signals-file", args=[SLUG, base.key, "sumo-day"]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        assert {"workday.add.xml", "rest-day.add.xml", "corridor.net.xml"} - names == {
            "corridor.net.xml"
        }
        assert "workday.add.xml" in archive.read("README.txt").decode()
        root = ElementTree.fromstring(archive.read("workday.add.xml"))
    known = {(each.get("id"), each.get("programID")) for each in root.iter("tlLogic")}
    for waut in root.iter("WAUT"):
        light = waut.get("id")
        assert (light, waut.get("startProg")) in known
        assert all((light, each.get("to")) in known for each in waut)
    assert len(root.findall("WAUT")) == len(root.findall("wautJunction")) == 10
