"""The figures of the passes: for the item's page, the public page and the API. Only sums.

Every figure is counted from the tables when it is asked for; where there is nothing to count there
is no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count, F, Q
from django.utils import timezone

from conurb.desk.models import Case
from conurb.plan.measures import Figure, Measure, NoFigureError
from conurb.records.models import Agreement, Record
from conurb.region.models import City
from conurb.region.tables import Bilingual
from conurb.sames.platform.models import Pass, PassCheck, Violation
from conurb.sames.platform.record_type import PURPOSES, SLUG
from conurb.sames.platform.vehicles import MASSES

ITEM = "9.2"
LATELY = timedelta(days=365)
LEAST_CITIES = 2
REFUSAL_WORDS = {
    "restriction": Bilingual("不符合限行规定", "restrictions"),
    "quota": Bilingual("限额已满", "quota"),
    "points": Bilingual("积分", "points"),
    "withdrawn": Bilingual("曾被撤销", "an earlier withdrawal"),
    "twice": Bilingual("已有有效通行证", "a pass held already"),
    "officer": Bilingual("经办人审查不予核发", "an officer’s judgement"),
}
"""Why a pass was not granted, by the first rule that did not pass at the submission."""


@dataclass(frozen=True)
class CityFigures:
    """The figures of one city over the last year; shares in whole percent, None without any."""

    city: City
    issued: int
    valid: int
    automatic: int
    applied_elsewhere: int
    refused: int
    median_seconds: float | None
    checks: int
    checks_of_others: int
    violations: int
    by_purpose: dict[str, int] = field(default_factory=dict)
    by_mass: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def automatic_share(self) -> int | None:
        """How many of a hundred decisions were made by rule, refusals counted in."""
        decided = self.issued + self.refused
        return self.automatic * 100 // decided if decided else None


@dataclass(frozen=True)
class Month:
    """What was issued in a month, by city code."""

    first: date
    issued: dict[str, int]


def valid_on(day: date) -> Q:
    """The passes that may be used on a day."""
    return Q(record__state=Record.State.VALID, first_day__lte=day, last_day__gte=day)


def by_city(now: datetime) -> list[CityFigures]:
    """Return the figures of every city; the number of queries does not grow with the passes."""
    since, today = now - LATELY, timezone.localdate(now)
    passes = Pass.everything.filter(issued_at__gt=since, issued_at__lte=now)
    issued = _counts(passes, "city")
    valid = _counts(Pass.everything.filter(valid_on(today)), "city")
    automatic = _counts(passes.filter(automatic=True), "city")
    elsewhere = _counts(passes.exclude(applied_in=F("city")), "city")
    purposes = _tables(passes, "purpose")
    masses = _tables(passes, "mass")
    seconds: dict[str, list[float]] = {}
    for city, took in passes.values_list("city", "seconds"):
        seconds.setdefault(city, []).append(took)
    refusals = _refusals(since, now)
    checks = PassCheck.everything.filter(at__gt=since, at__lte=now)
    checked = _counts(checks, "city")
    others = _counts(checks.exclude(Q(issued_in="") | Q(issued_in=F("city"))), "city")
    violations = Violation.everything.filter(at__gt=since, at__lte=now, annulment=None)
    violated = _counts(violations, "authority__city")
    return [
        CityFigures(
            city=city,
            issued=issued[city.pk],
            valid=valid[city.pk],
            automatic=automatic[city.pk],
            applied_elsewhere=elsewhere[city.pk],
            refused=sum(refusals.get(city.pk, {}).values()),
            median_seconds=median(seconds[city.pk]) if city.pk in seconds else None,
            checks=checked[city.pk],
            checks_of_others=others[city.pk],
            violations=violated[city.pk],
            by_purpose={key: purposes[city.pk, key] for key in PURPOSES},
            by_mass={key: masses[city.pk, key] for key in MASSES},
            refusals=dict(refusals.get(city.pk, {})),
        )
        for city in City.objects.all()
    ]


def months(now: datetime, number: int = 12) -> list[Month]:
    """Return what was issued in each of the last months, the current one last."""
    today = timezone.localdate(now)
    firsts = [_month_before(today.replace(day=1), back) for back in range(number - 1, -1, -1)]
    counts: dict[date, Counter[str]] = {first: Counter() for first in firsts}
    start = timezone.make_aware(datetime.combine(firsts[0], datetime.min.time()))
    rows = Pass.everything.filter(issued_at__gte=start, issued_at__lte=now)
    for city, at in rows.values_list("city", "issued_at"):
        counts[timezone.localdate(at).replace(day=1)][city] += 1
    return [Month(first, dict(counts[first])) for first in firsts]


def recognised_cities(today: date) -> int:
    """Return in how many cities a pass holds that some other city issued, or its own."""
    open_now = Agreement.objects.filter(type=SLUG, closed_at=None, holds_from__lte=today).filter(
        Q(holds_until=None) | Q(holds_until__gte=today)
    )
    pairs = open_now.values_list("from_city", "in_city")
    return len({city for pair in pairs for city in pair})


def _counts(rows: object, column: str) -> Counter[str]:
    counted = rows.order_by().values(column).annotate(number=Count("pk"))  # type: ignore[attr-defined]
    return Counter({row[column]: row["number"] for row in counted})


def _tables(rows: object, column: str) -> Counter[tuple[str, str]]:
    counted = rows.order_by().values("city", column).annotate(number=Count("pk"))  # type: ignore[attr-defined]
    return Counter({(row["city"], row[column]): row["number"] for row in counted})


def _refusals(since: datetime, now: datetime) -> dict[str, Counter[str]]:
    """Which rules did not pass in the cases that were refused, by city; "officer" where all did."""
    found: dict[str, Counter[str]] = {}
    rows = Case.everything.filter(
        service=SLUG,
        outcome=Case.Outcome.REFUSED,
        decided_at__gt=since,
        decided_at__lte=now,
        authority__isnull=False,
    ).values_list("authority__city", "findings")
    for city, findings in rows:
        failed = [each["rule"] for each in findings if not each["passed"]]
        rule = next((each for each in failed if each in REFUSAL_WORDS), "officer")
        found.setdefault(city, Counter())[rule] += 1
    return found


def _month_before(first: date, back: int) -> date:
    number = first.year * 12 + first.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def _valid_now() -> Figure:
    now = timezone.now()
    number = Pass.everything.filter(valid_on(timezone.localdate(now))).count()
    if not Pass.everything.exists():
        raise NoFigureError("尚未核发通行证", "no pass was issued yet")
    return Figure(number, "个", "passes", now)


def _automatic_share() -> Figure:
    now = timezone.now()
    decided = Case.everything.filter(
        service=SLUG, decided_at__gt=now - LATELY, outcome__in=("granted", "refused")
    )
    total = decided.count()
    if not total:
        raise NoFigureError("近一年没有办结的申请", "nothing was decided in the last year")
    return Figure(decided.filter(automatic=True).count() * 100 // total, "%", "%", now)


def _recognised() -> Figure:
    now = timezone.now()
    number = recognised_cities(timezone.localdate(now))
    if number < LEAST_CITIES:
        raise NoFigureError("尚未签订互认协议", "no agreement recognises it yet")
    return Figure(number, "个市", "cities", now, target=City.objects.count())


def _checked_elsewhere() -> Figure:
    now = timezone.now()
    checks = PassCheck.everything.filter(at__gt=now - LATELY, verdict="valid")
    if not checks.exists():
        raise NoFigureError("近一年没有路面核验", "no pass was checked in the last year")
    others = checks.exclude(Q(issued_in="") | Q(issued_in=F("city")))
    return Figure(others.count(), "次", "checks", now)


def measures() -> Sequence[Measure]:
    """Return the measures of item 9.2."""
    rows: Iterable[tuple[str, str, str, object]] = (
        ("passes-valid", "当前有效通行证", "Passes valid now", _valid_now),
        (
            "decided-by-rule",
            "近一年自动办结比例",
            "Share decided by rule in the last year",
            _automatic_share,
        ),
        ("cities-recognising", "互认城市", "Cities that recognise it", _recognised),
        (
            "checked-elsewhere",
            "近一年在发证市以外核验有效",
            "Found valid outside the issuing city in the last year",
            _checked_elsewhere,
        ),
    )
    return [Measure(key, zh, en, ITEM, read) for key, zh, en, read in rows]  # type: ignore[arg-type]
