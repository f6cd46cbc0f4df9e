"""From a file to a version by the JSON API: handed in, read, confirmed, converted.

The steps, rules and refusals are those of the pages (`actions/importing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Path, Query, Router, Status
from ninja.files import UploadedFile

from conurb.atlas import api_schemas as schemas
from conurb.atlas import formats
from conurb.atlas import schemas as layer_schemas
from conurb.atlas.actions import importing as actions
from conurb.atlas.api_jobs import job_json
from conurb.atlas.api_layers import LayerKey, layer_of
from conurb.atlas.file_names import own_name
from conurb.atlas.models import LayerImport
from conurb.refusal import RefusedError
from conurb.region.api_access import MEMBERS, closed, worker
from conurb.region.api_schemas import CONFLICTS, KEPT_BACK
from conurb.region.competence import require_officer_of

router = Router(tags=["atlas"])

Json = dict[str, Any]
ImportKey = Annotated[schemas.Key, Path(description="the last part of an import's URN")]
AROUND = 1024 * 1024
"""Bytes that multipart may take around the file."""


def within_limit(request: HttpRequest) -> None:
    """Refuse a file that is far too large before any of it is read; lets nobody in by itself."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if size.isdigit() and int(size) > formats.MAX_SIZE + AROUND:
        raise actions.refusal(formats.too_large(int(size)), "file")


@router.post(
    "/atlas/layers/{key}/imports",
    auth=[within_limit, *MEMBERS],
    response={201: schemas.ImportOut, **KEPT_BACK},
    operation_id="handInLayerFile",
    summary="Hand in a file as a new version of a layer",
)
@closed
def hand_in_layer_file(
    request: HttpRequest, key: LayerKey, file: File[UploadedFile]
) -> Status[Json]:
    """GeoPackage, zipped Shapefile, GeoJSON or GeoParquet, at most 512 MB and 1,000,000 features.
    A job reads it; ask getImport until its state is `asked`, then confirmImport.
    """
    actor = worker(request)
    layer = layer_of(request, key)
    require_officer_of(actor, layer.authority)
    made = actions.hand_in(actor, layer, own_name(file.name), file.chunks())
    return Status(201, import_json(made))


@router.get(
    "/atlas/imports",
    auth=MEMBERS,
    response={200: schemas.ImportPage, **KEPT_BACK},
    operation_id="listImports",
    summary="Files that the authority handed in",
)
@closed
def list_imports(request: HttpRequest, query: Query[schemas.ImportQuery]) -> Json:
    """Those on their way, and those that became versions or were given up."""
    rows = LayerImport.objects.visible_to(worker(request)).select_related("layer", "version")
    if query.layer:
        rows = rows.filter(layer__key=query.layer)
    if query.state:
        rows = rows.filter(state=query.state)
    count = rows.count()
    page = query.of(rows.defer("found"))
    return {"count": count, "imports": [import_brief(each) for each in page]}


@router.get(
    "/atlas/imports/{key}",
    auth=MEMBERS,
    response={200: schemas.ImportOut, **KEPT_BACK},
    operation_id="getImport",
    summary="How far a file is, and what it holds",
)
@closed
def get_import(request: HttpRequest, key: ImportKey) -> Json:
    """`job` says how far it is and why it failed; `layers` what was found and guessed."""
    return import_json(_import_of(request, key))


@router.post(
    "/atlas/imports/{key}/confirm",
    auth=MEMBERS,
    response={200: schemas.ImportOut, **CONFLICTS},
    operation_id="confirmImport",
    summary="Say what a file holds, and have it converted",
)
@closed
def confirm_import(request: HttpRequest, key: ImportKey, body: schemas.ConfirmIn) -> Json:
    """A job converts, repairs, checks and stores it; the version is a draft. 422 names the answer
    that cannot be right.
    """
    actor = worker(request)
    found = _import_of(request, key)
    require_officer_of(actor, found.layer.authority)
    return import_json(actions.confirm(actor, found, _confirmed(found, body)))


