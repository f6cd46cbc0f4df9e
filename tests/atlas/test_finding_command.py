"""`conurb atlas findings`: a pass of the command line, kept or only answered, and its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conurb.atlas.models import FindingRun, LayerVersion
from conurb.cli import main
from conurb.journal.models import Entry
from tests.atlas import layers
from tests.atlas.test_finding_actions import CHANGSHA, HOMES, WORKS, ZHUZHOU, frame

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_PATH = tmp_path


@pytest.fixture
def plans() -> list[LayerVersion]:
    return [
        layers.version(layers.layer(CHANGSHA), frame(WORKS), state="submitted"),
        layers.version(layers.layer(ZHUZHOU), frame(HOMES), state="published"),
    ]


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["atlas", "findings", *arguments])


def test_a_pass_over_all_maps_is_kept_and_written(
    plans: list[LayerVersion], tmp_path: Path
) -> None:
    file = tmp_path / "found.geojson"
    answer = asked("--lang", "en", "--output", str(file))
    assert answer.exit_code == 0, answer.output
    assert "0/" in answer.stderr
    assert "Overlap at the border" in answer.stdout
    assert "2  in 2 maps; 2 new, 0 resolved" in answer.stdout
    run = FindingRun.everything.get()
    assert (run.state, run.version, run.asked_by, run.job) == ("done", None, None, None)
    verbs = Entry.everything.filter(object_urn=run.urn).values_list("verb", flat=True)
    assert sorted(verbs) == ["finding.ask", "finding.done"]
    told = json.loads(file.read_text(encoding="utf-8"))
    assert {each["properties"]["rule"] for each in told["features"]} == {"overlap", "facing"}
    assert "重叠" in asked("--quiet").stdout


def test_some_rules_or_maps_only_answer(plans: list[LayerVersion], tmp_path: Path) -> None:
    file = tmp_path / "found.csv"
    answer = asked("--rule", "overlap", "--quiet", "--lang", "en", "--output", str(file))
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.split() == [
        *["1", "Overlap", "at", "the", "border", "1", "in", "2", "maps;", "nothing", "was", "kept"]
    ]
    assert answer.stderr == ""
    assert file.read_bytes().count(b"\r\n") == 2
    alone = asked("--layer", plans[0].layer.key, "--quiet", "--lang", "en")
    assert alone.stdout.split() == ["0", "in", "1", "maps;", "nothing", "was", "kept"]
    draft = layers.version(layers.layer("430300", name="草图"), frame(WORKS))
    both = asked("--layer", "草图", "--layer", plans[1].layer.key, "--quiet", "--lang", "en")
    assert draft.state == "draft"
    assert "in 2 maps" in both.stdout
    assert not FindingRun.everything.exists()


def test_what_is_asked_amiss_is_told(plans: list[LayerVersion]) -> None:
    unknown = asked("--layer", "没有", "--lang", "zh")
    assert unknown.exit_code == 1
    assert "没有名为“没有”的图层" in unknown.stderr
    assert plans[0].layer.key in unknown.stderr
    twice = asked("--layer", "国土空间规划", "--lang", "en")
    assert "2 layers are called" in twice.stderr
    ending = asked("--output", "found.shp", "--lang", "en")
    assert ending.exit_code == 1
    assert ".gpkg" in ending.stderr
    assert not FindingRun.everything.exists()


def test_nothing_to_compare_is_told() -> None:
    answer = asked("--lang", "en")
    assert answer.exit_code == 1
    assert "Error" in answer.stderr
