"""A change of plan in the midst of the demand, judged by SUMO: ours against switching at once.

The corridor of the benchmark of signals has two plans, one for each way's peak, and changes from
one to the other in the middle of the hour. Three ways to do so, all as programs and WAUT of SUMO:

    ours      as `transitions` says: old cycles end, then some are longer or shorter by a fifth
    at once   SUMO's own default: the new program, wherever in its cycle it stands
    GSP       SUMO's own: each signal ends its cycle, then waits in its first stage until in step

Each row tells the mean over all seeds of delay and stops, of every vehicle and of those under way
in the quarter of an hour after the change, and what the lights did: greens that ended without
yellow, and greens below the least. Ours must have none of these; vehicles under way then must lose
less than with GSP, and no more than a fiftieth above switching at once, which is in step at once
at the price of cut greens. Stops are told, not judged. SUMO's third procedure, Stretch, cannot be
asked: with a range to stretch, SUMO 1.28 does not come to an end.

The lights of each arterial of the region are loaded and run through a whole day of each kind too.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from benchmarks.signals_corridor import corridor
from benchmarks.signals_simulator import ROOT, Run, Simulator, Trip, figures_of, mean_of
from conurb.network.signals.bandwidth import Wish, optimise
from conurb.network.signals.declaring import read_toml
from conurb.network.signals.delays import settle
from conurb.network.signals.plans import Both, TimingPlan
from conurb.network.signals.programmes import (
    DayKind,
    DayTable,
    Pattern,
    Period,
    Programme,
    check_programme,
)
from conurb.network.signals.simulation import day_of
from conurb.network.signals.transitions import DAY
from conurb.region.tables import Bilingual

BEFORE, AFTER = "before", "after"
OURS = "ours"
CHANGE = 30
"""The minute of the change; demand lasts an hour."""
WINDOW = 900.0
"""How long after the change vehicles count as having met it, seconds."""
SWITCHES = {"at once": {}, "GSP": {"procedure": "GSP", "synchron": "true"}}
"""SUMO's own ways to switch, as attributes of its element `wautJunction`."""
MOST = {"GSP": 1.0, "at once": 1.02}
"""How much of another way's delay those who meet the change may lose with ours."""


def run(simulator: Simulator) -> bool:
    """Measure and print; tell whether ours does what it says."""
    programme = _programme()
    network = simulator.network(programme.first)
    texts = {OURS: day_of(programme, DayKind.WORKDAY)}
    texts |= {name: _switched(texts[OURS], more) for name, more in SWITCHES.items()}
    change = programme.changes(DayKind.WORKDAY)[-1].transition
    print(
        f"\n  A change of plan in the middle of the hour; ours is in step after "
        f"{change.lasts:.0f} s, {change.longer} signals longer, {change.shorter} shorter\n\n"
        f"  {'':10} {'delay s':>8} {'stops':>6}   {'under way then: delay':>21} {'stops':>6}   "
        f"{'cut greens':>10} {'short':>5}"
    )
    met: dict[str, Run] = {}
    good = True
    for name, text in texts.items():
        every, met[name] = _driven(simulator, network, text)
        lights = simulator.lights(network, text, len(programme.first.intersections), 3600)
        print(
            f"  {name:10} {every.delay:8.1f} {every.stops:6.2f}   {met[name].delay:21.1f} "
            f"{met[name].stops:6.2f}   {lights.cut:10} {lights.short:5}"
        )
        if name == OURS and (lights.cut or lights.short):
            good = False
            print("  ours cuts a green or makes one too short")
    for other, most in MOST.items():
        if met[OURS].delay > most * met[other].delay:
            good = False
            print(f"  who meets the change loses more than {most:g} of {other}")
    return _region(simulator) and good


def _driven(simulator: Simulator, network: Path, lights: str) -> tuple[Run, Run]:
    """Return the means over all seeds of every vehicle, and of those that met the change."""
    every, met = [], []
    for seed in simulator.seeds:
        trips = simulator.trips(network, seed, lights)
        every.append(figures_of(trips))
        met.append(figures_of(trips, _met))
    return mean_of(every), mean_of(met)


def _met(trip: Trip) -> bool:
    return trip.departed < CHANGE * 60 + WINDOW and trip.arrived > CHANGE * 60


def _programme() -> Programme:
    """Return two plans of the corridor, each the other way's, and the hour that has both."""
    patterns = tuple(
        Pattern(key, Bilingual(key, key), _whole(settle(optimise(corridor(cycle), wish).plan)))
        for key, cycle, wish in (
            (BEFORE, 100.0, Wish(weights=Both(2.0, 1.0))),
            (AFTER, 90.0, Wish(weights=Both(1.0, 2.0))),
        )
    )
    days = (
        DayTable(DayKind.WORKDAY, (Period(0, CHANGE, BEFORE),), AFTER),
        DayTable(DayKind.REST, (), BEFORE),
    )
    return check_programme(Programme(patterns, days))


def _whole(plan: TimingPlan) -> TimingPlan:
    """Return the plan with offsets of whole seconds, the step of the simulator."""
    return plan.with_offsets(tuple(float(round(offset)) for offset in plan.offsets))


def _switched(ours: str, more: dict[str, str]) -> str:
    """Return the same two programs, switched at the stated time in SUMO's own way.

    Each may be left and entered where its cycle begins ("GSP", a good switching point).
    """
    root = ElementTree.fromstring(ours.encode())
    for each in list(root):
        if each.tag == "tlLogic" and each.attrib["programID"] in {BEFORE, AFTER}:
            ElementTree.SubElement(each, "param", key="GSP", value="0")
        else:
            root.remove(each)
    waut = ElementTree.SubElement(root, "WAUT", id="all", refTime="0", startProg=BEFORE)
    ElementTree.SubElement(waut, "wautSwitch", time=str(CHANGE * 60), to=AFTER)
    for light in sorted({each.attrib["id"] for each in root.iter("tlLogic")}):
        ElementTree.SubElement(root, "wautJunction", wautID="all", junctionID=light, **more)
    return ElementTree.tostring(root, encoding="unicode")


def _region(simulator: Simulator) -> bool:
    """Let the lights of every arterial of the region run through each kind of day."""
    good = True
    print()
    for file in sorted((ROOT / "regions" / "changzhutan" / "signals").glob("*.toml")):
        programme = read_toml(file.read_text(encoding="utf-8"), file.name)
        network = simulator.network(programme.first)
        for table in programme.days:
            lights = simulator.lights(
                network,
                day_of(programme, table.kind),
                len(programme.first.intersections),
                DAY,
            )
            good &= not lights.cut and not lights.short
            changes = sum(change.minute > 0 for change in programme.changes(table.kind))
            print(
                f"  {programme.first.key}, {table.kind}: {changes} changes, "
                f"{lights.cut} greens cut, {lights.short} too short"
            )
    return good
