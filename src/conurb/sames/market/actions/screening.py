"""Screening firms against the wage-arrears list, and deciding on what was found.

A hit is never a refusal: it goes to a clerk, who looks at its reasons and decides whether the two
are the same firm. Codes in the journal: screening.run, screening.decide.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal import files
from conurb.journal.actions import record as write
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User
from conurb.sames.market.matching import THRESHOLD
from conurb.sames.market.queries.screening import (
    HeldList,
    ListNotReadyError,
    earlier_decisions,
    held_list,
    may_screen,
)
from conurb.sames.market.reasons import PART_NAMES
from conurb.sames.market.screening import Asked, Explained
from conurb.sames.market.screening_input import MOST
from conurb.sames.market.screening_models import ScreeningHit, ScreeningRun
from conurb.sames.market.writing import fold

LOWEST, HIGHEST = 0.75, 1.0
MOST_HITS = 20_000
"""More hits than anybody will look at: the input is no list of bidders."""
WORDS_LIMIT = 1000
PER_HOUR = 200_000
"""Firms that an authority may ask about in an hour, so that nobody wears the node out."""


def require_screener(actor: User) -> Authority:
    """Return the authority for which `actor` screens; raises NotCompetentError where it may not."""
    if not may_screen(actor) or actor.authority is None:
        raise NotCompetentError(
            _(
                "Firms are screened by the authorities that act on the wage-arrears list, such as "
                "tendering offices, and by labour inspections."
            )
        )
    return actor.authority


def screen(
    actor: User,
    asked: Sequence[Asked],
    *,
    tender: str,
    tender_number: str = "",
    source: str = ScreeningRun.Source.PASTED,
    filename: str = "",
    threshold: float = THRESHOLD,
    now: datetime | None = None,
) -> ScreeningRun:
    """Screen firms against the list that holds in the city of the actor's authority.

    Raises NotCompetentError, and RefusedError where nothing or too much is asked, the purpose is
    missing, or the list cannot be read.
    """
    authority = require_screener(actor)
    moment = now or timezone.now()
    tender = " ".join(tender.split())
    if not tender:
        raise RefusedError(
            _("Say for which tender or matter the firms are screened."), status=422, field="tender"
        )
    _require_measure(authority, asked, threshold, moment)
    try:
        held = held_list(str(authority.city_id), moment)
    except ListNotReadyError as fault:
        raise RefusedError(
            _("The list cannot be read: this node's index of records is not up to date.")
        ) from fault
    # the comparison needs no database and holds no transaction
    began = time.perf_counter()
    found = held.firms.screen(asked, threshold)
    took = time.perf_counter() - began
    if sum(map(len, found)) > MOST_HITS:
        raise RefusedError(
            _("More than %(limit)s hits: this is no list of bidders. Screen fewer firms at once.")
            % {"limit": MOST_HITS},
            status=422,
        )
    explained = [
        (one, held.firms.explain(one, hit))
        for one, hits in zip(asked, found, strict=True)
        for hit in hits
    ]
    kept = files.store(
        json.dumps([[one.line, one.name, one.code] for one in asked], ensure_ascii=False).encode()
    )
    run = ScreeningRun(
        key=secrets.token_hex(15),
        city_id=str(authority.city_id),
        authority=authority,
        actor=actor,
        actor_name=str(actor),
        tender=tender,
        tender_number=" ".join(tender_number.split()),
        source=source,
        filename=filename[:255],
        asked_sha256=kept.sha256,
        at=moment,
        took_ms=round(took * 1000),
        threshold=threshold,
        asked=len(asked),
        met=sum(bool(hits) for hits in found),
        hit_count=len(explained),
        list_size=held.size,
        list_digest=held.digest,
        checkpoints=dict(held.checkpoints),
    )
    return _keep(run, explained, held)


@transaction.atomic
def _keep(
    run: ScreeningRun, explained: Sequence[tuple[Asked, Explained]], held: HeldList
) -> ScreeningRun:
    run.save()
    earlier = earlier_decisions(pair_of(asked, hit.entry.code) for asked, hit in explained)
    ScreeningHit.everything.bulk_create(
        (_hit(run, asked, hit, held, earlier) for asked, hit in explained), batch_size=500
    )
    write(
        run.actor,
        "screening.run",
        urn=run.urn,
        name=run.tender,
        at=run.at,
        asked=run.asked,
        met=run.met,
        hits=run.hit_count,
        list=run.list_version,
        listed=run.list_size,
        source=run.source,
    )
    return run


@transaction.atomic
def decide(
    actor: User, hit: ScreeningHit, state: str, words: str, *, now: datetime | None = None
) -> ScreeningHit:
    """Decide whether a hit is the same firm; deciding again puts the decision right.

    Raises NotCompetentError for whoever is no officer of the authority that asked, and RefusedError
    where the words are missing or the state is none.
    """
    hit = (
        ScreeningHit.everything.select_for_update(of=("self",))
        .select_related("run__authority")
        .get(pk=hit.pk)
    )
    require_officer_of(actor, hit.run.authority)
    words = words.strip()
    if state not in {ScreeningHit.State.SAME, ScreeningHit.State.OTHER}:
        raise RefusedError(
            _("Say whether it is the same firm or another."), status=422, field="state"
        )
    if not words or len(words) > WORDS_LIMIT:
        raise RefusedError(
            _("Say why, in at most %(limit)s characters.") % {"limit": WORDS_LIMIT},
            status=422,
            field="words",
        )
    moment = now or timezone.now()
    before = hit.state
    hit.state, hit.words = state, words
    hit.decided_at, hit.decided_by, hit.decided_by_name = moment, actor, str(actor)
    hit.save(update_fields=["state", "words", "decided_at", "decided_by", "decided_by_name"])
    write(
        actor,
        "screening.decide",
        urn=hit.run.urn,
        name=f"{hit.given_name or hit.given_code} / {hit.listed_name}",
        at=moment,
        tender=hit.run.tender,
        before=before,
        after=state,
        words=words,
        hit=hit.key,
    )
    return hit


def pair_of(asked: Asked, listed_code: str) -> str:
    """Return the name under which a decision on what was asked and a listed firm is found again."""
    said = json.dumps([fold(asked.name), fold(asked.code), listed_code], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _require_measure(
    authority: Authority, asked: Sequence[Asked], threshold: float, moment: datetime
) -> None:
    if not asked:
        raise RefusedError(
            _("No firm was found in what you handed in. Give one name or code a line."),
            status=422,
            field="firms",
        )
    if len(asked) > MOST:
        raise RefusedError(
            _("At most %(limit)s firms are screened at once; these are %(number)s.")
            % {"limit": MOST, "number": len(asked)},
            status=422,
            field="firms",
        )
    if not LOWEST <= threshold <= HIGHEST:
        raise RefusedError(
            _("The threshold lies between %(lowest)s and %(highest)s.")
            % {"lowest": LOWEST, "highest": HIGHEST},
            status=422,
            field="threshold",
        )
    lately = ScreeningRun.everything.filter(
        authority=authority, at__gt=moment - timedelta(hours=1), at__lte=moment
    ).values_list("asked", flat=True)
    if sum(lately) + len(asked) > PER_HOUR:
        raise RefusedError(
            _("Your authority asked about %(limit)s firms in an hour. Wait a while.")
            % {"limit": PER_HOUR},
            status=429,
        )


def _hit(
    run: ScreeningRun,
    asked: Asked,
    hit: Explained,
    held: HeldList,
    earlier: dict[str, ScreeningHit],
) -> ScreeningHit:
    about = held.about[hit.entry.key]
    pair = pair_of(asked, hit.entry.code)
    return ScreeningHit(
        key=secrets.token_hex(15),
        run=run,
        line=asked.line,
        given_name=asked.name,
        given_code=asked.code,
        listed_name=hit.entry.name,
        listed_as=hit.name,
        listed_code=hit.entry.code,
        listed_city=about.city,
        listed_on=about.listed_on,
        record_key=about.record_key,
        agreement=about.agreement,
        effects=list(about.effects),
        score=hit.score,
        way=hit.way,
        reasons=[
            {
                "part": reason.part,
                "state": reason.state,
                "tone": reason.tone,
                "zh": reason.words.zh,
                "en": reason.words.en,
                "part_zh": PART_NAMES[reason.part].zh,
                "part_en": PART_NAMES[reason.part].en,
            }
            for reason in hit.reasons
        ],
        pair=pair,
        earlier=earlier.get(pair),
    )
