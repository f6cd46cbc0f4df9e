"""records.toml and agreements.toml: what is read, and what is said of faults; then loading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from conurb.journal.models import Entry
from conurb.records import types
from conurb.records.actions.declaring import document_of, load, load_agreements, publish
from conurb.records.declaring import read_agreements, read_types
from conurb.records.models import Agreement, PublishedType
from conurb.region.folder import load_region
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual
from tests.conftest import REGION
from tests.records import makers

SUBJECTS = {"road", "household-registration"}
CITIES = ("430100", "430200", "430300")
LATER = datetime(2026, 12, 1, tzinfo=UTC)

TYPE = """
[[type]]
slug = "permit"
version = 1
code = 100
name = { zh = "许可", en = "Permit" }
summary = { zh = "许可", en = "Permit" }
subject = "vehicle"
issuer = "road"
longest_days = 30
stale_after_hours = 6
open_to_all = true
title_claim = "what"

[[type.claim]]
name = "what"
label = { zh = "内容", en = "What" }
schema = { type = "string", maxLength = 20 }
public = true
compact = 1

[[type.claim]]
name = "note"
label = { zh = "备注", en = "Note" }
schema = { type = "string" }
optional = true
"""
AGREEMENT = """
[[agreement]]
key = "permit"
type = "permit"
from = ["430100", "430200"]
in = ["430100", "430200", "430300"]
since = 2026-01-01
until = 2026-12-31
basis = { zh = "协议", en = "Agreement" }

