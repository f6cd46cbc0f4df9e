"""Who may see what is decided in one place a model.

A model that belongs to a city, an authority or a person has a `ScopedManager`. Within a request its
rows can be read only through `visible_to(actor)`; any other way raises `UnscopedQueryError`, so
that a second read path (an export, a feed, a search) cannot forget the filter. Actions, which check
competence themselves, name the unfiltered rows in full: `Model.everything`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest, HttpResponse

M = TypeVar("M", bound=models.Model)

_in_request: ContextVar[bool] = ContextVar("conurb_in_request", default=False)


class UnscopedQueryError(RuntimeError):
    """A page or an API read rows without asking who may see them."""


@contextmanager
def request_scope() -> Iterator[None]:
    """Within this block scoped rows are read through `visible_to` only."""
    token = _in_request.set(True)
    try:
        yield
    finally:
        _in_request.reset(token)


class ScopeMiddleware:
    """Put every request under the rule."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_scope():
            return self.get_response(request)


class ScopedManager(models.Manager[M]):
    """Manager whose rows are reached through `visible_to(actor)` while a request is answered.

    The model says who may see what in a static method `visible(actor) -> Q`.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        if _in_request.get():
            raise UnscopedQueryError(
                f"{self.model.__name__} was read without visible_to(actor). "
                f"Use {self.model.__name__}.objects.visible_to(actor) in pages and APIs, "
                f"{self.model.__name__}.everything in actions."
            )
        return super().get_queryset()

    def visible_to(self, actor: AbstractBaseUser | AnonymousUser) -> models.QuerySet[M]:
        """Return the rows that `actor` may see."""
        rule: Callable[[Any], models.Q] = self.model.visible  # type: ignore[attr-defined]
        return super().get_queryset().filter(rule(actor))
