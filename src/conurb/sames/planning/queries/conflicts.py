"""The findings of a review: which pass counts, what it found, what became of what was found before.

Findings are worked out and kept by the atlas; here they are seen from a review. For every
round the last pass about its version counts that ended, and for a closed review the last that had
ended by then, so that its record does not change afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from conurb.atlas import land_use
from conurb.atlas.models import Finding, FindingRun, Layer, LayerVersion
from conurb.atlas.queries import findings as atlas
from conurb.atlas.queries.findings_pages import size_words
from conurb.atlas.schemas import SCHEMAS
from conurb.region.models import City, User, in_language
from conurb.sames.planning.models import Review

SORTS: Mapping[str, Promise] = {
    "": gettext_lazy("gravest first"),
    "size": gettext_lazy("largest first"),
    "rule": gettext_lazy("grouped by rule"),
    "city": gettext_lazy("grouped by city"),
}
_RULES = [value for value, _label in Finding.Rule.choices]
DECIMALS = 6
"""Of degrees on maps: a tenth of a metre."""


@dataclass(frozen=True)
class FindingFilter:
    """What was asked of the table; by default what stands now."""

    rule: str = ""
    standing: str = ""
    severity: str = ""
    city: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> FindingFilter:
        """Read a query string leniently."""
        page = query.get("page", "")
        asked = atlas.FindingFilter.from_query({**query, "state": query.get("standing", "")})
        return cls(
            rule=asked.rule,
            standing=asked.state,
            severity=asked.severity,
            city=asked.city,
            sort=query.get("sort", "") if query.get("sort", "") in SORTS else "",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything was asked that not every finding has."""
        return bool(self.rule or self.standing or self.severity or self.city)


@dataclass(frozen=True)
class Row:
    """A finding as tables, the document and the workbook tell it."""

    key: str
    rule: str
    rule_name: str
    severity: str
    severity_name: str
    standing: str
    standing_name: str
    cities: str
    area_m2: float | None
    length_m: float | None
    reason: str
    source: str
    bounds: tuple[float, float, float, float]
    on_map: bool = True

    @property
    def size(self) -> str:
        """Its area or its length, as people say it."""
        return size_words(self.area_m2, self.length_m)


@dataclass(frozen=True)
class RuleCount:
    """How many findings of a rule stand, are new, and were resolved in this review."""

    rule: str
    name: str
    now: int
    fresh: int
    resolved: int


@dataclass(frozen=True)
class Summary:
    """The findings of a review in figures; `pending` says why there are none yet, or ""."""

    rules: Sequence[RuleCount]
    now: int
    fresh: int
    resolved: int
    all: int
    pending: str = ""


@dataclass(frozen=True)
class Rounds:
    """The passes that count for a review: about the version it is about now, and those before."""

    now: FindingRun | None
    before: Sequence[FindingRun]

    @property
    def last(self) -> FindingRun | None:
        """The pass about the version of the round before."""
        return self.before[-1] if self.before else None


def rounds_of(actor: User, review: Review) -> Rounds:
    """Return the pass that counts for every round of a review."""
    versions = list(review.rounds.order_by("number").values_list("version", flat=True))
    done = FindingRun.objects.visible_to(actor).filter(
        version__in=versions, state=FindingRun.State.DONE
    )
    latest: dict[int | None, FindingRun] = {}
    for run in done.order_by("ended_at", "id"):
        if run.version_id in latest and _is_after(run, review):
            continue
        latest[run.version_id] = run
    found = [latest[version] for version in versions[:-1] if version in latest]
    return Rounds(latest.get(review.version_id), found)


def listed(actor: User, review: Review, asked: FindingFilter) -> Sequence[Row]:
    """Return the findings asked for, the gravest first; what is resolved only where asked for."""
    rows = [_row(each, standing, names) for each, standing, names in _asked(actor, review, asked)]
    match asked.sort:
        case "size":
            rows.sort(key=lambda row: (-(row.area_m2 or 0.0), -(row.length_m or 0.0)))
        case "rule":
            rows.sort(key=lambda row: _RULES.index(row.rule))
        case "city":
            rows.sort(key=lambda row: row.cities)
    return rows


def summary(actor: User, review: Review) -> Summary:
    """Return the findings of a review in figures."""
    rounds = rounds_of(actor, review)
    rules: Counter[str] = Counter()
    fresh: Counter[str] = Counter()
    resolved: Counter[str] = Counter()
    for each, standing in _stood(actor, rounds):
        if standing == Finding.State.RESOLVED:
            resolved[each.rule] += 1
            continue
        rules[each.rule] += 1
        # in the first round everything is new, which tells nothing
        fresh[each.rule] += standing == Finding.State.NEW and bool(rounds.before)
    told = tuple(
        RuleCount(value, str(label), rules[value], fresh[value], resolved[value])
        for value, label in Finding.Rule.choices
        if rules[value] or resolved[value]
    )
    return Summary(
        rules=told,
        now=rules.total(),
        fresh=fresh.total(),
        resolved=resolved.total(),
        all=rules.total() + resolved.total(),
        pending="" if rounds.now is not None else _pending(actor, review),
    )


def features(actor: User, review: Review) -> list[dict[str, Any]]:
    """Return findings as GeoJSON features for the review's map, resolved ones with them."""
    rounds, names = rounds_of(actor, review), city_names()
    found = []
    for each, standing in _stood(actor, rounds, shapes=True):
        shape = each.shape
        middle = shape.representative_point()
        row = _row(each, standing, names)
        found.append(
            {
                "type": "Feature",
                "geometry": _rounded(mapping(shape)),
                "properties": {
                    "what": "finding",
                    "key": row.key,
                    "rule": row.rule,
                    "rule_name": row.rule_name,
                    "standing": row.standing,
                    "standing_name": row.standing_name,
                    "cities": row.cities,
                    "size": row.size,
                    "reason": row.reason,
                    "source": row.source,
                    "middle": [round(middle.x, DECIMALS), round(middle.y, DECIMALS)],
                },
            }
        )
    return found