[[agreement.effect]]
code = "pass"
name = { zh = "通行", en = "May pass" }
"""


def types_of(folder: Path, text: str):
    (folder / "records.toml").write_text(text, encoding="utf-8")
    return read_types(folder, SUBJECTS)


def agreements_of(folder: Path, text: str):
    (folder / "agreements.toml").write_text(text, encoding="utf-8")
    return read_agreements(folder, CITIES, {"permit"})


def faults(read, folder: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(RegionError) as raised:
        read(folder, text)
    return [(each.line, each.key, each.code) for each in raised.value.problems]


def test_a_type_is_read_whole(tmp_path):
    (read,) = types_of(tmp_path, TYPE)
    assert (read.slug, read.version, read.code, read.subject) == ("permit", 1, 100, "vehicle")
    assert read.name == Bilingual("许可", "Permit")
    assert read.longest == timedelta(days=30)
    assert read.stale_after == timedelta(hours=6)
    assert read.open_to_all
    what, note = read.claims
    assert (what.public, what.required, what.compact) == (True, True, 1)
    assert (note.public, note.required, note.compact) == (False, False, None)
    assert what.schema == {"type": "string", "maxLength": 20}


def test_an_agreement_is_read_whole(tmp_path):
    (read,) = agreements_of(tmp_path, AGREEMENT)
    assert read.pairs == (
        ("430100", "430200"),
        ("430100", "430300"),
        ("430200", "430100"),
        ("430200", "430300"),
    )
    assert (read.since, read.until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert read.effects[0].name == Bilingual("通行", "May pass")


def test_both_files_may_be_missing(tmp_path):
    assert read_types(tmp_path, SUBJECTS) == ()
    assert read_agreements(tmp_path, CITIES, ()) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('slug = "permit"', 'slug = "Permit"'), (3, "type[1].slug", "bad-form")),
        (("code = 100", "code = 7"), (5, "type[1].code", "bad-form")),
        (('subject = "vehicle"', 'subject = "boat"'), (8, "type[1].subject", "bad-form")),
        (('issuer = "road"', 'issuer = "roads"'), (9, "type[1].issuer", "unknown-reference")),
        (
            ('title_claim = "what"', 'title_claim = "wht"'),
            (13, "type[1].title_claim", "unknown-reference"),
        ),
        (
            ('type = "string", max', 'type = "strng", max'),
            (18, "type[1].claim[1].schema", "bad-form"),
        ),
        (('name = "note"', 'name = "exp"'), (23, "type[1].claim[2].name", "bad-form")),
        (('name = "note"', 'name = "what"'), (23, "type[1].claim[2].name", "duplicate")),
        (("optional = true", "optinal = true"), (26, "type[1].claim[2].optinal", "unknown-key")),
        ((', en = "What" }', " }"), (17, "type[1].claim[1].label", "missing-translation")),
    ],
)
def test_what_is_wrong_with_a_type_is_said_with_line_and_key(tmp_path, change, expected):
    assert faults(types_of, tmp_path, TYPE.replace(*change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('type = "permit"', 'type = "permt"'), (4, "agreement[1].type", "unknown-reference")),
        (
            ('from = ["430100", "430200"]', 'from = ["430100", "439900"]'),
            (5, "agreement[1].from", "unknown-reference"),
        ),
        (("until = 2026-12-31", "until = 2025-12-31"), (8, "agreement[1].until", "span-backwards")),
        (("since = 2026-01-01", 'since = "soon"'), (7, "agreement[1].since", "wrong-type")),
        (
            ('in = ["430100", "430200", "430300"]\n', ""),
            (2, "agreement[1].in", "missing-key"),
        ),
        (('code = "pass"', 'code = "Pass!"'), (12, "agreement[1].effect[1].code", "bad-form")),
    ],
)
def test_what_is_wrong_with_an_agreement_is_said_with_line_and_key(tmp_path, change, expected):
    assert faults(agreements_of, tmp_path, AGREEMENT.replace(*change)) == [expected]


def test_a_city_has_no_agreement_with_itself(tmp_path):
    alone = AGREEMENT.replace('from = ["430100", "430200"]', 'from = ["430100"]').replace(
        'in = ["430100", "430200", "430300"]', 'in = ["430100"]'
    )
    assert faults(agreements_of, tmp_path, alone) == [(6, "agreement[1].in", "bad-form")]


def test_two_agreements_may_follow_but_not_cover_each_other(tmp_path):
    second = AGREEMENT.replace('key = "permit"', 'key = "again"')
    assert faults(agreements_of, tmp_path, AGREEMENT + second)[0][2] == "duplicate"
    after = second.replace("2026-01-01", "2027-01-01").replace("2026-12-31", "2027-12-31")
    assert len(agreements_of(tmp_path, AGREEMENT + after)) == 2


def test_a_broken_file_is_one_fault_with_its_line(tmp_path):
    assert faults(types_of, tmp_path, TYPE + "\n[[type]\n")[0][2] == "syntax"


def test_the_region_of_the_three_cities_is_sound():
    region = load_region(REGION)
    read = read_types(region.path, {each.key for each in region.subjects})
    assert {each.subject for each in read} >= {"resident", "firm", "vehicle"}
    # nobody can look a person's claims up in a log
    assert all(not each.public for each in read if each.subject == "resident")


def test_a_published_version_never_changes(db):
    with transaction.atomic():
        publish([makers.PASS])
    assert publish([makers.PASS]) == []
    another = types.RecordType(**{**vars(makers.PASS), "longest": timedelta(days=1)})
    with pytest.raises(RegionError, match="longest"):
        publish([another])
    publish([types.RecordType(**{**vars(another), "version": 2})])
    documents = PublishedType.objects.filter(slug=makers.PASS.slug).order_by("version")
    assert [each.document["longest"] for each in documents] == [365 * 86400, 86400]


def test_the_document_says_everything_of_a_type():
    fields = set(vars(makers.PASS))
    assert set(document_of(makers.PASS)) == fields


def declared(tmp_path, text=AGREEMENT):
    return agreements_of(tmp_path, text)


@pytest.fixture
def empty(db):
    Agreement.objects.all().delete()


def test_loading_opens_one_row_a_pair_and_is_again_harmless(empty, tmp_path):
    assert len(load_agreements(declared(tmp_path))) == 4
    assert load_agreements(declared(tmp_path)) == []
    assert Agreement.objects.count() == 4
    entry = Entry.everything.get(verb="agreement.open", detail__agreement="permit")
    assert entry.detail["opened"] == [
        "430100→430200",
        "430100→430300",
        "430200→430100",
        "430200→430300",
    ]


def test_a_change_closes_rows_and_opens_others(empty, tmp_path):
    load_agreements(declared(tmp_path))
    changed = AGREEMENT.replace('zh = "通行"', 'zh = "免检通行"')
    load_agreements(declared(tmp_path, changed), now=LATER)
    assert Agreement.objects.filter(closed_at=LATER).count() == 4
    assert {r.effects[0]["zh"] for r in Agreement.objects.filter(closed_at=None)} == {"免检通行"}
    assert Entry.everything.filter(verb="agreement.change", detail__agreement="permit").count() == 1


def test_only_the_pairs_that_changed_are_replaced(empty, tmp_path):
    load_agreements(declared(tmp_path))
    narrower = AGREEMENT.replace('from = ["430100", "430200"]', 'from = ["430100"]')
    load_agreements(declared(tmp_path, narrower), now=LATER)
    assert set(Agreement.objects.filter(closed_at=LATER).values_list("from_city", flat=True)) == {
        "430200"
    }
    assert Agreement.objects.filter(closed_at=None).count() == 2


def test_what_is_no_longer_declared_ends(empty, tmp_path):
    load_agreements(declared(tmp_path))
    load_agreements([], now=LATER)
    assert not Agreement.objects.filter(closed_at=None).exists()
    assert Entry.everything.filter(verb="agreement.close", detail__agreement="permit").count() == 1


def test_loading_the_region_twice_changes_nothing(db):
    region = load_region(REGION)
    before = list(Agreement.objects.values_list("urn", "closed_at"))
    entries = Entry.everything.count()
    load(region)
    assert list(Agreement.objects.values_list("urn", "closed_at")) == before
    assert Entry.everything.count() == entries
    assert before
