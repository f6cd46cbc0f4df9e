"""A use case that cannot be carried out says why, in words for the person who asked."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise

Words = str | Promise


class RefusedError(Exception):
    """What was asked is against a rule. The message says what is wrong and what to do.

    `status` is the HTTP status of the answer: 409 where the state of things forbids it, 422 where
    the input does; `field` names the input at fault.
    """

    def __init__(self, message: Words, *, status: int = 409, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotCompetentError(PermissionDenied):
    """The actor's authority has no competence for this; the message says whose it is."""

    def __init__(self, message: Words) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
