"""The measures of field 1 and of plots in 2.4; what they count is loaded when asked for."""

from __future__ import annotations

from conurb.late import late
from conurb.plan.measures import Measure

ITEMS = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.4")
"""Those of field 1; and 2.4, whose last task is to control the plots along the trunk lines."""
_FIGURES = "conurb.sames.planning.queries.figures"


def measures() -> tuple[Measure, ...]:
    """Return the measures of the items."""
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
            "findings-standing",
            "全部图层间未消除的问题图斑",
            "Findings that stand between all maps",
            "1.1",
            late(f"{_FIGURES}.findings_standing"),
        ),
        Measure(
            "findings-joining",
            "其中在市界未对接或等级不一的线路",
            "Of them lines that do not meet at a border, or in another class",
            "1.1",
            late(f"{_FIGURES}.findings_standing", "joining"),
        ),
        Measure(
            "findings-corridors",
            "干道、轨道控制廊道内不符合用途的图斑",
            "Plots in control corridors of roads and rails outside their allowed use",
            "2.4",
            late(f"{_FIGURES}.findings_standing", "corridor"),
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
