"""Findings and the passes that find them, as a JSON API; for officers, as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from conurb.atlas import api_schemas as schemas
from conurb.atlas.actions import finding as actions
from conurb.atlas.api_jobs import job_json
from conurb.atlas.api_layers import VersionKey, version_of
from conurb.atlas.finding_files import geojson_features
from conurb.atlas.models import FindingRun, LayerVersion
from conurb.atlas.queries import findings as queries
from conurb.refusal import RefusedError
from conurb.region.api_access import MEMBERS, closed, worker
from conurb.region.api_schemas import KEPT_BACK, Problem
from conurb.region.models import User

router = Router(tags=["atlas"])

Json = dict[str, Any]
PassKey = Annotated[schemas.Key, Path(description="the last part of a pass's URN")]
OFFICERS = {401: Problem, 403: Problem, 422: Problem}


@router.get(
    "/atlas/versions/{key}/findings",
    auth=MEMBERS,
    response={200: schemas.FindingCollection, **KEPT_BACK},
    operation_id="listFindings",
    summary="Conflicts found in a version, as GeoJSON",
)
@closed
def list_findings(
    request: HttpRequest, key: VersionKey, query: Query[schemas.FindingQuery]
) -> Json:
    """Of the last pass over the version that ended. For officers, as on the pages."""
    return _found(worker(request), version_of(request, key), query)


@router.get(
    "/atlas/findings",
    auth=MEMBERS,
    response={200: schemas.FindingCollection, **OFFICERS},
    operation_id="listAllFindings",
    summary="Conflicts between all maps that stand, as GeoJSON",
)
@closed
def list_all_findings(request: HttpRequest, query: Query[schemas.FindingQuery]) -> Json:
    """Of the last pass over all maps that ended; getPass tells which versions it compared."""
    return _found(worker(request), None, query)


@router.post(
    "/atlas/findings",
    auth=MEMBERS,
    response={200: schemas.PassOut, 409: Problem, **OFFICERS},
    operation_id="findAll",
    summary="Let all rules run over all maps that stand",
)
@closed
def find_all(request: HttpRequest) -> Json:
    """For the coordination office. Asked for again while the same versions stand, the pass that is
    under way is answered; 409 where no map stands.
    """
    actor = worker(request)
    return _pass_json(actor, actions.ask(actor))


@router.get(
    "/atlas/passes/{key}",
    auth=MEMBERS,
    response={200: schemas.PassOut, **KEPT_BACK},
    operation_id="getPass",
    summary="How far a pass of findings is, and what it counted",
)
@closed
def get_pass(request: HttpRequest, key: PassKey) -> Json:
    """`key` is `run` of a list of findings, or of the answer of findAll."""
    actor = worker(request)
    run = queries.runs(actor).filter(key=key).first()
    if run is None:
        raise Http404(_("There is no such pass of findings, or it is not yours to see."))
    return _pass_json(actor, run)


def _found(actor: User, version: LayerVersion | None, query: schemas.FindingQuery) -> Json:
    given = {
        name: value
        for name in ("rule", "state", "severity", "city", "bbox")
        if (value := getattr(query, name)) is not None
    }
    asked = queries.FindingFilter.from_query(given)
    _require_understood(given, asked)
    run = queries.latest_run(actor, version)
    rows = queries.findings_of(actor, run, asked) if run else None
    shown = [] if rows is None else list(geojson_features(query.of(rows.defer(None))))
    return {
        "type": "FeatureCollection",
        "run": run.key if run else None,
        "ended_at": run.ended_at if run else None,
        "numberMatched": rows.count() if rows is not None else 0,
        "numberReturned": len(shown),
        "features": shown,
    }


def _require_understood(given: Mapping[str, str], asked: queries.FindingFilter) -> None:
    """Refuse a filter that would be passed over: it would answer with everything."""
    for name in given:
        if not getattr(asked, "box" if name == "bbox" else name):
            raise RefusedError(
                _("There is no such value of “%(name)s”.") % {"name": name},
                status=422,
                field=name,
            )


def _pass_json(actor: User, run: FindingRun) -> Json:
    return {
        "urn": run.urn,
        "key": run.key,
        "version": run.version.key if run.version else None,
        "compared": [each.key for each in queries.compared_in(actor, run)],
        "state": run.state,
        "asked_at": run.asked_at,
        "ended_at": run.ended_at,
        "counts": run.counts,
        "job": job_json(queries.job_seen(actor, run)),
    }
