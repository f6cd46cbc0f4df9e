"""Filters of the pack's pages."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def dot(value: float | None) -> str:
    """Write degrees with a decimal point and five decimals, whatever the language; about 1 m."""
    return "" if value is None else f"{value:.5f}"
