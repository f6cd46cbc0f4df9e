"""An adoption is a signed record: logged, checkable, true of the file, superseded later."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from conurb.atlas.models import LayerVersion
from conurb.records.actions import standing
from conurb.records.auditing import audit
from conurb.records.checking import check
from conurb.records.models import LogEntry, Record
from conurb.records.queries.auditing import Tables
from conurb.records.subjects import Subject
from conurb.records.types import type_of
from conurb.refusal import RefusedError
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
    draft,
    frame,
    planner,
    submitted,
)

pytestmark = pytest.mark.django_db
Commits = Any


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
    assert review.record == record
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
    assert first.record is not None
    standing.revoke(planner(CHANGSHA), first.record, "签署有误", code="error")
    with commits(execute=True):
        second = reviews.submit(planner(CHANGSHA), draft(PARK, of=first.layer), title="修改")
    second = adopted(second)
    assert second.record is not None
    assert second.record.supersedes is None
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


def test_a_layer_of_the_region_is_adopted_without_a_record(commits: Commits) -> None:
    layer = layers.layer(CHANGSHA)
    layer.city = None
    layer.save()
    with commits(execute=True):
        review = reviews.submit(
            planner(CHANGSHA), layers.version(layer, frame(FAR)), title="区域图层"
        )
    review = adopted(review)
    assert (review.state, review.record) == (Review.State.ADOPTED, None)
