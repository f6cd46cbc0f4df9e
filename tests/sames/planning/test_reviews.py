"""Reviews on the database: who may act, what follows, what is kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from conurb.atlas.models import Layer, LayerVersion
from conurb.journal.models import Entry
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import User
from conurb.sames.planning import reviewing
from conurb.sames.planning.actions import comments, looking, reviews
from conurb.sames.planning.models import Comment, Party, Review, ReviewEvent
from conurb.sames.planning.queries import conflicts, zones
from conurb.sames.planning.queries import reviews as queries
from conurb.sames.planning.queries.conflicts import FindingFilter
from tests.atlas import layers
from tests.sames.planning.makers import (
    CHANGSHA,
    FACTORY,
    FAR,
    HOMES,
    PARK,
    XIANGTAN,
    ZHUZHOU,
    acts,
    draft,
    frame,
    neighbour_plan,
    planner,
    renewed,
    stands,
    submitted,
)

pytestmark = pytest.mark.django_db

MORNING = timezone.make_aware(datetime(2026, 3, 2, 9, 0))
Commits = Any


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    return django_capture_on_commit_callbacks


def sign(city: str, review: Review) -> Review:
    return reviews.sign(planner(city), review, round_read=review.round)


def test_the_neighbours_are_asked_with_a_limit_in_working_days(commits: Commits) -> None:
    with commits(execute=True):
        review = reviews.submit(planner(CHANGSHA), draft(FACTORY), title="用地规划", now=MORNING)
    assert stands(review) == {ZHUZHOU: "asked", XIANGTAN: "asked"}
    assert {each.due_on for each in review.parties.all()} == {date(2026, 3, 23)}
    assert review.version.state == LayerVersion.State.SUBMITTED
    entry = Entry.everything.get(verb="joint-review.submit")
    assert entry.object_urn == review.urn
    assert entry.detail["sha256"] == review.version.sha256


def test_a_conflict_is_objected_to_corrected_signed_and_adopted(commits: Commits) -> None:
    neighbour_plan(HOMES)
    review = submitted(commits, FACTORY)
    zhuzhou = planner(ZHUZHOU)
    rows = conflicts.listed(zhuzhou, review, FindingFilter())
    assert {"facing"} <= {row.rule for row in rows}

    review = sign(XIANGTAN, review)
    review = reviews.object_to(zhuzhou, review, words="三类工业正对居住用地", round_read=1)
    assert stands(review) == {ZHUZHOU: "objected", XIANGTAN: "signed"}

    review = renewed(commits, review, PARK, words="改为公园绿地")
    # the change lies far from Xiangtan and brings it nothing new: its signature stands
    assert stands(review) == {ZHUZHOU: "asked", XIANGTAN: "signed"}
    assert review.parties.get(city=XIANGTAN).is_carried
    told = conflicts.summary(zhuzhou, review)
    assert told.resolved >= 1
    resolved = conflicts.listed(zhuzhou, review, FindingFilter(standing="resolved"))
    assert "facing" in {row.rule for row in resolved}

    review = sign(ZHUZHOU, review)
    assert review.state == Review.State.ADOPTED
    assert review.closed_at is not None
    assert list(acts(review)) == ["submit", "sign", "object", "resubmit", "carry", "sign", "adopt"]
    version = LayerVersion.everything.get(pk=review.version_id)
    assert version.state == LayerVersion.State.PUBLISHED


def test_a_signature_falls_where_the_new_version_comes_near(commits: Commits) -> None:
    review = submitted(commits, FACTORY, FAR)
    review = sign(ZHUZHOU, review)
    review = renewed(commits, review, PARK, FAR)
    assert stands(review)[ZHUZHOU] == "asked"


def test_numbering_features_anew_touches_nobody(commits: Commits) -> None:
    review = submitted(commits, FACTORY, FAR)
    review = sign(ZHUZHOU, review)
    review = renewed(commits, review, FAR, FACTORY)
    # the names of the makers go by place, so both features differ; a plain copy does not
    again = layers.version(review.layer, frame(FAR, FACTORY))
    assert reviews.touched_by(review, review.version, again) == []


def test_looking_twice_at_a_draft_hides_no_new_finding(commits: Commits) -> None:
    neighbour_plan(HOMES)
    review = submitted(commits, FAR)
    version = draft(FACTORY, FAR, of=review.layer)
    for _time in range(2):
        with commits(execute=True):
            looking.finding.ask(planner(CHANGSHA), version)
    assert looking.new_by_city(review.version, version)[ZHUZHOU] >= 1


def test_nobody_signs_a_version_that_he_has_not_read(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    review = renewed(commits, review, PARK)
    with pytest.raises(RefusedError, match=r"版本|version"):
        reviews.sign(planner(ZHUZHOU), review, round_read=1)
    assert stands(review)[ZHUZHOU] == "asked"


def test_only_officers_of_the_authorities_concerned_act(commits: Commits, actors: Any) -> None:
    version = draft(FACTORY)
    for stranger in (planner(ZHUZHOU), actors["officer-changsha"], actors["office"]):
        with pytest.raises(NotCompetentError):
            reviews.submit(stranger, version, title="越权")
    review = submitted(commits, FACTORY)
    for stranger in (planner(CHANGSHA), actors["officer-zhuzhou"], actors["office"]):
        with pytest.raises(NotCompetentError):
            reviews.sign(stranger, review, round_read=1)
        if stranger.username != f"planner-{CHANGSHA}":
            with pytest.raises(NotCompetentError):
                reviews.withdraw(stranger, review, words="越权")
            with pytest.raises(NotCompetentError):
                comments.comment(stranger, review, "旁观")
    assert ReviewEvent.objects.filter(review=review).count() == 1


def test_a_layer_has_one_open_review_and_a_draft_is_submitted_once(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    with pytest.raises(RefusedError):
        reviews.submit(planner(CHANGSHA), draft(PARK, of=review.layer), title="又一次")
    with pytest.raises(RefusedError):
        reviews.resubmit(planner(CHANGSHA), review, review.version)
    with pytest.raises(RefusedError):
        reviews.resubmit(planner(CHANGSHA), review, draft(PARK))


def test_a_later_adoption_supersedes_the_earlier(commits: Commits) -> None:
    first = submitted(commits, FAR)
    first = sign(XIANGTAN, sign(ZHUZHOU, first))
    with commits(execute=True):
        second = reviews.submit(
            planner(CHANGSHA), draft(PARK, of=first.layer), title="修改（演示）"
        )
    second = sign(XIANGTAN, sign(ZHUZHOU, second))
    first.refresh_from_db()
    assert (first.state, first.superseded_by) == (Review.State.SUPERSEDED, second)


def test_withdrawing_ends_it_and_takes_every_round_back(commits: Commits) -> None:
    review = renewed(commits, submitted(commits, FACTORY), PARK)
    with pytest.raises(RefusedError):
        reviews.withdraw(planner(CHANGSHA), review, words=" ")
    review = reviews.withdraw(planner(CHANGSHA), review, words="另行研究")
    assert review.state == Review.State.WITHDRAWN
    states = {each.version.state for each in review.rounds.select_related("version")}
    assert states == {LayerVersion.State.WITHDRAWN}
    with pytest.raises(RefusedError):
        reviews.object_to(planner(ZHUZHOU), review, words="迟到的异议", round_read=2)


def test_silence_is_late_and_consent_only_where_declared(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    later = timezone.now() + timedelta(days=60)
    assert reviews.lapse_all(later) == 0
    assert {each.is_late for each in queries.standings(review, later.date())} == {True}
    Review.everything.filter(pk=review.pk).update(silence=Review.Silence.CONSENT)
    assert reviews.lapse_all(later) == 1
    review.refresh_from_db()
    assert review.state == Review.State.ADOPTED
    assert all(each.by_silence for each in review.parties.all())


def test_what_the_tables_say_is_what_the_procedure_says(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    keys = {each.city_id: str(each.authority_id) for each in review.parties.all()}
    expected = review.standing()
    review = sign(ZHUZHOU, review)
    expected = reviewing.sign(expected, keys[ZHUZHOU])
    assert review.standing() == expected
    review = reviews.object_to(planner(XIANGTAN), review, words="请说明", round_read=1)
    expected = reviewing.object_to(expected, keys[XIANGTAN], "请说明")
    assert Review.everything.get(pk=review.pk).standing() == expected


def test_remarks_are_pinned_answered_settled_and_opened_by_an_answer(commits: Commits) -> None:
    neighbour_plan(HOMES)
    review = submitted(commits, FACTORY)
    zhuzhou, changsha = planner(ZHUZHOU), planner(CHANGSHA)
    found = conflicts.listed(zhuzhou, review, FindingFilter())[0]
    first = comments.comment(zhuzhou, review, "此处不妥", pin=comments.Pin(113.0, 28.0))
    onto = comments.comment(zhuzhou, review, "见此", pin=comments.Pin(finding=found.key))
    assert onto.finding_key == found.key
    comments.comment(changsha, review, "将改", answers=first)
    comments.turn(zhuzhou, first, resolved=True)
    with pytest.raises(RefusedError):
        comments.turn(zhuzhou, first, resolved=True)
    comments.comment(changsha, review, "再议", answers=first)
    told = queries.threads(zhuzhou, review)
    assert [each.number for each in told] == [1, 2]
    assert (len(told[0].answers), told[0].resolved) == (2, False)
    for pin in (
        comments.Pin(113.0, None),
        comments.Pin(213.0, 28.0),
        comments.Pin(finding="没有"),
    ):
        with pytest.raises(RefusedError):
            comments.comment(zhuzhou, review, "乱指", pin=pin)


def test_what_was_said_cannot_be_changed(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    comments.comment(planner(ZHUZHOU), review, "原话")
    for table in ("planning_comment", "planning_reviewevent", "planning_round"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    assert Comment.everything.count() == 1


def test_findings_have_to_be_there_before_a_new_version(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    version = draft(PARK, of=review.layer)
    with pytest.raises(RefusedError), commits(execute=False):
        reviews.resubmit(planner(CHANGSHA), review, version)
    version.refresh_from_db()
    assert version.state == LayerVersion.State.DRAFT


def test_zones_take_effect_on_their_day_and_stay_to_be_seen(commits: Commits) -> None:
    layer = layers.layer(CHANGSHA, kind=Layer.Kind.ZONES, name="分区分级（演示）")
    first = layers.version(
        layer, frame(("core", -900, 0, -500, 400)), classes={"core": {"area": 1e6}}
    )
    with pytest.raises(RefusedError):
        reviews.submit(planner(CHANGSHA), first, title="划定")
    begin, change = date(2026, 3, 2), timezone.localdate() + timedelta(days=30)
    made = [_adopted_zone(first, begin, MORNING)]
    second = layers.version(
        layer, frame(("core", -900, 0, -100, 400)), classes={"core": {"area": 2e6}}
    )
    made.append(_adopted_zone(second, change, timezone.now()))
    someone = planner(ZHUZHOU)
    assert zones.in_force(someone, change - timedelta(days=1)) == [made[0]]
    assert zones.in_force(someone, change) == [made[1]]
    assert zones.in_force(someone, begin - timedelta(days=1)) == []
    [newest, oldest] = zones.with_changes(zones.history(someone))
    assert [km2 for _name, km2 in newest.changes] == [1.0]
    assert oldest.review == made[0]
    [feature] = zones.features([made[0]])
    assert feature["properties"]["tier"] == "core"


def _adopted_zone(version: LayerVersion, effective_on: date, now: datetime) -> Review:
    review = reviews.submit(
        planner(CHANGSHA), version, title="调整（演示）", effective_on=effective_on, now=now
    )
    for city in (ZHUZHOU, XIANGTAN):
        review = reviews.sign(planner(city), review, round_read=1, now=now)
    assert review.state == Review.State.ADOPTED
    return review


def test_pages_ask_the_database_as_often_for_many_as_for_few(
    commits: Commits, django_assert_max_num_queries: Any
) -> None:
    neighbour_plan(HOMES)
    review = submitted(commits, FACTORY)
    for number in range(6):
        comments.comment(planner(ZHUZHOU), review, f"意见{number}")
    reader = User.objects.get(username=f"planner-{ZHUZHOU}")
    found = queries.review_of(reader, review.key)
    assert found is not None
    with django_assert_max_num_queries(12):
        queries.page(reader, found, timezone.localdate())
    assert Party.objects.filter(review=review).count() == 2
