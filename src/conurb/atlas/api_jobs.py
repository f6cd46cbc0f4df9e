"""Background work as the API tells of it: how far it is, and stopping it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router

from conurb.atlas import api_schemas as schemas
from conurb.background import actions as jobs
from conurb.background.models import Job
from conurb.region.api_access import MEMBERS, closed, worker
from conurb.region.api_schemas import CONFLICTS, KEPT_BACK

router = Router(tags=["atlas"])

Json = dict[str, Any]
JobKey = Annotated[schemas.Key, Path(description="the last part of a job's URN")]


@router.get(
    "/jobs/{key}",
    auth=MEMBERS,
    response={200: schemas.JobOut, **KEPT_BACK},
    operation_id="getJob",
    summary="How far background work is",
)
@closed
def get_job(request: HttpRequest, key: JobKey) -> Json | None:
    """Whoever asked for it sees it, and the authority for which it was asked."""
    return job_json(_job(request, key))


@router.post(
    "/jobs/{key}/cancel",
    auth=MEMBERS,
    response={200: schemas.JobOut, **CONFLICTS},
    operation_id="cancelJob",
    summary="Stop background work",
)
@closed
def cancel_job(request: HttpRequest, key: JobKey) -> Json | None:
    """At once where it waits, at its next sign of progress where it runs; nothing is left half
    done.
    """
    actor = worker(request)
    return job_json(jobs.cancel(actor, _job(request, key)))


def job_json(job: Job | None) -> Json | None:
    """Return a job as the API gives it."""
    if job is None:
        return None
    return {
        "key": job.key,
        "kind": job.kind,
        "state": job.state,
        "percent": job.percent,
        "step": {"zh": job.step_zh, "en": job.step_en},
        "problem": {"zh": job.problem_zh, "en": job.problem_en},
        "asked_at": job.asked_at,
        "ended_at": job.ended_at,
    }


def _job(request: HttpRequest, key: str) -> Job:
    found = Job.objects.visible_to(worker(request)).filter(key=key).first()
    if found is None:
        raise Http404(_("There is no such work, or it is not yours."))
    return found
