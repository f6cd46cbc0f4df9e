"""Least costs and appraisals: ours beside scipy, igraph, AequilibraE, pandana and starting over.

Three tables:

- costs from 1,000 zones to all nodes of a public network of 33,000 nodes and 75,000 links, where a
  folder with it is given or lies beside the project (tntp files, see `conurb.network.tntp`); every
  value of every peer is compared with ours;
- a generated graph of 300,000 nodes: how long it takes to prepare it, then 10,000 sources in parts,
  so that the matrix (24 GB) is never held;
- 40 projects on a generated graph: the minutes between 1,000 zones after each of them, from one
  base matrix, beside preparing and sweeping the changed graph anew with the same kernels. Both run
  in processes of their own, whose greatest memory is told.

Times are the clock's; the load of the machine is printed before each table, since all of them use
two processors. What numba compiles is compiled before the clock starts.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.network_graphs import Town, stretches, town
from conurb.network import sweeping
from conurb.network.appraisal import Appraising
from conurb.network.contraction import Hierarchy, prepare
from conurb.network.graph import Floats, Graph, Ints
from conurb.network.scenario import Appraiser, Arc, Project, changed
from conurb.network.study import Candidate, Centre, Study, Zones
from conurb.network.tntp import read_network

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".tools" / "peers" / "bin" / "python"
TNTP = ROOT.parent / "shared" / "data" / "tntp"
NETWORK = "Sydney_net.tntp"
NAMES = ("scipy", "igraph", "aequilibrae", "pandana")
THREADS = 2
SEED = 20_261_126
EXACT = 1e-9
IN_THOUSANDTHS = 0.05
"""How far pandana may be off: it rounds each of a hundred links to a thousandth of a minute."""
TIMES = 5

NEEDED_RATIO, NEEDED_PREPARATION = 10, 10.0
NEEDED_LARGE_PREPARATION = 120.0
NEEDED_SINGLY = 50


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    sources: int = 1_000
    large: int = 300_000
    large_sources: int = 10_000
    appraised: int = 40_000
    zones: int = 1_000
    projects: int = 40


QUICK = Sizes(200, 50_000, 1_000, 10_000, 300, 8)


def run(folder: Path | None = None, sizes: Sizes | None = None) -> int:
    """Print the tables; return 1 where what is promised is not kept."""
    sizes = sizes or Sizes()
    _compile()
    kept = beside_peers(folder or TNTP, sizes)
    kept &= large(sizes)
    kept &= appraisals(sizes)
    return 0 if kept else 1


def beside_peers(folder: Path, sizes: Sizes) -> bool:
    """Print how long ours and each peer take for costs from many zones to all nodes."""
    file = folder / NETWORK
    if not file.is_file():
        print(f"{file} is not there: nothing is measured beside peers (--tntp FOLDER)")
        return True
    network = read_network(file.read_text(encoding="utf-8"))
    graph = network.graph()
    sources = np.linspace(0, network.zones - 1, sizes.sources).astype(np.int32)
    print(
        f"Least costs from {len(sources):,} zones on {graph.nodes:,} nodes and "
        f"{len(graph.heads):,} links, {_load()}"
    )
    print(f"{'':<14}{'prepare s':>10}{'search s':>10}{'to ours':>9}{'off by':>10}   what")
    began = time.perf_counter()
    hierarchy = prepare(graph)
    prepared = time.perf_counter() - began
    ours = np.zeros((len(sources), graph.nodes))
    spent = sum(_timed(hierarchy, sources, ours) for _ in range(TIMES)) / TIMES
    _row("ours", prepared, spent, spent, 0.0, f"all nodes, {THREADS} threads, mean of {TIMES}")
    if not PEERS.exists():
        print("the peers are not installed: make peers")
        return prepared <= NEEDED_PREPARATION
    told = _ask_peers(graph, network.zones, sources, ours)
    for each in told:
        _row(each["peer"], each["prepare"], each["seconds"], spent, each["off"], each["what"])
    equal = all(
        each["off"] <= (IN_THOUSANDTHS if each["peer"] == "pandana" else EXACT) for each in told
    )
    if not equal:
        print("A PEER FOUND OTHER COSTS")
    fastest = min(each["seconds"] for each in told)
    print(f"ours are {fastest / spent:.0f} times as fast as the fastest peer\n")
    return equal and fastest >= NEEDED_RATIO * spent and prepared <= NEEDED_PREPARATION


def large(sizes: Sizes) -> bool:
    """Print how long a large graph takes to prepare, and how many sources a second it answers."""
    graph = town(sizes.large, SEED).graph
    print(f"A generated graph of {graph.nodes:,} nodes and {len(graph.heads):,} links, {_load()}")
    began = time.perf_counter()
    hierarchy = prepare(graph)
    prepared = time.perf_counter() - began
    print(f"{'prepare':<34}{prepared:>9.1f} s   {hierarchy.arcs:,} arcs with shortcuts")
    sources = np.linspace(0, graph.nodes - 1, sizes.large_sources).astype(np.int32)
    began = time.perf_counter()
    reached = 0
    for _, part in sweeping.in_parts(hierarchy, sources, rows=64, threads=THREADS):
        reached += int(np.isfinite(part[:, 0]).sum())
    spent = time.perf_counter() - began
    print(
        f"{f'{len(sources):,} sources to all nodes':<34}{spent:>9.1f} s   "
        f"{len(sources) / spent:,.0f} sources a second, {THREADS} threads, 64 at a time\n"
    )
    return prepared <= NEEDED_LARGE_PREPARATION and reached == len(sources)


def appraisals(sizes: Sizes) -> bool:
    """Print what appraising takes from one base matrix, and what starting over for each takes."""
    print(f"{sizes.projects} projects, minutes between {sizes.zones:,} zones after each, {_load()}")
    with tempfile.TemporaryDirectory() as folder:
        ours = _apart(_from_one_base, sizes, Path(folder) / "ours.npy")
        over = _apart(_starting_over, sizes, Path(folder) / "over.npy")
        mine = np.load(Path(folder) / "ours.npy", mmap_mode="r")
        theirs = np.load(Path(folder) / "over.npy", mmap_mode="r")
        off = max(_off(a, b) for a, b in zip(mine, theirs, strict=True))
    singly = over["seconds"] / ours["seconds"]
    whole = (over["base"] + over["seconds"]) / (ours["base"] + ours["seconds"])
    print(f"{'':<40}{'ours':>10}{'starting over':>15}{'ratio':>8}")
    for label, key in (
        ("before any project: prepare, base matrix", "base"),
        (f"{sizes.projects} projects", "seconds"),
    ):
        ratio = over[key] / ours[key]
        print(f"{label:<40}{ours[key]:>8.2f} s{over[key]:>13.2f} s{ratio:>7.0f}×")
    print(f"{'both':<71}{whole:>4.0f}×")
    print(
        f"{'greatest memory of the process':<40}{ours['memory']:>7.0f} MB{over['memory']:>12.0f} MB"
    )
    for label, key in (("closing a main road, the first", "first"), ("each further", "closing")):
        print(
            f"{label:<40}{ours[key]:>8.3f} s{over['closing']:>13.2f} s"
            f"{over['closing'] / ours[key]:>7.0f}×"
        )
    print(f"{'with all figures of the appraisals':<40}{ours['figures']:>8.2f} s")
    print(f"the matrices differ by {off:.0e} at most\n")
    return off <= EXACT and singly >= NEEDED_SINGLY


def situation(sizes: Sizes) -> tuple[Study, list[Project]]:
    """Return a study of a generated region, and projects that close what others would build.

    Three quarters of the projects are new roads of 4 to 10 km that meet streets on the way every
    kilometre or so; the others make a stretch of an arterial a third faster.
    """
    made = town(sizes.appraised, SEED)
    chance = np.random.default_rng(SEED)
    nodes = chance.choice(made.graph.nodes, sizes.zones, replace=False)
    people = chance.lognormal(8.0, 1.0, sizes.zones).round()
    zones = Zones(
        tuple(f"zone {node}" for node in nodes),
        nodes,
        tuple(f"county {x // 9000:.0f}-{y // 9000:.0f}" for x, y in _where(made, nodes)),
        people,
        (people * chance.uniform(0.1, 0.9, sizes.zones)).round(),
        (chance.random(sizes.zones) < 0.1).astype(np.float64),
    )
    centres = tuple(Centre(f"city {at}", int(nodes[at])) for at in range(3))
    roads = [_road(made, at, chance) for at in range(sizes.projects - sizes.projects // 4)]
    wider = [
        Project(f"wider {at}", tuple(Arc(tail, head, cost / 4 * 3) for tail, head, cost in stretch))
        for at, stretch in enumerate(stretches(made, sizes.projects // 4, 10, chance))
    ]
    closed = [
        Project(f"closed {at}", tuple(Arc(tail, head, np.inf) for tail, head, _ in stretch))
        for at, stretch in enumerate(stretches(made, 4, 1, chance))
    ]
    candidates = tuple(Candidate(each, 10**11) for each in [*roads, *wider])
    return Study(made.graph, zones, centres, candidates), closed


def _where(made: Town, nodes: Ints) -> Floats:
    return np.column_stack([made.x[nodes], made.y[nodes]])


def _road(made: Town, at: int, chance: np.random.Generator) -> Project:
    """Return a new road, 60 km an hour both ways, by the nodes nearest to a straight line."""
    begin = int(chance.integers(made.graph.nodes))
    angle, length = chance.uniform(0, 2 * np.pi), chance.uniform(4_000, 10_000)
    steps = np.arange(0, length, 1_000)
    met = [begin]
    for x, y in zip(
        made.x[begin] + np.cos(angle) * steps, made.y[begin] + np.sin(angle) * steps, strict=True
    ):
        node = int(np.argmin((made.x - x) ** 2 + (made.y - y) ** 2))
        if node not in met:
            met.append(node)
    arcs = []
    for tail, head in pairwise(met):
        metres = np.hypot(made.x[tail] - made.x[head], made.y[tail] - made.y[head])
        arcs += [Arc(tail, head, metres / 1_000), Arc(head, tail, metres / 1_000)]
    return Project(f"road {at}", tuple(arcs))


def _from_one_base(sizes: Sizes, file: Path) -> dict[str, float]:
    study, closed = situation(sizes)
    _compile()
    projects = [each.project for each in study.candidates]
    keep = _kept(file, sizes, study)
    began = time.perf_counter()
    hierarchy = prepare(study.graph)
    places = study.places
    appraiser = Appraiser(
        study.graph, hierarchy, places, places, [*projects, *closed], threads=THREADS
    )
    base = time.perf_counter() - began
    out = np.zeros_like(appraiser.base)
    spent = 0.0
    for at, project in enumerate(projects):
        began = time.perf_counter()
        appraiser.after([project.key], out=out)
        spent += time.perf_counter() - began
        keep[at] = out
    closings = []
    for project in closed:
        began = time.perf_counter()
        appraiser.after([project.key], out=out)
        closings.append(time.perf_counter() - began)
    del appraiser
    began = time.perf_counter()
    Appraising(study, hierarchy, threads=THREADS).singly()
    return {
        "base": base,
        "seconds": spent,
        "first": closings[0],
        "closing": sum(closings[1:]) / len(closings[1:]),
        "figures": time.perf_counter() - began,
        "memory": _memory(),
    }


def _starting_over(sizes: Sizes, file: Path) -> dict[str, float]:
    study, closed = situation(sizes)
    _compile()
    keep = _kept(file, sizes, study)
    places = study.places
    out = np.zeros((len(places), len(places)))

    def once(graph: Graph) -> float:
        began = time.perf_counter()
        sweeping.costs(prepare(graph), places, places, threads=THREADS, out=out)
        return time.perf_counter() - began

    base = once(study.graph)
    spent = 0.0
    for at, candidate in enumerate(study.candidates):
        spent += once(changed(study.graph, candidate.project))
        keep[at] = out
    memory = _memory()
    closing = sum(once(changed(study.graph, each)) for each in closed) / len(closed)
    return {"base": base, "seconds": spent, "closing": closing, "memory": memory}


def _kept(file: Path, sizes: Sizes, study: Study) -> Floats:
    """A file for the matrices; it is written outside of what is timed and measured."""
    size = len(study.places)
    return np.lib.format.open_memmap(
        file, mode="w+", dtype=np.float64, shape=(sizes.projects, size, size)
    )


def _apart(work: Any, *arguments: Any) -> dict[str, float]:
    """Run a function in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return dict(pool.apply(work, arguments))


