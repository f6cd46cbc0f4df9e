"""Looking for findings: a pass is asked for, worked out in the background, kept and compared.

Verbs of the journal: finding.ask, finding.done.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime

import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings import matching, passing
from conurb.atlas.findings.finding import Finding as Found
from conurb.atlas.findings.finding import Rule, Severity
from conurb.atlas.findings.passing import Outcome, Progress
from conurb.atlas.findings.rulebook import Rulebook
from conurb.atlas.findings.sides import KINDS
from conurb.atlas.models import Finding, FindingRules, FindingRun, LayerVersion
from conurb.atlas.queries import findings_sides
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import User, works_for_region

KIND = "atlas.findings"
"""The name of this work among the jobs of the node."""

_BATCH = 500
_STATES = FindingRun.State


@dataclass(frozen=True)
class _Earlier:
    """A finding of an earlier pass, as matching sees it."""

    row_of: Finding
    rule: Rule
    row: str
    geometry: BaseGeometry


@transaction.atomic
def ask(
    actor: User, version: LayerVersion | None = None, now: datetime | None = None
) -> FindingRun:
    """Note that findings of a version, or of all versions that stand, are to be looked for.

    Which versions are compared is settled here, so that the pass tells of what was there when it
    was asked for. A pass about the same versions that still waits is returned in place of a new
    one. Raises NotCompetentError for whoever works for no authority, RefusedError where there is
    nothing to compare or the version is not one of a map with rules.
    """
    if not works_for_region(actor):
        raise NotCompetentError(_("Findings are looked for by officers of the region."))
    if version is not None:
        seen = LayerVersion.everything.filter(LayerVersion.visible(actor), pk=version.pk)
        if not seen.exists():
            raise NotCompetentError(_("This version is a draft of another authority."))
        if version.layer.kind not in KINDS:
            raise RefusedError(
                _("There are no rules of findings for maps of the kind “%(kind)s”.")
                % {"kind": version.layer.get_kind_display()}
            )
    compared = findings_sides.current_versions(version)
    if not compared:
        raise RefusedError(_("No map was submitted or published yet, so nothing can be compared."))
    waiting = FindingRun.everything.filter(version=version, state=_STATES.WAITING)
    for run in waiting:
        if set(run.compared.values_list("pk", flat=True)) == {each.pk for each in compared}:
            return run
    run = FindingRun.everything.create(
        key=secrets.token_hex(15), version=version, asked_by=actor, asked_at=now or timezone.now()
    )
    run.compared.set(compared)
    record(
        actor,
        "finding.ask",
        urn=run.urn,
        name=str(version) if version else str(_("all layers")),
        at=run.asked_at,
        versions=len(compared),
    )
    return run


def perform(run: FindingRun, tell: Progress | None = None) -> FindingRun:
    """Work out a pass and keep what it finds; calls `tell` between steps.

    Whatever `tell` raises (a job that was cancelled) ends the pass, which is then noted as
    cancelled or failed by `give_up`; nothing of it is kept.
    """
    run.state, run.started_at = _STATES.RUNNING, timezone.now()
    run.save(update_fields=["state", "started_at"])
    texts = findings_sides.rule_texts()
    book = findings_sides.book_of(texts)
    versions = list(run.compared.select_related("layer").order_by("layer_id"))
    borders = findings_sides.borders()
    sides = findings_sides.sides(versions, borders.plane)
    outcome = passing.find(
        sides,
        borders,
        book,
        findings_sides.words(),
        about=run.version.layer.urn if run.version else None,
        progress=tell,
    )
    return _keep(run, outcome, book, texts, sum(len(side) for side in sides))


def give_up(run: FindingRun, state: str) -> None:
    """Note that a pass was cancelled or failed."""
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at"])


@transaction.atomic
def _keep(
    run: FindingRun, outcome: Outcome, book: Rulebook, texts: dict[str, str], features: int
) -> FindingRun:
    run.rules, _new = FindingRules.objects.get_or_create(
        digest=book.digest, defaults={"version": book.version, "texts": texts}
    )
    run.previous = _previous(run)
    earlier = _standing(run.previous)
    found = outcome.findings
    matched = matching.match(earlier, found)
    rows = [
        _row(run, number, each, earlier[was].row_of if was >= 0 else None)
        for number, (each, was) in enumerate(zip(found, matched.earlier, strict=True), 1)
    ]
    rows += [
        _resolved(run, number, earlier[at].row_of)
        for number, at in enumerate(matched.resolved, len(rows) + 1)
    ]
    Finding.everything.bulk_create(rows, batch_size=_BATCH)
    states = Counter(each.state for each in rows)
    run.counts = {
        "rules": outcome.counts(),
        "new": states[Finding.State.NEW],
        "going_on": states[Finding.State.GOING_ON],
        "resolved": states[Finding.State.RESOLVED],
        "slivers": outcome.slivers.number,
        "slivers_m2": round(outcome.slivers.area_m2, 1),
        "unjudged": outcome.unjudged.number,
        "unjudged_border_m": round(outcome.unjudged.border_m, 1),
        "features": features,
    }
    run.state, run.ended_at = _STATES.DONE, timezone.now()
    run.save()
    record(
        None,
        "finding.done",
        urn=run.urn,
        name=str(run.version) if run.version else str(_("all layers")),
        at=run.ended_at,
        rules=book.version,
        **{name: run.counts[name] for name in ("new", "going_on", "resolved")},
    )
    return run


def _previous(run: FindingRun) -> FindingRun | None:
    """Return the last finished pass about the same layer, or about all layers."""
    done = FindingRun.everything.filter(state=_STATES.DONE).exclude(pk=run.pk)
    if run.version is None:
        done = done.filter(version=None)
    else:
        done = done.filter(version__layer=run.version.layer)
    return done.order_by("-ended_at", "-id").first()


def _standing(run: FindingRun | None) -> list[_Earlier]:
    if run is None:
        return []
    rows = run.findings.exclude(state=Finding.State.RESOLVED).order_by("number")
    return [_Earlier(each, Rule(each.rule), each.row, each.shape) for each in rows]


def _row(run: FindingRun, number: int, found: Found, before: Finding | None) -> Finding:
    west, south, east, north = found.geometry.bounds
    return Finding(
        run=run,
        key=before.key if before else secrets.token_hex(15),
        number=number,
        state=Finding.State.GOING_ON if before else Finding.State.NEW,
        since_id=before.since_id if before else run.pk,
        rule=found.rule.value,
        row=found.row,
        severity=found.severity.value,
        rank=list(Severity).index(found.severity),
        cities="".join(f" {city}" for city in found.cities) + " ",
        geometry=shapely.to_wkb(found.geometry),
        west=west,
        south=south,
        east=east,
        north=north,
        area_m2=found.area_m2,
        length_m=found.length_m,
        features=[asdict(each) for each in found.features],
        reason_zh=found.reason.zh,
        reason_en=found.reason.en,
        source_zh=found.source.zh,
        source_en=found.source.en,
    )


def _resolved(run: FindingRun, number: int, before: Finding) -> Finding:
    """Return a copy of a finding that is over: each pass tells by itself what it closed."""
    kept = {
        field.attname: getattr(before, field.attname)
        for field in Finding._meta.concrete_fields
        if field.attname not in {"id", "run_id", "number", "state"}
    }
    return Finding(run=run, number=number, state=Finding.State.RESOLVED, **kept)
