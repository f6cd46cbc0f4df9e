"""Bringing the region folder's rules into force."""

from __future__ import annotations

from django.db import transaction

from conurb.journal.actions import record
from conurb.region.declarations import Region
from conurb.sames.platform.declared import TOML, Declared, Source, Texts, read, texts_of
from conurb.sames.platform.models import RuleSet, Zone
from conurb.urn import new_urn

__all__ = ["load"]


@transaction.atomic
def load(region: Region) -> RuleSet | None:
    """Put the folder's rules in force where they differ from those that are; None without any.

    Passes that were granted stand as they are. Raises RegionError with all that is wrong.
    """
    texts = texts_of(region)
    if texts is None:
        return None
    newest = RuleSet.objects.first()
    if newest is not None and newest.digest == texts.digest:
        return newest
    made = _keep(texts)
    declared = read(texts)
    _zones(declared)
    record(
        None,
        "platform.rules",
        urn=new_urn("pass-rules"),
        name=f"{TOML} {made.digest[:12]}",
        digest=made.digest,
        zones=len(declared.zones),
        published=_counted(declared, "published"),
    )
    return made


def _keep(texts: Texts) -> RuleSet:
    return RuleSet.objects.create(
        digest=texts.digest,
        toml=texts.toml,
        zones=texts.zones,
        corridors=texts.corridors,
        days=texts.days,
        outlines=texts.outlines,
    )


def _zones(declared: Declared) -> None:
    for zone in declared.zones:
        Zone.objects.update_or_create(
            code=zone.code,
            defaults={
                "city_id": zone.city,
                "name_zh": zone.name.zh,
                "name_en": zone.name.en,
                "active": True,
            },
        )
    Zone.objects.exclude(code__in=declared.zone_by_code).update(active=False)


def _counted(declared: Declared, status: str) -> int:
    """How many rules of zones stand on a source of this status."""
    sources: list[Source] = [
        declared.sources[rule.source] for zone in declared.zones for rule in zone.rules
    ]
    return sum(source.status == status for source in sources)
