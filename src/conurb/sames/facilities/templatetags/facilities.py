"""How figures of the network are written: `{% load facilities %}`."""

from __future__ import annotations

from django import template

register = template.Library()

MINUS = "−"


@register.filter
def figure(value: float | None, digits: int = 0) -> str:
    """Write a number with its thousands parted; – where there is none."""
    if value is None:
        return "–"
    written = f"{abs(value):,.{digits}f}"
    below = value < 0 and any(digit in "123456789" for digit in written)
    return f"{MINUS}{written}" if below else written


@register.filter
def gain(value: float | None, digits: int = 0) -> str:
    """Write a change with its sign; 0 where it rounds to nothing, – where there is none."""
    written = figure(value, digits)
    if value is None or value <= 0 or not any(digit in "123456789" for digit in written):
        return "0" if written.strip("0.") == "" else written
    return f"+{written}"


@register.filter
def minutes(value: float | None) -> str:
    """Write minutes; – where there is no way."""
    return "–" if value is None else f"{value:.0f}"
