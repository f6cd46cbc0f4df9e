"""How far a project is, from the declared stage and from what is reported of its tasks.

A project was so far when the plan was published; since then the reports of the tasks that name it
say how far it is. Tasks of works tell the stage of the works; a task that studies, plans or asks
for approval leaves a project in study until it is concluded, when early work may begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conurb.region.tables import Bilingual

STUDY, EARLY, BUILDING, OPENED = "study", "early", "building", "opened"
ORDER = (STUDY, EARLY, BUILDING, OPENED)
NAMES: Mapping[str, Bilingual] = {
    STUDY: Bilingual("研究论证", "In study"),
    EARLY: Bilingual("前期工作", "Early work"),
    BUILDING: Bilingual("在建", "Being built"),
    OPENED: Bilingual("建成投用", "In use"),
}
LOOKS: Mapping[str, str] = {
    STUDY: "not-begun",
    EARLY: "at-risk",
    BUILDING: "on-course",
    OPENED: "done",
}
"""The light that a stage is drawn with."""

OF_WORKS: Mapping[str, str] = {
    "preliminary": EARLY,
    "approved": EARLY,
    "designed": EARLY,
    "started": BUILDING,
    "main-works": BUILDING,
    "in-use": OPENED,
}
OTHERS_END = frozenset({"concluded", "adopted", "answered"})


@dataclass(frozen=True)
class Told:
    """How far a task is: its kind and the stage on its ladder, "not-begun" before any report."""

    kind: str
    stage: str


def stage_of(declared: str, tasks: Iterable[Told]) -> str:
    """Return the stage of a project: the furthest that its tasks tell, the declared one if none."""
    told = [stage for stage in map(_of, tasks) if stage is not None]
    return max(told, key=ORDER.index) if told else declared


def _of(task: Told) -> str | None:
    if task.stage == "not-begun":
        return None
    if task.kind == "build":
        return OF_WORKS[task.stage]
    return EARLY if task.stage in OTHERS_END else STUDY