def _ask_peers(graph: Graph, zones: int, sources: Ints, ours: Floats) -> list[dict[str, Any]]:
    """Measure the peers, each in a process of the environment that `make peers` makes."""
    arrive = np.arange(graph.nodes)
    arrive[:zones] = graph.nodes + np.arange(zones)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "ours.npy", ours)
        np.savez(
            Path(folder) / "network.npz",
            tails=graph.tails,
            heads=graph.heads,
            costs=graph.costs,
            zones=zones,
            sources=sources,
            split_nodes=graph.nodes + zones,
            split_tails=graph.tails,
            split_heads=arrive[graph.heads],
            split_costs=graph.costs,
            answers=arrive,
        )
        told = []
        for name in NAMES:
            answered = subprocess.run(
                [str(PEERS), str(ROOT / "benchmarks" / "peers_network.py"), folder, name],
                capture_output=True,
                text=True,
                check=False,
            )
            if answered.returncode:
                print(f"{name:<14}did not answer: {answered.stderr.strip()[-200:]}")
                continue
            told.append(json.loads(answered.stdout.strip().splitlines()[-1]))
        return told


def _timed(hierarchy: Hierarchy, sources: Ints, out: Floats) -> float:
    began = time.perf_counter()
    sweeping.costs(hierarchy, sources, threads=THREADS, out=out)
    return time.perf_counter() - began


def _compile() -> None:
    """Let numba compile what is measured."""
    study, closed = situation(Sizes(appraised=400, zones=10, projects=4))
    Appraising(study, threads=THREADS).singly()
    graph = study.graph
    nodes = study.places
    Appraiser(graph, prepare(graph), nodes, nodes, closed).after([closed[0].key])


def _off(found: Floats, expected: Floats) -> float:
    if (np.isfinite(found) != np.isfinite(expected)).any():
        return float("inf")
    both = np.isfinite(expected)
    return float(
        np.max(np.abs(found[both] - expected[both]) / np.maximum(expected[both], 1.0), initial=0.0)
    )


def _row(name: str, prepared: float, spent: float, ours: float, off: float, what: str) -> None:
    print(
        f"{name:<14}{prepared:>10.2f}{spent:>10.2f}{spent / ours:>8.0f}×{off:>10.0e}   {what}",
        flush=True,
    )


def _memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _load() -> str:
    return f"load of the machine {os.getloadavg()[0]:.1f}"
