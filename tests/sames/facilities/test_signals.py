"""Signals of arterials: searched for, handed in, signed by every city, shown, written as files."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from conurb.background.models import Job
from conurb.journal.models import Entry
from conurb.network.signals.bands import bands_of
from conurb.network.signals.declaring import programme_data, read_data
from conurb.network.signals.plans import WAYS, Both, TimingPlan
from conurb.network.signals.programmes import DayKind, Programme
from conurb.network.signals.sheets import SheetError, workbook_of
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent
from conurb.region.models import City, User
from conurb.sames.facilities.actions import signals as acts
from conurb.sames.facilities.measures import signal_measures
from conurb.sames.facilities.queries import signal_days as days
from conurb.sames.facilities.queries import signals as found
from conurb.sames.facilities.signal_models import SignalCorridor, SignalSignature, SignalVersion

CHANGSHA, ZHUZHOU, XIANGTAN = "430100", "430200", "430300"
SLUG = "tanzhou-avenue"
PLAN = "off-peak"
ASKED = acts.Asked(method="maxband", pattern=PLAN, keep="wave")


@pytest.fixture
def police(db):
    """An officer of the traffic police of every city, by the city's code."""
    return {
        city.pk: User.objects.create_user(
            f"police-{city.slug}", authority=competent("traffic-police", city.pk)
        )
        for city in City.objects.all()
    }


@pytest.fixture
def corridor(db):
    return SignalCorridor.objects.get(slug=SLUG)


@pytest.fixture
def proposal(police, corridor):
    base = acts.current_of(corridor)
    made = acts.search(acts.programme_of(base), ASKED)
    return acts.propose(police[CHANGSHA], base, ASKED, made)


def browser(officer: User) -> Client:
    client = Client()
    client.force_login(officer, backend="conurb.portal.backends.Backend")
    return client


def page_of(proposal: SignalVersion | None = None) -> str:
    address = reverse("signals-corridor", args=[SLUG])
    return f"{address}?version={proposal.key}" if proposal else address


def plan_in(programme: Programme, key: str = PLAN) -> TimingPlan:
    found = programme.pattern(key)
    assert found is not None
    return found.plan


def figures() -> dict[str, float]:
    return {each.key: float(each.read().value) for each in signal_measures()}


def test_the_folders_arterials_are_those_of_item_2_4_and_run_as_declared(db):
    slugs = set(SignalCorridor.objects.values_list("slug", flat=True))
    assert slugs == {"furong-avenue", "tanzhou-avenue", "dongzhu-road"}
    for each in SignalCorridor.objects.all():
        current = acts.current_of(each)
        assert current is not None
        assert current.kind == SignalVersion.Kind.DECLARED
        assert len(each.cities) == 2
    assert figures()["signals-coordinated"] == 0


def test_loading_the_folder_again_adds_nothing(db):
    from conurb.region.folder import load_region
    from tests.conftest import REGION

    assert acts.load(load_region(REGION)) == 0


def test_the_last_citys_signature_puts_a_plan_in_force(police, corridor, proposal):
    before = figures()
    acts.sign(police[CHANGSHA], proposal, agreed=True)
    assert acts.current_of(corridor) != proposal
    assert acts.standing_of(proposal, corridor).missing == (XIANGTAN,)
    acts.sign(police[XIANGTAN], proposal, agreed=True)
    assert acts.current_of(corridor) == proposal
    after = figures()
    assert after["signals-coordinated"] == 1
    assert after["signals-wave"] > before["signals-wave"]
    verbs = Entry.everything.filter(object_urn=proposal.urn).values_list("verb", flat=True)
    assert sorted(verbs) == ["signals.adopt", "signals.propose", "signals.sign", "signals.sign"]


def test_a_city_signs_once_and_only_for_its_own_arterial(police, proposal):
    acts.sign(police[CHANGSHA], proposal, agreed=True)
    with pytest.raises(RefusedError):
        acts.sign(police[CHANGSHA], proposal, agreed=True)
    with pytest.raises(NotCompetentError):
        acts.sign(police[ZHUZHOU], proposal, agreed=True)


def test_a_refusal_needs_a_reason_and_is_final(police, corridor, proposal):
    with pytest.raises(RefusedError, match=r"reason|理由"):
        acts.sign(police[XIANGTAN], proposal, agreed=False, reason=" ")
    acts.sign(police[XIANGTAN], proposal, agreed=False, reason="学校门前行人绿灯不足")
    with pytest.raises(RefusedError):
        acts.sign(police[CHANGSHA], proposal, agreed=True)
    assert acts.standing_of(proposal, corridor).state == "refused"


