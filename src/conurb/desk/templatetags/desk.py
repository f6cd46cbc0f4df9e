"""What the pages of the desk draw: `{% load desk %}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context

from conurb.desk.models import Case
from conurb.desk.queries.pages_services import AUDIENCES
from conurb.desk.stages import State
from conurb.region.models import in_language
from conurb.region.tables import Bilingual

register = template.Library()

FEN = 100
# State of a case → the light it is drawn with (app.css): colour and shape, never colour alone.
STATE_LOOKS: Mapping[str, str] = {
    State.DRAFT: "not-begun",
    State.SUBMITTED: "on-course",
    State.WAITING: "at-risk",
    State.REVIEW: "on-course",
    State.GRANTED: "done",
    State.REFUSED: "late",
    State.DELIVERED: "done",
    State.APPEALED: "at-risk",
    State.UPHELD: "late",
    State.OVERTURNED: "on-course",
    State.WITHDRAWN: "not-begun",
    State.LAPSED: "not-begun",
}


@register.filter
def said(words: Bilingual | Mapping[str, str] | str | None) -> str:
    """Return declared words in the language of the moment; also {"zh": …, "en": …} from JSON."""
    if isinstance(words, Bilingual):
        return in_language(words.zh, words.en)
    if isinstance(words, Mapping):
        return in_language(words.get("zh", ""), words.get("en", ""))
    return words or ""


@register.filter
def yuan(fen: int) -> str:
    """Write an amount of whole fen in yuan: 12.50."""
    return f"{fen // FEN}.{fen % FEN:02d}"


@register.filter
def negated(number: int) -> int:
    """Return a number with its sign turned."""
    return -number


@register.filter
def state_look(state: str, outcome: str) -> str:
    """Return the light that a case is drawn with, by what stands in the end.

    A grant that an appeal left as it was is a grant.
    """
    if state == State.UPHELD and outcome == Case.Outcome.GRANTED:
        return STATE_LOOKS[State.GRANTED]
    return STATE_LOOKS.get(state, "not-begun")


@register.filter
def audience_name(audience: str) -> str:
    """Return the name of an audience."""
    name = AUDIENCES.get(audience)  # type: ignore[call-overload]
    return said(name) if name else audience


@register.inclusion_tag("desk/parts/field.html", takes_context=True)
def guided_field(context: Context, bound: BoundField) -> dict[str, Any]:
    """Draw one field of a guided form: label, control, hint, where its value comes from, errors.

    A service with a form template of its own draws its fields with this tag.
    """
    prefilled = (context.get("prefilled") or {}).get(bound.name)
    # what a rule refuses must be open to correction, wherever it came from
    return {"field": bound, "prefilled": None if bound.errors else prefilled}
