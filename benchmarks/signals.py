"""Signals of an arterial, judged by the microsimulator SUMO: delay and stops of every vehicle.

One corridor of twelve signals with crossing streets, the same demand and the same seeds for all:

    none           all offsets 0
    random         offsets drawn at random, the mean of as many draws as there are seeds
    tlsCoordinator SUMO's own tool, for the speed factor of three at which it does best
    offsets        ours, with the cycle, the splits and the order of the left turns as they are
    orders         ours, choosing the order of left turns too
    cycle          ours, choosing the cycle of 80 to 120 s as well; splits as they are

`offsets` changes nothing but what tlsCoordinator changes. Each row tells the mean over all seeds:
time lost a vehicle (SUMO's timeLoss, and the wait to enter), stops a vehicle, the same for who
drives the arterial from end to end, and both as a ratio to tlsCoordinator. Ours must be below both
none and tlsCoordinator in both; else the run fails.

A change from one plan to the next is judged too: see `signals_change`.
SUMO comes from its wheel in the environment of the peers: make peers.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import signals_change
from benchmarks.signals_corridor import corridor, demand
from benchmarks.signals_simulator import PEERS, Run, Simulator
from conurb.network.signals.bands import bands_of
from conurb.network.signals.bandwidth import Wish, optimise
from conurb.network.signals.delays import settle
from conurb.network.signals.plans import WAYS, TimingPlan

SEEDS = (11, 23, 37, 53, 71)
SPEED_FACTORS = (0.8, 0.9, 1.0)


def run(seeds: int = len(SEEDS)) -> int:
    """Measure and print; 1 where ours is not better than both, 0 also where SUMO is missing."""
    print("\nSignals: a corridor of 12 signals in SUMO, one hour of demand\n")
    if not (PEERS / "sumo").exists():
        print("eclipse-sumo is not installed: make peers")
        return 0
    base = corridor()
    with tempfile.TemporaryDirectory() as folder:
        simulator = _prepared(Path(folder), SEEDS[:seeds])
        rows = _measured(simulator, base)
        _print(rows)
        failed = _worse(rows)
        failed |= not signals_change.run(simulator)
    return int(failed)


def _print(rows: dict[str, Run]) -> None:
    peer = rows["tlsCoordinator"]
    print(
        f"\n  {'':15} {'delay s':>8} {'stops':>6}  {'end to end':>10} {'stops':>6}   "
        f"{'of tlsCoordinator: delay':>24} {'stops':>6}"
    )
    for name, row in rows.items():
        print(
            f"  {name:15} {row.delay:8.1f} {row.stops:6.2f}  {row.through_delay:10.1f} "
            f"{row.through_stops:6.2f}   {row.delay / peer.delay:24.2f} "
            f"{row.stops / peer.stops:6.2f}"
        )


def _worse(rows: dict[str, Run]) -> bool:
    """Tell whether ours is not better than both in both."""
    beaten = ("none", "tlsCoordinator")
    failed = False
    for name in ("offsets", "orders", "cycle"):
        for other in beaten:
            worse = rows[name].delay >= rows[other].delay or rows[name].stops >= rows[other].stops
            if worse:
                print(f"  {name} is not better than {other} in both")
            failed |= worse
    return failed


def _prepared(folder: Path, seeds: tuple[int, ...]) -> Simulator:
    for seed in seeds:
        (folder / f"{seed}.rou.xml").write_text(demand(seed))
    return Simulator(folder, seeds)


def _measured(simulator: Simulator, base: TimingPlan) -> dict[str, Run]:
    rows = {"none": simulator.mean([base])}
    draw = random.Random(5)
    chance = [
        base.with_offsets(tuple(float(draw.randrange(int(base.cycle))) for _ in base.offsets))
        for _ in simulator.seeds
    ]
    rows["random"] = simulator.mean(chance, each_seed=True)
    coordinated = [simulator.coordinated(base, factor) for factor in SPEED_FACTORS]
    rows["tlsCoordinator"] = min((simulator.mean([p]) for p in coordinated), key=lambda r: r.delay)
    low, high = 80.0, 120.0
    for name, wish in (
        ("offsets", Wish(orders=False)),
        ("orders", Wish()),
        ("cycle", Wish(cycles=(low, high))),
    ):
        began = time.monotonic()
        found = optimise(base, wish)
        plan = settle(found.plan)
        bands = bands_of(plan)
        waves = " and ".join(f"{bands.through[way].lasts:.0f} s" for way in WAYS)
        print(
            f"  {name}: found in {time.monotonic() - began:.1f} s, gap {found.gap:.1%}, "
            f"cycle {plan.cycle:.0f} s, bands through all {waves}"
        )
        rows[name] = simulator.mean([plan])
    return rows


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]) if len(sys.argv) > 1 else len(SEEDS)))
