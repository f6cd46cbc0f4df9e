"""Least costs from many nodes by scipy, igraph, pandana and AequilibraE (`make peers`).

    python peers_network.py FOLDER PEER…

FOLDER holds `network.npz` (see `network.py`) and `ours.npy`, the costs that a peer's are compared
with. Writes one line of JSON a peer to standard output. It imports nothing of this project.

Each uses two processors: AequilibraE and pandana by threads of their own, scipy and igraph, which
use one, by two processes that take half of the sources each. Sources go in parts whose memory the
allocator can use again for the next, so that none pays for fresh pages over and over. Comparing is
not timed. No peer but AequilibraE knows nodes that paths may not lead through: for the others each
zone is two nodes, one with what leads away, and one, from `nodes` on, with what leads there.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PART = 50
"""Sources that go at once; 50 rows of 33,000 costs are 13 MB."""

FEW = 10
"""Sources for which pandana answers pair by pair; all would take hours."""

Solve = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Measure the peers that are named."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    given = dict(np.load(folder / "network.npz"))
    ours = np.load(folder / "ours.npy", mmap_mode="r")
    for peer in sys.argv[2:]:
        print(json.dumps({"peer": peer} | PEERS[peer](given, ours)), flush=True)


def scipy(given: dict[str, Any], ours: np.ndarray) -> dict[str, Any]:
    """To all nodes, by Dijkstra's algorithm with a Fibonacci heap."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    began = time.perf_counter()
    size = int(given["split_nodes"])
    # scipy takes a zero for no arc
    costs = np.maximum(given["split_costs"], np.finfo(np.float64).tiny)
    matrix = csr_matrix((costs, (given["split_tails"], given["split_heads"])), shape=(size, size))
    prepared = time.perf_counter() - began
    return _halves(given, ours, lambda part: dijkstra(matrix, indices=part)) | {
        "prepare": prepared,
        "what": "all nodes, two processes",
    }


def igraph(given: dict[str, Any], ours: np.ndarray) -> dict[str, Any]:
    """To all nodes, by Dijkstra's algorithm with a binary heap; answers in lists of Python."""
    from igraph import Graph

    began = time.perf_counter()
    edges = np.column_stack([given["split_tails"], given["split_heads"]])
    graph = Graph(int(given["split_nodes"]), edges, directed=True)
    weights = given["split_costs"].tolist()
    prepared = time.perf_counter() - began

    def solve(part: np.ndarray) -> np.ndarray:
        return graph.distances(part.tolist(), weights=weights, mode="out")

    return _halves(given, ours, solve) | {"prepare": prepared, "what": "all nodes, two processes"}


def _halves(given: dict[str, Any], ours: np.ndarray, solve: Solve) -> dict[str, Any]:
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    def work(rows: np.ndarray) -> None:
        spent, off = 0.0, 0.0
        for at in range(0, len(rows), PART):
            part = rows[at : at + PART]
            began = time.perf_counter()
            found = solve(given["sources"][part])
            spent += time.perf_counter() - began
            off = max(off, _off(_answers(given, part, np.asarray(found)), ours[part]))
        answers.put((spent, off))

    everything = np.arange(len(given["sources"]))
    processes = [context.Process(target=work, args=(everything[at::2],)) for at in range(2)]
    for process in processes:
        process.start()
    told = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    return {"seconds": max(spent for spent, _ in told), "off": max(off for _, off in told)}


def pandana(given: dict[str, Any], ours: np.ndarray) -> dict[str, Any]:
    """Pair by pair over a contraction hierarchy; in whole thousandths of a minute."""
    import pandas
    from pandana import Network

    began = time.perf_counter()
    size = int(given["split_nodes"])
    nowhere = pandas.Series(np.zeros(size))
    network = Network(
        nowhere,
        nowhere,
        pandas.Series(given["split_tails"]),
        pandas.Series(given["split_heads"]),
        pandas.DataFrame({"minutes": given["split_costs"]}),
        twoway=False,
    )
    prepared = time.perf_counter() - began
    sources = given["sources"][:FEW]
    spent, off = 0.0, 0.0
    for row, source in enumerate(sources):
        began = time.perf_counter()
        found = network.shortest_path_lengths(
            np.full(len(given["answers"]), source), given["answers"]
        )
        spent += time.perf_counter() - began
        reached = np.where(np.asarray(found) > 4e6, np.inf, found)
        reached[source] = 0.0
        off = max(off, _off(reached, ours[row]))
    return {
        "prepare": prepared,
        "seconds": spent * len(given["sources"]) / len(sources),
        "off": off,
        "what": f"all nodes, two threads; from {len(sources)} sources",
    }


def aequilibrae(given: dict[str, Any], ours: np.ndarray) -> dict[str, Any]:
    """A tree from every zone, kept for zones only."""
    os.environ["AEQ_SHOW_PROGRESS"] = "FALSE"
    import pandas
    from aequilibrae.paths import Graph, NetworkSkimming

    began = time.perf_counter()
    links = pandas.DataFrame(
        {
            "link_id": np.arange(1, len(given["tails"]) + 1),
            "a_node": given["tails"] + 1,
            "b_node": given["heads"] + 1,
            "direction": 1,
            "minutes": given["costs"],
        }
    )
    zones = int(given["zones"])
    graph = Graph()
    graph.network = links
    graph.mode = "c"
    graph.network_ok = True
    graph.status = "OK"
    graph.prepare_graph(np.arange(1, zones + 1))
    graph.set_graph("minutes")
    graph.set_skimming("minutes")
    graph.set_blocked_centroid_flows(True)
    skimming = NetworkSkimming(graph)
    skimming.set_cores(2)
    prepared = time.perf_counter() - began
    began = time.perf_counter()
    skimming.execute()
    spent = time.perf_counter() - began
    found = np.asarray(skimming.results.skims.get_matrix("minutes"))[given["sources"]]
    found = np.where(found > 1e300, np.inf, found)
    # it has no value for the way from a zone to itself
    own = given["sources"][:, None] == np.arange(zones)[None, :]
    expected = np.where(own, 0.0, ours[:, :zones])
    return {
        "prepare": prepared,
        "seconds": spent * len(given["sources"]) / zones,
        "off": _off(np.where(own, 0.0, found), expected),
        "what": f"zones only, two threads; from all {zones} zones",
    }


def _answers(given: dict[str, Any], rows: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Bring what was found for the split zones into the order of the nodes."""
    answers = found[:, given["answers"]]
    answers[np.arange(len(rows)), given["sources"][rows]] = 0.0
    return answers


def _off(found: np.ndarray, expected: np.ndarray) -> float:
    """How far two arrays of costs are apart, relative to the cost or to a minute; inf to no way."""
    differ = np.isfinite(found) != np.isfinite(expected)
    if differ.any():
        return float("inf")
    both = np.isfinite(expected)
    return float(
        np.max(np.abs(found[both] - expected[both]) / np.maximum(expected[both], 1.0), initial=0.0)
    )


PEERS = {"scipy": scipy, "igraph": igraph, "pandana": pandana, "aequilibrae": aequilibrae}


if __name__ == "__main__":
    main()
