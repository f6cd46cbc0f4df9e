"""Bringing what is declared of records into the node: types, keys, agreements, the local index.

Codes in the journal: record-type.publish, agreement.open, agreement.change, agreement.close.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conurb.journal.actions import record
from conurb.records import declaring, index, types
from conurb.records.actions.keys import ensure_keys
from conurb.records.declaring import AGREEMENTS_FILE, TYPES_FILE, AgreementDeclared
from conurb.records.models import Agreement, PublishedType
from conurb.records.types import RecordType
from conurb.region.declarations import Region
from conurb.region.problems import Problem, RegionError
from conurb.urn import new_urn


def load(region: Region, *, now: datetime | None = None) -> None:
    """Publish the types, make keys that lack, load the agreements, bring the index up to date.

    Again harmless. Raises RegionError where a file of the folder is wrong, or where a version of a
    type that was published now says something else.
    """
    moment = now or timezone.now()
    subjects = {subject.key for subject in region.subjects}
    types.declare(*declaring.read_types(region.path, subjects))
    agreements = declaring.read_agreements(
        region.path,
        [city.code for city in region.cities],
        [each.slug for each in types.types()],
    )
    with transaction.atomic():
        publish(types.types(), now=moment)
        ensure_keys(moment)
        load_agreements(agreements, now=moment)
    index.prepare()


def declare_plain(folder: Path) -> None:
    """Make the types of a region folder known to this process.

    A process that serves or runs a command needs them before anybody loaded the region in it. What
    is wrong with the file is told by `load`, not here.
    """
    import tomllib

    try:
        region = tomllib.loads((folder / "region.toml").read_text(encoding="utf-8"))
        subjects = {str(each.get("key")) for each in region.get("subject", [])}
        types.declare(*declaring.read_types(folder, subjects))
    except (OSError, ValueError):
        return


def document_of(of: RecordType) -> dict[str, Any]:
    """Return what a version of a type says, as JSON."""
    return {
        "slug": of.slug,
        "version": of.version,
        "code": of.code,
        "name": _both(of.name),
        "summary": _both(of.summary),
        "subject": of.subject,
        "issuer": of.issuer,
        "claims": [
            {
                "name": claim.name,
                "label": _both(claim.label),
                "schema": dict(claim.schema),
                "public": claim.public,
                "required": claim.required,
                "compact": claim.compact,
            }
            for claim in of.claims
        ],
        "longest": int(of.longest.total_seconds()) if of.longest else None,
        "stale_after": int(of.stale_after.total_seconds()),
        "open_to_all": of.open_to_all,
        "title_claim": of.title_claim,
        "extra": dict(of.extra),
    }


@transaction.atomic
def publish(declared: Iterable[RecordType], *, now: datetime | None = None) -> list[PublishedType]:
    """Keep the document of every version that is new; returns those.

    Raises RegionError where a version that was published says something else now.
    """
    known = {(each.slug, each.version): each for each in PublishedType.objects.all()}
    made, problems = [], []
    for of in declared:
        document = document_of(of)
        text = json.dumps(document, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        before = known.get((of.slug, of.version))
        if before is None:
            moment = now or timezone.now()
            published = PublishedType.objects.create(
                slug=of.slug,
                version=of.version,
                document=document,
                digest=digest,
                published_at=moment,
            )
            made.append(published)
            record(
                None,
                "record-type.publish",
                urn=of.vct,
                name=f"{of.name.zh} {of.version}",
                at=moment,
                version=of.version,
            )
        elif before.digest != digest:
            problems.append(_changed(of, before.document, document))
    if problems:
        raise RegionError(problems)
    return made


def _changed(of: RecordType, before: Mapping[str, Any], after: Mapping[str, Any]) -> Problem:
    keys = ", ".join(sorted(key for key in after if before.get(key) != after[key]))
    return Problem(
        file=TYPES_FILE if of.code >= declaring.FIRST_CODE else "pack.py",
        line=0,
        key=f"{of.slug}.version",
        code="type-changed",
        message_zh=(
            f"凭证类型 {of.slug} 第 {of.version} 版已发布，内容不得再改（{keys} 有变化）。"
            f"请恢复原内容，或将 version 改为 {of.version + 1}"
        ),
        message_en=(
            f"version {of.version} of the record type {of.slug} was published and cannot change "
            f"({keys} did): restore it, or set version = {of.version + 1}"
        ),
    )


@dataclass(frozen=True)
class _Content:
    """What a row of an agreement says, for comparing."""

    effects: tuple[tuple[str, str, str], ...]
    basis: tuple[str, str]
    since: date
    until: date | None


_Place = tuple[str, str, str, str]


@transaction.atomic
def load_agreements(
    declared: Iterable[AgreementDeclared], *, now: datetime | None = None
) -> list[Agreement]:
    """Let the table say what is declared: close rows that changed or went, open new ones.

    Returns the rows that were opened. The journal has one entry for each agreement that changed.
    """
    moment = now or timezone.now()
    standing = {
        (row.key, row.type, row.from_city_id, row.in_city_id): row
        for row in Agreement.objects.select_for_update().filter(closed_at=None)
    }
    wanted: dict[_Place, _Content] = {}
    for each in declared:
        content = _Content(
            tuple((effect.code, effect.name.zh, effect.name.en) for effect in each.effects),
            (each.basis.zh, each.basis.en),
            each.since,
            each.until,
        )
        for source, city in each.pairs:
            wanted[each.key, each.type, source, city] = content
    closed = [row for place, row in standing.items() if wanted.get(place) != _content(row)]
    Agreement.objects.filter(pk__in=[row.pk for row in closed]).update(closed_at=moment)
    kept = standing.keys() - {_place(row) for row in closed}
    opened = [
        _row(place, content, moment) for place, content in wanted.items() if place not in kept
    ]
    Agreement.objects.bulk_create(opened)
    _journal(opened, closed, moment)
    if opened or closed:
        index.follow_shared()
    return opened


def _content(row: Agreement) -> _Content:
    effects = tuple((each["code"], each["zh"], each["en"]) for each in row.effects)
    return _Content(effects, (row.basis_zh, row.basis_en), row.holds_from, row.holds_until)


def _place(row: Agreement) -> _Place:
    return (row.key, row.type, row.from_city_id, row.in_city_id)


def _row(place: _Place, content: _Content, moment: datetime) -> Agreement:
    key, slug, source, city = place
    return Agreement(
        key=key,
        urn=new_urn("agreement"),
        type=slug,
        from_city_id=source,
        in_city_id=city,
        effects=[{"code": code, "zh": zh, "en": en} for code, zh, en in content.effects],
        basis_zh=content.basis[0],
        basis_en=content.basis[1],
        holds_from=content.since,
        holds_until=content.until,
        opened_at=moment,
    )


def _journal(opened: list[Agreement], closed: list[Agreement], moment: datetime) -> None:
    keys = dict.fromkeys(row.key for row in [*opened, *closed])
    for key in keys:
        new = [row for row in opened if row.key == key]
        old = [row for row in closed if row.key == key]
        told = (new or old)[0]
        declared = types.type_of(told.type) if told.type in _slugs() else None
        verb = "open" if not old else "change" if new else "close"
        record(
            None,
            f"agreement.{verb}",
            urn=told.urn,
            name=declared.name.zh if declared else told.type,
            at=moment,
            agreement=key,
            opened=[f"{row.from_city_id}→{row.in_city_id}" for row in new],
            closed=[f"{row.from_city_id}→{row.in_city_id}" for row in old],
            file=f"{settings.REGION_PATH.name}/{AGREEMENTS_FILE}",
        )


def _slugs() -> set[str]:
    return {each.slug for each in types.types()}


def _both(words: Any) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