def test_a_newer_plan_makes_older_proposals_out_of_date(police, corridor, proposal):
    base = acts.current_of(corridor)
    asked = acts.Asked(method="maxband", pattern="night", keep="delay")
    made = acts.search(acts.programme_of(base), asked)
    other = acts.propose(police[XIANGTAN], base, asked, made)
    for city in (CHANGSHA, XIANGTAN):
        acts.sign(police[city], other, agreed=True)
    assert acts.standing_of(proposal, corridor).state == "outdated"
    with pytest.raises(RefusedError):
        acts.sign(police[CHANGSHA], proposal, agreed=True)


def test_what_is_kept_of_the_wave_is_as_asked(corridor):
    programme = acts.programme_of(acts.current_of(corridor))
    for keep, least in (("wave", 0.999), ("balance", 0.8), ("delay", 0.0)):
        made = acts.search(programme, replace(ASKED, keep=keep))
        told = made["result"]["plans"][PLAN]
        assert told["kept"] >= least - 1e-6
        bands = bands_of(plan_in(read_data(made["plan"])))
        assert told["bands"] == {way: bands.through[way].lasts for way in WAYS}


def test_versions_and_signatures_cannot_be_changed(police, proposal):
    acts.sign(police[CHANGSHA], proposal, agreed=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        SignalVersion.everything.filter(pk=proposal.pk).update(words="anders")
    with pytest.raises(DatabaseError), transaction.atomic():
        SignalSignature.objects.filter(version=proposal).delete()


def test_an_officer_searches_and_the_job_leads_to_the_proposal(
    police, corridor, django_capture_on_commit_callbacks
):
    officer = browser(police[XIANGTAN])
    with django_capture_on_commit_callbacks(execute=True):
        answer = officer.post(
            reverse("signals-optimise", args=[SLUG]),
            {
                "pattern": PLAN,
                "method": "maxband",
                "spread": 5,
                "tolerance": 0,
                "weight_outbound": 1,
                "weight_inbound": 2,
                "keep": "balance",
            },
        )
    job = Job.everything.get(kind=acts.KIND)
    assert answer.headers["Location"] == reverse("job", args=[job.key])
    assert job.state == Job.State.DONE, job.problem_en
    version = SignalVersion.everything.get(key=job.result["version"])
    programme = acts.programme_of(version)
    assert 95 <= plan_in(programme).cycle <= 105
    assert version.wish["weights"] == [1.0, 2.0]
    before = acts.programme_of(acts.current_of(corridor))
    changed = [each.key for each in programme.patterns if before.pattern(each.key) != each]
    assert changed == [PLAN]
    assert officer.get(answer.headers["Location"]).headers["Location"] == page_of(version)


def test_a_search_that_cannot_be_met_says_why(police, corridor, django_capture_on_commit_callbacks):
    asked = acts.Asked(method="maxband", weights=Both(1.0, 0.0))
    with django_capture_on_commit_callbacks(execute=True):
        job = acts.ask(police[XIANGTAN], corridor, asked)
    job = Job.everything.get(pk=job.pk)
    assert job.state == Job.State.FAILED
    assert "方向权重应大于 0" in job.problem_zh
    assert corridor.versions(manager="everything").count() == 1


def test_a_form_that_is_wrong_comes_back_with_its_reasons(police):
    answer = browser(police[XIANGTAN]).post(
        reverse("signals-optimise", args=[SLUG]),
        {"method": "maxband", "spread": 5, "tolerance": 0, "weight_outbound": 2, "keep": "wave"},
    )
    assert answer.status_code == 422
    assert "两个方向的权重须同时填写" in answer.content.decode()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_pages_say_waves_delay_and_who_has_to_sign(client, police, proposal, lang):
    acts.sign(police[CHANGSHA], proposal, agreed=True)
    client.cookies["conurb_language"] = lang
    listed = client.get(reverse("signals")).content.decode()
    assert ("潭州大道" if lang == "zh-hans" else "Tanzhou Avenue") in listed
    shown = client.get(page_of(proposal)).content.decode()
    assert ("尚未签署" if lang == "zh-hans" else "has yet to sign") in shown
    assert shown.count('data-signal-diagram="') == 2
    assert "<polygon" in shown
    assert 'data-testid="sign"' not in shown
    assert 'data-testid="search"' not in shown
    mine = browser(police[XIANGTAN]).get(page_of(proposal)).content.decode()
    assert 'data-testid="sign"' in mine
    assert 'data-testid="search"' in mine


def test_signing_on_the_page_leads_back_to_the_plan(police, corridor, proposal):
    address = reverse("signals-sign", args=[SLUG, proposal.key])
    refused = browser(police[CHANGSHA]).post(address, {"agreed": "no", "reason": ""})
    assert refused.status_code == 422
    for city in (CHANGSHA, XIANGTAN):
        answer = browser(police[city]).post(address, {"agreed": "yes"})
        assert answer.headers["Location"] == page_of(proposal)
    assert acts.current_of(corridor) == proposal


def test_a_plan_goes_out_as_every_file_and_comes_back_as_a_workbook(client, police, proposal):
    contents = {}
    programme, of_plan = acts.programme_of(proposal), f"?plan={PLAN}"
    for kind in ("xlsx", "csv", "json", "svg", "sumo", "network", "programme", "all"):
        answer = client.get(reverse("signals-file", args=[SLUG, proposal.key, kind]) + of_plan)
        assert answer.status_code == 200, kind
        assert "attachment" in answer["Content-Disposition"]
        contents[kind] = answer.content
    assert read_data(json.loads(contents["json"])).first == plan_in(programme)
    assert read_data(json.loads(contents["programme"])) == programme
    with zipfile.ZipFile(io.BytesIO(contents["all"])) as archive:
        names = set(archive.namelist())
    for each in programme.patterns:
        for ending in (".xlsx", ".csv", ".json", ".svg", ".add.xml"):
            assert f"{each.key}/{each.key}{ending}" in names
    assert len(ElementTree.fromstring(contents["sumo"]).findall("tlLogic")) == 10
    assert ElementTree.fromstring(contents["svg"]).tag.endswith("svg")
    assert contents["csv"].decode("utf-8-sig").count("\n") == 11
    with zipfile.ZipFile(io.BytesIO(contents["network"])) as archive:
        assert "corridor.tll.xml" in archive.namelist()
    for missing in ("exe", "csv"):
        address = reverse("signals-file", args=[SLUG, proposal.key, missing])
        assert client.get(f"{address}?plan=noon").status_code == 404

    made = acts.upload(police[XIANGTAN], SignalCorridor.objects.get(slug=SLUG), contents["xlsx"])
    assert plan_in(acts.programme_of(made)).offsets == plan_in(programme).offsets
    assert made.kind == SignalVersion.Kind.UPLOADED


def changed_workbook(corridor: SignalCorridor, **cells: object) -> bytes:
    programme = acts.programme_of(acts.current_of(corridor))
    content = workbook_of(programme, programme.patterns[0])
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        book["路口"][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("cells", "row", "words"),
    [
        ({"F3": "很晚"}, 3, "相位差（秒）”应为数字"),
        ({"F4": 400}, 4, "相位差应不小于 0"),
        ({"D5": "430200"}, 5, "沿线城市"),
        ({"E6": 10}, 6, "行驶顺序"),
        ({"G7": 95}, 7, "绿"),
        ({"K8": "先左后右"}, 8, "左转顺序应为"),
        ({"B9": None}, 9, "请填写编号与路口名称"),
        ({"F1": "其他"}, 1, "缺少列“相位差（秒）”"),
    ],
)
def test_a_wrong_workbook_is_told_by_row(police, corridor, cells, row, words):
    with pytest.raises(SheetError) as refused:
        acts.upload(police[XIANGTAN], corridor, changed_workbook(corridor, **cells))
    told = [(each.row, each.message.zh) for each in refused.value.problems]
    assert any(each == row and words in said for each, said in told), told
    assert corridor.versions(manager="everything").count() == 1


def hours_changed(corridor: SignalCorridor) -> dict[str, object]:
    """The JSON of all plans as it is downloaded, with a longer morning peak."""
    data = programme_data(acts.programme_of(acts.current_of(corridor)))
    workday = next(day for day in data["day"] if day["kind"] == "workday")
    morning = next(each for each in workday["period"] if each["plan"] == "morning-peak")
    morning["to"] = "09:30"
    return data


def test_the_hours_of_all_plans_come_back_as_json(police, corridor):
    content = json.dumps(hours_changed(corridor)).encode()
    made = acts.upload(police[XIANGTAN], corridor, content)
    slots = acts.programme_of(made).slots_of("morning-peak", DayKind.WORKDAY)
    assert [slot.hours for slot in slots] == ["07:00–09:30"]
    before = acts.programme_of(acts.current_of(corridor))
    assert acts.programme_of(made).patterns == before.patterns
    with pytest.raises(RefusedError):
        acts.upload(police[XIANGTAN], corridor, json.dumps(programme_data(before)).encode())


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (lambda data: data["day"][0].pop("fallback"), "day[1]", "没有方案"),
        (
            lambda data: data["day"][0]["period"].append(
                {"from": "08:00", "to": "10:00", "plan": "night"}
            ),
            "day[1].period[5]",
            "重叠",
        ),
        (lambda data: data["plan"][1].update(cycle_s=20), "plan[2]", "周期"),
        (lambda data: data.update(key="furong-avenue"), "key", "潭州大道"),
        (lambda data: data["intersection"][0].update(city="430200"), "key", "沿线各市"),
        (lambda data: data.update(plan="none"), "plan", "表"),
    ],
)
def test_wrong_json_is_told_by_key(police, corridor, change, key, words):
    data = hours_changed(corridor)
    change(data)
    with pytest.raises(SheetError) as refused:
        acts.upload(police[XIANGTAN], corridor, json.dumps(data).encode())
    told = [(each.column, each.message.zh) for each in refused.value.problems]
    assert any(each == key and words in said for each, said in told), told


