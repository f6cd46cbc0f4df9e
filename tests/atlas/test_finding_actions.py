"""Passes of findings on the database: asked for, kept, compared with the pass before, shown."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from conurb.atlas.actions import finding as actions
from conurb.atlas.actions.layers import publish
from conurb.atlas.findings.naming import Rule
from conurb.atlas.models import Finding, FindingRun, LayerVersion
from conurb.atlas.queries import findings as queries
from conurb.atlas.queries import findings_figures, findings_sides
from conurb.atlas.queries.findings import FindingFilter
from conurb.background import actions as jobs
from conurb.background.models import Job
from conurb.background.work import CancelledError
from conurb.journal.models import Entry
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent
from conurb.region.models import User
from conurb.scoping import UnscopedQueryError, request_scope
from tests.atlas import layers

pytestmark = pytest.mark.django_db

CHANGSHA, ZHUZHOU = "430100", "430200"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_PATH = tmp_path


@pytest.fixture
def planner() -> User:
    return User.objects.create_user("planner", authority=competent("spatial-planning", CHANGSHA))


@pytest.fixture
def neighbour() -> User:
    return User.objects.create_user("neighbour", authority=competent("spatial-planning", ZHUZHOU))


def frame(*plots: tuple[str, float, float, float, float]) -> gpd.GeoDataFrame:
    """Plots as (code, west, south, east, north) in metres from a point on the cities' border."""
    borders = findings_sides.borders()
    middle = shapely.line_interpolate_point(borders.lines[CHANGSHA, ZHUZHOU], 0.5, normalized=True)
    boxes = [
        shapely.box(middle.x + west, middle.y + south, middle.x + east, middle.y + north)
        for _code, west, south, east, north in plots
    ]
    fine = [code for code, *_ in plots]
    return gpd.GeoDataFrame(
        {
            "fid": np.arange(len(plots)),
            "code": [code[:4] if code.isdigit() else code for code in fine],
            "source_code": fine,
            "name": [None] * len(plots),
        },
        geometry=borders.plane.to_degrees(np.array(boxes, dtype=object)),
        crs="EPSG:4326",
    )


WORKS = ("100103", 0, 0, 400, 400)
HOMES = ("0701", 350, 100, 700, 300)
SHRUNK = ("100103", 0, 0, 340, 400)
FAR = ("100103", -900, 0, -600, 400)


@pytest.fixture
def plans() -> dict[str, LayerVersion]:
    ours = layers.layer(CHANGSHA)
    theirs = layers.layer(ZHUZHOU)
    return {
        "works": layers.version(ours, frame(WORKS), state="submitted"),
        "homes": layers.version(theirs, frame(HOMES), state="published"),
    }


def pass_about(actor: User, version: LayerVersion | None) -> FindingRun:
    return actions.perform(actions.ask(actor, version))


def found(run: FindingRun) -> dict[tuple[str, str], Finding]:
    return {(each.rule, each.state): each for each in Finding.everything.filter(run=run)}


def test_findings_go_on_and_are_resolved_from_version_to_version(
    planner: User, plans: dict[str, LayerVersion]
) -> None:
    first = pass_about(planner, plans["works"])
    kept = found(first)
    assert sorted(kept) == [("facing", "new"), ("overlap", "new")]
    overlap = kept["overlap", "new"]
    assert overlap.area_m2 == pytest.approx(50 * 200, rel=1e-3)
    assert overlap.city_codes == [CHANGSHA, ZHUZHOU]
    assert overlap.shape.area > 0
    assert [each["code"] for each in overlap.features] == ["100103", "0701"]
    assert [each["city"] for each in overlap.sides()] == [CHANGSHA, ZHUZHOU]
    assert "长沙" in overlap.reason_zh
    assert "三类工业用地（100103）" in kept["facing", "new"].reason_zh
    assert first.counts["rules"]["overlap"] == 1
    assert first.rules is not None
    assert "strip_m" in first.rules.texts["border.toml"]
    assert queries.new_by_city(first) == {CHANGSHA: 2, ZHUZHOU: 2}

    again = layers.version(plans["works"].layer, frame(SHRUNK), state="submitted")
    second = pass_about(planner, again)
    kept_now = found(second)
    assert sorted(kept_now) == [("facing", "going-on"), ("overlap", "resolved")]
    assert kept_now["overlap", "resolved"].key == overlap.key
    assert kept_now["facing", "going-on"].key == kept["facing", "new"].key
    assert kept_now["facing", "going-on"].since == first
    assert (second.previous, second.counts["resolved"], second.counts["new"]) == (first, 1, 0)

    third = pass_about(planner, layers.version(again.layer, frame(FAR), state="submitted"))
    # what was resolved before is not told again
    assert sorted(found(third)) == [("facing", "resolved")]
    verbs = Entry.everything.filter(object_urn=third.urn).values_list("verb", flat=True)
    assert sorted(verbs) == ["finding.ask", "finding.done"]


