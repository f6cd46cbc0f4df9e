"""Who asks the API: a system by its key, a person by the session, or anybody.

A key that is sent must be good: a wrong one is refused even where none is needed, so that nobody
takes the public's view of the plan for an authority's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, AuthorizationError, HttpError
from ninja.operation import Operation
from ninja.params.models import QueryModel
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf, contribute_operation_callback

from conurb.refusal import NotCompetentError
from conurb.region.keys import user_of
from conurb.region.models import User, works_for_region

EVERYWHERE = frozenset({"lang"})


class BearerKey(HttpBearer):
    """`Authorization: Bearer cnb_…`: a system acting for the authority of its key."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """Return the system; it becomes the request's user."""
        user = user_of(token.strip())
        if user is None:
            raise AuthenticationError(message=_("This key is unknown or was revoked."))
        request.user = user
        return user


class Session(APIKeyCookie):
    """The cookie of somebody logged in on the pages; what changes needs X-CSRFToken as well."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> User | None:
        """Return the person; None where nobody is logged in."""
        if not isinstance(request.user, User):
            return None
        if check_csrf(request):
            raise AuthorizationError(message=_("The CSRF token is missing or wrong."))
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """Return who the cookie stands for; kept for the interface."""
        return request.user if isinstance(request.user, User) else None


def anybody(request: HttpRequest) -> bool:
    """Let in whoever sends neither a key nor a session."""
    return True


MEMBERS = [BearerKey(), Session()]
PUBLIC = [*MEMBERS, anybody]


def worker(request: HttpRequest) -> User:
    """Return who asks, where only officers, the office and administrators may."""
    actor = request.user
    if not isinstance(actor, User):
        raise AuthenticationError
    if not works_for_region(actor):
        raise NotCompetentError(_("This is for officers of the region's authorities."))
    return actor


def closed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse parameters of the query that an operation does not have.

    A misspelt filter would otherwise answer with everything.
    """
    contribute_operation_callback(view, _close)
    return view


def _close(operation: Operation) -> None:
    known = set(EVERYWHERE)
    for model in operation.models:
        if issubclass(model, QueryModel):
            known |= set(getattr(model, "__ninja_flatten_map__", {}))
    view = operation.view_func

    @wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        strangers = sorted(set(request.GET) - known)
        if strangers:
            raise UnknownParameterError(strangers[0])
        return view(request, **values)

    operation.view_func = checked


class UnknownParameterError(HttpError):
    """The query names a parameter that the operation does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(422, _("There is no parameter “%(name)s”.") % {"name": name[:40]})
        self.name = name
