"""What every act on a matter does: hold its row, move it by the table, write event and journal."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal import files
from conurb.journal.actions import record
from conurb.journal.models import actor_name
from conurb.journal.uploads import HandedIn, UploadError, check_all
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, Representation, User, in_language
from conurb.sames.market import procedure
from conurb.sames.market.actions.telling import tell_parties
from conurb.sames.market.models import (
    ArrearsMatter,
    DocumentNumber,
    MatterEvent,
    MatterFile,
    Party,
    Statement,
    listed_as,
)
from conurb.sames.market.procedure import MoveError, Verb
from conurb.sames.market.queries.declared import day_of, declared

WORDS_LIMIT = 4000


@dataclass(frozen=True)
class Doing:
    """An act under way: on which matter (its row held), by whom, when."""

    actor: User | None
    matter: ArrearsMatter
    moment: datetime

    @property
    def today(self) -> date:
        """The day of the act in the region's zone."""
        return day_of(self.moment)


def new_key() -> str:
    """Return the opaque part of an address, 120 random bits."""
    return secrets.token_hex(15)


def begin(actor: User, matter: ArrearsMatter, now: datetime | None) -> Doing:
    """Hold a matter's row for an officer of its inspection. Raises NotCompetentError for others."""
    require_officer_of(actor, matter.authority)
    return Doing(actor, locked(matter), now or timezone.now())


def begin_for_firm(actor: User, matter: ArrearsMatter, now: datetime | None) -> Doing:
    """Hold a matter's row for whoever speaks for its employer, or the officer who takes it down.

    Raises NotCompetentError for everybody else.
    """
    if not speaks_for_employer(actor, matter):
        if actor.authority_id != matter.authority_id:
            raise NotCompetentError(
                _("This is for the representatives of %(firm)s to do.") % {"firm": matter.firm_name}
            )
        require_officer_of(actor, matter.authority)
    return Doing(actor, locked(matter), now or timezone.now())


def begin_for_party(
    actor: User, matter: ArrearsMatter, now: datetime | None
) -> tuple[Doing, Party | None]:
    """Hold a matter's row for any party of it; with the person who speaks for itself alone.

    None where the employer speaks, or the officer who takes it down. Raises NotCompetentError for
    everybody else.
    """
    party = None if speaks_for_employer(actor, matter) else own_party(actor, matter)
    if party is None:
        return begin_for_firm(actor, matter, now), None
    return Doing(actor, locked(matter), now or timezone.now()), party


def own_party(actor: User, matter: ArrearsMatter) -> Party | None:
    """Return the row by which somebody is listed with the employer; None where there is none."""
    return listed_as(actor).filter(matter=matter).select_related("matter").first()


def speaks_for_employer(actor: User, matter: ArrearsMatter) -> bool:
    """Tell whether somebody acts for the employer of a matter, or is the employer."""
    if Representation.everything.filter(user_id=actor.pk, firm=matter.firm).exists():
        return True
    party = own_party(actor, matter)
    return party is not None and party.is_employer


def locked(matter: ArrearsMatter) -> ArrearsMatter:
    """Return the matter as it is now, its row held until the transaction ends."""
    rows = ArrearsMatter.everything.select_for_update(of=("self",))
    return rows.select_related("authority", "city").get(pk=matter.pk)


def require_move(doing: Doing, verb: Verb) -> procedure.State:
    """Return the state that an act leads to; raises RefusedError where it is not possible now."""
    try:
        return procedure.moved(doing.matter.stage, verb)
    except MoveError as error:
        raise RefusedError(
            _("The matter is now in the state “%(state)s”, in which this cannot be done.")
            % {"state": doing.matter.get_state_display()}
        ) from error


def move(
    doing: Doing,
    verb: Verb,
    *,
    words: str = "",
    number: str = "",
    for_firm: bool = False,
    name: str = "",
) -> ArrearsMatter:
    """Move the matter by the table, save it, and write its event and the journal's entry."""
    after = require_move(doing, verb)
    before = doing.matter.state
    doing.matter.state = after.value
    return tell(
        doing,
        verb.value,
        before=before,
        words=words,
        number=number,
        for_firm=for_firm,
        name=name,
    )


