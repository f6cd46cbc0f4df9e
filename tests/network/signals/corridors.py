"""Small arterials for the tests."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import strategies as st

from conurb.network.signals.plans import Both, Intersection, Order, TimingPlan, check
from conurb.region.tables import Bilingual

FLOW = Both(600.0, 500.0)


def arterial(
    spacing: list[int],
    *,
    cycle: float = 60.0,
    side: list[float] | None = None,
    left: list[Both] | None = None,
    offsets: list[float] | None = None,
    speed: float = 36.0,
    flow: Both = FLOW,
    **more: object,
) -> TimingPlan:
    """Return a checked arterial with so many metres between its signals; 36 km/h is 10 m/s."""
    count = len(spacing) + 1
    metres = list(accumulate(spacing, initial=0))
    return check(
        TimingPlan(
            key="test",
            name=Bilingual("测试路", "Test Road"),
            ways=(Bilingual("东行", "Eastbound"), Bilingual("西行", "Westbound")),
            cycle=cycle,
            intersections=tuple(
                Intersection(
                    key=str(n + 1),
                    name=Bilingual(f"路口{n + 1}", f"Crossing {n + 1}"),
                    metres=float(metres[n]),
                    side=side[n] if side else 0.4,
                    left=left[n] if left else Both(0.0, 0.0),
                    flow=flow,
                    order=Order.LEAD_LAG,
                )
                for n in range(count)
            ),
            speeds=(Both(speed, speed),) * len(spacing),
            offsets=tuple(offsets or [0.0] * count),
            **more,  # type: ignore[arg-type]
        )
    )


@st.composite
def arterials(draw: st.DrawFn, signals: int) -> TimingPlan:
    """Draw an arterial whose every time is whole seconds."""
    twentieths = st.integers(5, 9)
    tens = st.integers(10, 90).map(lambda n: n * 10)
    lefts = st.sampled_from([0.0, 0.2, 0.25])
    return arterial(
        draw(st.lists(tens, min_size=signals - 1, max_size=signals - 1)),
        cycle=60.0,
        side=[draw(twentieths) / 20 for _ in range(signals)],
        left=[Both(draw(lefts), draw(lefts)) for _ in range(signals)],
    )
