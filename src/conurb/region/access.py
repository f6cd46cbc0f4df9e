"""Who may open a page: members of the region, or the coordination office alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from conurb.refusal import NotCompetentError
from conurb.region.models import User, coordinates, works_for_region

OPAQUE = re.compile(r"[0-9a-f]{1,64}")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def officers_only(view: View[P]) -> View[P]:
    """Let in officers, the office and administrators; send who is not logged in to the login."""
    return _let_in(view, works_for_region, lambda: _("This page is for officers."))


def office_only(view: View[P]) -> View[P]:
    """Let in the office and administrators; send who is not logged in to the login."""
    return _let_in(view, coordinates, lambda: _("This page is for the coordination office."))


def _let_in(view: View[P], rule: Callable[[Any], bool], refusal: Callable[[], str]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not rule(request.user):
            raise NotCompetentError(refusal())
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def person(request: HttpRequest) -> User:
    """Return who makes a request that only members make."""
    if not isinstance(request.user, User):
        raise NotCompetentError(_("This page is for officers."))
    return request.user


def named(kind: str, key: str) -> str:
    """Return the URN whose opaque part stands in an address; Http404 where it cannot be one."""
    if not OPAQUE.fullmatch(key):
        raise Http404(_("There is nothing with this address."))
    return f"urn:conurb:region:{kind}:{key}"
