"""The figures by which item 4.1 shows how far it is, read live."""

from __future__ import annotations

from django.utils import timezone

from conurb.plan.measures import Figure, Measure, NoFigureError
from conurb.sames.market.queries import figures

ITEM = "4.1"


def listed() -> Figure:
    """Employers on the list now."""
    return Figure(figures.listed_now(), "家", "employers", timezone.now())


def recognised() -> Figure:
    """Entries that hold in another city by agreement, counted once a city."""
    return Figure(figures.recognised(), "项次", "recognitions", timezone.now())


def confirmed() -> Figure:
    """Share of the effects that authorities confirmed in time, of those answered or overdue."""
    percent = figures.confirmations().percent_in_time
    if percent is None:
        raise NoFigureError(
            "尚无到期或已回复的惩戒任务", "no effect was confirmed, and none is overdue yet"
        )
    return Figure(percent, "%", "%", timezone.now(), target=100)


def pool() -> Figure:
    """Inspectors in the pool that the cities share."""
    return Figure(figures.pool(), "人", "inspectors", timezone.now())


MEASURES = (
    Measure("listed", "在册失信主体", "Employers on the list", ITEM, listed),
    Measure("recognised", "跨市互认", "Recognised in other cities", ITEM, recognised),
    Measure("confirmed", "惩戒按期回复率", "Effects confirmed in time", ITEM, confirmed),
    Measure("inspectors", "共享监察员", "Inspectors in the shared pool", ITEM, pool),
)
