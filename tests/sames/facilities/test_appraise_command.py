"""The command appraises a region's projects without a database and says plainly what it lacks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from conurb.cli import main
from conurb.network.region_network import load_network
from conurb.region.folder import load_region
from tests.network.test_appraisal import numbers
from tests.network.test_distributing import client

__all__ = ["client"]

REGION = Path(__file__).resolve().parents[3] / "regions" / "changzhutan"


@pytest.fixture
def patience(monkeypatch):
    """Let the command wait for a cluster so many seconds."""
    from conurb.network import distributing

    plain = distributing.connect

    def wait(seconds: float) -> None:
        monkeypatch.setattr(
            distributing, "connect", lambda address: plain(address, seconds=seconds)
        )

    return wait


def run(tmp_path: Path, *more: str):
    arguments = ["network", "appraise", "--region", str(REGION), "--data", str(tmp_path), *more]
    return CliRunner().invoke(main, arguments)


def test_every_project_of_the_region_is_ranked(tmp_path):
    file = tmp_path / "appraised.json"
    told = run(tmp_path, "--lang", "en", "--json", str(file))
    assert told.exit_code == 0, told.output
    network = load_network(load_region(REGION))
    names = {project.key: project.name.en for project in network.projects}
    head, *lines = told.output.splitlines()
    assert head.split()[0] == "place"
    kept = json.loads(file.read_text(encoding="utf-8"))
    placed = kept["ranking"]["placed"]
    assert {each["key"] for each in placed} == set(names)
    for line, each in zip(lines, placed, strict=True):
        assert line.split()[0] == str(each["place"])
        assert line.endswith(names[each["key"]])
    assert [each["place"] for each in placed] == sorted(each["place"] for each in placed)
    assert {each["key"] for each in kept["appraisals"]} == set(names)


def test_chinese_columns_stand_under_one_another(tmp_path):
    head, first, *_ = run(tmp_path).output.splitlines()
    assert head.endswith("  项目")
    wide = sum(2 if ord(each) > 0x2E7F else 1 for each in head.removesuffix("项目"))
    assert first[wide - 1] == " "
    assert first[wide] != " "


@pytest.mark.slow
def test_a_cluster_tells_what_one_machine_tells(client, patience, tmp_path):
    patience(60)
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    alone = run(tmp_path, "--lang", "en", "--json", str(one))
    address = client.scheduler.address
    told = run(tmp_path, "--lang", "en", "--dask", address, "--json", str(many))
    assert told.exit_code == 0, told.output
    assert told.output == alone.output
    expected, found = (json.loads(file.read_text(encoding="utf-8")) for file in (one, many))
    assert [each["key"] for each in found["ranking"]["placed"]] == [
        each["key"] for each in expected["ranking"]["placed"]
    ]
    for each, other in zip(found["appraisals"], expected["appraisals"], strict=True):
        np.testing.assert_allclose(numbers(each), numbers(other), rtol=1e-9, atol=1e-9)


def test_an_address_without_a_cluster_is_told(patience, tmp_path):
    patience(0.3)
    told = run(tmp_path, "--dask", "tcp://127.0.0.1:9")
    assert told.exit_code == 1
    assert "没有可用的 Dask 集群" in told.output
