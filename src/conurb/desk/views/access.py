"""How pages of the desk reach a case: as its applicant, or as an officer with a part in it."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from conurb.desk.models import Case
from conurb.desk.services import Service, service_of
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE
from conurb.region.models import User


def applicant(request: HttpRequest) -> User:
    """Return who is logged in; pages behind `login_required` only."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def case_of(request: HttpRequest, key: str) -> Case:
    """Return a case that the person may see; Http404 for any other."""
    found = None
    if OPAQUE.fullmatch(key):
        found = (
            Case.objects.visible_to(request.user)
            .select_related("authority__city", "accepted_in", "applicant", "officer")
            .filter(key=key)
            .first()
        )
    if found is None:
        raise Http404(_("There is no such case, or it is not yours to see."))
    return found


def own_case(request: HttpRequest, key: str) -> Case:
    """Return a case that the person applied with, or fills in at the counter; Http404 else."""
    case = case_of(request, key)
    if request.user.pk not in {case.applicant_id, case.accepted_by_id}:
        raise Http404(_("There is no such case, or it is not yours to see."))
    return case


def mine(user: User) -> Q:
    """What own_case lets through, as a filter."""
    return Q(applicant_id=user.pk) | Q(accepted_by_id=user.pk)


def service_named(slug: str) -> Service:
    """Return a service; Http404 where nobody offers it."""
    found = service_of(slug)
    if found is None:
        raise Http404(_("There is no such service. It may have been renamed; search for it."))
    return found


def service_of_case(case: Case) -> Service:
    """Return the service of a case; refuses where nobody offers it any more."""
    found = case.declared
    if found is None:
        raise RefusedError(
            _("The service “%(slug)s” is no longer offered. Ask the coordination office.")
            % {"slug": case.service}
        )
    return found
