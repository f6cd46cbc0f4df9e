"""Layers, versions, their lists and comparisons as a JSON API: who may see or do what on the pages,
sees and does it here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import pandas as pd
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from conurb.atlas import api_schemas as schemas
from conurb.atlas import coordinates, downloading, repairing
from conurb.atlas import schemas as layer_schemas
from conurb.atlas.actions import deriving
from conurb.atlas.actions import layers as actions
from conurb.atlas.api_jobs import job_json
from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.queries import catalogue, comparisons, lists
from conurb.atlas.reference_systems import CRS84, find, offered
from conurb.atlas.schemas import CODE
from conurb.refusal import RefusedError
from conurb.region.api_access import MEMBERS, PUBLIC, closed, worker
from conurb.region.api_schemas import CONFLICTS, KEPT_BACK, MISSING, REFUSED, Problem
from conurb.region.tables import Bilingual

router = Router(tags=["atlas"])

Json = dict[str, Any]
LayerKey = Annotated[schemas.Key, Path(description="the last part of a layer's URN")]
VersionKey = Annotated[schemas.Key, Path(description="the last part of a version's URN")]
OPENS = {400: Problem, 401: Problem, 403: Problem, 422: Problem}
LayerKind = Annotated[schemas.Kind, Path(description="kind of layer", example="land-use")]


@router.get(
    "/atlas/layers",
    auth=PUBLIC,
    response={200: schemas.LayerPage, **REFUSED},
    operation_id="listLayers",
    summary="Layers of maps, each with its newest version",
)
@closed
def list_layers(request: HttpRequest, query: Query[schemas.LayerQuery]) -> Json:
    """What is published is everybody's; officers see what is submitted, an authority its drafts."""
    asked = catalogue.Asked(query.q or "", query.city or "", query.kind or "")
    rows = catalogue.layers(request.user, asked)
    count = rows.count()
    page = list(query.of(rows))
    return {
        "count": count,
        "layers": [
            layer_json(each.layer, each.version) for each in catalogue.shown(request.user, page)
        ],
    }


@router.post(
    "/atlas/layers",
    auth=MEMBERS,
    response={201: schemas.LayerOut, **OPENS},
    operation_id="openLayer",
    summary="Open a layer of the authority",
)
@closed
def open_layer(request: HttpRequest, body: schemas.LayerIn) -> Status[Json]:
    """In its city, or of the whole region where it belongs to none. 403 where the authority keeps
    no layers of the kind; versions come with handInLayerFile.
    """
    made = actions.open_layer(worker(request), **body.dict())
    return Status(201, _whole_layer(made, []))


@router.get(
    "/atlas/layers/{key}",
    auth=PUBLIC,
    response={200: schemas.LayerOut, **MISSING},
    operation_id="getLayer",
    summary="A layer with its versions",
)
@closed
def get_layer(request: HttpRequest, key: LayerKey) -> Json:
    """The newest version first, withdrawn ones for its authority."""
    layer = layer_of(request, key)
    return _whole_layer(layer, list(catalogue.versions_of(request.user, layer)))


@router.get(
    "/atlas/schemas/{kind}",
    auth=PUBLIC,
    response={200: schemas.LayerSchema, **MISSING},
    operation_id="getLayerSchema",
    summary="What a kind of layer must say of its features",
)
@closed
def get_layer_schema(request: HttpRequest, kind: LayerKind) -> Json:
    """Forms, columns, and the classes that count; see confirmImport."""
    schema = layer_schemas.SCHEMAS[kind]
    return {
        "kind": kind,
        "forms": list(schema.forms),
        "columns": [
            {"name": one.name, "label": text_json(one.label), "required": one.required}
            for one in schema.columns
        ],
        "codes": [{"code": code, "name": text_json(name)} for code, name in schema.codes.items()],
    }


@router.get(
    "/atlas/coordinate-systems",
    auth=PUBLIC,
    response={200: list[schemas.SystemOut], **REFUSED},
    operation_id="listCoordinateSystems",
    summary="Coordinate systems in which files are taken",
)
@closed
def list_coordinate_systems(request: HttpRequest) -> list[Json]:
    """Others on the same datums are taken where a file defines them: `file` in confirmImport."""
    return [{"key": key, "name": text_json(one.label)} for key, one in coordinates.SYSTEMS.items()]


