"""Writing a letter into the file of a matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from conurb.sames.market import letters
from conurb.sames.market.actions.steps import Doing, keep_content
from conurb.sames.market.models import Hearing, MatterFile
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.writers import letter

Compose = Callable[..., letters.Letter]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def keep_letter(
    doing: Doing,
    kind: MatterFile.Kind,
    compose: Compose,
    *,
    hearing: Hearing | None = None,
    **more: Any,
) -> MatterFile:
    """Compose a letter on the matter as it is now, and keep it as a document for the employer."""
    if hearing is not None:
        more["hearing"] = letters.Hearing(
            timezone.localtime(hearing.at), hearing.place, hearing.chair
        )
    composed = compose(facts_of(doing), declared(), doing.today, **more)
    return keep_content(
        doing,
        kind,
        f"{composed.subject}（{composed.number}）.docx",
        DOCX,
        letter.write(composed),
        for_firm=True,
    )


def facts_of(doing: Doing) -> letters.Facts:
    """Return what letters tell of a matter."""
    held = doing.matter
    return letters.Facts(
        authority=held.authority.name_zh,
        number=held.number,
        firm=held.firm,
        firm_name=held.firm_name,
        address=held.address,
        people=tuple((each.name, each.capacity) for each in held.parties.filter(left_off=False)),
        arrears=held.arrears,
        incident_words=held.incident_words,
        facts=held.facts,
        project=held.project,
        ground=held.ground,
        order_number=held.order_number,
        order_served_on=held.order_served_on,
        order_due_on=held.order_due_on,
        notice_number=held.notice_number,
        noticed_on=held.noticed_on,
        decision_number=held.decision_number,
        decided_on=held.decided_on,
        listed_until=held.listed_until,
        removal_number=held.removal_number,
        corrected_on=held.corrected_on,
    )