def test_a_pass_about_a_layer_leaves_out_what_is_between_others(
    planner: User, plans: dict[str, LayerVersion]
) -> None:
    other = layers.layer("430300")
    apart = layers.version(other, frame(("0101", -5000, 0, -4900, 100)), state="submitted")
    assert found(pass_about(planner, apart)) == {}
    assert len(found(pass_about(User.objects.get(username="office"), None))) == 2


def test_protected_ground_of_a_city_is_held_against_every_plan(planner: User) -> None:
    ground = frame(("permanent-farmland", 100, 100, 200, 200))
    layers.version(layers.layer(ZHUZHOU, kind="protected"), ground, state="published")
    ours = layers.version(layers.layer(CHANGSHA), frame(WORKS), state="submitted")
    kept = found(pass_about(planner, ours))
    assert list(kept) == [("protected", "new")]
    (protected,) = kept.values()
    assert protected.area_m2 == pytest.approx(100 * 100, rel=1e-3)
    assert protected.city_codes == [CHANGSHA, ZHUZHOU]


def test_who_may_ask_and_who_sees(
    planner: User, neighbour: User, plans: dict[str, LayerVersion], django_user_model: Any
) -> None:
    resident = User.objects.get(username="resident")
    with pytest.raises(NotCompetentError):
        actions.ask(resident, plans["works"])
    draft = layers.version(plans["works"].layer, frame(WORKS))
    with pytest.raises(NotCompetentError):
        actions.ask(neighbour, draft)
    own = pass_about(planner, draft)
    shared = pass_about(planner, plans["works"])
    assert list(queries.runs(neighbour)) == [shared]
    assert set(queries.runs(planner)) == {own, shared}
    assert not queries.runs(resident).exists()
    assert queries.latest_run(neighbour, plans["works"]) == shared
    assert queries.findings_of(neighbour, own).count() == 0
    with request_scope(), pytest.raises(UnscopedQueryError):
        Finding.objects.count()


def test_nothing_to_compare_and_maps_without_rules_are_refused(planner: User) -> None:
    with pytest.raises(RefusedError, match="无法比对"):
        actions.ask(User.objects.get(username="office"))
    assert actions.ask_after(layers.version(layers.layer(CHANGSHA), frame(WORKS))) is None
    zones = layers.version(layers.layer(CHANGSHA, kind="zones"), frame(WORKS), state="submitted")
    with pytest.raises(RefusedError, match="没有对应"):
        actions.ask(planner, zones)


