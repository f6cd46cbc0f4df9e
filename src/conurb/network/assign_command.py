"""The command `conurb network assign`: equilibrium on a public network, beside its known answer."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from conurb.network.assignment import Equilibrium
    from conurb.network.graph import Floats
    from conurb.network.tntp import Network
    from conurb.region.tables import Bilingual

__all__ = ["assign"]

Lang = Literal["zh", "en"]

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_out = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("net", type=_file)
@click.argument("trips", type=_file)
@click.option("--best", type=_file, help="Flows known to be best, to compare with.")
@click.option("--gap", default=1e-6, show_default=True, help="Relative gap to reach.")
@click.option("--rounds", default=1000, show_default=True, help="Stop after so many at most.")
@click.option("--toll-factor", type=float, help="Minutes a unit of toll; else the file's.")
@click.option("--distance-factor", type=float, help="Minutes a unit of length; else the file's.")
@click.option("--flows", type=_out, help="Write flow, time and cost of every link to this CSV.")
@click.option("--costs", type=_out, help="Write least costs between zones to this CSV.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def assign(
    net: Path,
    trips: Path,
    *,
    best: Path | None,
    gap: float,
    rounds: int,
    toll_factor: float | None,
    distance_factor: float | None,
    flows: Path | None,
    costs: Path | None,
    lang: Lang,
) -> None:
    """Put TRIPS on the roads of NET so that nobody gets there sooner by another way.

    Both are files of Transportation Networks for Research (`…_net.tntp`, `…_trips.tntp`, packed or
    not). Some networks have weights for tolls and lengths in their README alone: Chicago-Sketch
    0.02 and 0.04, chicago-regional 0.1 and 0.25, Philadelphia 0.055 and 0.
    """
    from conurb.network import assignment, tntp
    from conurb.network.checking import render
    from conurb.network.graph import GraphError

    try:
        network = tntp.read_network(
            tntp.text_of(net), toll_factor=toll_factor, distance_factor=distance_factor
        )
        demand = tntp.read_demand(tntp.text_of(trips), network)
        known = tntp.read_flows(tntp.text_of(best), network) if best else None
        problems = [*network.problems, *demand.problems]
        if problems:
            click.echo(render(problems, lang), err=True)
        begun = time.perf_counter()
        found = assignment.assign(network, demand.trips, gap=gap, rounds=rounds)
    except GraphError as fault:
        raise click.ClickException(
            fault.message_zh if lang == "zh" else fault.message_en
        ) from fault
    seconds = time.perf_counter() - begun
    said = _said(network, demand.trips, found, seconds)
    if known is not None:
        said += _compared(network, found, *known)
    for line in said:
        click.echo(line.get(lang))
    if flows:
        _write_flows(flows, network, found)
    if costs:
        _write_costs(costs, network, found)
    if found.gap > gap:
        raise click.ClickException(
            f"{rounds} 轮后相对间隙为 {found.gap:.1e}，未达到 {gap:.1e}；可增加 --rounds"
            if lang == "zh"
            else f"after {rounds} rounds the gap is {found.gap:.1e}, not {gap:.1e}: more --rounds"
        )


def _said(network: Network, trips: Floats, found: Equilibrium, seconds: float) -> list[Bilingual]:
    """What came of it, line by line."""
    spent = float(found.flows @ found.costs)
    from conurb.region.tables import Bilingual

    lines = [
        Bilingual(
            f"{network.zones} 个小区，{network.nodes} 个结点，{len(network.tails)} 条路段，"
            f"出行 {trips.sum():,.2f}",
            f"{network.zones} zones, {network.nodes} nodes, {len(network.tails)} links, "
            f"{trips.sum():,.2f} trips",
        ),
        Bilingual(
            f"相对间隙 {found.gap:.2e}，平均每次出行可省 {found.excess:.2e}，"
            f"{found.rounds} 轮，{seconds:.1f} 秒",
            f"relative gap {found.gap:.2e}, average excess cost {found.excess:.2e}, "
            f"{found.rounds} rounds, {seconds:.1f} s",
        ),
        Bilingual(
            f"目标函数（Beckmann）{found.objective:.6f}，总费用 {spent:.6f}",
            f"objective (Beckmann) {found.objective:.6f}, total cost {spent:.6f}",
        ),
    ]
    if found.within or found.unserved:
        lines.append(
            Bilingual(
                f"小区内部出行 {found.within:,.2f}，无路可达的出行 {found.unserved:,.2f}，均未上网",
                f"not on the network: {found.within:,.2f} trips within zones, "
                f"{found.unserved:,.2f} without a way",
            )
        )
    return lines


def _compared(
    network: Network, found: Equilibrium, volumes: Floats, costs: Floats
) -> list[Bilingual]:
    """How flows and costs stand beside those that are known; the file may tell no costs."""
    import numpy as np

    from conurb.network.assignment import objective_of
    from conurb.region.tables import Bilingual

    objective = objective_of(network, volumes)
    told = ~np.isnan(costs)
    lines = [
        _apart(Bilingual("流量", "volumes"), found.flows, volumes),
        Bilingual(
            f"已知流量的目标函数 {objective:.6f}",
            f"objective at the known volumes {objective:.6f}",
        ),
    ]
    if told.any():
        lines.insert(1, _apart(Bilingual("费用", "costs"), found.costs[told], costs[told]))
    return lines


def _apart(what: Bilingual, found: Floats, known: Floats) -> Bilingual:
    """By how much values differ from those that are known: at most, and root mean square."""
    from conurb.region.tables import Bilingual

    off = abs(found - known)
    most, usual = float(off.max(initial=0.0)), float((off @ off / max(len(off), 1)) ** 0.5)
    greatest = float(known.max(initial=0.0))
    share = most / greatest if greatest > 0 else 0.0
    return Bilingual(
        f"与已知{what.zh}相差最多 {most:.4g}（最大值的 {share:.2e}），均方根 {usual:.4g}",
        f"known {what.en}: off by {most:.4g} at most ({share:.2e} of the greatest), "
        f"{usual:.4g} root mean square",
    )


def _write_flows(file: Path, network: Network, found: Equilibrium) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["from", "to", "volume", "time", "cost"])
        for tail, head, *values in zip(
            network.tails.tolist(),
            network.heads.tolist(),
            found.flows.tolist(),
            found.times.tolist(),
            found.costs.tolist(),
            strict=True,
        ):
            rows.writerow([network.name_of(tail), network.name_of(head), *values])


def _write_costs(file: Path, network: Network, found: Equilibrium) -> None:
    from conurb.network.dijkstra import costs_from

    graph = network.graph(found.costs)
    names = [network.name_of(zone) for zone in range(network.zones)]
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["from", *names])
        for zone, name in enumerate(names):
            rows.writerow([name, *costs_from(graph, zone)[: network.zones].tolist()])
