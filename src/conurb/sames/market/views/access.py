"""Who may open the pages of the pack, and rows by the opaque keys of their addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from conurb.refusal import NotCompetentError
from conurb.region.models import Role, User, role_of
from conurb.sames.market.models import ArrearsMatter, inspects_labour
from conurb.sames.market.queries import matters

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def inspections_only(view: View[P]) -> View[P]:
    """Let in officers of labour inspections and administrators, who read only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (role_of(request.user) == Role.ADMIN or inspects_labour(request.user)):
            raise NotCompetentError(_("This page is for officers of labour inspections."))
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def people_only(view: View[P]) -> View[P]:
    """Let in whoever is logged in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def visible_matter(actor: User, key: str) -> ArrearsMatter:
    """Return a matter that the actor may see; Http404 where there is none."""
    found = matters.matter_of(actor, key)
    if found is None:
        raise Http404(_("There is no such matter, or it is not yours to see."))
    return found
