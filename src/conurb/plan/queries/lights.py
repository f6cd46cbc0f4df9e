"""The second half of the rule of lights (`conurb.plan.lights.light_on`) in SQL."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, CharField, F, Q, Value, When


def light_case(day: date, prefix: str = "") -> Case:
    """Return the expression for a task's light on `day`; `prefix` leads to it, as "task__"."""
    return Case(
        When(Q(**{f"{prefix}late_on__lte": day}), then=Value("late")),
        When(Q(**{f"{prefix}at_risk_on__lte": day}), then=Value("at-risk")),
        default=F(f"{prefix}light_base"),
        output_field=CharField(),
    )


def light_is(light: str, day: date, prefix: str = "") -> Q:
    """Return the condition that a task shows `light` on `day`, in a form that uses the indexes."""
    late = Q(**{f"{prefix}late_on__lte": day})
    at_risk = Q(**{f"{prefix}at_risk_on__lte": day})
    if light == "late":
        return late
    not_late = Q(**{f"{prefix}late_on__isnull": True}) | Q(**{f"{prefix}late_on__gt": day})
    if light == "at-risk":
        return at_risk & not_late
    calm = Q(**{f"{prefix}at_risk_on__isnull": True}) | Q(**{f"{prefix}at_risk_on__gt": day})
    return Q(**{f"{prefix}light_base": light}) & not_late & calm
