"""What any city's record says is not asked again, where it holds in the city that decides."""

from __future__ import annotations

import pytest

from conurb.desk import actions
from conurb.desk.queries import held
from conurb.records.actions import standing
from conurb.records.models import Record
from conurb.refusal import RefusedError
from conurb.region.models import City
from tests.desk import cases
from tests.desk.cases import ENROLMENT, PERMIT, draft, granted, offered
from tests.desk.people import officer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def permit(zhou):
    """A residence permit of Changsha, that the resident of Zhuzhou holds."""
    case = draft(zhou, "residence-permit", "430200", PERMIT, files=("residence", "ground"))
    case = actions.submit(zhou, case).case
    officer = officer_of("household-registration", "430100")
    case = actions.decide(officer, actions.claim(officer, case), granted=True, reasons_zh="属实")
    return Record.everything.get(key=case.record_key)


def test_a_record_of_another_city_spares_a_material(zhou, permit):
    proof, _officer = granted(zhou)
    case = draft(zhou, "school-enrolment", "430200", ENROLMENT)
    offers = held.offers_of(case, offered("school-enrolment"), case.created_at)
    assert {key: each.type for key, each in offers.materials.items()} == {
        "residence": "residence-permit",
        "work": "social-insurance-proof",
    }
    done = actions.submit(zhou, case).case
    assert done.authority.city_id == "430300"
    assert done.asked_again == 0
    assert done.reused_count == 2
    assert {each["record"] for each in done.reused} == {permit.key, proof.record_key}


def test_a_field_is_filled_in_from_a_record(zhou, permit):
    case = actions.start(zhou, offered("old-age-allowance"), City.objects.get(code="430200"))
    assert case.data["address"] == permit.held["address"]


def test_what_is_given_again_is_counted(zhou, permit):
    case = draft(zhou, "school-enrolment", "430200", ENROLMENT, files=("residence", "work"))
    done = actions.submit(zhou, case).case
    assert done.asked_again == 1
    assert done.reused == []


def test_a_record_that_was_revoked_spares_nothing(zhou, permit):
    officer = officer_of("household-registration", "430100")
    standing.revoke(officer, permit, "迁出")
    case = draft(zhou, "school-enrolment", "430200", ENROLMENT, files=("work",))
    with pytest.raises(RefusedError) as told:
        actions.submit(zhou, case)
    assert told.value.field == "residence"


def test_nobody_is_spared_by_the_record_of_another(owner, permit):
    case = draft(owner, "school-enrolment", "430200", ENROLMENT, files=("work",))
    with pytest.raises(RefusedError) as told:
        actions.submit(owner, case)
    assert told.value.field == "residence"


def test_renewing_supersedes_the_permit_of_the_same_authority(zhou, permit):
    case = draft(zhou, "residence-permit", "430300", PERMIT, files=("residence", "ground"))
    case = actions.submit(zhou, case).case
    officer = officer_of("household-registration", "430100")
    case = actions.decide(officer, actions.claim(officer, case), granted=True, reasons_zh="续签")
    permit.refresh_from_db()
    assert permit.state == Record.State.SUPERSEDED
    assert permit.superseded_by.key == case.record_key


def test_the_firms_licence_fills_in_its_form_and_is_issued_anew(owner):
    firm = owner.represents.get().firm
    data = {
        "county": "430302",
        "address": "雨湖区测试路1号",
        "representative": "湘乙",
        "kind": "有限责任公司",
        "established_on": "2020-01-01",
        "business": "货物销售",
    }
    case = draft(owner, "firm-change", "430100", data, files=("resolution", "licence"), firm=firm)
    case = actions.submit(owner, case).case
    officer = officer_of("market-regulation", "430300")
    case = actions.decide(officer, actions.claim(officer, case), granted=True, reasons_zh="准予")
    first = Record.everything.get(key=case.record_key)
    again = actions.start(owner, offered("firm-change"), City.objects.get(code="430200"), firm=firm)
    assert again.data["address"] == "雨湖区测试路1号"
    assert again.data["business"] == "货物销售"
    filled = {**again.data, "county": "430302", "address": "岳塘区测试路9号"}
    again = actions.save_draft(owner, again, filled, version=again.version)
    actions.attach(owner, again, "resolution", cases.HandedIn("决议.pdf", cases.PDF))
    again = actions.submit(owner, again).case
    # the address is what changes; all else, and the licence, came from the record
    assert again.asked_again == 0
    assert again.reused_count == 5
    again = actions.decide(officer, actions.claim(officer, again), granted=True, reasons_zh="准予")
    first.refresh_from_db()
    assert first.state == Record.State.SUPERSEDED
    assert Record.everything.get(key=again.record_key).public["address"] == "岳塘区测试路9号"


def test_what_is_held_of_a_vehicle_is_told_to_its_holder_alone(zhou, owner):
    """Of somebody else's vehicle an applicant learns what anybody may."""
    from conurb.desk.services import Prefill, Service
    from conurb.records.actions import issuing
    from conurb.records.actions.issuing import Draft
    from conurb.records.subjects import Subject

    officer = officer_of("traffic-police", "430200")
    public = {
        "vehicle_type": "轻型厢式货车",
        "use": "货运",
        "registered_on": "2025-01-01",
        "inspected_until": "2027-01-01",
    }
    issuing.issue(
        officer,
        officer.authority,
        Draft(
            type="vehicle-licence",
            subject=Subject("vehicle", "湘BYS999"),
            public=public,
            held={"owner": "周甲", "vin": "LYS00000000000001"},
            holder=zhou,
        ),
    )

    class Vehicle(Service):
        slug = "vehicle-test"
        prefills = (
            Prefill("kind", "vehicle-licence", "vehicle_type"),
            Prefill("owner", "vehicle-licence", "owner"),
        )

        def subject_of(self, data):
            return Subject("vehicle", data["plate"])

    from django.utils import timezone

    data, now = {"plate": "湘BYS999"}, timezone.now()
    mine = held.offers_for(zhou, Vehicle(), data, "430100", now)
    assert set(mine.fields) == {"kind", "owner"}
    others = held.offers_for(owner, Vehicle(), data, "430100", now)
    assert set(others.fields) == {"kind"}