def tell(
    doing: Doing,
    verb: str,
    *,
    before: str | None = None,
    words: str = "",
    number: str = "",
    for_firm: bool = False,
    name: str = "",
) -> ArrearsMatter:
    """Save the matter and write what was done to it; `name` is who did it, where not the actor.

    What is for the employer goes into its notices in the same transaction.

    Words stay in the matter, where those read them whom it concerns; the journal, which the
    coordination office reads, has the act and the `number` of its document.
    """
    matter = doing.matter
    matter.changed_at = doing.moment
    matter.version += 1
    matter.save()
    officer = doing.actor is not None and doing.actor.authority_id == matter.authority_id
    MatterEvent.objects.create(
        matter=matter,
        at=doing.moment,
        verb=verb,
        state_before=matter.state if before is None else before,
        state_after=matter.state,
        actor=doing.actor,
        actor_name=name or actor_name(doing.actor),
        authority=matter.authority if officer else None,
        words=words or number,
        for_firm=for_firm,
    )
    if for_firm:
        tell_parties(matter, verb, doing.moment, words)
    record(
        doing.actor,
        f"arrears.{verb}",
        urn=matter.urn,
        name=str(matter),
        authority=matter.authority if officer else None,
        at=doing.moment,
        number=number,
        state=matter.state,
    )
    return matter


def require_words(words: str, field: str, message: str) -> str:
    """Return the words without blanks around them; raises RefusedError where none are left."""
    said = words.strip()
    if not said:
        raise RefusedError(message, status=422, field=field)
    if len(said) > WORDS_LIMIT:
        raise RefusedError(
            _("At most %(limit)s characters; attach longer texts as a file.")
            % {"limit": WORDS_LIMIT},
            status=422,
            field=field,
        )
    return said


def require_not_future(day: date, doing: Doing, field: str) -> None:
    """Refuse a day that is still to come."""
    if day > doing.today:
        raise RefusedError(_("This day lies in the future."), status=422, field=field)


def keep(
    doing: Doing,
    handed_in: Sequence[HandedIn],
    kind: MatterFile.Kind,
    *,
    statement: Statement | None = None,
    for_firm: bool = False,
) -> list[MatterFile]:
    """Keep files that were handed in. Raises RefusedError for the first that may not be."""
    try:
        accepted = check_all(handed_in)
    except UploadError as error:
        message = in_language(error.message_zh, error.message_en)
        raise RefusedError(message, status=422, field="attachments") from error
    return [
        keep_content(
            doing,
            kind,
            file.filename,
            file.media_type,
            file.content,
            statement=statement,
            for_firm=for_firm,
        )
        for file in accepted
    ]


def keep_content(
    doing: Doing,
    kind: MatterFile.Kind,
    filename: str,
    media_type: str,
    content: bytes,
    *,
    statement: Statement | None = None,
    for_firm: bool = False,
) -> MatterFile:
    """Keep one file of the matter."""
    stored = files.store(content)
    return MatterFile.everything.create(
        key=new_key(),
        matter=doing.matter,
        kind=kind,
        statement=statement,
        filename=filename,
        media_type=media_type,
        sha256=stored.sha256,
        size=stored.size,
        for_firm=for_firm,
        added_at=doing.moment,
    )


def document_number(authority: Authority, kind: str, day: date) -> str:
    """Give out the next number of a kind of document: 潭人社监列〔2026〕3号.

    Numbers of a kind begin anew each year, have no gaps and are never used twice.
    """
    row, _made = DocumentNumber.objects.select_for_update().get_or_create(
        authority=authority, kind=kind, year=day.year
    )
    row.last += 1
    row.save(update_fields=["last"])
    office = declared().offices.get(authority.city_id or "", authority.short_zh)
    return f"{office}{kind}〔{day.year}〕{row.last}号"
