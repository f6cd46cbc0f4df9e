"""The measures of field 2 and of the infrastructure of 5.2; figures are loaded when asked for.

The network with its kernels is not loaded by a process that only knows of the measures.
"""

from __future__ import annotations

from collections.abc import Iterator

from conurb.late import late
from conurb.plan.measures import Measure

ITEMS = ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "5.2")
AT_BORDERS = ("2.6", "2.7", "2.8")
"""Items that join roads which stop at a border."""
SIGNALS = "2.4"
_FIGURES = "conurb.sames.facilities.queries.figures"
_SIGNALS = "conurb.sames.facilities.queries.signals"


def measures() -> Iterator[Measure]:
    """Yield the measures of every item that the pack carries out."""
    for item in ITEMS:
        yield Measure(
            f"begun-{item}",
            "在建和建成的项目",
            "Projects being built or in use",
            item,
            late(f"{_FIGURES}.begun", item),
        )
        if item != "5.2":
            yield Measure(
                f"hours-{item}",
                "项目全部建成后每日节省的时间（小汽车，模型值）",
                "Time saved a day once all its projects are done (by car, modelled)",
                item,
                late(f"{_FIGURES}.hours_saved", item),
            )
    yield Measure(
        "centres-rail",
        "三市中心间公共交通平均用时（模型值）",
        "Mean time between the city centres by public transport (modelled)",
        "2.1",
        late(f"{_FIGURES}.between_centres", "transit"),
    )
    yield Measure(
        "centres-road",
        "三市中心间小汽车平均用时（模型值）",
        "Mean time between the city centres by car (modelled)",
        "2.2",
        late(f"{_FIGURES}.between_centres", "car"),
    )
    for item in AT_BORDERS:
        yield Measure(
            f"dead-ends-{item}",
            "市界断头路中已列入规划打通的",
            "Dead ends at borders that a project of the plan heals",
            item,
            late(f"{_FIGURES}.dead_ends_healed"),
        )


def signal_measures() -> tuple[Measure, ...]:
    """Return the measures of the signals of item 2.4."""
    return (
        Measure(
            "signals-coordinated",
            "沿线各市共同签署的干道绿波方案",
            "Arterials that run a green wave signed by all their cities",
            SIGNALS,
            late(f"{_SIGNALS}.coordinated"),
        ),
        Measure(
            "signals-wave",
            "干道绿波带宽占周期比例（路段平均）",
            "Green wave on the arterials as a share of the cycle, mean of links",
            SIGNALS,
            late(f"{_SIGNALS}.wave_share"),
        ),
    )
