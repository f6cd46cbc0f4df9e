"""The same journey in all three cities: where it is handed in never changes what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conurb.desk import actions
from conurb.desk.models import Case
from conurb.desk.plain import Plain
from conurb.desk.queries import held
from conurb.desk.services import Service, services
from conurb.journal.uploads import HandedIn
from conurb.records.models import Record
from conurb.region.models import City, County, User
from tests.desk.cases import PDF
from tests.desk.people import CITIES, firm_number, make_owner, officer_of, resident_number

pytestmark = pytest.mark.django_db

PLAIN = [service for service in services() if isinstance(service, Plain)]
OPEN_TO_EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def filled(service: Plain, deciding: str, person: User) -> dict[str, Any]:
    """Fill in the form of any plain service, to be decided in a city."""
    county = County.objects.filter(city_id=deciding).order_by("code")[0].code
    city = City.objects.get(code=deciding)
    values: dict[str, Any] = {
        "text": "演示",
        "long-text": "演示内容",
        "address": "测试路1号",
        "number": 12,
        "date": "2025-03-01",
        "yes-no": False,
        "phone": "13800000000",
        "plate": f"{city.plate}YS001",
        "city": deciding,
        "county": county,
    }
    data: dict[str, Any] = {}
    for field in service.declared.fields:
        match field.type:
            case "choice":
                data[field.name] = field.choices[0].value
            case "resident":
                data[field.name] = resident_number("430102", "20180101")
            case "firm":
                data[field.name] = person.represents.get().firm
            case _:
                data[field.name] = values[field.type]
        if field.type == "number" and field.most:
            data[field.name] = min(12, field.most)
        if field.least and field.type == "text":
            data[field.name] = "1" * field.least
    return {**data, **service.known_of(person, person.represents.get().firm), **_home(deciding)}


def _home(deciding: str) -> dict[str, Any]:
    return {"home": deciding}


def judged(service: Service, at: str, data: dict[str, Any], person: User) -> tuple[Any, ...]:
    """Go the whole way from a city, and tell what it led to."""
    firm = person.represents.get().firm if service.subject_kind == "firm" else ""
    case = actions.start(person, service, City.objects.get(code=at), firm=firm)
    fields = sorted(service.form().fields)
    case = actions.save_draft(person, case, data, version=case.version)
    spared = held.offers_of(case, service, case.created_at).materials
    for material in service.materials:
        if material.key not in spared:
            actions.attach(person, case, material.key, HandedIn("a.pdf", PDF))
    case = actions.submit(person, case).case
    officer = officer_of(service.competence, case.authority.city_id)
    case = actions.decide(officer, actions.claim(officer, case), granted=True, reasons_zh="准予")
    record = Record.everything.filter(key=case.record_key).first()
    return (
        case.authority.key,
        case.limit,
        case.due_on,
        case.outcome,
        case.reused_count,
        tuple(fields),
        tuple(material.key for material in service.materials),
        record.type if record else None,
        record.city_id if record else None,
        record.held if record else None,
        record.public if record else None,
    )


def without_traces(act: Any) -> Any:
    """Do something and take it back, so that the next does not find what this one left."""
    from django.db import transaction

    from conurb.records import index

    with transaction.atomic():
        found = act()
        transaction.set_rollback(True)
    index.rebuild()
    return found


@pytest.fixture
def applicant(index_at_once):
    return make_owner("everywhere", "430304", "19850505", "全域", firm_number("430304", 7))


@given(data=st.data())
@OPEN_TO_EXAMPLES
def test_the_place_of_the_applicant_never_changes_the_outcome(applicant, data):
    service = data.draw(st.sampled_from(PLAIN), label="service")
    deciding = data.draw(st.sampled_from(sorted(CITIES.values())), label="decided in")
    wanted = filled(service, deciding, applicant)
    outcomes = {
        city: without_traces(lambda city=city: judged(service, city, wanted, applicant))
        for city in CITIES.values()
    }
    assert len({repr(outcome) for outcome in outcomes.values()}) == 1
    assert Case.everything.count() == 0


@pytest.mark.parametrize("service", PLAIN, ids=lambda service: service.slug)
def test_who_decides_follows_from_what_is_applied_for(service, applicant):
    """And from all of it that matters: another place in the form, another city decides."""
    decided = {
        deciding: service.decides_in(filled(service, deciding, applicant))
        for deciding in CITIES.values()
    }
    assert decided == {city: city for city in CITIES.values()}


def test_no_form_asks_where_it_is_handed_in():
    for service in services():
        assert "accepted_in" not in service.form.base_fields


def test_differences_between_cities_are_said_as_differences():
    differing = [service for service in PLAIN if service.differences]
    assert differing
    for service in differing:
        assert {each.city for each in service.differences} <= set(CITIES.values())
        assert all(each.text.zh and each.text.en for each in service.differences)
