"""The ladder of stages that a task climbs, by its kind.

Source: the stages by which Chinese departments report. Works follow the order of the approvals in
政府投资条例 (State Council order 712, 2019: proposal, feasibility study, preliminary design, start
of works, completion) and plans that of 国土空间规划 practice (drafting, opinions, examination,
approval); the others are this project's own and are changed here, in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["study", "plan", "build", "petition", "institute", "operate", "serve"]
KINDS: tuple[Kind, ...] = get_args(Kind)

KIND_NAMES: dict[Kind, tuple[str, str]] = {
    "study": ("研究论证", "Study"),
    "plan": ("规划编制", "Plan"),
    "build": ("工程建设", "Build"),
    "petition": ("争取申报", "Petition"),
    "institute": ("机制建立", "Institute"),
    "operate": ("运行治理", "Operate"),
    "serve": ("服务办理", "Serve"),
}


@dataclass(frozen=True)
class Stage:
    """One rung. `share` (0 to 1) is the part of the task's time by which it should be reached."""

    key: str
    zh: str
    en: str
    share: float


class UnknownStageError(ValueError):
    """A stage was named that the ladder of this kind does not have."""


NOT_BEGUN = Stage("not-begun", "未启动", "Not begun", 0.0)


def _ladder(*rungs: tuple[str, str, str]) -> tuple[Stage, ...]:
    """Spread the rungs evenly over the task's time; the last is its end."""
    return (
        NOT_BEGUN,
        *(Stage(key, zh, en, (i + 1) / len(rungs)) for i, (key, zh, en) in enumerate(rungs)),
    )


LADDERS: dict[Kind, tuple[Stage, ...]] = {
    "study": _ladder(
        ("scoped", "立项定题", "Scoped"),
        ("surveyed", "调研论证", "Surveyed"),
        ("drafted", "形成初稿", "Drafted"),
        ("reviewed", "专家评审", "Reviewed"),
        ("concluded", "成果办结", "Concluded"),
    ),
    "plan": _ladder(
        ("commissioned", "启动编制", "Commissioned"),
        ("drafted", "形成草案", "Drafted"),
        ("consulted", "征求意见", "Consulted"),
        ("submitted", "送审报批", "Submitted"),
        ("adopted", "批准印发", "Adopted"),
    ),
    "build": _ladder(
        ("preliminary", "前期研究", "Preliminary work"),
        ("approved", "立项批复", "Approved"),
        ("designed", "设计用地", "Design and land"),
        ("started", "开工建设", "Works started"),
        ("main-works", "主体完工", "Main works done"),
        ("in-use", "竣工投用", "In use"),
    ),
    "petition": _ladder(
        ("prepared", "形成请示", "Prepared"),
        ("submitted", "正式上报", "Submitted"),
        ("followed-up", "沟通对接", "Followed up"),
        ("answered", "获得批复", "Answered"),
    ),
    "institute": _ladder(
        ("drafted", "起草方案", "Drafted"),
        ("consulted", "征求意见", "Consulted"),
        ("issued", "印发实施", "Issued"),
        ("on-trial", "试行运转", "On trial"),
        ("established", "建成运转", "Established"),
    ),
    "operate": _ladder(
        ("prepared", "筹备部署", "Prepared"),
        ("launched", "启动实施", "Launched"),
        ("running", "常态运行", "Running"),
        ("target-met", "达到目标", "Target met"),
    ),
    "serve": _ladder(
        ("specified", "梳理需求", "Specified"),
        ("connected", "系统对接", "Connected"),
        ("piloted", "试点办理", "Piloted"),
        ("rolled-out", "三市上线", "Live in all cities"),
        ("regular", "常态服务", "Regular service"),
    ),
}


def ladder_of(kind: str) -> tuple[Stage, ...]:
    """Return the stages of a kind, lowest first. Raises KeyError for an unknown kind."""
    return LADDERS[kind]  # type: ignore[index]


def stage_of(kind: str, key: str) -> Stage:
    """Return the stage of this key on the ladder of `kind`; raises UnknownStageError."""
    for stage in ladder_of(kind):
        if stage.key == key:
            return stage
    known = ", ".join(stage.key for stage in ladder_of(kind))
    raise UnknownStageError(f"A task of kind {kind} has no stage {key!r}. It has: {known}.")


def index_of(kind: str, key: str) -> int:
    """Return how many rungs lie below the stage; 0 is not begun."""
    return ladder_of(kind).index(stage_of(kind, key))


def is_last(kind: str, key: str) -> bool:
    """Tell whether reaching this stage completes a task of this kind."""
    return ladder_of(kind)[-1].key == key


def nearest(kind: str, share: float) -> Stage:
    """Return the highest stage of `kind` whose share is not above `share`.

    Used when the kind of a task is changed and its progress is carried to the other ladder.
    """
    return [stage for stage in ladder_of(kind) if stage.share <= share + 1e-9][-1]
