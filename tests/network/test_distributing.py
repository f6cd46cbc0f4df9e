"""A cluster of two processes finds what one machine finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from distributed import Client, LocalCluster

from conurb.network import distributing, sweeping
from conurb.network.appraisal import appraise
from conurb.network.contraction import prepare
from conurb.network.scenario import Arc, Project
from conurb.network.study import Candidate, Centre, Study, Zones
from tests.network.test_appraisal import numbers
from tests.network.test_costs import grid

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributing.connect(cluster.scheduler_address) as client,
    ):
        client.wait_for_workers(2, timeout=60)
        yield client


def study() -> Study:
    """A town in which something is built, and something closed."""
    graph = grid(24, 8)
    chance = np.random.default_rng(8)
    nodes = chance.choice(graph.nodes, 100, replace=False)
    zones = Zones(
        tuple(map(str, nodes)),
        nodes,
        tuple(f"county {at % 7}" for at in range(100)),
        chance.uniform(0, 1e4, 100),
        chance.uniform(0, 1e4, 100),
        chance.integers(0, 3, 100).astype(float),
    )
    closed = tuple(
        Arc(300, int(head), np.inf) for head in graph.heads[graph.indptr[300] : graph.indptr[301]]
    )
    projects = (
        Project("bridge", (Arc(0, graph.nodes - 1, 1.0), Arc(graph.nodes - 1, 0, 1.0))),
        Project("bypass", tuple(Arc(24 * k, 24 * k + 24, 0.1) for k in range(23))),
        Project("closed", closed),
        Project("elsewhere", ()),
    )
    return Study(
        graph,
        zones,
        tuple(Centre(f"city {at}", int(nodes[at])) for at in range(3)),
        tuple(Candidate(project, 10**10) for project in projects),
    )


def test_appraisals_are_those_of_one_machine(client):
    given = study()
    found, expected = distributing.appraise(client, given), appraise(given)
    for one, other in zip(found, expected, strict=True):
        # what is closed is searched anew, from one side or the other
        exact = 1e-9 if one.key == "closed" else 0.0
        np.testing.assert_allclose(numbers(one.as_json()), numbers(other.as_json()), rtol=exact)
        np.testing.assert_allclose(one.zones.minutes_saved, other.zones.minutes_saved, rtol=exact)
        np.testing.assert_array_equal(one.zones.reached_after, other.zones.reached_after)
    assert found[0].hours_saved > 0
    assert found[2].hours_saved < 0
    assert found[3].hours_saved == 0


def test_the_matrix_is_that_of_one_machine(client):
    hierarchy = prepare(study().graph)
    sources, targets = np.arange(3, 300), np.arange(0, 500, 3)
    expected = sweeping.costs(hierarchy, sources, targets)
    met = 0
    for part, rows in distributing.costs(client, hierarchy, sources, targets):
        np.testing.assert_array_equal(rows, expected[part])
        met += len(rows)
    assert met == len(sources)


def test_no_cluster_is_told_plainly():
    with pytest.raises(distributing.NoClusterError) as refused:
        distributing.connect("tcp://127.0.0.1:9", seconds=0.5)
    assert "no Dask cluster answers at tcp://127.0.0.1:9" in refused.value.message_en
    assert refused.value.message_zh
