"""On which grounds a pass may be withdrawn, and by what code other cities read it.

By 行政许可法 (Administrative Licence Law) art. 69: a licence got by deception is withdrawn; and by
the cities' own agreement on points (a default of the region file). An officer decides, with words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conurb.region.tables import Bilingual
from conurb.sames.platform.points import Standing


@dataclass(frozen=True)
class Ground:
    """A ground of withdrawal; `code` is that of `records.reasons`; `needs_points` the threshold."""

    name: Bilingual
    code: str
    needs_points: bool = False


GROUNDS: Mapping[str, Ground] = {
    "points": Ground(
        Bilingual("积分达到撤销限值", "The points reached the limit"), "violation", True
    ),
    "deception": Ground(Bilingual("以欺骗手段取得", "It was got by deception"), "false-statement"),
    "ceased": Ground(
        Bilingual("不再符合核发条件", "The conditions are no longer met"), "conditions-ceased"
    ),
    "request": Ground(Bilingual("持证人申请注销", "At the holder's request"), "request"),
}


def may_withdraw(ground: Ground, standing: Standing) -> bool:
    """Tell whether a ground is given: that of points only at the threshold."""
    return not ground.needs_points or standing == "due"
