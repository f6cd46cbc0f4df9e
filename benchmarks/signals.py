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

SUMO comes from its wheel in the environment of the peers: make peers.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.signals_corridor import LIMIT, SPACING, corridor, demand
from conurb.network.signals.bands import bands_of
from conurb.network.signals.bandwidth import Wish, optimise
from conurb.network.signals.delays import settle
from conurb.network.signals.plans import WAYS, TimingPlan
from conurb.network.signals.simulation import additional, plain_network

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".tools" / "peers" / "bin"
SEEDS = (11, 23, 37, 53, 71)
SPEED_FACTORS = (0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Run:
    """What SUMO tells of one run: seconds lost and stops a vehicle, all and end to end."""

    delay: float
    stops: float
    through_delay: float
    through_stops: float
    vehicles: int


def run(seeds: int = len(SEEDS)) -> int:
    """Measure and print; 1 where ours is not better than both, 0 also where SUMO is missing."""
    print("\nSignals: a corridor of 12 signals in SUMO, one hour of demand\n")
    if not (PEERS / "sumo").exists():
        print("eclipse-sumo is not installed: make peers")
        return 0
    base = corridor()
    with tempfile.TemporaryDirectory() as folder:
        rows = _measured(Path(folder), base, SEEDS[:seeds])
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
    beaten = ("none", "tlsCoordinator")
    failed = False
    for name in ("offsets", "orders", "cycle"):
        for other in beaten:
            worse = rows[name].delay >= rows[other].delay or rows[name].stops >= rows[other].stops
            if worse:
                print(f"  {name} is not better than {other} in both")
            failed |= worse
    return int(failed)


def _measured(folder: Path, base: TimingPlan, seeds: tuple[int, ...]) -> dict[str, Run]:
    for seed in seeds:
        (folder / f"{seed}.rou.xml").write_text(demand(seed))
    simulator = _Simulator(folder, seeds)
    rows = {"none": simulator.mean([base])}
    draw = random.Random(5)
    chance = [
        base.with_offsets(tuple(float(draw.randrange(int(base.cycle))) for _ in base.offsets))
        for _ in seeds
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


class _Simulator:
    """SUMO and its tools, with the demand of all seeds in a folder."""

    def __init__(self, folder: Path, seeds: tuple[int, ...]) -> None:
        self.folder, self.seeds = folder, seeds
        package = next((PEERS.parent / "lib").glob("python3*/site-packages/sumo"))
        self.tools = package / "tools"
        self.environment = {**os.environ, "SUMO_HOME": str(package)}

    def mean(self, plans: list[TimingPlan], *, each_seed: bool = False) -> Run:
        """Return the mean over all seeds; with `each_seed` one plan for each of them."""
        runs = []
        for n, seed in enumerate(self.seeds):
            network = self._network(plans[n] if each_seed else plans[0])
            runs.append(self._run(network, seed))
        count = len(runs)
        return Run(
            *(
                sum(getattr(each, name) for each in runs) / count
                for name in ("delay", "stops", "through_delay", "through_stops")
            ),
            vehicles=sum(each.vehicles for each in runs),
        )

    def coordinated(self, plan: TimingPlan, factor: float) -> TimingPlan:
        """Return the plan with the offsets that SUMO's own tool gives it."""
        network = self._network(plan)
        told = self.folder / "coordinated.add.xml"
        self._do(
            str(PEERS / "python"),
            str(self.tools / "tlsCoordinator.py"),
            *("-n", str(network)),
            *("-r", str(self.folder / f"{self.seeds[0]}.rou.xml")),
            *("-o", str(told)),
            *("--speed-factor", str(factor)),
        )
        offsets = list(plan.offsets)
        for logic in ElementTree.parse(told).getroot().iter("tlLogic"):
            offsets[int(logic.attrib["id"][1:]) - 1] = float(logic.attrib["offset"])
        return plan.with_offsets(tuple(offsets))

    def _network(self, plan: TimingPlan) -> Path:
        for name, text in plain_network(plan, LIMIT).items():
            (self.folder / name).write_text(text)
        (self.folder / "lights.add.xml").write_text(additional(plan))
        network = self.folder / "corridor.net.xml"
        self._do(
            str(PEERS / "netconvert"),
            *("-n", str(self.folder / "corridor.nod.xml")),
            *("-e", str(self.folder / "corridor.edg.xml")),
            *("-x", str(self.folder / "corridor.con.xml")),
            *("-i", str(self.folder / "corridor.tll.xml")),
            *("--no-turnarounds", "true", "-o", str(network)),
        )
        return network

    def _run(self, network: Path, seed: int) -> Run:
        told = self.folder / "trips.xml"
        self._do(
            str(PEERS / "sumo"),
            *("-n", str(network), "-r", str(self.folder / f"{seed}.rou.xml")),
            *("--seed", str(seed), "--no-step-log", "true", "--no-warnings", "true"),
            *("--tripinfo-output", str(told), "--end", "7200", "--time-to-teleport", "-1"),
        )
        every = list(_trips(told))
        sent = (self.folder / f"{seed}.rou.xml").read_text().count("<vehicle ")
        if len(every) < sent:
            # who never arrives would flatter the mean
            print(f"  seed {seed}: {sent - len(every)} of {sent} vehicles did not arrive in 2 h")
        through = [trip for trip in every if trip[2]]
        return Run(
            delay=sum(trip[0] for trip in every) / len(every),
            stops=sum(trip[1] for trip in every) / len(every),
            through_delay=sum(trip[0] for trip in through) / len(through),
            through_stops=sum(trip[1] for trip in through) / len(through),
            vehicles=len(every),
        )

    def _do(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"{command[0]} failed:\n{done.stderr.decode()[-2000:]}")


def _trips(file: Path) -> Iterator[tuple[float, int, bool]]:
    """Yield of each vehicle: seconds lost, stops, whether it drove from end to end."""
    last = len(SPACING) + 1
    ends = {("out0", f"out{last}"), (f"in{last}", "in0")}
    for _event, trip in ElementTree.iterparse(file):
        if trip.tag != "tripinfo":
            continue
        lost = float(trip.attrib["timeLoss"]) + float(trip.attrib["departDelay"])
        ends_at = (
            trip.attrib["departLane"].rsplit("_", 1)[0],
            trip.attrib["arrivalLane"].rsplit("_", 1)[0],
        )
        yield lost, int(trip.attrib["waitingCount"]), ends_at in ends
        trip.clear()


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]) if len(sys.argv) > 1 else len(SEEDS)))
