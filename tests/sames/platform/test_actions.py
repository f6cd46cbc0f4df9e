"""What happens to passes: granted, checked, misused, withdrawn, renewed; on the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from conurb.desk.actions import applying, deciding
from conurb.desk.models import Case
from conurb.journal.models import Entry
from conurb.records.checking import check
from conurb.records.models import Record
from conurb.records.subjects import parse
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent
from conurb.region.models import City, User
from conurb.sames.platform.actions import passes
from conurb.sames.platform.actions.loading import load
from conurb.sames.platform.models import (
    Pass,
    PassCheck,
    PassZone,
    RuleSet,
    Violation,
    Withdrawal,
)
from conurb.sames.platform.queries import figures
from conurb.sames.platform.queries.rules import declared, facts_for, points_of
from tests.sames.platform.conftest import application
from tests.sames.platform.makers import applied, granted

ZHUZHOU, CHANGSHA, XIANGTAN = "430200", "430100", "430300"
CITIES = (CHANGSHA, ZHUZHOU, XIANGTAN)


@pytest.fixture
def driver(actors):
    return actors["resident"]


@pytest.fixture
def police(db):
    return {
        city.pk: User.objects.create_user(
            f"police-{city.slug}", authority=competent("traffic-police", city.pk)
        )
        for city in City.objects.all()
    }


@pytest.mark.parametrize("city", CITIES)
def test_where_it_is_handed_in_changes_nothing(driver, city):
    """The same application in every city: the same authority, decision, reasons and record."""
    case = applied(driver, city=city)
    of = Pass.everything.get(case_key=case.key)
    assert case.accepted_in_id == city
    assert (case.authority.city_id, case.outcome, case.automatic) == (ZHUZHOU, "granted", True)
    assert of.record.public == {
        "zones": ["B1"],
        "hours": "09:00-16:00",
        "days": "every",
        "purpose": "livelihood",
        "mass": "medium",
        "plate_class": "ordinary",
        "route": ["K5"],
    }
    assert "株洲中心城区" in case.reasons_zh
    assert case.findings
    assert all(each["passed"] for each in case.findings)
    assert (of.applied_in_id, of.city_id) == (city, ZHUZHOU)


def test_what_a_pass_holds_of_people_is_no_public_claim(driver):
    of = granted(driver)
    assert of.record.held["owner"] == "测试配送有限公司（演示）"
    assert "测试配送" not in of.record.token
    assert of.record.held["driver"] == "张三（演示）"


def test_one_application_holds_in_three_cities(driver, police):
    of = granted(driver)
    for city in CITIES:
        answer = check("truck-pass", parse("vehicle", of.plate), city)
        assert answer.verdict == "valid"
        assert answer.reason == ("own" if city == ZHUZHOU else "agreement")
    effects = {effect.code for effect in answer.found[0].effects}
    assert {"enter-zones", "points-count"} <= effects


def test_what_no_rule_grants_an_officer_decides(driver, police):
    case = applied(driver, purpose="construction", term="week")
    assert (case.state, case.authority.city_id) == ("submitted", ZHUZHOU)
    officer = police[ZHUZHOU]
    deciding.claim(officer, case)
    case = deciding.decide(officer, case, granted=True, reasons_zh="已核对施工许可")
    of = Pass.everything.get(case_key=case.key)
    assert not of.automatic
    assert of.record.authority == officer.authority


def test_an_officer_grants_for_what_is_left_of_the_days(driver, police):
    begun = timezone.now() - timedelta(days=3)
    case = applied(driver, purpose="construction", term="week", now=begun)
    officer = police[ZHUZHOU]
    deciding.claim(officer, case)
    case = deciding.decide(officer, case, granted=True, reasons_zh="已核对施工许可")
    of = Pass.everything.get(case_key=case.key)
    assert of.first_day == timezone.localdate()
    assert of.last_day == timezone.localdate(begun) + timedelta(days=6)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "dangerous"}, "purpose"),
        ({"from_time": "22:30", "until_time": "05:00"}, "corridors"),
        ({"plate": "湘B"}, "plate"),
        ({"owner_number": "91430200MADEM0001K"}, "owner_number"),
        ({"corridors": [], "drawn": ""}, "corridors"),
    ],
)
def test_what_cannot_be_handed_in_says_where_and_why(driver, changes, field):
    with pytest.raises(RefusedError) as refusal:
        applied(driver, **changes)
    assert refusal.value.field == field
    assert refusal.value.status == 422
    assert not Record.everything.filter(type="truck-pass").exists()


def test_the_last_place_of_a_quota_is_given_once(driver):
    first = granted(driver)
    zone = declared().zone_by_code["B1"]
    PassZone.objects.bulk_create(
        PassZone(of=each, zone_id="B1", first_day=first.first_day, last_day=first.last_day)
        for each in clones(first, zone.quota - 2)
    )
    assert granted(driver, plate="湘BYT100").automatic
    waits = applied(driver, plate="湘BYT101")
    assert waits.state == "submitted"
    assert any(each["rule"] == "quota" and not each["passed"] for each in waits.findings)


def clones(of: Pass, number: int) -> list[Pass]:
    """Rows that count against the quota; their records are those of other vehicles."""
    records = Record.everything.bulk_create(
        Record(
            **{
                **{f.attname: getattr(of.record, f.attname) for f in Record._meta.concrete_fields},
                "id": None,
                "key": f"{n:030x}",
                "status_index": 50_000 + n,
                "log_index": 50_000 + n,
                "subject_number": f"湘BZ{n:04d}",
            }
        )
        for n in range(number)
    )
    values = {
        f.attname: getattr(of, f.attname)
        for f in Pass._meta.concrete_fields
        if f.attname not in {"id", "key", "record_id", "plate"}
    }
    return Pass.everything.bulk_create(
        Pass(**values, key=f"{n:030x}", plate=f"湘BZ{n:04d}", record=each)
        for n, each in enumerate(records)
    )


def test_a_check_is_counted_with_its_answer(driver, police):
    of = granted(driver)
    answer, made = passes.check(police[CHANGSHA], " 湘b·yt001 ")
    assert answer.verdict == "valid"
    assert (made.found, made.issued_in, made.city_id) == (of, ZHUZHOU, CHANGSHA)
    nothing, unknown = passes.check(police[CHANGSHA], "湘BYT999")
    assert (nothing.verdict, unknown.found) == ("unknown", None)
    with pytest.raises(RefusedError, match="号牌"):
        passes.check(police[CHANGSHA], "湘B")
    with pytest.raises(NotCompetentError):
        passes.check(driver, "湘BYT001")
    assert PassCheck.everything.count() == 2


def test_points_count_until_they_are_annulled(driver, police):
    of = granted(driver)
    now = timezone.now()
    noted = passes.note_violation(police[CHANGSHA], of, "zone", place="五一路", at=now)
    assert points_of(of.plate, timezone.now()) == 3
    with pytest.raises(NotCompetentError):
        passes.annul(police[ZHUZHOU], noted, "误记")
    passes.annul(police[CHANGSHA], noted, "误记")
    assert points_of(of.plate, timezone.now()) == 0
    with pytest.raises(RefusedError, match="更正"):
        passes.annul(police[CHANGSHA], noted, "误记")


def test_points_stay_with_the_vehicle_and_keep_the_next_pass_for_an_officer(driver, police):
    of = granted(driver)
    for _time in range(2):
        passes.note_violation(police[ZHUZHOU], of, "overload", place="红旗路", at=timezone.now())
    passes.withdraw(police[ZHUZHOU], of, "points", "一年内积分达到12分")
    again = applied(driver)
    assert again.state == "submitted"
    assert {each["rule"] for each in again.findings if not each["passed"]} == {
        "points",
        "withdrawn",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"place": " "}, "place"),
        ({"place": "路" * 201}, "place"),
        ({"at": timedelta(days=31)}, "at"),
        ({"at": timedelta(days=-1)}, "at"),
        ({"words": "字" * 501}, "words"),
    ],
)
def test_a_violation_that_cannot_be(driver, police, changes, field):
    of = granted(driver)
    now = timezone.now()
    values = {"kind": "hours", "place": "红旗路", "words": "", "at": timedelta(), **changes}
    with pytest.raises(RefusedError) as refusal:
        passes.note_violation(
            police[ZHUZHOU],
            of,
            values["kind"],
            place=values["place"],
            words=values["words"],
            at=now - values["at"],
            now=now,
        )
    assert refusal.value.field == field


def test_withdrawn_it_holds_nowhere_at_the_next_check(driver, police):
    of = granted(driver)
    with pytest.raises(NotCompetentError):
        passes.withdraw(police[CHANGSHA], of, "deception", "资料不实")
    with pytest.raises(RefusedError, match="12"):
        passes.withdraw(police[ZHUZHOU], of, "points", "积分")
    passes.withdraw(police[ZHUZHOU], of, "deception", "资料不实")
    for city in CITIES:
        answer = check("truck-pass", parse("vehicle", of.plate), city)
        assert (answer.verdict, answer.reason) == ("invalid", "revoked")
    made = Withdrawal.objects.get(of=of)
    assert (made.ground, made.reason) == ("deception", "资料不实")
    with pytest.raises(RefusedError):
        passes.withdraw(police[ZHUZHOU], of, "request", "再次")


def test_a_renewal_supersedes_and_runs_on(driver, police):
    start = timezone.now() - timedelta(days=28)
    old = granted(driver, now=start)
    with pytest.raises(RefusedError):
        passes.renew(driver, old, now=start)
    case = passes.renew(driver, old)
    assert case.data["renews"] == old.key
    assert case.data["plate"] == old.plate
    case = applying.submit(driver, case).case
    assert (case.state, case.automatic) == ("granted", True)
    new = Pass.everything.get(case_key=case.key)
    assert new.renews == old
    assert new.first_day == timezone.localdate()
    assert new.last_day == old.last_day + timedelta(days=31)
    old.record.refresh_from_db()
    assert old.record.state == Record.State.SUPERSEDED
    answer = check("truck-pass", parse("vehicle", old.plate), ZHUZHOU)
    assert answer.verdict == "valid"
    assert answer.found[0].key == new.record.key


def test_nobody_renews_anothers_pass(driver, actors):
    old = granted(driver, now=timezone.now() - timedelta(days=28))
    with pytest.raises(NotCompetentError):
        passes.renew(actors["office"], old)
    with pytest.raises(RefusedError, match="不属于申请人"):
        applied(actors["office"], renews=old.key)
    assert not Case.everything.filter(outcome="granted", applicant=actors["office"]).exists()


def test_the_figures_are_counted_from_the_tables(driver, police):
    of = granted(driver, city=XIANGTAN)
    passes.check(police[CHANGSHA], of.plate)
    passes.check(police[ZHUZHOU], of.plate)
    refused = applied(driver, plate="湘BYT050", purpose="construction", term="week")
    deciding.claim(police[ZHUZHOU], refused)
    deciding.decide(police[ZHUZHOU], refused, granted=False, reasons_zh="没有施工许可")
    found = {each.city.pk: each for each in figures.by_city(timezone.now())}
    zhuzhou = found[ZHUZHOU]
    assert (zhuzhou.issued, zhuzhou.valid, zhuzhou.automatic) == (1, 1, 1)
    assert (zhuzhou.refused, zhuzhou.automatic_share) == (1, 50)
    assert zhuzhou.refusals == {"restriction": 1}
    assert zhuzhou.applied_elsewhere == 1
    assert zhuzhou.by_purpose["livelihood"] == zhuzhou.by_mass["medium"] == 1
    assert (found[CHANGSHA].checks, found[CHANGSHA].checks_of_others) == (1, 1)
    assert (zhuzhou.checks, zhuzhou.checks_of_others) == (1, 0)
    assert found[CHANGSHA].median_seconds is None
    readings = {each.key: each.read() for each in figures.measures()}
    assert readings["passes-valid"].value == 1
    assert readings["decided-by-rule"].value == 50
    assert readings["cities-recognising"].value == 3
    assert readings["checked-elsewhere"].value == 1


def test_without_passes_there_are_no_figures(db):
    from conurb.plan.measures import take

    readings = {each.key: take(each) for each in figures.measures()}
    assert readings["passes-valid"].figure is None
    assert "尚未核发" in readings["passes-valid"].why_zh
    assert readings["decided-by-rule"].figure is None
    assert readings["checked-elsewhere"].figure is None


def test_the_folder_is_loaded_once_a_state(db, region):
    before = RuleSet.objects.count()
    assert load(region).digest == declared().digest
    assert RuleSet.objects.count() == before


@pytest.mark.parametrize("model", [RuleSet, Violation, PassCheck, Withdrawal])
def test_what_was_noted_is_never_changed(driver, police, model):
    of = granted(driver)
    passes.check(police[ZHUZHOU], of.plate)
    passes.note_violation(police[ZHUZHOU], of, "hours", place="红旗路", at=timezone.now())
    passes.withdraw(police[ZHUZHOU], of, "request", "申请注销")
    manager = getattr(model, "everything", model.objects)
    assert manager.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        manager.all().delete()


def test_the_journal_tells_it_without_numbers_of_people(driver, police):
    of = granted(driver)
    passes.withdraw(police[ZHUZHOU], of, "request", "申请注销")
    verbs = Entry.everything.filter(object_urn=of.urn).values_list("verb", flat=True)
    assert set(verbs) == {"pass.grant", "pass.withdraw"}
    details = str(list(Entry.everything.values_list("detail", "object_name")))
    assert "张三" not in details
    assert "91430200MADEM0001J" not in details


def test_what_is_on_record_is_read_for_the_application(driver):
    of = granted(driver)
    facts = facts_for(application(plate=of.plate), timezone.now())
    assert [each.key for each in facts.others] == [of.key]
    assert len(facts.taken["B1"]) == 1
    assert facts_for(application(plate="?"), timezone.now()).others == ()