def shapes_of(actor: User, review: Review) -> dict[str, BaseGeometry]:
    """Return the geometry, in degrees, of every finding that stands, by key."""
    stood = _stood(actor, rounds_of(actor, review), shapes=True)
    return {each.key: each.shape for each, standing in stood if standing != Finding.State.RESOLVED}


def counts_of_rounds(actor: User, review: Review) -> dict[int, dict[str, int]]:
    """Return for every version that was compared how many findings of each rule it had."""
    rounds = rounds_of(actor, review)
    passes = [*rounds.before, *([rounds.now] if rounds.now else [])]
    return {
        run.version_id: dict(run.counts.get("rules", {}))
        for run in passes
        if run.version_id is not None
    }


def exists(review: Review, key: str) -> bool:
    """Whether a finding was met in any round of a review. For actions."""
    versions = review.rounds.values("version")
    return Finding.everything.filter(run__version__in=versions, key=key).exists()


def choices(actor: User, review: Review) -> dict[str, list[tuple[str, Any]]]:
    """Return what the filter of the table offers."""
    cities = {review.city_id, *(each.city_id for each in review.parties.all())}
    return {
        "rules": list(Finding.Rule.choices),
        "standings": list(Finding.State.choices),
        "severities": list(Finding.Severity.choices),
        "cities": [(each.pk, each.short) for each in City.objects.filter(pk__in=cities)],
    }


def compared(actor: User, review: Review) -> list[LayerVersion]:
    """Return the versions that the pass compared, the one under review first."""
    run = rounds_of(actor, review).now
    if run is None:
        return [review.version]
    seen = LayerVersion.objects.visible_to(actor).filter(
        pk__in=run.compared(manager="everything").values("pk")
    )
    others = seen.exclude(pk=review.version_id).select_related("layer__city")
    return [review.version, *others.order_by("layer__city__order", "layer__kind", "layer_id")]


def class_name(kind: str, code: str) -> str:
    """Return the name of a class, land uses by their first level as on the legend."""
    group = land_use.first_level(code) if kind == Layer.Kind.LAND_USE else code
    name = SCHEMAS[kind].codes.get(group)
    return in_language(name.zh, name.en) if name else (group or _("Without a class"))


def city_names() -> dict[str, str]:
    """Return the short names of the cities by code, in the language of the moment."""
    return {each.pk: each.short for each in City.objects.all()}


def _asked(
    actor: User, review: Review, asked: FindingFilter
) -> Iterator[tuple[Finding, str, Mapping[str, str]]]:
    names = city_names()
    for each, standing in _stood(actor, rounds_of(actor, review)):
        if (
            (not asked.rule or each.rule == asked.rule)
            and (not asked.severity or each.severity == asked.severity)
            and (not asked.city or asked.city in each.city_codes)
            and _is_wanted(asked, standing)
        ):
            yield each, standing, names


def _is_after(run: FindingRun, review: Review) -> bool:
    """Whether a pass ended only when the review was closed already."""
    if review.closed_at is None or run.ended_at is None:
        return False
    return run.ended_at > review.closed_at


def _is_wanted(asked: FindingFilter, standing: str) -> bool:
    """Whether the standing was asked for; unasked, everything that stands is."""
    if asked.standing:
        return standing == asked.standing
    return standing != Finding.State.RESOLVED


def _stood(actor: User, rounds: Rounds, *, shapes: bool = False) -> Iterator[tuple[Finding, str]]:
    """Yield what stands now, then what earlier rounds found and stands no more.

    A finding keeps its key from pass to pass, so that keys tell what is new since the version of
    the round before, however often a version was looked at.
    """
    if rounds.now is None:
        return
    stand = Finding.objects.visible_to(actor).exclude(state=Finding.State.RESOLVED)
    stand = stand.order_by("rank", "number") if shapes else stand.defer("geometry")
    earlier = stand.filter(run__in=rounds.before).order_by("run", "rank", "number")
    known, last = {}, set()
    for each in earlier:
        known[each.key] = each
        if rounds.last is not None and each.run_id == rounds.last.pk:
            last.add(each.key)
    now = set()
    for each in stand.filter(run=rounds.now).order_by("rank", "number"):
        now.add(each.key)
        yield each, Finding.State.GOING_ON if each.key in last else Finding.State.NEW
    for key, each in known.items():
        if key not in now:
            yield each, Finding.State.RESOLVED


def _row(each: Finding, standing: str, names: Mapping[str, str]) -> Row:
    return Row(
        key=each.key,
        rule=each.rule,
        rule_name=str(each.get_rule_display()),
        severity=each.severity,
        severity_name=str(each.get_severity_display()),
        standing=standing,
        standing_name=str(Finding.State(standing).label),
        cities=_named(each.city_codes, names),
        area_m2=each.area_m2,
        length_m=each.length_m,
        reason=each.reason,
        source=each.source,
        bounds=each.bounds,
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return _(", ").join(names.get(code, code) for code in codes)


def _pending(actor: User, review: Review) -> str:
    last = (
        FindingRun.objects.visible_to(actor)
        .filter(version=review.version)
        .order_by("-asked_at", "-id")
        .first()
    )
    if last is None:
        return _("Findings have not been worked out yet.")
    if last.state in {FindingRun.State.FAILED, FindingRun.State.CANCELLED}:
        return _("Findings could not be worked out; the submitting authority can start it again.")
    return _("Findings are being worked out. Load the page again in a moment.")
