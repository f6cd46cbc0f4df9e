"""Following a case by what stands on its receipt, without a login.

Whoever has number and code reads where the case stands, and nothing about whom it concerns. Wrong
tries are counted, by where they come from, for one number and for all, and too many are turned away
for a while. They are not counted by number alone: numbers can be guessed, and whoever holds the
receipt would be shut out by whoever does not. A number that does not exist and a wrong code are
answered alike and in the same time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from conurb.desk import limits, numbers
from conurb.desk.limits import Facts, Light
from conurb.desk.models import Case, WrongTry
from conurb.desk.stages import CLOCK_RUNS, State
from conurb.refusal import RefusedError
from conurb.region.models import in_language
from conurb.region.tables import Bilingual

WINDOW = timedelta(minutes=15)
MOST_FOR_NUMBER = 5
MOST_IN_ALL = 100
"""Higher, since many people may come by one address: a town hall's, or a proxy's."""
NOWHERE = "0" * 30


class NotFollowedError(RefusedError):
    """No case has this number and this code."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no case with this number and code. Compare them with the receipt."),
            status=404,
        )


@dataclass(frozen=True)
class Followed:
    """Where a case stands; nothing here says whom it concerns."""

    number: str
    service: Bilingual
    authority: Bilingual
    city: Bilingual
    state: State
    light: Light
    submitted_on: date
    due_on: date | None
    complete_by: date | None
    decided_on: date | None
    delivered_on: date | None
    granted: bool = False

    @property
    def outcome(self) -> str:
        """What was decided, as far as it changes how the state is read."""
        return Case.Outcome.GRANTED if self.granted else Case.Outcome.NONE

    @property
    def state_name(self) -> str:
        """The state in the language of the moment."""
        return str(Case.State(self.state.value).label)


def follow(number: str, code: str, *, source: str, now: datetime | None = None) -> Followed:
    """Return where the case with this number and code stands.

    `source` is where the question comes from (a network address); it is kept as a keyed hash, for
    a day. Raises NotFollowedError, RefusedError 422 for what cannot be a number, 429 for too many
    wrong tries.
    """
    moment = now or timezone.now()
    try:
        parsed = numbers.parse(number)
    except numbers.CaseNumberError as fault:
        said = in_language(fault.message_zh, fault.message_en)
        raise RefusedError(said, status=422, field="number") from fault
    sources = {
        _hashed("source", source): MOST_IN_ALL,
        _hashed("number", f"{source} {parsed}"): MOST_FOR_NUMBER,
    }
    _require_few(sources, moment)
    case = (
        Case.everything.select_related("authority__city", "accepted_in")
        .filter(number=parsed)
        .first()
    )
    key, kept = (case.key, case.code_hash) if case else (NOWHERE, "")
    matches = numbers.code_matches(key, kept, code)
    if case is None or not matches:
        WrongTry.objects.bulk_create(WrongTry(source=each, at=moment) for each in sources)
        raise NotFollowedError
    return _followed(case, timezone.localdate(moment))


def address(number: str, code: str) -> str:
    """Return the address that a receipt's QR holds: the page for following, filled in.

    "" where this node has no such page.
    """
    try:
        path = reverse("follow")
    except NoReverseMatch:
        return ""
    return numbers.receipt_address(settings.SITE_ADDRESS, path, number, code)


def _require_few(sources: dict[str, int], moment: datetime) -> None:
    for source, most in sources.items():
        tries = WrongTry.objects.filter(source=source, at__gt=moment - WINDOW).count()
        if tries >= most:
            raise RefusedError(
                _("Too many wrong tries. Wait %(minutes)s minutes, then try again.")
                % {"minutes": int(WINDOW.total_seconds() // 60)},
                status=429,
            )


def _hashed(kind: str, text: str) -> str:
    return salted_hmac(f"conurb.desk.following.{kind}", text, algorithm="sha256").hexdigest()


def _followed(case: Case, today: date) -> Followed:
    service, authority = case.declared, case.authority
    state = State(case.state)
    named = service.name if service else Bilingual(case.service, case.service)
    return Followed(
        number=case.number or "",
        service=named,
        authority=Bilingual(authority.name_zh, authority.name_en)
        if authority
        else Bilingual("", ""),
        city=Bilingual(case.accepted_in.name_zh, case.accepted_in.name_en),
        state=state,
        light=limits.light_on(Facts(state, case.due_on, case.warn_on), today),
        submitted_on=timezone.localdate(case.submitted_at),
        due_on=case.due_on if state in CLOCK_RUNS else None,
        complete_by=case.complete_by if state == State.WAITING else None,
        decided_on=timezone.localdate(case.decided_at) if case.decided_at else None,
        delivered_on=timezone.localdate(case.delivered_at) if case.delivered_at else None,
        granted=case.outcome == Case.Outcome.GRANTED,
    )