@router.post(
    "/atlas/imports/{key}/discard",
    auth=MEMBERS,
    response={200: schemas.ImportOut, **CONFLICTS},
    operation_id="discardImport",
    summary="Give up a file that was handed in",
)
@closed
def discard_import(request: HttpRequest, key: ImportKey) -> Json:
    """Only while it waits to be confirmed; work under way is stopped by cancelJob."""
    actor = worker(request)
    return import_json(actions.discard(actor, _import_of(request, key)))


def import_brief(made: LayerImport) -> Json:
    """Return an import as lists give it."""
    return {
        "urn": made.urn,
        "key": made.key,
        "layer": made.layer.key,
        "state": made.state,
        "file_name": made.file_name,
        "file_size": made.file_size,
        "created_at": made.created_at,
        "changed_at": made.changed_at,
        "version": made.version.key if made.version else None,
    }


def import_json(made: LayerImport) -> Json:
    """Return an import with its job and what was found."""
    layers = made.found.get("layers", [])
    return {
        **import_brief(made),
        "job": job_json(made.job),
        "layers": [_found_json(place, found) for place, found in enumerate(layers)],
    }


def _found_json(place: int, found: Mapping[str, Any]) -> Json:
    crs = found["crs"]
    problem = crs["problem"]
    return {
        "place": place,
        **{
            name: found[name]
            for name in (
                "name", "count", "missing", "forms", "form", "encoding", "fields", "guessed",
                "values",
            )
        },
        "crs": {
            **{name: crs[name] for name in ("stated", "key", "name", "guesses")},
            "problem": {"zh": problem["zh"], "en": problem["en"]} if problem else None,
        },
    }  # fmt: skip


def _confirmed(importing: LayerImport, said: schemas.ConfirmIn) -> actions.Confirmed:
    """Fill in what was not said: as the file states it, or as the page would offer it."""
    layers = importing.found.get("layers", [])
    place = said.layer
    if place is None:
        place = next((n for n, each in enumerate(layers) if each["form"]), 0)
    if not 0 <= place < len(layers):
        raise RefusedError(_("Choose a layer of the file."), status=422, field="layer")
    found = layers[place]
    fields = dict(found["guessed"]) if said.fields is None else dict(said.fields)
    _require_columns(importing, fields)
    return actions.Confirmed(
        layer=place,
        crs=_system(found) if said.crs is None else said.crs,
        form=found["form"] if said.form is None else said.form,
        fields=fields,
        codes={**_remembered(importing, found, fields), **said.codes},
        swapped=said.swapped,
        note=said.note,
    )


def _system(found: Mapping[str, Any]) -> str:
    """The system that a file states and its coordinates bear out; a guess is not taken for it."""
    crs = found["crs"]
    return str(crs["key"]) if crs["stated"] and not crs["problem"] else ""


def _remembered(
    importing: LayerImport, found: Mapping[str, Any], fields: Mapping[str, str]
) -> dict[str, str]:
    """How the city's codes were read the last time, as far as they occur."""
    values = found["values"].get(fields.get(layer_schemas.CODE, "")) or {}
    before = actions.known_codes(importing.layer)
    return {value: code for value, code in before.items() if value in values}


def _require_columns(importing: LayerImport, fields: Mapping[str, str]) -> None:
    known = {column.name for column in layer_schemas.SCHEMAS[importing.layer.kind].columns}
    for name in fields:
        if name not in known:
            raise RefusedError(
                _("The schema of this layer has no column “%(name)s”.") % {"name": name},
                status=422,
                field="fields",
            )


def _import_of(request: HttpRequest, key: str) -> LayerImport:
    found = LayerImport.objects.visible_to(worker(request)).filter(key=key)
    made = found.select_related("layer__authority", "layer__city", "job", "version").first()
    if made is None:
        raise Http404(_("There is no such file, or it is not yours."))
    return made