@router.get(
    "/atlas/versions/{key}",
    auth=PUBLIC,
    response={200: schemas.VersionOut, **MISSING},
    operation_id="getLayerVersion",
    summary="A version of a layer: facts, classes, and where to have it",
)
@closed
def get_layer_version(request: HttpRequest, key: VersionKey) -> Json:
    """Features are at `features` (OGC API), as tiles at `tiles`, as files at `files`."""
    return version_json(version_of(request, key))


@router.post(
    "/atlas/versions/{key}/publish",
    auth=MEMBERS,
    response={200: schemas.VersionOut, **CONFLICTS},
    operation_id="publishVersion",
    summary="Show a draft to everybody",
)
@closed
def publish_version(request: HttpRequest, key: VersionKey) -> Json:
    """For the authority of the layer. 409 for what is no draft any more, and for land-use plans and
    zones, which the joint review publishes. Findings of all maps are then looked for anew: see
    listAllFindings.
    """
    return version_json(actions.publish(worker(request), version_of(request, key)))


@router.post(
    "/atlas/versions/{key}/withdraw",
    auth=MEMBERS,
    response={200: schemas.VersionOut, **CONFLICTS},
    operation_id="withdrawVersion",
    summary="Give a draft up",
)
@closed
def withdraw_version(request: HttpRequest, key: VersionKey) -> Json:
    """For the authority of the layer, which alone goes on seeing it. 409 for what is no draft."""
    return version_json(actions.withdraw(worker(request), version_of(request, key)))


@router.get(
    "/atlas/versions/{key}/repairs",
    auth=PUBLIC,
    response={200: schemas.RepairPage, **MISSING},
    operation_id="listRepairs",
    summary="What was mended or left out when a version was imported",
)
@closed
def list_repairs(request: HttpRequest, key: VersionKey, query: Query[schemas.RowQuery]) -> Json:
    """Areas and lengths before and after add up to what came in."""
    version = version_of(request, key)
    rows = lists.repairs(version, query.kind or "", _number(query.feature))
    return {
        "count": len(rows),
        "kinds": _kinds(version, "repair"),
        "repairs": [
            {
                "feature": row["fid"],
                "repair": row["repair"],
                "reason": text_json(repairing.REASONS.get(row["repair"], _plain(row["repair"]))),
                "left_out": row["left_out"],
                "before": row["before"],
                "after": row["after"],
            }
            for row in query.of(rows)
        ],
    }


@router.get(
    "/atlas/versions/{key}/problems",
    auth=PUBLIC,
    response={200: schemas.ProblemPage, **MISSING},
    operation_id="listProblems",
    summary="Features of a version that are against its schema",
)
@closed
def list_problems(request: HttpRequest, key: VersionKey, query: Query[schemas.RowQuery]) -> Json:
    """They are kept with an empty class; each with its row and its reason."""
    version = version_of(request, key)
    schema = layer_schemas.SCHEMAS[version.layer.kind]
    labels = {column.name: column.label for column in schema.columns}
    rows = lists.problems(version, query.kind or "", _number(query.feature))
    return {
        "count": len(rows),
        "kinds": _kinds(version, "problem"),
        "problems": [
            {
                "feature": row["fid"],
                "column": row["column"],
                "value": row["value"],
                "problem": row["problem"],
                "reason": _why(row, labels.get(row["column"], _plain(row["column"]))),
            }
            for row in query.of(rows)
        ],
    }


