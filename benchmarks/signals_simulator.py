"""SUMO from its wheel for the benchmark of signals: runs it, and reads what it tells.

SUMO lies in the environment of the peers: make peers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.signals_corridor import LIMIT, SPACING
from conurb.network.signals.plans import LEAST_GREEN, TimingPlan
from conurb.network.signals.simulation import additional, plain_network

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".tools" / "peers" / "bin"
FINE = 0.1
"""The step with which lights without traffic run, seconds; with SUMO's own of 1 s a green that
begins between two steps would seem shorter than it is."""


@dataclass(frozen=True)
class Run:
    """What SUMO tells of one run: seconds lost and stops a vehicle, all and end to end."""

    delay: float
    stops: float
    through_delay: float
    through_stops: float
    vehicles: int


@dataclass(frozen=True)
class Trip:
    """One vehicle: seconds lost, stops, whether it drove from end to end, when it was under way."""

    lost: float
    stops: int
    through: bool
    departed: float
    arrived: float


@dataclass(frozen=True)
class Lights:
    """What lights did: greens that end without yellow, and greens shorter than the least."""

    cut: int
    short: int


class Simulator:
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
            network = self.network(plans[n] if each_seed else plans[0])
            runs.append(figures_of(self.trips(network, seed)))
        return mean_of(runs)

    def coordinated(self, plan: TimingPlan, factor: float) -> TimingPlan:
        """Return the plan with the offsets that SUMO's own tool gives it."""
        network = self.network(plan)
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

    def network(self, plan: TimingPlan) -> Path:
        """Write the street with the plan's lights, and return where it lies."""
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

    def trips(self, network: Path, seed: int, lights: str = "") -> list[Trip]:
        """Let the demand of a seed drive; `lights` is the text of an additional file."""
        told = self.folder / "trips.xml"
        self._do(
            str(PEERS / "sumo"),
            *("-n", str(network), "-r", str(self.folder / f"{seed}.rou.xml")),
            *self._added(lights),
            *("--seed", str(seed), "--no-step-log", "true", "--no-warnings", "true"),
            *("--tripinfo-output", str(told), "--end", "7200", "--time-to-teleport", "-1"),
        )
        every = list(_trips(told))
        sent = (self.folder / f"{seed}.rou.xml").read_text().count("<vehicle ")
        if len(every) < sent:
            # who never arrives would flatter the mean
            print(f"  seed {seed}: {sent - len(every)} of {sent} vehicles did not arrive in 2 h")
        return every

    def lights(self, network: Path, lights: str, signals: int, end: int) -> Lights:
        """Let the lights of an additional file run without traffic until a second of the day."""
        told = self.folder / "lights.xml"
        told.unlink(missing_ok=True)
        saved = "".join(
            f'<timedEvent type="SaveTLSSwitchStates" source="J{n + 1}" dest="{told.name}"/>'
            for n in range(signals)
        )
        self._do(
            str(PEERS / "sumo"),
            *("-n", str(network)),
            *self._added(lights.replace("</additional>", f"{saved}</additional>")),
            *("--end", str(end), "--step-length", str(FINE), "--no-step-log", "true"),
        )
        return _lights(told)

    def _added(self, lights: str) -> tuple[str, ...]:
        if not lights:
            return ()
        file = self.folder / "day.add.xml"
        file.write_text(lights)
        return ("-a", str(file))

    def _do(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"{command[0]} failed:\n{done.stderr.decode()[-2000:]}")


def figures_of(trips: list[Trip], counts: Callable[[Trip], bool] = lambda _trip: True) -> Run:
    """Return the means of the vehicles that count."""
    every = [trip for trip in trips if counts(trip)]
    through = [trip for trip in every if trip.through]
    return Run(
        delay=sum(trip.lost for trip in every) / len(every),
        stops=sum(trip.stops for trip in every) / len(every),
        through_delay=sum(trip.lost for trip in through) / len(through),
        through_stops=sum(trip.stops for trip in through) / len(through),
        vehicles=len(every),
    )


def mean_of(runs: list[Run]) -> Run:
    """Return the mean over runs."""
    return Run(
        *(
            sum(getattr(each, name) for each in runs) / len(runs)
            for name in ("delay", "stops", "through_delay", "through_stops")
        ),
        vehicles=sum(each.vehicles for each in runs),
    )


def _trips(file: Path) -> Iterator[Trip]:
    last = len(SPACING) + 1
    ends = {("out0", f"out{last}"), (f"in{last}", "in0")}
    for _event, trip in ElementTree.iterparse(file):
        if trip.tag != "tripinfo":
            continue
        told = trip.attrib
        ends_at = (told["departLane"].rsplit("_", 1)[0], told["arrivalLane"].rsplit("_", 1)[0])
        yield Trip(
            lost=float(told["timeLoss"]) + float(told["departDelay"]),
            stops=int(told["waitingCount"]),
            through=ends_at in ends,
            departed=float(told["depart"]),
            arrived=float(told["arrival"]),
        )
        trip.clear()


def _lights(file: Path) -> Lights:
    """Count what no driver should meet, from the states that SUMO wrote at every change."""
    states: dict[str, str] = {}
    began: dict[tuple[str, int], float] = {}
    cut = short = 0
    for _event, told in ElementTree.iterparse(file):
        if told.tag != "tlsState":
            continue
        light, at, state = told.attrib["id"], float(told.attrib["time"]), told.attrib["state"]
        for turn, (before, after) in enumerate(zip(states.get(light, state), state, strict=True)):
            green, greens = after in "Gg", before in "Gg"
            if green and not greens:
                began[light, turn] = at
            elif greens and not green:
                cut += after == "r"
                # how long one lasted that began before the first state is not known
                lasted = at - began.get((light, turn), -LEAST_GREEN)
                short += lasted < LEAST_GREEN - FINE
        states[light] = state
        told.clear()
    return Lights(cut, short)
