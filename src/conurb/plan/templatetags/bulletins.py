"""The parts of a bulletin in the language of the moment: `{% load bulletins %}`."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from conurb.plan.bulletins import Figures, Stuck, Text
from conurb.plan.lights import Light
from conurb.plan.writers.wording import wording

register = template.Library()


@register.filter
def said(text: Text | None) -> str:
    """Return a text in the language of the moment; a dash for none."""
    return text.read(get_language() or "") if text else "—"


@register.filter
def count_of(figures: Figures, light: Light) -> int:
    """Return how many tasks show a light."""
    return figures.of(light)


@register.filter
def why_stuck(row: Stuck) -> str:
    """Say why a task is among the stuck ones."""
    return wording(get_language() or "").why_stuck(row)


@register.filter
def month_name(month: object) -> str:
    """Write a month, of anything with a year and a month."""
    return wording(get_language() or "").month(month.year, month.month)  # type: ignore[attr-defined]
