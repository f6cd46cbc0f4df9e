"""Template tags that every page uses; built in by the settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 20, classes: str = "") -> SafeString:
    """Draw an icon of the Tabler set; decoration, hidden from screen readers.

    The front-end build gathers the icons that templates name into one sprite.
    """
    return format_html(
        '<svg class="icon {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        classes,
        size,
        size,
        static("build/icons.svg"),
        name,
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day: 2026年11月24日, 24 Nov 2026; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if _english():
        return formats.date_format(value, "j M Y")
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    """Write a day and a time of the region's zone, to the minute."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local)} {local:%H:%M}"


@register.filter
def short_day(value: date | datetime | None) -> str:
    """Write a day in figures for tables: 2026-11-24."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.isoformat()


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """Return mapping[key], None where there is none."""
    return mapping.get(key)


@register.filter
def filesize_plain(value: int) -> str:
    """Write a size in bytes as KB or MB."""
    return (
        f"{value / 1_048_576:.1f} MB" if value >= 1_048_576 else f"{max(value / 1024, 0.1):.1f} KB"
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the address's query with some parameters changed; None or "" takes one out.

    The page number is dropped unless it is what changes, since another filter is another list.
    """
    params: QueryDict = context["request"].GET.copy()
    if "page" not in changes:
        params.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    pairs = [(name, value) for name, values in params.lists() for value in values]
    return "?" + urlencode(pairs) if pairs else "?"


def _english() -> bool:
    return (get_language() or "").startswith("en")