@pytest.mark.parametrize("content", [b"{", b"{" * 100_000, b'{"key": \xff}'])
def test_what_is_no_json_is_refused(police, corridor, content):
    with pytest.raises(SheetError):
        acts.upload(police[XIANGTAN], corridor, content)


def test_the_page_shows_the_day_with_what_runs_now_and_each_plan_by_its_name(
    client, police, corridor, monkeypatch
):
    from django.utils import timezone

    moment = timezone.make_aware(datetime(2026, 3, 2, 8, 15))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    page = client.get(page_of()).content.decode()
    assert "当前运行：早高峰，07:00–09:00" in page
    assert "时距图 · 早高峰" in page
    # four pieces and the gaps between them on working days, three on days off
    assert page.count('<rect class="signal-plan ') == 7 + 3
    assert page.count('class="signal-now"') == 2
    for row in days.changes_of(acts.programme_of(acts.current_of(corridor))):
        assert f"<td>{row.at}</td>" in page
    night = client.get(f"{page_of()}?plan=night").content.decode()
    assert "时距图 · 夜间" in night
    assert client.get(f"{page_of()}?plan=noon").status_code == 404
    plain = client.get(reverse("signals-corridor", args=["dongzhu-road"])).content.decode()
    assert "全天运行同一方案" in plain
    assert 'data-testid="day"' not in plain


