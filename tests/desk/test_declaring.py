"""The region's own services are sound; what is wrong in a file is said with line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from conurb.desk import declaring, plain, services
from conurb.region.folder import load_region
from conurb.region.problems import RegionError
from tests.conftest import REGION

GOOD = """
[[service]]
slug = "proof"
name = { zh = "证明", en = "Proof" }
summary = { zh = "摘要", en = "Summary" }
audiences = ["resident"]
subject = "resident"
applicant_fields = true
decides = "social-security"
decided_in = "field:city"
limit = 3
statutory = 5
basis = { zh = "依据", en = "Basis" }

[[service.field]]
name = "city"
label = { zh = "市", en = "City" }
type = "city"

[service.issues]
type = "proof"

[service.issues.held]
name = "field:name"
"""


def problems_of(folder: Path, text: str) -> list[tuple[int, str, str]]:
    (folder / declaring.FILE).write_text(text, encoding="utf-8")
    try:
        declaring.read(folder)
    except RegionError as fault:
        return [(each.line, each.key, each.code) for each in fault.problems]
    return []


def test_a_folder_without_the_file_has_no_services(tmp_path):
    assert declaring.read(tmp_path) == ()


def test_a_good_entry_is_read(tmp_path):
    assert problems_of(tmp_path, GOOD) == []
    (service,) = declaring.read(tmp_path)
    assert [field.name for field in service.fields] == ["name", "number", "phone", "city"]
    assert service.subject_field == "number"
    assert service.issue is not None
    assert service.issue.held == {"name": "field:name"}


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "code"),
    [
        ('slug = "proof"', 'slug = "Proof!"', 3, "slug", "bad-form"),
        ('subject = "resident"', 'subject = "ship"', 7, "subject", "bad-form"),
        ('"field:city"', '"field:town"', 10, "decided_in", "unknown-reference"),
        ('"field:city"', '"capital"', 10, "decided_in", "bad-form"),
        ("limit = 3", "limit = 9", 11, "limit", "bad-form"),
        ("limit = 3", "", 0, "limit", "missing-key"),
        ('type = "city"', 'type = "town"', 18, "type", "bad-form"),
        ('type = "city"', 'type = "choice"', 15, "choice", "missing-table"),
        ('label = { zh = "市", en = "City" }', 'label = { zh = "市" }', 17, "label", None),
        ('audiences = ["resident"]', 'audiences = ["ghost"]', 6, "audiences", None),
        ('name = "field:name"', 'name = "field:nam"', 24, "name", "unknown-reference"),
        ('name = "field:name"', 'name = "of course"', 24, "name", "bad-form"),
        ('name = "city"', 'name = "number"', 16, "name", "duplicate"),
        ("applicant_fields = true", "applicants = true", 8, "applicants", "unknown-key"),
        ('basis = { zh = "依据", en = "Basis" }', "basis = 3", 13, "basis", "wrong-type"),
        ("[[service.field]]", "[[service.field", 15, "", "syntax"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_key(tmp_path, old, new, line, key, code):
    assert old in GOOD
    found = problems_of(tmp_path, GOOD.replace(old, new, 1))
    matching = [
        each
        for each in found
        if each[1].endswith(key) and (code is None or each[2] == code) and line in (0, each[0])
    ]
    assert matching, found


def test_a_service_declared_twice_is_said(tmp_path):
    found = problems_of(tmp_path, GOOD + GOOD)
    assert [code for _line, _key, code in found] == ["duplicate"]


def test_what_lies_outside_the_file_is_checked_too(tmp_path):
    (tmp_path / declaring.FILE).write_text(GOOD, encoding="utf-8")
    known = declaring.References(subjects=frozenset(), cities=frozenset())
    found = declaring.check_references(tmp_path, known)
    assert [each.code for each in found] == ["unknown-reference"] * 2
    assert {each.line for each in found} == {9, 21}
    assert all(each.message_zh and each.message_en for each in found)


def test_the_regions_own_services_are_sound():
    declared = declaring.read(REGION)
    assert 12 <= len(declared) <= 20
    region = load_region(REGION)
    assert declaring.check_references(REGION, plain.references(region)) == ()
    for each in declared:
        assert each.limit <= each.statutory
        assert services.service_of(each.slug) is not None


def test_a_broken_file_stops_the_region_and_not_the_process(tmp_path, monkeypatch):
    (tmp_path / declaring.FILE).write_text(GOOD.replace("limit = 3", ""), encoding="utf-8")
    before = services.services()
    plain.offer_declared(tmp_path)
    assert services.services() == before


def test_a_service_of_a_pack_is_not_taken_over():
    mine = services.service_of("residence-permit")
    assert mine is not None

    class Other(services.Service):
        slug = "residence-permit"

    with pytest.raises(ValueError, match="twice"):
        services.offer(Other())
    services.offer(mine)
    assert services.service_of("residence-permit") is mine
