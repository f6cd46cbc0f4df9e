"""What the pages of the passes draw: `{% load passes %}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conurb.records.presenting import STANDING_WORDS
from conurb.region.models import in_language
from conurb.region.tables import Bilingual
from conurb.sames.platform.queries.rules import declared

register = template.Library()

STANDING_LOOKS: Mapping[str, str] = {
    "valid": "done",
    "not-yet": "on-course",
    "expired": "not-begun",
    "suspended": "at-risk",
    "revoked": "late",
    "superseded": "withdrawn",
}
VERDICT_LOOKS: Mapping[str, str] = {
    "valid": "done",
    "invalid": "late",
    "stale": "at-risk",
    "unknown": "not-begun",
}
VERDICTS: Mapping[str, Bilingual] = {
    "valid": Bilingual("有效", "Valid"),
    "invalid": Bilingual("无效", "Not valid"),
    "stale": Bilingual("无法判定", "Cannot be told"),
    "unknown": Bilingual("未查到", "None known"),
}
MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def standing_look(standing: str) -> str:
    """Return the light that a standing is drawn with."""
    return STANDING_LOOKS.get(standing, "not-begun")


@register.filter
def standing_words(standing: str) -> str:
    """Return a standing in words."""
    words = STANDING_WORDS.get(standing)  # type: ignore[call-overload]
    return in_language(words.zh, words.en) if words else standing


@register.filter
def verdict_look(verdict: str) -> str:
    """Return the light that a verdict is drawn with."""
    return VERDICT_LOOKS.get(verdict, "not-begun")


@register.filter
def verdict_words(verdict: str) -> str:
    """Return a verdict in words."""
    words = VERDICTS.get(verdict)
    return in_language(words.zh, words.en) if words else verdict


@register.filter
def violation_words(kind: str) -> str:
    """Return the name of a kind of violation; the kind itself where it is no longer declared."""
    found = declared().violations.get(kind)
    return in_language(found.name.zh, found.name.en) if found else kind


@register.filter
def of_words(value: str, words: Mapping[str, Bilingual]) -> str:
    """Return the words of a value, the value itself where it has none."""
    found = words.get(value)
    return in_language(found.zh, found.en) if found else value


@register.filter
def took(seconds: float | None) -> str:
    """Write how long something took: 4 min, 3 h, 2 d; – where nothing did."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return _("under a second")
    if seconds < MINUTE:
        whole = round(seconds)
        return ngettext("%(number)s second", "%(number)s seconds", whole) % {"number": whole}
    for unit, words in ((HOUR, _("%(number)s min")), (DAY, _("%(number)s h"))):
        if seconds < unit:
            return words % {"number": round(seconds / (MINUTE if unit == HOUR else HOUR))}
    return _("%(number)s d") % {"number": round(seconds / DAY, 1)}