@router.get(
    "/atlas/versions/{key}/comparison",
    auth=PUBLIC,
    response={200: schemas.ComparisonOut, 409: Problem, **MISSING},
    operation_id="compareVersions",
    summary="What differs between two versions of a layer",
)
@closed
def compare_versions(
    request: HttpRequest, key: VersionKey, query: Query[schemas.ComparisonQuery]
) -> Json:
    """Features and ground, class by class. 409 where a job must work it out first: see
    prepareComparison.
    """
    before, after = _pair(request, key, query)
    wanted = deriving.comparison_of(before, after, query.by)
    if not wanted.ready and not wanted.at_once:
        raise RefusedError(_("These versions have not been compared yet. Ask for it by POST."))
    found = deriving.compared(before, after, query.by)
    kind, coarse = after.layer.kind, query.level == 1
    matrix = comparisons.matrix(found, kind, coarse=coarse)
    largest = found.changes.sort_values(["area", "length"], ascending=False, kind="stable")
    return {
        "before": before.key,
        "after": after.key,
        "matched_by": found.matched_by,
        "unchanged": found.unchanged,
        "counts": found.counts,
        "classes": [
            {
                "code": one.code,
                "count_before": one.count_before,
                "count_after": one.count_after,
                "hectares_before": one.before,
                "hectares_after": one.after,
                "km_before": one.km_before,
                "km_after": one.km_after,
            }
            for one in comparisons.classes(found, kind, coarse=coarse)
        ],
        "matrix_codes": matrix.codes,
        "matrix_hectares": matrix.rows,
        "count": len(largest),
        "changes": [
            {
                "change": row.change,
                "before": _or_none(row.before, int),
                "after": _or_none(row.after, int),
                "class_before": _or_none(row.class_before, str),
                "class_after": _or_none(row.class_after, str),
                "area_m2": row.area,
                "length_m": row.length,
                "what": row.what,
            }
            for row in query.of(largest.iloc).itertuples()
        ],
    }


@router.post(
    "/atlas/versions/{key}/comparison",
    auth=MEMBERS,
    response={200: schemas.Prepared, **KEPT_BACK},
    operation_id="prepareComparison",
    summary="Have two versions of a layer compared",
)
@closed
def prepare_comparison(
    request: HttpRequest, key: VersionKey, query: Query[schemas.Compared]
) -> Json:
    """Small versions need it not; asked for again, the same job is answered."""
    actor = worker(request)
    before, after = _pair(request, key, query)
    deriving.prepare_comparison(actor, before, after, query.by)
    wanted = deriving.comparison_of(before, after, query.by)
    asked = urlencode({"before": before.key, **({"by": query.by} if query.by else {})})
    return {
        "ready": wanted.ready or wanted.at_once,
        "address": f"{reverse('api:compare_versions', args=[after.key])}?{asked}",
        "job": job_json(wanted.job),
    }


@router.post(
    "/atlas/versions/{key}/files",
    auth=MEMBERS,
    response={200: schemas.Prepared, **KEPT_BACK},
    operation_id="prepareLayerFile",
    summary="Have a file of a version made",
)
@closed
def prepare_layer_file(request: HttpRequest, key: VersionKey, body: schemas.FileIn) -> Json:
    """A small file is made when it is fetched, a large one by the job that is answered."""
    actor = worker(request)
    version = version_of(request, key)
    form = downloading.FORMATS[body.format]
    written = CRS84 if body.crs == "OGC:CRS84" else body.crs
    system = find(written, offered(version.west, version.east))
    if system is None:
        raise RefusedError(
            _("This coordinate system is not offered for the layer."), status=422, field="crs"
        )
    deriving.prepare_download(actor, version, form, system)
    wanted = deriving.download_of(version, form, system)
    address = reverse("atlas-download", args=[version.key, form.key])
    return {
        "ready": wanted.ready or wanted.at_once,
        "address": f"{address}?{urlencode({'crs': system.authority_code})}",
        "job": job_json(wanted.job),
    }


def layer_of(request: HttpRequest, key: str) -> Layer:
    """Return a layer that whoever asks may see; Http404 for others."""
    found = Layer.objects.visible_to(request.user).filter(key=key)
    layer = found.select_related("city", "authority").first()
    if layer is None:
        raise Http404(_("There is no such layer, or it is not yours."))
    return layer


def version_of(request: HttpRequest, key: str) -> LayerVersion:
    """Return a version that whoever asks may see; Http404 for others."""
    found = LayerVersion.objects.visible_to(request.user).filter(key=key)
    version = found.select_related("layer__city", "layer__authority").first()
    if version is None:
        raise Http404(_("There is no such version, or it is not yours."))
    return version


def text_json(text: Bilingual) -> Json:
    """Return a text as the API gives it."""
    return {"zh": text.zh, "en": text.en}


def layer_json(layer: Layer, newest: LayerVersion | None) -> Json:
    """Return a layer as lists give it."""
    return {
        "urn": layer.urn,
        "key": layer.key,
        "kind": layer.kind,
        "name": {"zh": layer.name_zh, "en": layer.name_en},
        "city": layer.city_id,
        "authority": layer.authority.key,
        "is_demo": layer.is_demo,
        "newest": version_brief(newest, layer) if newest else None,
    }