def test_a_pass_is_done_in_the_background_and_asked_for_twice_it_is_one(
    planner: User, plans: dict[str, LayerVersion], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = actions.ask(planner, plans["works"])
        assert actions.ask(planner, plans["works"]) == run
    run.refresh_from_db()
    assert run.job is not None
    assert (run.state, run.job.state) == (FindingRun.State.DONE, Job.State.DONE)
    assert run.job.result["new"] == 2
    assert run.job.about == plans["works"].urn


def test_a_cancelled_pass_and_one_that_fails_leave_nothing(
    planner: User,
    plans: dict[str, LayerVersion],
    settings: Any,
    tmp_path: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    run = actions.ask(planner, plans["works"])
    assert run.job is not None
    jobs.cancel(planner, run.job)
    run.refresh_from_db()
    assert run.state == FindingRun.State.CANCELLED
    settings.REGION_PATH = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        run = actions.ask(planner, plans["works"])
    run.refresh_from_db()
    assert run.job is not None
    assert run.state == FindingRun.State.FAILED
    assert "The tables of findings cannot be used: atlas/border.toml" in run.job.problem_en
    assert "问题图斑规则表无法使用" in run.job.problem_zh
    assert not Finding.everything.exists()
    assert queries.latest_run(planner, plans["works"]) is None


def test_a_pass_that_is_not_wanted_any_more_stops(
    planner: User, plans: dict[str, LayerVersion], monkeypatch: Any
) -> None:
    given = actions.gather(actions.ask(planner, plans["works"]))
    monkeypatch.setattr(actions, "_BEAT", 0.0)
    told: list[int] = []

    def progress(done: int, _total: int, _step: object) -> None:
        told.append(done)
        raise CancelledError

    with pytest.raises(CancelledError):
        actions._with_beats(given, progress)
    assert len(told) == 1  # whatever step it had come to, it took no other


def test_lists_filters_and_maps(
    planner: User, plans: dict[str, LayerVersion], django_assert_max_num_queries: Any
) -> None:
    run = pass_about(planner, plans["works"])
    # the gravest first
    assert [each.rule for each in queries.findings_of(planner, run)] == ["facing", "overlap"]
    with django_assert_max_num_queries(1):
        told = queries.summary(planner, run)
    assert told.standing == 2
    assert told.rules["overlap"] == 1
    assert told.cities == {CHANGSHA: 2, ZHUZHOU: 2}
    asked = FindingFilter.from_query({"rule": "facing", "state": "nonsense", "city": ZHUZHOU})
    assert (asked.rule, asked.state) == ("facing", "")
    assert queries.findings_of(planner, run, asked).count() == 1
    one = queries.findings_of(planner, run, asked).get()
    west, south, east, north = one.bounds
    near = FindingFilter.from_query({"bbox": f"{west},{south},{east},{north}"})
    assert queries.findings_of(planner, run, near).count() == 2
    assert queries.findings_of(planner, run, FindingFilter(box=(1, 1, 2, 2))).count() == 0
    assert queries.findings_of(planner, run, FindingFilter(city="430300")).count() == 0
    with django_assert_max_num_queries(3):
        drawn = queries.collection(planner, run)
    assert [each["properties"]["rule"] for each in drawn["features"]] == ["facing", "overlap"]
    shape = shapely.geometry.shape(drawn["features"][1]["geometry"])
    assert shape.is_valid
    assert shape.hausdorff_distance(Finding.everything.get(run=run, rule="overlap").shape) < 2e-6
    assert drawn["features"][0]["properties"]["cities_zh"] == ["长沙", "株洲"]


# — all maps —


@pytest.fixture
def office() -> User:
    return User.objects.get(username="office")


def test_only_the_office_lets_all_rules_run_over_all_maps(
    planner: User, office: User, plans: dict[str, LayerVersion]
) -> None:
    with pytest.raises(NotCompetentError):
        actions.ask(planner)
    run = actions.ask(office)
    assert actions.ask(office) == run
    assert run.job is not None
    assert run.job.authority == office.authority
    jobs.cancel(office, run.job)
    run.refresh_from_db()
    assert run.state == FindingRun.State.CANCELLED
    assert queries.last_broken_off(planner) == run
    done = actions.perform(actions.ask(office))
    assert queries.last_broken_off(planner) is None
    assert {each.pk for each in queries.compared_in(planner, done)} == {
        each.pk for each in plans.values()
    }


def test_versions_that_come_to_stand_ask_for_one_pass_over_the_newest_of_all(
    office: User,
    planner: User,
    plans: dict[str, LayerVersion],
    django_capture_on_commit_callbacks: Any,
) -> None:
    ground = layers.version(layers.layer(CHANGSHA, kind="protected"), frame(FAR))
    publish(planner, ground)
    (run,) = FindingRun.everything.filter(version=None)
    assert run.job is not None
    assert (run.asked_by, run.job.authority) == (None, office.authority)
    assert queries.run_under_way(office) == run
    entry = Entry.everything.get(object_urn=run.urn, verb="finding.ask")
    assert entry.detail["after"] == str(ground)

    second = layers.version(plans["homes"].layer, frame(HOMES), state="published")
    assert actions.ask_after(second) == run
    compared = set(run.compared(manager="everything").values_list("pk", flat=True))
    assert compared == {ground.pk, plans["works"].pk, second.pk}

    # one that a worker has begun keeps its versions
    Job.everything.filter(pk=run.job.pk).update(state=Job.State.RUNNING)
    third = layers.version(plans["homes"].layer, frame(HOMES), state="published")
    with django_capture_on_commit_callbacks(execute=True):
        later = actions.ask_after(third)
    assert later is not None
    assert later != run
    later.refresh_from_db()
    assert later.state == FindingRun.State.DONE
    assert later.counts["new"] == 2


def test_maps_without_rules_and_regions_without_tables_ask_for_nothing(
    plans: dict[str, LayerVersion], settings: Any, tmp_path: Any
) -> None:
    zones = layers.version(layers.layer(CHANGSHA, kind="zones"), frame(WORKS), state="published")
    assert actions.ask_after(zones) is None
    settings.REGION_PATH = tmp_path
    assert actions.ask_after(plans["works"]) is None
    assert not FindingRun.everything.exists()


def test_what_breaks_a_pass_off_is_noted_with_it(
    office: User, plans: dict[str, LayerVersion], settings: Any, tmp_path: Any
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    run = actions.ask(office)
    with pytest.raises(KeyboardInterrupt):
        actions.perform(run, stop)
    assert run.state == FindingRun.State.CANCELLED
    settings.REGION_PATH = tmp_path
    again = actions.note_pass()
    with pytest.raises(RefusedError):
        actions.perform(again)
    assert again.state == FindingRun.State.FAILED


def test_the_measures_of_the_plan_read_what_the_last_pass_counted(
    office: User, plans: dict[str, LayerVersion]
) -> None:
    assert findings_figures.standing() is None
    run = pass_about(office, None)
    told = findings_figures.standing()
    assert told is not None
    assert (told.number, told.as_of) == (2, run.ended_at)
    only = findings_figures.standing([Rule.OVERLAP, Rule.CORRIDOR])
    assert only is not None
    assert only.number == 1
