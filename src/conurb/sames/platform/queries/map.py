"""The restricted zones and corridors as GeoJSON (RFC 7946), and as a list that says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from conurb.region.geography import label_point
from conurb.region.models import City
from conurb.region.tables import Bilingual
from conurb.sames.platform.declared import Declared, Source
from conurb.sames.platform.granting import opened_words, when_words, who_words
from conurb.sames.platform.restrictions import Rule, Zone

Json = dict[str, Any]


@dataclass(frozen=True)
class RuleWords:
    """A rule of a zone in words."""

    who: Bilingual
    when: Bilingual
    opened: str
    opened_words: Bilingual
    source: Source


@dataclass(frozen=True)
class ZoneWords:
    """A zone in words."""

    zone: Zone
    rules: tuple[RuleWords, ...]


@dataclass(frozen=True)
class CityZones:
    """The zones of a city, for a list."""

    city: City
    zones: tuple[ZoneWords, ...]


def by_city(declared: Declared, cities: Sequence[City]) -> list[CityZones]:
    """Return the zones by city, in words."""
    return [
        CityZones(
            city,
            tuple(zone_words(zone, declared) for zone in declared.zones if zone.city == city.pk),
        )
        for city in cities
    ]


def zone_words(zone: Zone, declared: Declared) -> ZoneWords:
    """Return a zone in words."""
    return ZoneWords(
        zone,
        tuple(
            RuleWords(
                who_words(rule),
                when_words(rule),
                rule.opened,
                opened_words(rule, declared),
                declared.sources[rule.source],
            )
            for rule in zone.rules
        ),
    )


def collection(declared: Declared, city: str = "") -> Json:
    """Return zones and corridors as one feature collection; `city` leaves the others' zones out."""
    zones = (zone for zone in declared.zones if city in {"", zone.city})
    corridors = () if city else tuple(_corridors(declared))
    return {
        "type": "FeatureCollection",
        "digest": declared.digest,
        "features": [*(_zone(zone, declared) for zone in zones), *corridors],
    }


def _zone(zone: Zone, declared: Declared) -> Json:
    return {
        "type": "Feature",
        "id": zone.code,
        "geometry": json.loads(shapely.to_geojson(zone.shape)),
        "properties": {
            "kind": "zone",
            "code": zone.code,
            "city": zone.city,
            "name": said(zone.name),
            "bounds": said(zone.bounds),
            "shape": zone.kind,
            "quota": zone.quota,
            "mark": list(label_point(zone.shape)),
            "schematic": True,
            "rules": [_rule(rule, declared) for rule in zone.rules],
        },
    }


def rule_json(rule: Rule) -> Json:
    """Return a rule as values; `hours` in minutes of the day, `source` by its key."""
    return {
        "mass": sorted(rule.mass),
        "energies": sorted(rule.energies),
        "fuels": sorted(rule.fuels),
        "stage_max": rule.stage_max,
        "stage_min": rule.stage_min,
        "purposes": sorted(rule.purposes),
        "days": rule.days,
        "hours": [[span.begin, span.end] for span in rule.hours],
        "opened": rule.opened,
        "source": rule.source,
    }


def _rule(rule: Rule, declared: Declared) -> Json:
    source = declared.sources[rule.source]
    return {
        **rule_json(rule),
        "who": said(who_words(rule)),
        "when": said(when_words(rule)),
        "pass": said(opened_words(rule, declared)),
        "source": {
            "key": source.key,
            "status": source.status,
            "title": said(source.title),
            "url": source.url,
        },
    }


def _corridors(declared: Declared) -> Iterator[Json]:
    for corridor in declared.corridors.values():
        yield {
            "type": "Feature",
            "id": corridor.code,
            "geometry": {"type": "LineString", "coordinates": [list(p) for p in corridor.line]},
            "properties": {
                "kind": "corridor",
                "code": corridor.code,
                "name": said(corridor.name),
                "schematic": True,
            },
        }


def said(words: Bilingual) -> Json:
    """Return words for JSON."""
    return {"zh": words.zh, "en": words.en}
