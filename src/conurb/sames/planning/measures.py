"""The measures of field 1; what they count is loaded when a figure is asked for."""

from __future__ import annotations

from conurb.late import late
from conurb.plan.measures import Measure

ITEMS = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6")
_FIGURES = "conurb.sames.planning.queries.figures"


def measures() -> tuple[Measure, ...]:
    """Return the measures of items 1.1 to 1.6."""
    return (
        Measure(
            "reviews-adopted",
            "联合审核通过的图层",
            "Layers adopted jointly",
            "1.1",
            late(f"{_FIGURES}.adopted"),
        ),
        Measure(
            "reviews-open",
            "在审图层",
            "Layers under review",
            "1.1",
            late(f"{_FIGURES}.under_review"),
        ),
        Measure(
            "reviews-late",
            "有一方逾期的审核",
            "Reviews with a late party",
            "1.1",
            late(f"{_FIGURES}.late"),
        ),
        Measure(
            "findings-open",
            "市界未决问题图斑",
            "Open findings at borders",
            "1.1",
            late(f"{_FIGURES}.findings_open"),
        ),
        Measure(
            "findings-resolved",
            "审核中消除的问题图斑",
            "Findings resolved in reviews",
            "1.1",
            late(f"{_FIGURES}.findings_resolved"),
        ),
        Measure(
            "zones-area",
            "已划定各级片区面积",
            "Area of the zones in force",
            "1.3",
            late(f"{_FIGURES}.zones_area"),
        ),
        *(
            Measure(
                f"plans-{item.replace('.', '-')}",
                "已批准或已实施的规划",
                "Plans approved or in force",
                item,
                late(f"{_FIGURES}.plans_in_force", item),
            )
            for item in ("1.2", "1.4", "1.5", "1.6")
        ),
    )
