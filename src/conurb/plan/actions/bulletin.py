"""Writing a month's bulletin: its introduction, and issuing it.

Codes in the journal: bulletin.write, bulletin.issue.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.plan.bulletins import Month
from conurb.plan.models import Bulletin, Plan
from conurb.plan.queries.bulletin import composed
from conurb.refusal import RefusedError
from conurb.region.competence import require_office
from conurb.region.models import User
from conurb.urn import new_urn

INTRODUCTION_LIMIT = 5000


@transaction.atomic
def write_introduction(
    actor: User,
    plan: Plan,
    month: Month,
    *,
    zh: str,
    en: str,
    version: int,
    now: datetime | None = None,
) -> Bulletin:
    """Keep the introduction of a draft. `version` is that which the editor started from.

    Raises RefusedError where somebody else wrote in between (409), the bulletin was issued, the
    month has not begun, or a text is too long (422).
    """
    require_office(actor)
    moment = now or timezone.now()
    for field, text in (("introduction_zh", zh), ("introduction_en", en)):
        if len(text) > INTRODUCTION_LIMIT:
            raise RefusedError(
                _("An introduction has at most %(limit)s characters.")
                % {"limit": INTRODUCTION_LIMIT},
                status=422,
                field=field,
            )
    bulletin = _draft(plan, month, version, moment)
    bulletin.introduction_zh = _plain(zh)
    bulletin.introduction_en = _plain(en)
    bulletin.version += 1
    bulletin.save(update_fields=["introduction_zh", "introduction_en", "version"])
    _write(actor, "bulletin.write", bulletin, moment)
    return bulletin


@transaction.atomic
def issue(
    actor: User, plan: Plan, month: Month, *, version: int, now: datetime | None = None
) -> Bulletin:
    """Freeze a month's bulletin as it stands at `now` and make it public.

    Raises RefusedError as `write_introduction` does.
    """
    require_office(actor)
    moment = now or timezone.now()
    bulletin = _draft(plan, month, version, moment)
    # numbered within the year in which it goes out, as official letters are
    year = timezone.localdate(moment).year
    number = 1 + sum(
        1
        for at in Bulletin.everything.filter(
            plan=plan, state=Bulletin.State.ISSUED, issued_at__isnull=False
        ).values_list("issued_at", flat=True)
        if timezone.localdate(at).year == year
    )
    content = replace(
        composed(actor, plan, month, now=moment),
        number=number,
        issued_on=timezone.localdate(moment),
    )
    bulletin.content = content.to_json()
    bulletin.state = Bulletin.State.ISSUED
    bulletin.issued_at = moment
    bulletin.issued_by = actor
    bulletin.version += 1
    bulletin.save(update_fields=["content", "state", "issued_at", "issued_by", "version"])
    _write(actor, "bulletin.issue", bulletin, moment, number=number)
    return bulletin


def _draft(plan: Plan, month: Month, version: int, moment: datetime) -> Bulletin:
    """Return the month's row, held until the transaction ends, if it may still be written."""
    if month > Month.of(timezone.localdate(moment)):
        raise RefusedError(_("This month has not begun; there is nothing to tell yet."))
    # the row of the plan is what orders two people who write or issue at the same time
    Plan.objects.select_for_update().get(pk=plan.pk)
    bulletin = Bulletin.everything.filter(plan=plan, year=month.year, month=month.month).first()
    if bulletin is None:
        bulletin = Bulletin.everything.create(
            urn=new_urn("bulletin"), plan=plan, year=month.year, month=month.month, version=0
        )
    if bulletin.state == Bulletin.State.ISSUED:
        raise RefusedError(_("This bulletin was issued; it is not changed any more."))
    if bulletin.version != version:
        raise RefusedError(
            _(
                "Somebody else changed this bulletin while you were writing. "
                "Copy your text, reload the page, and bring the two together."
            )
        )
    return bulletin


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _write(actor: User, verb: str, bulletin: Bulletin, moment: datetime, **detail: Any) -> None:
    record(
        actor,
        verb,
        urn=bulletin.urn,
        name=f"{bulletin.year}-{bulletin.month:02}",
        at=moment,
        **detail,
    )
