"""The freight vehicle passes as a JSON API: zones, restrictions, figures. Only what is public."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from conurb.region.api_access import PUBLIC, closed
from conurb.region.api_schemas import REFUSED, Text
from conurb.sames.platform.queries import figures
from conurb.sames.platform.queries import map as maps
from conurb.sames.platform.queries.rules import declared

router = Router()

Json = dict[str, Any]
CITY_CODE = r"^\d{6}$"


class ZonesQuery(Schema):
    """Which zones."""

    city: str | None = Field(None, pattern=CITY_CODE, description="code of a city (GB/T 2260)")


class Feature(Schema):
    """A GeoJSON feature (RFC 7946): a zone (`kind` "zone") or a corridor ("corridor")."""

    type: str
    id: str
    geometry: Json
    properties: Json


class Collection(Schema):
    """A GeoJSON feature collection; `digest` names the state of the rules. WGS 84."""

    type: str
    digest: str
    features: list[Feature]


class RuleSource(Schema):
    """Where a rule stands: published, asked for by guidance, or a default of the region file."""

    key: str
    status: str
    title: Text
    url: str
    note: Text


class Rule(Schema):
    """Whom a zone restricts, when, and what opens it: "rule", "officer" or "never"."""

    mass: list[str]
    energies: list[str] = Field(description="empty: all")
    fuels: list[str] = Field(description="empty: all")
    stage_max: int | None = Field(description="binds up to this emission stage (China III = 3)")
    stage_min: int | None = Field(description="opened by rule from this stage on")
    purposes: list[str]
    days: str
    hours: list[list[int]] = Field(description="[begin, end) in minutes of the day")
    opened: str
    source: str


class Restriction(Schema):
    """A zone with its rules."""

    code: str
    city: str
    name: Text
    bounds: Text
    quota: int | None = Field(description="passes a day")
    rules: list[Rule]


class Restrictions(Schema):
    """All restrictions in force."""

    digest: str
    zones: list[Restriction]
    sources: list[RuleSource]


class CityFigures(Schema):
    """The figures of a city over the last 365 days."""

    city: str
    issued: int
    valid: int = Field(description="passes valid today")
    automatic: int = Field(description="of the issued, granted by rule")
    automatic_share: int | None = Field(description="whole percent of all decisions")
    applied_elsewhere: int = Field(description="of the issued, handed in in another city")
    refused: int
    refusals: dict[str, int] = Field(description="refused cases by the rule that did not pass")
    median_seconds: float | None = Field(description="from submission to decision")
    checks: int
    checks_of_others: int = Field(description="of the checks, passes of another city")
    violations: int
    by_purpose: dict[str, int]
    by_mass: dict[str, int]


class Statistics(Schema):
    """The figures of all cities."""

    as_of: str
    recognised_cities: int
    cities: list[CityFigures]


@router.get(
    "/platform/zones",
    auth=PUBLIC,
    response={200: Collection, **REFUSED},
    operation_id="listTruckZones",
    tags=["platform"],
    summary="Restricted zones and truck corridors, as GeoJSON",
)
@closed
def list_truck_zones(request: HttpRequest, query: Query[ZonesQuery]) -> Json:
    """Shapes are schematic (`schematic`), in WGS 84. With `city`, the zones of that city alone."""
    return maps.collection(declared(), query.city or "")


@router.get(
    "/platform/restrictions",
    auth=PUBLIC,
    response={200: Restrictions, **REFUSED},
    operation_id="listTruckRestrictions",
    tags=["platform"],
    summary="Who is restricted where and when, what opens it, and where that stands",
)
@closed
def list_truck_restrictions(request: HttpRequest, query: Query[ZonesQuery]) -> Json:
    """Without geometry; each rule names its source by its key."""
    rules = declared()
    return {
        "digest": rules.digest,
        "zones": [
            {
                "code": zone.code,
                "city": zone.city,
                "name": maps.said(zone.name),
                "bounds": maps.said(zone.bounds),
                "quota": zone.quota,
                "rules": [maps.rule_json(rule) for rule in zone.rules],
            }
            for zone in rules.zones
            if query.city in {None, zone.city}
        ],
        "sources": [
            {
                "key": source.key,
                "status": source.status,
                "title": maps.said(source.title),
                "url": source.url,
                "note": maps.said(source.note),
            }
            for source in rules.sources.values()
        ],
    }


@router.get(
    "/platform/statistics",
    auth=PUBLIC,
    response={200: Statistics, **REFUSED},
    operation_id="getTruckPassStatistics",
    tags=["platform"],
    summary="Passes by city: issued, by rule, how fast, refused, checked",
)
@closed
def get_truck_pass_statistics(request: HttpRequest) -> Json:
    """Sums only, over the last 365 days."""
    now = timezone.now()
    return {
        "as_of": now.isoformat(),
        "recognised_cities": figures.recognised_cities(timezone.localdate(now)),
        "cities": [
            {
                "city": each.city.pk,
                "issued": each.issued,
                "valid": each.valid,
                "automatic": each.automatic,
                "automatic_share": each.automatic_share,
                "applied_elsewhere": each.applied_elsewhere,
                "refused": each.refused,
                "refusals": each.refusals,
                "median_seconds": each.median_seconds,
                "checks": each.checks,
                "checks_of_others": each.checks_of_others,
                "violations": each.violations,
                "by_purpose": each.by_purpose,
                "by_mass": each.by_mass,
            }
            for each in figures.by_city(now)
        ],
    }
