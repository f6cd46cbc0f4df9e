"""The light of a case in SQL: the same rule as `limits.light_on`, for lists and counts."""

from __future__ import annotations

from datetime import date

from django.db.models import Case as SqlCase
from django.db.models import CharField, F, Q, Value, When

from conurb.desk.stages import CLOCK_RUNS, OPEN


def light_case(today: date) -> SqlCase:
    """Return the expression for the light of each case on a day; a test holds it to the rule."""
    return SqlCase(
        When(~Q(state__in=[state.value for state in OPEN]), then=Value("closed")),
        When(~Q(state__in=[state.value for state in CLOCK_RUNS]), then=Value("stopped")),
        When(Q(due_on=None) | Q(warn_on=None), then=Value("uncounted")),
        When(due_on__lt=today, then=Value("late")),
        When(warn_on__lte=today, then=Value("due-soon")),
        default=Value("on-course"),
        output_field=CharField(),
    )


SOONEST_FIRST = (F("due_on").asc(nulls_last=True), F("submitted_at").asc(), F("pk").asc())
"""The order in which cases are taken up: by the end of their limit, then as they came."""
