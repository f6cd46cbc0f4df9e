"""Findings for pages, maps, exports and the joint review: every way starts from `visible_to`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Count, Q, QuerySet

from conurb.atlas.finding_files import geojson_features
from conurb.atlas.models import Finding, FindingRun, LayerVersion
from conurb.background.models import Job
from conurb.region.models import City, User

Bounds = tuple[float, float, float, float]
_DECIMALS = 6
"""Of degrees on maps: a tenth of a metre."""


@dataclass(frozen=True)
class FindingFilter:
    """Which findings are asked for; "" asks for any. `box` is west, south, east, north."""

    rule: str = ""
    state: str = ""
    severity: str = ""
    city: str = ""
    box: Bounds | None = None

    @property
    def narrows(self) -> bool:
        """Tell whether anything was asked for."""
        return self != type(self)()

    @classmethod
    def from_query(cls, asked: Mapping[str, str]) -> Self:
        """Read a filter from an address; what is no known value asks for any."""

        def known(key: str, values: list[str]) -> str:
            value = asked.get(key, "")
            return value if value in values else ""

        return cls(
            known("rule", Finding.Rule.values),
            known("state", Finding.State.values),
            known("severity", Finding.Severity.values),
            asked.get("city", "") if asked.get("city", "").isdigit() else "",
            _box(asked.get("bbox", "")),
        )

    def applies(self) -> Q:
        """Return the condition."""
        found = Q()
        for name in ("rule", "state", "severity"):
            if getattr(self, name):
                found &= Q(**{name: getattr(self, name)})
        if self.city:
            found &= Q(cities__contains=f" {self.city} ")
        if self.box is not None:
            west, south, east, north = self.box
            found &= Q(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
        return found


@dataclass(frozen=True)
class Summary:
    """How many findings a pass has: in all that stand, and by state, rule, severity and city."""

    standing: int
    states: Mapping[str, int]
    rules: Mapping[str, int]
    severities: Mapping[str, int]
    cities: Mapping[str, int]


def runs(actor: User, version: LayerVersion | None = None) -> QuerySet[FindingRun]:
    """Return passes, the latest first; with a version, those about it."""
    found = FindingRun.objects.visible_to(actor).select_related("version__layer__city", "job")
    return found if version is None else found.filter(version=version)


def latest_run(actor: User, version: LayerVersion | None) -> FindingRun | None:
    """Return the last finished pass about a version, or, with None, about all versions."""
    done = FindingRun.objects.visible_to(actor).filter(state=FindingRun.State.DONE)
    return done.filter(version=version).order_by("-ended_at", "-id").first()


def run_under_way(actor: User) -> FindingRun | None:
    """Return the last pass over all versions that has not ended."""
    waiting = FindingRun.objects.visible_to(actor).filter(state=FindingRun.State.WAITING)
    return waiting.filter(version=None).select_related("job").first()


def job_seen(actor: User, run: FindingRun) -> Job | None:
    """Return the job of a pass where the actor may see how far it is, and cancel it."""
    return Job.objects.visible_to(actor).filter(pk=run.job_id).first() if run.job_id else None


def last_broken_off(actor: User) -> FindingRun | None:
    """Return the last pass over all versions where it failed or was cancelled."""
    last = FindingRun.objects.visible_to(actor).filter(version=None).select_related("job").first()
    if last is None or last.state in {last.State.WAITING, last.State.DONE}:
        return None
    return last


def compared_in(actor: User, run: FindingRun) -> list[LayerVersion]:
    """Return the versions that had part in a pass, city by city."""
    seen = LayerVersion.objects.visible_to(actor)
    compared = seen.filter(pk__in=run.compared(manager="everything").values("pk"))
    return list(
        compared.select_related("layer__city").order_by("layer__city__order", "layer__kind", "pk")
    )


def findings_of(
    actor: User, run: FindingRun, asked: FindingFilter | None = None
) -> QuerySet[Finding]:
    """Return the findings of a pass without their geometry, the gravest first.

    Without a state asked for, resolved ones are left out.
    """
    asked = asked or FindingFilter()
    found = Finding.objects.visible_to(actor).filter(asked.applies(), run=run)
    if not asked.state:
        found = found.exclude(state=Finding.State.RESOLVED)
    return found.defer("geometry").select_related("since")


def whole_findings(
    actor: User, run: FindingRun, asked: FindingFilter | None = None
) -> Iterator[Finding]:
    """Yield the findings of a pass with their geometry, for files."""
    return findings_of(actor, run, asked).defer(None).iterator(chunk_size=500)


def finding(actor: User, run: FindingRun, key: str) -> Finding | None:
    """Return one finding of a pass with its geometry."""
    return Finding.objects.visible_to(actor).filter(run=run, key=key).first()


def summary(actor: User, run: FindingRun) -> Summary:
    """Return how many findings a pass has of each sort; one question to the database and no more.

    All but the states count only those that stand.
    """
    rows = (
        Finding.objects.visible_to(actor)
        .filter(run=run)
        .order_by()
        .values_list("state", "rule", "severity", "cities")
        .annotate(number=Count("pk"))
    )
    states = dict.fromkeys(Finding.State.values, 0)
    rules, severities = (
        dict.fromkeys(Finding.Rule.values, 0),
        dict.fromkeys(Finding.Severity.values, 0),
    )
    cities: dict[str, int] = {}
    for state, rule, severity, codes, number in rows:
        states[state] += number
        if state == Finding.State.RESOLVED:
            continue
        rules[rule] += number
        severities[severity] += number
        for code in codes.split():
            cities[code] = cities.get(code, 0) + number
    standing = states[Finding.State.NEW] + states[Finding.State.GOING_ON]
    return Summary(standing, states, rules, severities, dict(sorted(cities.items())))


def table(
    actor: User, run: FindingRun, asked: FindingFilter | None = None
) -> Iterator[list[str | int | float | None]]:
    """Yield findings as rows: number, rule, severity, state, cities, area, length, reason, source,
    and the middle of the box in degrees."""
    names = {city.code: city.short for city in City.objects.all()}
    for each in findings_of(actor, run, asked).iterator(chunk_size=500):
        yield [
            each.number,
            str(each.get_rule_display()),
            str(each.get_severity_display()),
            str(each.get_state_display()),
            "、".join(names.get(code, code) for code in each.city_codes),
            None if each.area_m2 is None else round(each.area_m2, 1),
            None if each.length_m is None else round(each.length_m, 1),
            each.reason,
            each.source,
            round((each.west + each.east) / 2, _DECIMALS),
            round((each.south + each.north) / 2, _DECIMALS),
        ]


def new_by_city(run: FindingRun) -> dict[str, int]:
    """Return for every city how many of its findings are new with this pass.

    For actions of the joint review, which check competence themselves.
    """
    found: dict[str, int] = {}
    rows = Finding.everything.filter(run=run, state=Finding.State.NEW).values_list("cities")
    for (codes,) in rows:
        for code in codes.split():
            found[code] = found.get(code, 0) + 1
    return found


def features(
    actor: User, run: FindingRun, asked: FindingFilter | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield findings as GeoJSON features (RFC 7946) in the language of the moment."""
    rows = findings_of(actor, run, asked).defer(None)[:limit]
    return geojson_features(rows.iterator(chunk_size=500) if limit is None else rows)


def collection(
    actor: User, run: FindingRun, asked: FindingFilter | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Return findings as a GeoJSON document."""
    return {"type": "FeatureCollection", "features": list(features(actor, run, asked, limit))}


def _box(text: str) -> Bounds | None:
    try:
        west, south, east, north = (float(each) for each in text.split(","))
    except ValueError:
        return None
    return (west, south, east, north)
