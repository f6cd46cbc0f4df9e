"""The library of plans for its pages: as a tree or a list, one with conformity and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from conurb.atlas.models import Layer
from conurb.journal.models import Entry
from conurb.plan.models import Plan
from conurb.region.models import works_for_region
from conurb.sames.planning import library
from conurb.sames.planning.actions.library import may_edit
from conurb.sames.planning.models import Judgement, LibraryPlan, Review
from conurb.sames.planning.phrases import FIELDS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

LONGEST = 80
HISTORY = 30
CHOICES = {
    "kind": dict(LibraryPlan.Kind.choices),
    "level": dict(LibraryPlan.Level.choices),
    "state": dict(LibraryPlan.State.choices),
}


@dataclass(frozen=True)
class PlanFilter:
    """What was asked of the library; `view` is "tree" or "list"."""

    words: str = ""
    kind: str = ""
    level: str = ""
    state: str = ""
    item: str = ""
    view: str = "tree"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> PlanFilter:
        """Read a query string leniently."""
        return cls(
            words=query.get("q", "").strip()[:LONGEST],
            kind=_one_of(query.get("kind", ""), library.KINDS),
            level=_one_of(query.get("level", ""), library.LEVELS),
            state=_one_of(query.get("state", ""), library.STATES),
            item=query.get("item", "").strip()[:8],
            view="list" if query.get("view") == "list" else "tree",
        )

    @property
    def narrows(self) -> bool:
        """Whether anything was asked that not every plan has."""
        return bool(self.words or self.kind or self.level or self.state or self.item)


@dataclass(frozen=True)
class Row:
    """A plan, how deep it stands in the tree, whether it was asked for or only leads there."""

    plan: LibraryPlan
    depth: int
    asked: bool
    judgement: Judgement | None


@dataclass(frozen=True)
class Change:
    """A field of an entry, what it said and what it says now."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Past:
    """What was done to an entry: fields that were changed, or none where it was judged."""

    entry: Entry
    changes: Sequence[Change]


@dataclass(frozen=True)
class Page:
    """One plan with all that its page shows."""

    plan: LibraryPlan
    below: Sequence[LibraryPlan]
    layers: Sequence[Layer]
    reviews: Sequence[Review]
    judgements: Sequence[Judgement]
    history: Sequence[Past]
    may_edit: bool


def rows(asked: PlanFilter) -> list[Row]:
    """Return the plans asked for; in the tree with every plan above them."""
    plans = {each.key: each for each in _plans()}
    above = {key: plan.above.key if plan.above else None for key, plan in plans.items()}
    wanted = {key for key, plan in plans.items() if _fits(plan, asked)}
    if asked.view == "list":
        return [_row(plans[key], 0, asked=True) for key in plans if key in wanted]
    shown = library.with_ancestors(above, wanted)
    branches = library.tree(above, list(plans))
    return [
        _row(plans[each.key], each.depth, asked=each.key in wanted)
        for each in branches
        if each.key in shown
    ]


def plan_of(key: str) -> LibraryPlan | None:
    """Return a plan by its key."""
    return _plans().filter(key=key).first()


def year_of_plan() -> int | None:
    """Return the year of the current plan, whose items the library links to; None without one."""
    found = Plan.objects.filter(is_current=True).first()
    return found.year if found else None


def page(actor: User | AnonymousUser, plan: LibraryPlan) -> Page:
    """Return what a page shows of a plan."""
    layers = list(Layer.objects.visible_to(actor).filter(plans=plan).select_related("city"))
    history: list[Past] = []
    if works_for_region(actor):
        # the journal shows everybody what his authority may see of it
        entries = Entry.objects.visible_to(actor).filter(object_urn=plan.urn)
        history = [Past(each, _changes(actor, each)) for each in entries.order_by("-at")[:HISTORY]]
    return Page(
        plan=plan,
        below=list(plan.below.select_related("authority")),
        layers=layers,
        reviews=list(
            Review.objects.visible_to(actor).filter(layer__in=layers).select_related("layer")
        ),
        judgements=list(plan.judgements.select_related("above", "authority")),
        history=history,
        may_edit=may_edit(actor, plan),
    )


def _changes(actor: User | AnonymousUser, entry: Entry) -> list[Change]:
    told: Mapping[str, Sequence[Any]] = entry.detail.get("changes", {})
    return [
        Change(str(FIELDS.get(name, name)), _words(actor, name, before), _words(actor, name, after))
        for name, (before, after) in told.items()
    ]


def _words(actor: User | AnonymousUser, field: str, value: Any) -> str:
    """Write a value of a field as the page does; a layer unseen by the actor has no name."""
    if not value:
        return "—"
    if field == "above":
        above = LibraryPlan.objects.filter(key=value).first()
        return above.name if above else str(value)
    if field == "layers":
        names = {
            each.key: each.name for each in Layer.objects.visible_to(actor).filter(key__in=value)
        }
        return _(", ").join(names.get(key, "…") for key in value)
    return str(CHOICES.get(field, {}).get(value, value))


def _plans() -> QuerySet[LibraryPlan]:
    newest = Judgement.objects.select_related("authority").order_by("-at", "-id")
    return LibraryPlan.objects.select_related("authority", "above").prefetch_related(
        Prefetch("judgements", newest)
    )


def _row(plan: LibraryPlan, depth: int, *, asked: bool) -> Row:
    said = [each for each in plan.judgements.all() if each.above_id == plan.above_id]
    return Row(plan, depth, asked, said[0] if said else None)


def _fits(plan: LibraryPlan, asked: PlanFilter) -> bool:
    words = asked.words.lower()
    told = f"{plan.name_zh} {plan.name_en} {plan.organ_zh} {plan.organ_en}".lower()
    return (
        (not words or words in told)
        and (not asked.kind or plan.kind == asked.kind)
        and (not asked.level or plan.level == asked.level)
        and (not asked.state or plan.state == asked.state)
        and (not asked.item or asked.item in plan.items)
    )


def _one_of(value: str, allowed: Sequence[str]) -> str:
    return value if value in allowed else ""
