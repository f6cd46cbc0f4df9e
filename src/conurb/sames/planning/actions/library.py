"""The library of plans: entries loaded and edited, what is said of their conformity.

Verbs of the journal: library-plan.load, library-plan.edit, library-plan.judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.atlas.models import Layer
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.declarations import Region
from conurb.region.models import Authority, User, coordinates, works_for_region
from conurb.sames.planning import declaring, library
from conurb.sames.planning.library import KINDS, LEVELS, STATES, VERDICTS, PlanState
from conurb.sames.planning.models import Judgement, LibraryPlan, Review

REASON_LIMIT = 2000
BASIS_LIMIT = 300
FIRST_YEAR, LAST_YEAR = 1949, 2200


@dataclass(frozen=True)
class Entry:
    """What an officer says of a plan."""

    kind: str
    level: str
    state: str
    from_year: int | None
    until_year: int | None
    basis: str
    above: LibraryPlan | None
    note_zh: str = ""
    note_en: str = ""
    layers: tuple[Layer, ...] = ()


@transaction.atomic
def load(region: Region) -> int:
    """Bring plans that the region declares into the library; returns how many are new.

    An entry that is there is left as it is: what officers wrote since counts, not the file.
    """
    declared = declaring.read(region.path, region)
    if declared is None:
        return 0
    known = {each.key: each for each in LibraryPlan.objects.all()}
    authorities = {each.key: each for each in Authority.objects.all()}
    fresh = [each for each in declared.plans if each.key not in known]
    for each in fresh:
        known[each.key] = LibraryPlan.objects.create(
            key=each.key,
            name_zh=each.name.zh,
            name_en=each.name.en,
            kind=each.kind,
            level=each.level,
            state=each.state,
            from_year=each.from_year,
            until_year=each.until_year,
            authority=authorities.get(each.authority),
            organ_zh=each.organ.zh,
            organ_en=each.organ.en,
            items=list(each.items),
            note_zh=each.note.zh if each.note else "",
            note_en=each.note.en if each.note else "",
            order=declared.plans.index(each),
        )
    for each in fresh:
        if each.above:
            LibraryPlan.objects.filter(key=each.key).update(above=known[each.above])
    if fresh:
        record(
            None,
            "library-plan.load",
            urn="urn:conurb:region:plan-library:region",
            name=declaring.FILE,
            plans=[each.key for each in fresh],
        )
    return len(fresh)


@transaction.atomic
def edit(
    actor: User, plan: LibraryPlan, entry: Entry, *, now: datetime | None = None
) -> LibraryPlan:
    """Change an entry; the journal keeps what it was.

    Raises NotCompetentError for others than the plan's authority and the coordination office,
    RefusedError where the state cannot follow the one before, a state has no document to stand on,
    or the plan would be above itself.
    """
    plan = LibraryPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    require_editor(actor, plan)
    _check(plan, entry)
    before = _told(plan)
    plan.kind, plan.level, plan.state = entry.kind, entry.level, entry.state
    plan.from_year, plan.until_year = entry.from_year, entry.until_year
    plan.basis, plan.above = entry.basis.strip(), entry.above
    plan.note_zh, plan.note_en = entry.note_zh.strip(), entry.note_en.strip()
    plan.changed_at = now or timezone.now()
    plan.save()
    plan.layers(manager="everything").set(entry.layers)
    after = _told(plan)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        record(
            actor,
            "library-plan.edit",
            urn=plan.urn,
            name=plan.name_zh,
            at=plan.changed_at,
            changes=changes,
        )
    return plan


@transaction.atomic
def judge(
    actor: User,
    plan: LibraryPlan,
    verdict: str,
    reason: str,
    *,
    review: Review | None = None,
    now: datetime | None = None,
) -> Judgement:
    """State whether a plan conforms with the plan above it, with the reason.

    `review` names the joint review whose findings it stands on.
    """
    require_editor(actor, plan)
    if plan.above is None:
        raise RefusedError(_("No plan stands above this one in the library; name it first."))
    if verdict not in VERDICTS:
        raise RefusedError(_("Choose a judgement."), status=422, field="verdict")
    said = reason.strip()
    if not said or len(said) > REASON_LIMIT:
        raise RefusedError(
            _("Give the reason, in at most %(limit)s characters.") % {"limit": REASON_LIMIT},
            status=422,
            field="reason",
        )
    if actor.authority is None:
        raise NotCompetentError(_("A judgement is given for an authority."))
    made = Judgement.objects.create(
        plan=plan,
        above=plan.above,
        verdict=verdict,
        reason=said,
        review=review,
        at=now or timezone.now(),
        authority=actor.authority,
        officer=actor,
    )
    record(
        actor,
        "library-plan.judge",
        urn=plan.urn,
        name=plan.name_zh,
        at=made.at,
        verdict=verdict,
        above=plan.above.name_zh,
        reason=said,
    )
    return made


def may_edit(actor: Any, plan: LibraryPlan) -> bool:
    """Whether somebody keeps the entry: the plan's authority, and the office."""
    if coordinates(actor):
        return True
    return works_for_region(actor) and actor.authority_id == plan.authority_id


