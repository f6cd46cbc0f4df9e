"""Carrying a region folder into the tables. The folder is the truth; the tables follow it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone

from conurb.region.declarations import Region
from conurb.region.models import Authority, City, County, Place, RegionState, Subject
from conurb.urn import new_urn


@transaction.atomic
def load(region: Region) -> bool:
    """Bring the tables to the state of the folder; return False where they already are.

    Authorities that left the folder stay as rows, since tasks and reports name them, and are marked
    inactive. Everything else follows the folder exactly.
    """
    state = RegionState.objects.select_for_update().first()
    if state is not None and state.digest == region.digest:
        return False
    _load_cities(region)
    _load_counties(region)
    _load_subjects(region)
    _load_authorities(region)
    _load_places(region)
    RegionState.objects.update_or_create(
        pk=state.pk if state else 1,
        defaults={
            "slug": region.slug,
            "name_zh": region.name.zh,
            "name_en": region.name.en,
            "digest": region.digest,
            "office": Authority.objects.get(key=region.office),
            "loaded_at": timezone.now(),
        },
    )
    return True


def _load_cities(region: Region) -> None:
    for order, city in enumerate(region.cities):
        City.objects.update_or_create(
            code=city.code,
            defaults={
                "slug": city.slug,
                "name_zh": city.name.zh,
                "name_en": city.name.en,
                "short_zh": city.short.zh,
                "short_en": city.short.en,
                "plate": city.plate,
                "population": city.population,
                "longitude": city.centre[0],
                "latitude": city.centre[1],
                "order": order,
            },
        )
    _remove_others(City, "code", (city.code for city in region.cities))


def _load_counties(region: Region) -> None:
    for county in region.counties:
        County.objects.update_or_create(
            code=county.code,
            defaults={
                "city_id": county.city,
                "name_zh": county.name.zh,
                "name_en": county.name.en,
                "population": county.population,
                "area_km2": county.area_km2,
                "former": [
                    {
                        "code": former.code,
                        "name_zh": former.name.zh,
                        "name_en": former.name.en,
                        "until": former.until.isoformat(),
                    }
                    for former in county.former
                ],
                "boundary": dict(county.geometry),
                "longitude": county.point[0],
                "latitude": county.point[1],
            },
        )
    _remove_others(County, "code", (county.code for county in region.counties))


def _load_subjects(region: Region) -> None:
    for subject in region.subjects:
        Subject.objects.update_or_create(
            key=subject.key,
            defaults={
                "name_zh": subject.name.zh,
                "name_en": subject.name.en,
                "words": list(subject.words),
            },
        )
    _remove_others(Subject, "key", (subject.key for subject in region.subjects))


def _load_authorities(region: Region) -> None:
    for order, authority in enumerate(region.authorities):
        facts = {
            "city_id": authority.city,
            "name_zh": authority.name.zh,
            "name_en": authority.name.en,
            "short_zh": authority.short.zh,
            "short_en": authority.short.en,
            "is_office": authority.key == region.office,
            "active": True,
            "order": order,
        }
        row, _created = Authority.objects.update_or_create(
            key=authority.key,
            defaults=facts,
            create_defaults={**facts, "urn": new_urn("authority", authority.city or "region")},
        )
        row.subjects.set(Subject.objects.filter(key__in=authority.subjects))
    declared = [authority.key for authority in region.authorities]
    Authority.objects.exclude(key__in=declared).update(active=False, is_office=False)


def _load_places(region: Region) -> None:
    for place in region.places:
        row, _created = Place.objects.update_or_create(
            ref=place.ref,
            defaults={
                "name_zh": place.name.zh,
                "name_en": place.name.en,
                "aliases": list(place.aliases),
                "kind": place.kind,
                "geometry": dict(place.geometry),
                "longitude": place.point[0],
                "latitude": place.point[1],
            },
        )
        row.cities.set(City.objects.filter(code__in=place.cities))
    _remove_others(Place, "ref", (place.ref for place in region.places))


def _remove_others(model: type[models.Model], key: str, kept: Iterable[str]) -> None:
    model._default_manager.exclude(**{f"{key}__in": list(kept)}).delete()
