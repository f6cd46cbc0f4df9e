"""Invented maps: labelled, whole where they meet, with the conflicts that were planned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from django.utils import timezone

from conurb.atlas import demonstration, storing
from conurb.atlas.actions import finding as looking
from conurb.atlas.demonstration import frame_of, ground_of
from conurb.atlas.findings import passing
from conurb.atlas.findings.finding import Rule
from conurb.atlas.findings.passing import Outcome
from conurb.atlas.findings.sides import Side
from conurb.atlas.models import Finding, Layer, LayerVersion
from conurb.region.competence import competent
from conurb.region.models import City, User

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CITIES = ("430100", "430200", "430300")
KINDS: tuple[Any, ...] = ("land-use", "protected", "lines", "corridors")


def found(*, corrected: bool) -> Outcome:
    ground = ground_of()
    sides = []
    for city in CITIES:
        for kind in KINDS:
            frame = frame_of(city, kind, corrected=corrected)
            sides.append(
                Side.of(
                    ground.borders.plane,
                    frame.geometry.to_numpy(),
                    frame["code"].to_numpy().astype(str),
                    layer=f"{kind} {city}",
                    kind=kind,
                    city=city,
                    names=list(frame["name"]),
                    allowed=list(frame["allowed"]) if kind == "corridors" else None,
                )
            )
    return passing.find(sides, ground.borders, ground.book)


def test_every_planned_conflict_is_found_and_without_them_nothing() -> None:
    counts = found(corrected=False).counts()
    planned = [each.rule for each in ground_of().conflicts]
    for rule in Rule:
        assert counts[rule] >= planned.count(rule) > 0, rule
    assert sum(counts.values()) <= 2 * len(planned)
    assert found(corrected=True).findings == ()


def test_maps_are_plots_of_believable_size_that_cover_their_ground_once() -> None:
    ground = ground_of()
    for city in CITIES:
        plan = frame_of(city, "land-use", corrected=True)
        assert 1_000 < len(plan) < 6_000
        areas = ground.borders.plane.to_plane(plan.geometry.to_numpy())
        assert shapely.is_valid(areas).all()
        covered = shapely.union_all(areas).area
        assert shapely.area(areas).sum() == pytest.approx(covered, rel=1e-6)
        assert 30_000 < float(np.median(shapely.area(areas))) < 600_000
        assert plan["code"].nunique() > 10
        assert plan["name"].str.contains("纯属虚构").all()


def test_maps_come_in_as_versions_and_a_corrected_one_resolves_its_conflicts(
    tmp_path: Any, settings: Any
) -> None:
    settings.DATA_PATH = tmp_path
    for city in City.objects.all():
        User.objects.create_user(
            f"{city.slug}-planner",
            authority=competent("spatial-planning", city.code),
            is_demo=True,
        )
    assert demonstration.demonstrate(None, 2021, timezone.now()) > 9  # type: ignore[arg-type]
    assert demonstration.demonstrate(None, 2021, timezone.now()) == 0  # type: ignore[arg-type]
    made = LayerVersion.everything.select_related("layer")
    assert made.count() == 12
    assert all(each.is_demo and "纯属虚构" in each.layer.name_zh for each in made)
    drafts = made.filter(layer__kind=Layer.Kind.LAND_USE)
    assert {each.state for each in drafts} == {LayerVersion.State.DRAFT}
    for each in drafts.exclude(layer__city="430100"):
        each.state = LayerVersion.State.SUBMITTED
        each.save(update_fields=["state"])
    planner = User.objects.get(username="changsha-planner")
    first = drafts.get(layer__city="430100")
    run = looking.perform(looking.ask(planner, first))
    kept = set(Finding.everything.filter(run=run).values_list("rule", flat=True))
    assert kept == {rule.value for rule in Rule} - {"joining"}

    frame = demonstration.corrected(first)
    assert frame is not None
    sha256, _path = storing.write(frame, storing_folder(tmp_path))
    west, south, east, north = frame.total_bounds
    second = LayerVersion.everything.create(
        key="2" * 30,
        layer=first.layer,
        number=2,
        sha256=sha256,
        geometry=first.geometry,
        feature_count=len(frame),
        west=west,
        south=south,
        east=east,
        north=north,
        fields=first.fields,
        classes={},
    )
    again = looking.perform(looking.ask(planner, second))
    assert again.previous == run
    assert again.counts["resolved"] > again.counts["new"] + again.counts["going_on"]
    left = Finding.everything.filter(run=again).exclude(state="resolved")
    # what is left is what the neighbours did
    assert not left.filter(rule__in=["protected", "facing"]).exists()


def storing_folder(data: Any) -> Any:
    return data / "layers"
