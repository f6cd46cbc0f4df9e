"""What an applicant was told: the list, and how much of it is unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator

from conurb.desk.models import Notice

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

PAGE_SIZE = 20


def unread(user: User | AnonymousUser) -> int:
    """Return how many notices this person has not read; one query, none for a visitor."""
    if not user.is_authenticated:
        return 0
    return Notice.objects.visible_to(user).filter(read_at=None).count()


def unread_about(user: User, about: str) -> int:
    """Return how many notices about something, by its URN, this person has not read."""
    return Notice.objects.visible_to(user).filter(about=about, read_at=None).count()


def notices(user: User, page: str | None) -> Page[Notice]:
    """Return a page of a person's notices, the newest first."""
    rows = Notice.objects.visible_to(user).select_related("case")
    return Paginator(rows, PAGE_SIZE).get_page(page)
