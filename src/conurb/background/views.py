"""How far a job is: a fragment that asks again until it has ended, and its cancel button."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conurb.background import actions
from conurb.background.models import Job
from conurb.background.work import work_of
from conurb.region.access import officers_only, person


@officers_only
@require_GET
def job(request: HttpRequest, key: str) -> HttpResponse:
    """Show how far a job is; once it is done, lead on to what it made."""
    found = _job(request, key)
    return _shown(request, found)


@officers_only
@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Stop a job."""
    found = actions.cancel(person(request), _job(request, key))
    return _shown(request, found) if _is_fragment(request) else redirect("job", key=key)


def _is_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _shown(request: HttpRequest, found: Job) -> HttpResponse:
    work = work_of(found.kind)
    address = work.leads_to(found)
    context = {"job": found, "work_name": work.name, "leads_to": address}
    if not _is_fragment(request):
        if found.state == Job.State.DONE and address:
            return redirect(address)
        return render(request, "background/job.html", context)
    response = render(request, "background/parts/progress.html", context)
    if found.is_over and address:
        response["HX-Redirect"] = address
    return response


def _job(request: HttpRequest, key: str) -> Job:
    found = Job.objects.visible_to(request.user).filter(key=key).first()
    if found is None:
        raise Http404(_("There is nothing with this address."))
    return found
