"""Names in English of what was written down in Chinese: `{% load names %}`.

Each tag reads once for a whole page, and nothing at all where the page is Chinese.
"""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from conurb.region.models import Authority, City, County

register = template.Library()


@register.simple_tag
def authority_names() -> dict[str, str]:
    """Return the English short name of every authority by its key; {} on a Chinese page."""
    if not _english():
        return {}
    return {each.key: each.short for each in Authority.objects.all()}


@register.simple_tag
def county_names() -> dict[str, str]:
    """Return the English names of counties and cities by "county/430302"; {} on a Chinese page."""
    if not _english():
        return {}
    counties = {f"county/{each.pk}": each.name for each in County.objects.defer("boundary")}
    cities = {f"city/{each.pk}": each.name for each in City.objects.all()}
    return counties | cities


def _english() -> bool:
    return (get_language() or "").startswith("en")
