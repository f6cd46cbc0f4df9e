"""What templates of the pack write: words of rules, amounts, the way of a matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conurb.region.models import in_language
from conurb.region.tables import Bilingual
from conurb.sames.market import listing
from conurb.sames.market.models import ArrearsMatter, Duty
from conurb.sames.market.phrases import VERBS
from conurb.sames.market.procedure import State

register = template.Library()


@register.filter
def said(words: Bilingual | None) -> str:
    """Write the words of a rule in the language of the moment."""
    return in_language(words.zh, words.en) if words else ""


@register.filter
def yuan(fen: int) -> str:
    """Write an amount of fen in yuan."""
    return listing.yuan(fen)


@register.filter
def verb_name(verb: str) -> Promise | str:
    """Name what was done."""
    return VERBS.get(verb, verb)


@register.filter
def overdue(duty: Duty) -> bool:
    """Tell whether a duty that waits is past its day."""
    return duty.is_open and timezone.localdate() > duty.due_on


@dataclass(frozen=True)
class Stop:
    """A stop on the way of a matter: passed, here or ahead."""

    name: Promise
    look: str
    day: date | None


_STOPS: tuple[tuple[Promise, frozenset[State], str], ...] = (
    (_("Found"), frozenset({State.INVESTIGATED}), "found_on"),
    (_("Ordered to pay"), frozenset({State.ORDERED, State.UNPAID}), "order_served_on"),
    (
        _("Notice and objection"),
        frozenset({State.NOTICED, State.OBJECTED, State.HEARING, State.CONSIDERED}),
        "noticed_on",
    ),
    (_("Decision taken"), frozenset({State.DECIDED}), "decided_on"),
    (_("Stands on the list"), frozenset({State.PUBLISHED, State.EARLY}), "published_at"),
)
_ENDS: Mapping[State, Promise] = {
    State.REMOVED: _("Removed at the end"),
    State.REMOVED_EARLY: _("Removed early"),
    State.REVOKED: _("Revoked"),
    State.SETTLED: _("Paid in time"),
    State.SPARED: _("Stays off the list"),
    State.DROPPED: _("Stays off the list"),
}


@register.filter
def way(matter: ArrearsMatter) -> list[Stop]:
    """Return the stops of a matter: those it passed, where it is, and what may be ahead."""
    state = matter.stage
    ended = state in _ENDS
    stops = []
    here = next((at for at, (_n, members, _d) in enumerate(_STOPS) if state in members), None)
    for at, (name, _members, attribute) in enumerate(_STOPS):
        day = _day(getattr(matter, attribute))
        if ended and day is None:
            continue
        look = "passed" if ended or (here is not None and at < here) else "ahead"
        stops.append(
            Stop(
                name,
                "here" if at == here else look,
                day if look == "passed" or at == here else None,
            )
        )
    last = _ENDS.get(state, _("Removal"))
    stops.append(Stop(last, "here" if ended else "ahead", _day(matter.removed_at)))
    return stops


def _day(value: object) -> date | None:
    if value is None:
        return None
    at = getattr(value, "date", None)
    return timezone.localtime(value).date() if at else value  # type: ignore[arg-type,return-value]