def test_a_proposal_opens_at_the_plan_that_it_changes(client, police, proposal, monkeypatch):
    from django.utils import timezone

    moment = timezone.make_aware(datetime(2026, 3, 2, 8, 15))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    page = client.get(page_of(proposal)).content.decode()
    assert "时距图 · 平峰" in page
    assert page.count(">有改动</span>") == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"<html>"])
def test_what_is_no_workbook_is_refused(police, corridor, content):
    with pytest.raises(SheetError):
        acts.upload(police[XIANGTAN], corridor, content)


def test_the_page_lists_what_is_wrong_in_a_workbook(police, corridor):
    file = io.BytesIO(changed_workbook(corridor, F3="x", F4="y"))
    file.name = "plan.xlsx"
    answer = browser(police[XIANGTAN]).post(reverse("signals-upload", args=[SLUG]), {"file": file})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("应为数字") == 2


def test_the_list_asks_the_database_a_fixed_number_of_times(
    client, police, proposal, django_assert_max_num_queries
):
    found.listed(police[CHANGSHA])
    with django_assert_max_num_queries(8):
        found.listed(police[CHANGSHA])


def test_the_demonstration_lets_one_wave_run_and_one_wait(police, db):
    from conurb.sames.facilities.signal_demonstration import demonstrate

    assert demonstrate(None, 0, None) == 5
    states = {
        each.corridor.slug: (each.signed, each.proposals) for each in found.listed(police[CHANGSHA])
    }
    assert states == {
        "furong-avenue": (False, 1),
        "tanzhou-avenue": (True, 0),
        "dongzhu-road": (False, 0),
    }
    assert demonstrate(None, 0, None) == 0
