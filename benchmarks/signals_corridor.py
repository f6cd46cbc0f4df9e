"""The corridor and the demand of the benchmark of signals: invented, made anew from seeds.

Twelve signals on 6.3 km, spaced as on the trunk roads between the cities, with crossing streets,
protected left turns, and splits that differ from signal to signal. Traffic drives through in both
directions, turns in from and off to the crossing streets, and crosses.
"""

from __future__ import annotations

import random
from itertools import accumulate

from conurb.network.signals.plans import Both, Intersection, Order, TimingPlan, check
from conurb.region.tables import Bilingual

SPACING = (420, 610, 380, 720, 540, 460, 830, 500, 640, 390, 810)
"""Metres between neighbouring signals."""
SIDE = (0.30, 0.26, 0.24, 0.32, 0.26, 0.24, 0.30, 0.26, 0.32, 0.24, 0.26, 0.30)
SIDE_LEFT = (0.13, 0.0, 0.0, 0.13, 0.0, 0.0, 0.13, 0.0, 0.13, 0.0, 0.0, 0.13)
LEFT = (0.14, 0.13, 0.12, 0.14, 0.13, 0.12, 0.14, 0.13, 0.14, 0.12, 0.13, 0.14)
CYCLE = 100.0
LIMIT = 60.0
"""Speed limit, km/h."""
SPEED = 54.0
"""At which drivers on average progress, km/h."""
THROUGH = Both(620.0, 480.0)
"""Vehicles an hour from end to end."""
CROSSING = 130.0
TURNING_IN = 55.0
TURNING_OFF = 0.055
"""Straight across, each way; into the arterial, each of four turns; share of those who turn off."""


def corridor(cycle: float = CYCLE) -> TimingPlan:
    """Return the corridor with all offsets 0 and every left turn leading on the way out."""
    metres = list(accumulate(SPACING, initial=0))
    flows = expected_flows()
    intersections = tuple(
        Intersection(
            key=str(n + 1),
            name=Bilingual(f"路口 {n + 1}", f"Intersection {n + 1}"),
            metres=float(metres[n]),
            side=SIDE[n],
            side_left=SIDE_LEFT[n],
            left=Both(LEFT[n], LEFT[n]),
            order=Order.LEAD_LEAD,
            flow=flows[n],
        )
        for n in range(len(metres))
    )
    links = len(intersections) - 1
    return check(
        TimingPlan(
            key="benchmark",
            name=Bilingual("基准干道", "Benchmark corridor"),
            ways=(Bilingual("东行", "Eastbound"), Bilingual("西行", "Westbound")),
            cycle=cycle,
            intersections=intersections,
            speeds=(Both(SPEED, SPEED),) * links,
            offsets=(0.0,) * len(intersections),
        )
    )


def expected_flows() -> tuple[Both, ...]:
    """Return the through flow at each signal that the demand makes on average."""
    count = len(SPACING) + 1
    flows: dict[str, list[float]] = {}
    for way, through in (("outbound", THROUGH.outbound), ("inbound", THROUGH.inbound)):
        joined = 0.0
        flows[way] = []
        for _ in range(count):
            flows[way].append(through + joined * (1 - 2 * TURNING_OFF))
            joined = joined * (1 - 2 * TURNING_OFF) + 2 * TURNING_IN
    flows["inbound"].reverse()
    return tuple(Both(a, b) for a, b in zip(flows["outbound"], flows["inbound"], strict=True))


def demand(seed: int, seconds: float = 3600.0) -> str:
    """Return the vehicles of one run as a SUMO route file, by departure; Poisson arrivals."""
    draw = random.Random(seed)
    count = len(SPACING) + 1
    vehicles: list[tuple[float, str]] = []

    def send(per_hour: float, route: list[str]) -> None:
        at = draw.expovariate(per_hour / 3600.0)
        while at < seconds:
            vehicles.append((at, " ".join(route)))
            at += draw.expovariate(per_hour / 3600.0)

    def along(first: int, way: int, arm: str, per_hour: float) -> None:
        """Vehicles that turn in at a signal and turn off further on, or drive to the end."""
        at = draw.expovariate(per_hour / 3600.0)
        while at < seconds:
            route = [f"{arm}{first}in"]
            place = first
            while True:
                route.append(f"out{place}" if way > 0 else f"in{place - 1}")
                place += way
                if not 1 <= place <= count:
                    break
                if draw.random() < 2 * TURNING_OFF:
                    route.append(draw.choice("ns") + f"{place}out")
                    break
            vehicles.append((at, " ".join(route)))
            at += draw.expovariate(per_hour / 3600.0)

    send(THROUGH.outbound, [f"out{n}" for n in range(count + 1)])
    send(THROUGH.inbound, [f"in{n}" for n in range(count, -1, -1)])
    for n in range(1, count + 1):
        send(CROSSING, [f"n{n}in", f"s{n}out"])
        send(CROSSING, [f"s{n}in", f"n{n}out"])
        for arm in "ns":
            for way in (1, -1):
                along(n, way, arm, TURNING_IN)
    vehicles.sort()
    lines = ['<vType id="car" sigma="0.5" speedFactor="normc(1.0,0.1,0.7,1.3)"/>']
    lines += [
        f'<vehicle id="{n}" type="car" depart="{at:.2f}" departLane="best" departSpeed="max">'
        f'<route edges="{route}"/></vehicle>'
        for n, (at, route) in enumerate(vehicles)
    ]
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<routes>\n{body}\n</routes>\n'
