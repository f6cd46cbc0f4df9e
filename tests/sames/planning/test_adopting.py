"""An adoption is a signed record: logged, checkable, true of the file, superseded later."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from docx import Document

from conurb.atlas.models import Layer, LayerVersion
from conurb.records.actions import issuing, keys, standing
from conurb.records.auditing import audit
from conurb.records.checking import check
from conurb.records.models import LogEntry, Record
from conurb.records.queries.auditing import Tables
from conurb.records.subjects import Subject
from conurb.records.types import type_of
from conurb.refusal import RefusedError
from conurb.region.models import Authority, User
from conurb.region.models import Subject as SubjectOfWork
from conurb.sames.planning.actions import reviews
from conurb.sames.planning.models import LibraryPlan, Review
from conurb.sames.planning.record_type import SLUG
from tests.atlas import layers
from tests.sames.planning.makers import (
    CHANGSHA,
    FAR,
    PARK,
    XIANGTAN,
    ZHUZHOU,
    Plot,
    draft,
    frame,
    planner,
    submitted,
)

pytestmark = pytest.mark.django_db
Commits = Any
CITIES = (CHANGSHA, ZHUZHOU, XIANGTAN)


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    return django_capture_on_commit_callbacks


def adopted(review: Review) -> Review:
    for city in (ZHUZHOU, XIANGTAN):
        review = reviews.sign(planner(city), review, round_read=review.round)
    return review


def subject_of(review: Review) -> Subject:
    return Subject("layer", review.layer.key)


def test_an_adoption_is_issued_logged_and_holds_in_every_city(commits: Commits) -> None:
    review = submitted(commits, FAR)
    LibraryPlan.objects.get(key="changsha-spatial").layers.add(review.layer)
    reviews.sign(planner(ZHUZHOU), review, round_read=1)
    assert not Record.everything.filter(type=SLUG).exists()
    review = reviews.sign(planner(XIANGTAN), review, round_read=1)

    record = Record.everything.get(type=SLUG)
    assert list(review.records.all()) == [record]
    assert (record.city_id, record.authority) == (CHANGSHA, review.authority)
    said = record.public
    assert (said["review"], said["version"], said["kind"]) == (review.number, 1, "land-use")
    assert said["plan_level"] == "city"
    assert [(each["city"], each["by_silence"]) for each in said["signatures"]] == [
        (ZHUZHOU, False),
        (XIANGTAN, False),
    ]
    assert all(each["authority"].endswith("natural-resources") for each in said["signatures"])
    assert record.held == {}
    # what was adopted is the file that is kept, byte by byte
    with LayerVersion.everything.get(pk=review.version_id).path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == said["sha256"]
    entry = LogEntry.objects.get(log=CHANGSHA, index=record.log_index)
    assert entry.kind == "issue"

    for city in (CHANGSHA, ZHUZHOU, XIANGTAN):
        answer = check(SLUG, subject_of(review), city)
        assert answer.verdict == "valid", city
        assert answer.found[0].public["sha256"] == said["sha256"]
    assert all(report.sound for report in audit(Tables(), (CHANGSHA,), type_of=type_of))


def test_a_later_adoption_supersedes_the_record(commits: Commits) -> None:
    first = adopted(submitted(commits, FAR))
    with commits(execute=True):
        second = reviews.submit(planner(CHANGSHA), draft(PARK, of=first.layer), title="修改")
    assert check(SLUG, subject_of(first), ZHUZHOU).verdict == "valid"
    second = adopted(second)
    old, new = Record.everything.filter(type=SLUG).order_by("pk")
    assert (old.state, new.state) == (Record.State.SUPERSEDED, Record.State.VALID)
    assert new.supersedes == old
    (found,) = [
        each for each in check(SLUG, subject_of(first), ZHUZHOU).found if each.key == new.key
    ]
    assert found.public["sha256"] == second.version.sha256


def test_after_a_revocation_a_later_adoption_stands_by_itself(commits: Commits) -> None:
    first = adopted(submitted(commits, FAR))
    standing.revoke(planner(CHANGSHA), first.records.get(), "签署有误", code="error")
    with commits(execute=True):
        second = reviews.submit(planner(CHANGSHA), draft(PARK, of=first.layer), title="修改")
    second = adopted(second)
    assert second.records.get().supersedes is None
    assert check(SLUG, subject_of(second), XIANGTAN).verdict == "valid"


def test_silence_is_said_in_the_record(commits: Commits) -> None:
    from datetime import timedelta

    from django.utils import timezone

    review = submitted(commits, FAR)
    Review.everything.filter(pk=review.pk).update(silence=Review.Silence.CONSENT)
    reviews.lapse(review, now=timezone.now() + timedelta(days=60))
    record = Record.everything.get(type=SLUG)
    assert all(each["by_silence"] for each in record.public["signatures"])
    assert all("逾期视为同意" in each["zh"] for each in record.public["signatures"])


def test_nothing_is_adopted_that_cannot_be_signed(
    commits: Commits, settings: Any, tmp_path: Any
) -> None:
    review = submitted(commits, FAR)
    review = reviews.sign(planner(ZHUZHOU), review, round_read=1)
    (tmp_path / "keys").unlink()
    with pytest.raises(RefusedError, match=r"密钥|key"):
        reviews.sign(planner(XIANGTAN), review, round_read=1)
    review.refresh_from_db()
    assert review.state == Review.State.OPEN
    assert Record.everything.filter(type=SLUG).count() == 0


@pytest.fixture
def province() -> User:
    """A planner of an authority of the whole region."""
    authority = Authority.objects.create(
        key="region-planning", urn="urn:conurb:region:authority:region-planning", name_zh="省资源厅"
    )
    authority.subjects.add(SubjectOfWork.objects.get(key="spatial-planning"))
    return User.objects.create_user("planner-region", authority=authority)


def of_the_region(province: User, commits: Commits, plot: Plot, of: Layer | None = None) -> Review:
    """A review of a layer of the whole region, signed by all three cities."""
    layer = of or layers.layer(CHANGSHA)
    layer.city, layer.authority = None, province.authority
    layer.save()
    with commits(execute=True):
        review = reviews.submit(province, layers.version(layer, frame(plot)), title="区域图层")
    assert [each.city_id for each in review.parties.all()] == list(CITIES)
    for city in CITIES:
        assert not review.records.exists()
        review = reviews.sign(planner(city), review, round_read=1)
    return review


def verify_page(review: Review) -> str:
    address = f"/planning/verify/?sha256={review.version.sha256}&lang=en"
    return Client().get(address).content.decode()


def test_of_a_layer_of_the_region_every_city_issues_its_own_record(
    commits: Commits, province: User
) -> None:
    review = of_the_region(province, commits, FAR)
    made = list(review.records.order_by("city__order"))
    assert [record.city_id for record in made] == list(CITIES)
    assert [record.authority for record in made] == [planner(city).authority for city in CITIES]
    assert {record.public["sha256"] for record in made} == {review.version.sha256}
    assert [each["city"] for each in made[0].public["signatures"]] == list(CITIES)
    for city in CITIES:
        answer = check(SLUG, subject_of(review), city)
        assert (answer.verdict, len(answer.found)) == ("valid", 3)
    assert all(report.sound for report in audit(Tables(), CITIES, type_of=type_of))

    page = verify_page(review)
    assert "the adoption stands" in page
    assert page.count('data-testid="adoption"') == 3
    assert all(record.urn in page for record in made)
    # what one city takes back does not stand for all of them any more
    standing.revoke(planner(ZHUZHOU), made[1], "签署有误", code="error")
    assert "does not stand any more" in verify_page(review)

    second = of_the_region(province, commits, PARK, of=review.layer)
    states = [Record.everything.get(pk=record.pk).state for record in made]
    assert states == ["superseded", "revoked", "superseded"]
    before = [record.supersedes for record in second.records.order_by("city__order")]
    assert before == [made[0], None, made[2]]
    assert "the adoption stands" in verify_page(second)


def test_the_page_and_the_document_show_the_record_of_every_city(
    commits: Commits, province: User
) -> None:
    review = of_the_region(province, commits, FAR)
    browser = Client()
    browser.force_login(planner(XIANGTAN))
    page = browser.get(f"/planning/reviews/{review.key}/").content.decode()
    assert page.count('data-testid="code"') == 3
    own = review.records.get(city=XIANGTAN)
    assert f"/records/{own.key}/" in page
    assert not any(f"/records/{one.key}/" in page for one in review.records.exclude(pk=own.pk))
    written = browser.get(f"/planning/reviews/{review.key}/record.docx").content
    tables = Document(BytesIO(written)).tables
    cells = {cell.text for table in tables for row in table.rows for cell in row.cells}
    assert {record.urn for record in review.records.all()} <= cells


def test_a_layer_of_the_region_is_adopted_where_the_keys_of_all_cities_are(
    commits: Commits, province: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def signer(city: str, now: Any) -> keys.Signer:
        if city == XIANGTAN:
            raise LookupError(city)
        return keys.signer(city, now)

    monkeypatch.setattr(issuing, "signer", signer)
    with pytest.raises(RefusedError, match="湘潭"):
        of_the_region(province, commits, FAR)
    assert Review.everything.get().state == Review.State.OPEN
    assert not Record.everything.filter(type=SLUG).exists()
