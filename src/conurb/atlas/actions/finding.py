"""Looking for findings: a pass is asked for, worked out in the background, kept and compared.

Working out reads and computes only, keeping writes in one transaction with the end of the job, so
that a pass that is cancelled or fails leaves nothing half-done. A pass over all layers is asked for
by the coordination office, by the command line, and by itself whenever other versions stand.
Verbs of the journal: finding.ask, finding.done.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Event
from typing import Any

import shapely
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings import matching, passing
from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.finding import Finding as Found
from conurb.atlas.findings.finding import Rule, Severity
from conurb.atlas.findings.passing import Outcome, Progress
from conurb.atlas.findings.rulebook import Rulebook
from conurb.atlas.findings.sides import KINDS, Side
from conurb.atlas.findings.wording import Words
from conurb.atlas.models import Finding, FindingRules, FindingRun, LayerVersion
from conurb.atlas.queries import findings_sides
from conurb.background import actions as jobs
from conurb.background.models import Job
from conurb.background.work import CancelledError, Running, Work
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_office
from conurb.region.models import Authority, User, works_for_region
from conurb.region.tables import Bilingual

KIND = "atlas.findings"
"""The name of this work among the jobs of the node."""

ALL_LAYERS = "全部图层"
"""What the journal, which is in Chinese, calls a pass that is about no version."""

_BATCH = 500
_BEAT = 1.0
"""Seconds between two signs of life of a pass; one step of it may take longer."""
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
    one. Raises NotCompetentError for whoever works for no authority and, where no version is
    named, for whoever does not run the plan; RefusedError where there is nothing to compare or the
    version is not one of a map with rules.
    """
    if version is None:
        require_office(actor)
    elif not works_for_region(actor):
        raise NotCompetentError(_("Findings are looked for by officers of the region."))
    else:
        _require_judged(actor, version)
    compared = _to_compare(version)
    return _waiting_for(version, compared) or _begin(actor, version, compared, now)


@transaction.atomic
def ask_after(version: LayerVersion, now: datetime | None = None) -> FindingRun | None:
    """Ask for a pass over all layers because of a change in which versions stand: this one.

    A pass over all layers that no worker has begun takes the versions that stand now, so that
    several versions at a time make one pass. None for maps without rules, in regions without
    tables, and where there is nothing to compare.
    """
    if version.layer.kind not in KINDS or not findings_sides.has_rules():
        return None
    compared = findings_sides.current_versions()
    if not compared:
        return None
    run = _waiting_for(None, compared) or _not_begun()
    if run is not None:
        run.compared(manager="everything").set(compared)
        return run
    return _begin(None, None, compared, now, after=str(version))


@transaction.atomic
def note_pass(now: datetime | None = None) -> FindingRun:
    """Note a pass over all layers that the command line works out itself. Raises RefusedError."""
    return _noted(None, None, _to_compare(None), now)


def _require_judged(actor: User, version: LayerVersion) -> None:
    """Refuse versions that the actor does not see, and those of maps without rules."""
    seen = LayerVersion.everything.filter(LayerVersion.visible(actor), pk=version.pk)
    if not seen.exists():
        raise NotCompetentError(_("This version is a draft of another authority."))
    if version.layer.kind not in KINDS:
        raise RefusedError(
            _("There are no rules of findings for maps of the kind “%(kind)s”.")
            % {"kind": version.layer.get_kind_display()}
        )


def _to_compare(version: LayerVersion | None) -> list[LayerVersion]:
    compared = findings_sides.current_versions(version)
    if not compared:
        raise RefusedError(_("No map was submitted or published yet, so nothing can be compared."))
    return compared


def _waiting_for(
    version: LayerVersion | None, compared: Sequence[LayerVersion]
) -> FindingRun | None:
    """Return a pass about the same versions that has not ended."""
    wanted = {each.pk for each in compared}
    for run in FindingRun.everything.filter(version=version, state=_STATES.WAITING):
        if set(run.compared(manager="everything").values_list("pk", flat=True)) == wanted:
            return run
    return None


def _not_begun() -> FindingRun | None:
    """Return a pass over all layers whose job waits in the queue; held until the end of this."""
    waiting = FindingRun.everything.filter(version=None, state=_STATES.WAITING)
    queued = Job.everything.select_for_update().filter(
        pk__in=waiting.values("job"), state=Job.State.WAITING
    )
    job = queued.first()
    return waiting.filter(job=job).first() if job is not None else None


def _begin(
    actor: User | None,
    version: LayerVersion | None,
    compared: Sequence[LayerVersion],
    now: datetime | None,
    **detail: Any,
) -> FindingRun:
    """Note a pass and give it to a worker; what nobody asked for belongs to the office."""
    run = _noted(actor, version, compared, now, **detail)
    run.job = jobs.ask(
        actor,
        KIND,
        about=version.urn if version else run.urn,
        authority=None if actor else Authority.objects.filter(is_office=True).first(),
        run=run.key,
    )
    run.save(update_fields=["job"])
    return run


def _noted(
    actor: User | None,
    version: LayerVersion | None,
    compared: Sequence[LayerVersion],
    now: datetime | None,
    **detail: Any,
) -> FindingRun:
    run = FindingRun.everything.create(
        key=secrets.token_hex(15), version=version, asked_by=actor, asked_at=now or timezone.now()
    )
    run.compared(manager="everything").set(compared)
    record(
        actor,
        "finding.ask",
        urn=run.urn,
        name=_name(run),
        at=run.asked_at,
        versions=len(compared),
        **detail,
    )
    return run


