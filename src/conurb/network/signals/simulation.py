"""The plan as a network for the microsimulator SUMO, so that anybody can see what it does.

Gives SUMO's plain network files (nodes, edges, connections, traffic lights), which `netconvert`
joins, and the lights alone as an additional file for a network with the same names: those of one
plan, or of a whole day with every change of plan. The street is drawn straight; lengths, lanes,
left turn lanes and signals are those of the plan.
https://sumo.dlr.de/docs/Networks/PlainXML.html
https://sumo.dlr.de/docs/Simulation/Traffic_Lights.html

Names, for intersection 1 and so on: `J1`; the arterial `out0`, `out1` … towards the last one and
`in1`, `in0` … back; the crossing street `n1in`, `n1out`, `s1in`, `s1out`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from conurb.network.signals.plans import METRES_A_SECOND, Movement, Span, TimingPlan
from conurb.network.signals.programmes import Change, DayKind, Programme, clock

LANE = 1800.0
"""The saturation flow of a lane, vehicles an hour, from which lanes are counted."""
ENTRY = 500.0
SIDE = 250.0
IN_NETWORK, ADDED = "0", "conurb"
"""Names of programs: SUMO runs the one that is read last, and wants two of different names."""
NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Turn:
    """A way over an intersection: from lane to lane, and whose green it takes."""

    origin: str
    lane: int
    target: str
    to_lane: int
    movement: Movement
    yields: bool


def lanes_of(plan: TimingPlan) -> int:
    """Return how many through lanes the arterial has each way."""
    most = max(value for at in plan.intersections for value in at.saturation)
    return max(1, round(most / LANE))


def turns_at(plan: TimingPlan, place: int) -> tuple[Turn, ...]:
    """Return the ways over an intersection, in the order of SUMO's link indices."""
    n, through = place + 1, lanes_of(plan)
    spans = plan.spans(place)

    def arms(
        origin: str,
        right: str,
        ahead: str,
        left: str,
        lanes: int,
        movement: Movement,
        own: Movement,
    ) -> Iterator[Turn]:
        protected = own in spans
        yield Turn(origin, 0, right, 0, movement, True)
        for lane in range(lanes):
            yield Turn(origin, lane, ahead, lane, movement, False)
        yield Turn(
            origin,
            lanes,
            left,
            _left_lane(left, through),
            own if protected else movement,
            not protected,
        )

    out, back, north, south = f"out{n}", f"in{n - 1}", f"n{n}out", f"s{n}out"
    return (
        *arms(f"out{n - 1}", south, out, north, through, Movement.OUTBOUND, Movement.OUTBOUND_LEFT),
        *arms(f"in{n}", north, back, south, through, Movement.INBOUND, Movement.INBOUND_LEFT),
        *arms(f"n{n}in", back, south, out, 1, Movement.SIDE, Movement.SIDE_LEFT),
        *arms(f"s{n}in", out, north, back, 1, Movement.SIDE, Movement.SIDE_LEFT),
    )


def plain_network(plan: TimingPlan, limit: float | None = None) -> dict[str, str]:
    """Return SUMO's plain network files by name; `limit` is the speed limit in km/h.

    Without it the limit is the highest speed of the plan. Join them with
    `netconvert -n corridor.nod.xml -e corridor.edg.xml -x corridor.con.xml -i corridor.tll.xml
    -o corridor.net.xml`.
    """
    limit = limit or max(value for speed in plan.speeds for value in speed)
    return {
        "corridor.nod.xml": _document("nodes", _nodes(plan)),
        "corridor.edg.xml": _document("edges", _edges(plan, limit / METRES_A_SECOND)),
        "corridor.con.xml": _document("connections", _connections(plan)),
        "corridor.tll.xml": _document(
            "tlLogics", [*_logics(plan, IN_NETWORK), *_connections(plan, lights=True)]
        ),
    }


def additional(plan: TimingPlan) -> str:
    """Return the lights alone, as an additional file for a network made by `plain_network`."""
    return _document("additional", _logics(plan, ADDED))


def day_of(programme: Programme, kind: DayKind) -> str:
    """Return the lights of a whole kind of day as an additional file, for the same network.

    Every plan is a program of its signal by its key. A WAUT of SUMO for each signal switches them
    as `transitions` says: when the last old cycle ends, to a program whose cycles are longer or
    shorter, named after the plan and the hour of the change ("night@22:30"), and once it is in
    step, to the new plan's own. So SUMO is to switch at once (no `procedure`), which cuts no cycle
    here. The day begins in step with its first plan: what midnight takes lies before it. Times are
    seconds from midnight.
    """
    changes = [change for change in programme.changes(kind) if change.minute]
    lines: list[str] = []
    for place in range(len(programme.first.intersections)):
        for pattern in programme.patterns:
            lines += _logic(pattern.plan, place, pattern.key)
        for change in changes:
            if change.transition.shifts[place].cycles:
                lines += _logic(_bent(change, place), place, _bent_name(change))
    first = programme.table(kind).slots[0].pattern
    for place in range(len(programme.first.intersections)):
        light = f"J{place + 1}"
        lines.append(f'<WAUT id="{light}" refTime="0" startProg={quoteattr(first)}>')
        for change in changes:
            shift, second = change.transition.shifts[place], change.minute * 60
            switches = [(shift.lasts, change.after.key)]
            if shift.cycles:
                switches.insert(0, (shift.begins, _bent_name(change)))
            lines += [
                f'  <wautSwitch time="{round(second + after, 3)}" to={quoteattr(program)}/>'
                for after, program in switches
            ]
        lines += ["</WAUT>", f'<wautJunction wautID="{light}" junctionID="{light}"/>']
    return _document("additional", lines)