def require_editor(actor: User, plan: LibraryPlan) -> None:
    """Refuse whoever does not keep the entry."""
    if not may_edit(actor, plan):
        raise NotCompetentError(
            _("This entry is kept by %(authority)s.")
            % {
                "authority": plan.authority.short
                if plan.authority
                else _("the coordination office")
            }
        )


def _check(plan: LibraryPlan, entry: Entry) -> None:
    for value, allowed, field in (
        (entry.kind, KINDS, "kind"),
        (entry.level, LEVELS, "level"),
        (entry.state, STATES, "state"),
    ):
        if value not in allowed:
            raise RefusedError(_("Choose one of the list."), status=422, field=field)
    before, after = cast(PlanState, plan.state), cast(PlanState, entry.state)
    if not library.may_follow(before, after):
        raise RefusedError(
            _("A plan that is “%(before)s” cannot become “%(after)s”.")
            % {
                "before": LibraryPlan.State(before).label,
                "after": LibraryPlan.State(after).label,
            },
            status=422,
            field="state",
        )
    if after != before and not entry.basis.strip():
        raise RefusedError(
            _("Name the document that says so: title, number, day."), status=422, field="basis"
        )
    if len(entry.basis) > BASIS_LIMIT:
        raise RefusedError(
            _("At most %(limit)s characters.") % {"limit": BASIS_LIMIT}, status=422, field="basis"
        )
    for year in (entry.from_year, entry.until_year):
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            raise RefusedError(
                _("A year lies between %(first)s and %(last)s.")
                % {"first": FIRST_YEAR, "last": LAST_YEAR},
                status=422,
                field="from_year",
            )
    if not library.period_is_sound(entry.from_year, entry.until_year):
        raise RefusedError(_("The period ends before it begins."), status=422, field="until_year")
    if entry.above is not None and library.makes_ring(_above(), plan.key, entry.above.key):
        raise RefusedError(_("A plan cannot stand above itself."), status=422, field="above")


def _above() -> dict[str, str | None]:
    return dict(LibraryPlan.objects.values_list("key", "above__key"))


def _told(plan: LibraryPlan) -> dict[str, Any]:
    return {
        "kind": plan.kind,
        "level": plan.level,
        "state": plan.state,
        "period": plan.period,
        "basis": plan.basis,
        "above": plan.above.key if plan.above else "",
        "note_zh": plan.note_zh,
        "note_en": plan.note_en,
        "layers": _keys(plan.layers(manager="everything").all()),
    }


def _keys(layers: Iterable[Layer]) -> list[str]:
    return sorted(each.key for each in layers)