def version_json(version: LayerVersion) -> Json:
    """Return a version with what is known of it, and where to have it."""
    layer = version.layer
    name = f"{layer.key}-v{version.number}"
    tile = reverse("atlas-tile", args=[version.key, 0, 0, 0])
    return {
        **version_brief(version),
        "layer": layer.key,
        "kind": layer.kind,
        "sha256": version.sha256,
        "bbox": list(version.bounds),
        "fields": version.fields,
        "classes": _classes(version),
        "counts": version.counts,
        "source": {
            "file": version.source_name,
            "format": version.source_format,
            "sha256": version.source_sha256,
            "layer": version.source_layer,
            "crs": version.source_crs,
            "crs_known": version.crs_known,
        },
        "systems": [one.authority_code for one in offered(version.west, version.east)],
        "page": reverse("atlas-version", args=[version.key]),
        "tiles": tile.removesuffix("0/0/0.mvt") + "{z}/{x}/{y}.mvt",
        "features": reverse("atlas-ogc-features", args=[name]),
        "files": [
            {
                "format": form.key,
                "media_type": form.media_type,
                "address": reverse("atlas-download", args=[version.key, form.key]),
            }
            for form in downloading.FORMATS.values()
        ],
    }


def version_brief(version: LayerVersion, layer: Layer | None = None) -> Json:
    """Return a version as lists give it."""
    of = layer or version.layer
    return {
        "urn": f"urn:conurb:{of.city_id or 'region'}:layer-version:{version.key}",
        "key": version.key,
        "number": version.number,
        "state": version.state,
        "geometry": version.geometry,
        "feature_count": version.feature_count,
        "created_at": version.created_at,
        "submitted_at": version.submitted_at,
        "published_at": version.published_at,
        "note": version.note,
    }


def _whole_layer(layer: Layer, versions: Sequence[LayerVersion]) -> Json:
    """Return a layer with the versions that whoever asks may see, the newest first."""
    withdrawn = LayerVersion.State.WITHDRAWN
    newest = next((one for one in versions if one.state != withdrawn), None)
    return {
        **layer_json(layer, newest),
        "note": {"zh": layer.note_zh, "en": layer.note_en},
        "versions": [version_brief(one) for one in versions],
    }


def _pair(
    request: HttpRequest, key: str, query: schemas.Compared
) -> tuple[LayerVersion, LayerVersion]:
    """Return what is to be compared; without `before` the version before this one."""
    after = version_of(request, key)
    others = comparisons.versions_of(request.user, after)
    if query.before:
        before = next((one for one in others if one.key == query.before), None)
    else:
        before = next((one for one in others if one.number < after.number), None)
    if before is None:
        raise Http404(_("The layer has no such version to compare with."))
    names = [{field["name"] for field in one.fields} for one in (before, after)]
    if query.by and (query.by == CODE or not all(query.by in known for known in names)):
        raise RefusedError(
            _("Both versions must have the field by which features are known."),
            status=422,
            field="by",
        )
    return before, after


def _classes(version: LayerVersion) -> list[Json]:
    known = layer_schemas.SCHEMAS[version.layer.kind].codes
    return [
        {
            "code": code,
            "name": text_json(known.get(code) or _plain(code)),
            "count": row["count"],
            "area_m2": row["area"] or 0.0,
            "length_m": row["length"] or 0.0,
        }
        for code, row in sorted(version.classes.items())
    ]


def _kinds(version: LayerVersion, name: str) -> dict[str, int]:
    return dict(Counter({code: count for code, _words, count in lists.kinds_in(version, name)}))


def _why(row: Mapping[str, Any], label: Bilingual) -> Json:
    reason = layer_schemas.PROBLEMS.get(row["problem"], _plain(row["problem"]))
    value = row["value"] or ""
    return {
        "zh": reason.zh.format(label=label.zh, value=value),
        "en": reason.en.format(label=label.en, value=value),
    }


def _plain(words: str) -> Bilingual:
    return Bilingual(words, words)


def _number(feature: int | None) -> str:
    return "" if feature is None else str(feature)


def _or_none(value: Any, kind: type) -> Any:
    return None if value is None or pd.isna(value) else kind(value)