@dataclass(frozen=True)
class Given:
    """All that a pass needs of the database and the files."""

    sides: Sequence[Side]
    borders: Borders
    texts: Mapping[str, str]
    book: Rulebook
    words: Words
    about: str | None
    started_at: datetime


@dataclass(frozen=True)
class WorkedOut:
    """What a pass found, before it is kept."""

    given: Given
    outcome: Outcome


def perform(run: FindingRun, tell: Progress | None = None) -> FindingRun:
    """Work out a pass here and now, and keep what it finds.

    Whatever breaks it off, an interrupt too, is noted with the pass and raised again.
    """
    try:
        given = gather(run)
        return keep(run, WorkedOut(given, work_out(given, tell)))
    except BaseException as fault:
        broken_off = isinstance(fault, KeyboardInterrupt | CancelledError)
        give_up(run, _STATES.CANCELLED if broken_off else _STATES.FAILED)
        raise


def gather(run: FindingRun) -> Given:
    """Read the versions that a pass compares, and the tables by which it judges."""
    versions = run.compared(manager="everything").select_related("layer").order_by("layer_id")
    return given_of(versions, run.version.layer.urn if run.version else None)


def given_of(versions: Iterable[LayerVersion], about: str | None = None) -> Given:
    """Read these versions, and the tables. Raises TablesError, RefusedError."""
    started = timezone.now()
    texts = findings_sides.rule_texts()
    borders = findings_sides.borders()
    return Given(
        findings_sides.sides(versions, borders.plane),
        borders,
        texts,
        findings_sides.book_of(texts),
        findings_sides.words(),
        about,
        started,
    )


def work_out(
    given: Given, tell: Progress | None = None, rules: Collection[Rule] = tuple(Rule)
) -> Outcome:
    """Return what the rules find; asks nothing of the database."""
    return passing.find(
        given.sides,
        given.borders,
        given.book,
        given.words,
        about=given.about,
        rules=rules,
        progress=tell,
    )


def unkept(outcome: Outcome) -> list[Finding]:
    """Return findings as rows that no table holds, for files."""
    nowhere = FindingRun()
    return [_row(nowhere, number, each, None) for number, each in enumerate(outcome.findings, 1)]


@transaction.atomic
def keep(run: FindingRun, worked: WorkedOut) -> FindingRun:
    """Keep the findings of a pass, each told new or going on, with those that are resolved."""
    given, outcome = worked.given, worked.outcome
    run.rules, _new = FindingRules.objects.get_or_create(
        digest=given.book.digest,
        defaults={"version": given.book.version, "texts": dict(given.texts)},
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
    run.counts = _counts(rows, given, outcome)
    run.state, run.started_at, run.ended_at = _STATES.DONE, given.started_at, timezone.now()
    run.save()
    record(
        None,
        "finding.done",
        urn=run.urn,
        name=_name(run),
        at=run.ended_at,
        rules=given.book.version,
        **{name: run.counts[name] for name in ("new", "going_on", "resolved")},
    )
    return run


def give_up(run: FindingRun, state: str) -> None:
    """Note that a pass was cancelled or failed."""
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at"])


def _counts(rows: Sequence[Finding], given: Given, outcome: Outcome) -> dict[str, object]:
    states = Counter(each.state for each in rows)
    return {
        "rules": outcome.counts(),
        "new": states[Finding.State.NEW],
        "going_on": states[Finding.State.GOING_ON],
        "resolved": states[Finding.State.RESOLVED],
        "slivers": outcome.slivers.number,
        "slivers_m2": round(outcome.slivers.area_m2, 1),
        "unjudged": outcome.unjudged.number,
        "unjudged_border_m": round(outcome.unjudged.border_m, 1),
        "features": sum(len(side) for side in given.sides),
    }


def _name(run: FindingRun) -> str:
    return str(run.version) if run.version else ALL_LAYERS


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


def _do(running: Running) -> WorkedOut:
    run = FindingRun.everything.select_related("version__layer").get(key=running.arguments["run"])
    given = gather(run)
    return WorkedOut(given, _with_beats(given, running.progress))


def _with_beats(given: Given, progress: Progress) -> Outcome:
    """Work out a pass beside the thread that says how far it is.

    A step over a million features takes minutes, and a worker that says nothing for one is taken
    for dead. What `progress` raises stops the pass at its next step.
    """
    said: list[tuple[int, int, Bilingual]] = [(0, 0, Bilingual("准备", "Preparing"))]
    stopped = Event()

    def tell(done: int, total: int, step: Bilingual) -> None:
        if stopped.is_set():
            raise CancelledError
        said[0] = (done, total, step)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work_out, given, tell)
        try:
            while not wait((future,), timeout=_BEAT).done:
                progress(*said[0])
        finally:
            stopped.set()
    return future.result()


def _keep(job: Job, worked: WorkedOut) -> dict[str, object]:
    run = keep(FindingRun.everything.get(job=job), worked)
    return {"run": run.key, **run.counts}


def _undo(job: Job) -> None:
    for run in FindingRun.everything.filter(job=job):
        cancelled = job.state == Job.State.CANCELLED
        give_up(run, _STATES.CANCELLED if cancelled else _STATES.FAILED)


def _leads_to(job: Job) -> str:
    """A pass over all layers leads to its page; one about a version is shown where it is asked."""
    return reverse("atlas-findings") if job.about.startswith(FindingRun.URN) else ""


WORK = Work(KIND, Bilingual("查找问题图斑", "Looking for findings"), _do, _keep, _undo, _leads_to)
