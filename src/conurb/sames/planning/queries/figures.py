"""The figures of the pack, counted from its own tables when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.atlas.findings.naming import Rule
from conurb.atlas.models import Finding, FindingRun
from conurb.atlas.queries import findings_figures
from conurb.plan.measures import Figure, NoFigureError
from conurb.sames.planning.models import LibraryPlan, Review
from conurb.sames.planning.queries.reviews import late_parties
from conurb.sames.planning.queries.zones import tiers_in_force


@dataclass(frozen=True)
class Shown:
    """A figure on the page of the pack."""

    label: str
    value: int


def for_page() -> list[Shown]:
    """Return what the page of the pack shows."""
    return [
        Shown(_("maps adopted by all parties"), _adopted()),
        Shown(_("under review"), _open()),
        Shown(_("reviews with a party that is late"), _late()),
        Shown(_("findings at borders resolved in reviews"), _resolved()),
        Shown(_("plans in the library"), LibraryPlan.objects.count()),
    ]


def adopted() -> Figure:
    """How many layers stand adopted by every party."""
    if not Review.everything.exists():
        raise NoFigureError("尚无联合审核", "no joint review yet")
    return _figure(_adopted(), "个", "layers")


def under_review() -> Figure:
    """How many reviews are open."""
    return _figure(_open(), "个", "layers")


def late() -> Figure:
    """How many open reviews have a party whose limit has ended."""
    return _figure(_late(), "个", "reviews")


def findings_open() -> Figure:
    """How many findings stand in the reviews that are open."""
    versions = Review.everything.filter(state=Review.State.OPEN).values("version")
    total = 0
    for run in _last_runs(versions):
        total += sum(run.counts.get("rules", {}).values())
    return _figure(total, "处", "findings")


def findings_standing(*rules: str) -> Figure:
    """How many findings of these rules stand between all maps, of any rule where none is named."""
    told = findings_figures.standing([Rule(rule) for rule in rules] or list(Rule))
    if told is None:
        raise NoFigureError("尚未对全部图层运行规则", "the rules have not run over all maps yet")
    return Figure(told.number, "处", "findings", told.as_of)


def findings_resolved() -> Figure:
    """How many findings versions of reviews closed against the versions before."""
    return _figure(_resolved(), "处", "findings")


def zones_area() -> Figure:
    """How many square kilometres the zones have that are in force today."""
    areas = tiers_in_force(timezone.localdate())
    if not areas:
        raise NoFigureError("尚无经各方签署的片区边界", "no boundaries adopted by all parties yet")
    return Figure(round(sum(areas.values()), 1), "平方公里", "km²", timezone.now())


def plans_in_force(item: str) -> Figure:
    """How many plans of an item are approved or in force, of those in the library."""
    plans = [plan for plan in LibraryPlan.objects.all() if item in plan.items]
    if not plans:
        raise NoFigureError("规划库中没有本条目的规划", "no plan of this item in the library")
    known = [plan for plan in plans if plan.state != LibraryPlan.State.UNKNOWN]
    if not known:
        raise NoFigureError(
            "规划状态尚未由经办人依文件核定", "no officer has set the state from a document yet"
        )
    done = [plan for plan in known if plan.state in {"approved", "in-force"}]
    return Figure(len(done), "项", "plans", timezone.now(), target=len(plans))


def _adopted() -> int:
    return Review.everything.filter(state=Review.State.ADOPTED).count()


def _open() -> int:
    return Review.everything.filter(state=Review.State.OPEN).count()


def _late() -> int:
    return late_parties(timezone.localdate()).values("review").distinct().count()


def _resolved() -> int:
    """Findings noted as resolved by a pass about a version that was a later round of a review."""
    rounds = Review.everything.filter(rounds__number__gt=1).values("rounds__version")
    return (
        Finding.everything.filter(
            run__version__in=rounds, run__state=FindingRun.State.DONE, state=Finding.State.RESOLVED
        ).aggregate(number=Count("key", distinct=True))["number"]
        or 0
    )


def _last_runs(versions: object) -> list[FindingRun]:
    latest: dict[int | None, FindingRun] = {}
    done = FindingRun.everything.filter(version__in=versions, state=FindingRun.State.DONE)
    for run in done.order_by("ended_at", "id"):
        latest[run.version_id] = run
    return list(latest.values())


def _figure(value: int, zh: str, en: str) -> Figure:
    return Figure(value, zh, en, timezone.now())