def _bent(change: Change, place: int) -> TimingPlan:
    """Return the new plan with the cycles by which a signal comes into step with it."""
    plan, shift = change.after.plan, change.transition.shifts[place]
    # a cycle of whole milliseconds, as SUMO keeps it: else it would drift in the course of the day
    bent = replace(plan, cycle=round(plan.cycle + shift.seconds / shift.cycles, 3))
    return bent.with_offsets((change.minute * 60 + shift.begins,) * len(plan.offsets))


def _bent_name(change: Change) -> str:
    return f"{change.after.key}@{clock(change.minute)}"


def _left_lane(edge: str, through: int) -> int:
    """The lane into which a left turn leads: the leftmost one."""
    return 1 if edge.endswith("out") else through


def _nodes(plan: TimingPlan) -> list[str]:
    first, last = plan.intersections[0].metres, plan.intersections[-1].metres
    lines = [_node("A", first - ENTRY, 0), _node("B", last + ENTRY, 0)]
    for n, at in enumerate(plan.intersections, 1):
        lines.append(_node(f"J{n}", at.metres, 0, "traffic_light"))
        lines += [_node(f"N{n}", at.metres, SIDE), _node(f"S{n}", at.metres, -SIDE)]
    return lines


def _node(key: str, x: float, y: float, kind: str = "dead_end") -> str:
    tl = f' tl="{key}"' if kind == "traffic_light" else ""
    return f'<node id="{key}" x="{x:.2f}" y="{y:.2f}" type="{kind}"{tl}/>'


def _edges(plan: TimingPlan, limit: float) -> list[str]:
    lanes, count = lanes_of(plan) + 1, len(plan.intersections)
    names = ["A", *(f"J{n + 1}" for n in range(count)), "B"]
    lines = []

    def edge(key: str, a: str, b: str, many: int, priority: int) -> None:
        lines.append(
            f'<edge id="{key}" from="{a}" to="{b}" numLanes="{many}" speed="{limit:.3f}" '
            f'priority="{priority}"/>'
        )

    for n, (a, b) in enumerate(pairwise(names)):
        edge(f"out{n}", a, b, lanes, 3)
        edge(f"in{n}", b, a, lanes, 3)
    for n in range(1, count + 1):
        for arm in "ns":
            edge(f"{arm}{n}in", f"{arm.upper()}{n}", f"J{n}", 2, 2)
            edge(f"{arm}{n}out", f"J{n}", f"{arm.upper()}{n}", 2, 2)
    return lines


def _connections(plan: TimingPlan, *, lights: bool = False) -> list[str]:
    lines = []
    for place in range(len(plan.intersections)):
        for index, turn in enumerate(turns_at(plan, place)):
            light = f' tl="J{place + 1}" linkIndex="{index}"' if lights else ""
            lines.append(
                f'<connection from="{turn.origin}" to="{turn.target}" fromLane="{turn.lane}" '
                f'toLane="{turn.to_lane}"{light}/>'
            )
    return lines


def _logics(plan: TimingPlan, program: str) -> list[str]:
    return [line for place in range(len(plan.offsets)) for line in _logic(plan, place, program)]


def _logic(plan: TimingPlan, place: int, program: str) -> list[str]:
    light, offset = f"J{place + 1}", f"{plan.offsets[place]:g}"
    phases = [
        f'  <phase duration="{seconds:g}" state={quoteattr(state)}/>'
        for seconds, state in _phases(plan, place)
    ]
    head = f'<tlLogic id="{light}" type="static" programID={quoteattr(program)} offset="{offset}">'
    return [head, *phases, "</tlLogic>"]


def _phases(plan: TimingPlan, place: int) -> Iterator[tuple[float, str]]:
    """Yield SUMO's phases from the offset on: seconds, and a letter for each turn.

    They are cut wherever any light changes, as one movement's yellow may begin in one stage and
    end in the next.
    """
    spans, turns = plan.spans(place), turns_at(plan, place)
    changes = {0.0, plan.cycle}
    for span in spans.values():
        changes |= {span.begins, span.ends, span.ends + plan.yellow}
    marks: list[float] = []
    for change in sorted(changes):
        if not marks or change - marks[-1] > NEGLIGIBLE:
            marks.append(change)
    for since, until in pairwise(marks):
        state = "".join(_letter(plan, spans[t.movement], t, (since + until) / 2) for t in turns)
        # so rounded, the phases of a cycle add up to it
        yield round(round(until, 3) - round(since, 3), 3), state


def _letter(plan: TimingPlan, span: Span, turn: Turn, at: float) -> str:
    """Return how SUMO writes the light of a turn at a moment of the cycle."""
    if span.begins <= at < span.ends:
        return "g" if turn.yields else "G"
    return "y" if span.ends <= at < span.ends + plan.yellow else "r"


def _document(root: str, lines: list[str]) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{body}\n</{root}>\n'
