"""The list that a city screens against, and what screenings found.

The list is what holds in the city now: the `wage-arrears` records of its own labour inspection and
those that an agreement recognises, read from the local index of the logs. It is taken apart once
and kept as long as it says the same; whatever is logged, and whatever begins or ends with time, is
seen by the next screening.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from conurb.records import holding, index
from conurb.records.checking import judged
from conurb.region.models import Authority, City, User, works_for_region
from conurb.sames.market.company_places import Gazetteer, gazetteer
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.record_types import FIRM
from conurb.sames.market.screening import Entry, ScreeningList
from conurb.sames.market.screening_models import ScreeningHit, ScreeningRun

LABOUR = "labour"


@dataclass(frozen=True)
class Listed:
    """What is public of an entry: its record, where and when it was listed, by which agreement."""

    record_key: str
    city: str
    listed_on: date | None
    agreement: str
    effects: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class HeldList:
    """The list that holds in a city, ready to be asked, with what it was read from.

    `digest` is the SHA-256 of the keys of its records, so that two lists with the same digest say
    the same; `checkpoints` gives the size of each city's log.
    """

    city: str
    firms: ScreeningList
    about: Mapping[str, Listed]
    digest: str
    checkpoints: Mapping[str, int]

    @property
    def size(self) -> int:
        """How many firms are on it."""
        return len(self.firms.entries)


class ListNotReadyError(RuntimeError):
    """The index was never brought up to the logs; a screening would find too little."""


_kept: dict[str, tuple[str, HeldList]] = {}
_lock = Lock()


def held_list(city: str, now: datetime | None = None) -> HeldList:
    """Return the list that holds in a city (adcode) at a moment, now by default.

    Raises ListNotReadyError while this node's index is not up to the logs.
    """
    moment = now or timezone.now()
    entries, about, positions = _entries(city, moment)
    digest = hashlib.sha256("\n".join(sorted(about)).encode()).hexdigest()
    # the digest names the list, the names of the firms besides what it is asked with
    said = hashlib.sha256(repr(entries).encode()).hexdigest()
    with _lock:
        kept = _kept.get(city)
        if kept is not None and kept[0] == said:
            firms = kept[1].firms
        else:
            firms = ScreeningList(entries, _gazetteer())
        made = HeldList(city, firms, about, digest, positions)
        _kept[city] = (said, made)
    return made


def _gazetteer() -> Gazetteer:
    return gazetteer(tuple(City.objects.order_by("code").values_list("code", flat=True)))


def _entries(city: str, moment: datetime) -> tuple[list[Entry], dict[str, Listed], dict[str, int]]:
    at = holding.instant(moment.astimezone(UTC))
    with index.local().reading() as snapshot:
        if not snapshot.complete:
            raise ListNotReadyError
        handles = snapshot.subjects(FIRM.slug)
        verdicts = judged(snapshot, FIRM.slug, handles, city, at)
        positions = {log: size for log, size in snapshot.positions().items() if log.isdigit()}
    entries: list[Entry] = []
    about: dict[str, Listed] = {}
    for code, verdict in zip(handles, verdicts, strict=True):
        if verdict.outcome != "valid":
            continue
        held = verdict.found[0]
        said = json.loads(held.fact.said)
        public = said["public"]
        entries.append(
            Entry(said["key"], public["name"], code, tuple(public.get("former_names", ())))
        )
        about[said["key"]] = Listed(
            record_key=said["key"],
            city=held.fact.city,
            listed_on=_day(public.get("decided_on")),
            agreement=held.accord.key if held.accord else "",
            effects=_effects(held),
        )
    return entries, about, positions


def _effects(held: holding.Held) -> tuple[Mapping[str, str], ...]:
    if held.accord is not None:
        return tuple({"code": code, "zh": zh, "en": en} for code, zh, en in held.accord.effects)
    # in its own city a listing has every effect that the region declares
    return tuple(
        {"code": one.code, "zh": one.name.zh, "en": one.name.en}
        for one in declared().effects
        if one.hits != "people"
    )


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def subjects_of_screening() -> frozenset[str]:
    """Return the subjects of work whose authorities may screen.

    They are those that act on an effect of the list on firms (tendering, public funds, loans …),
    and labour inspections, which keep it: they are the authorities to whom art. 10 of order 45
    gives the list for this use.
    """
    acting = (each.subject for each in declared().effects if each.hits != "people")
    return frozenset({LABOUR, *acting})


def may_screen(actor: Any) -> bool:
    """Tell whether somebody is an officer of a city's authority that may screen."""
    if not works_for_region(actor) or actor.authority_id is None:
        return False
    able = Authority.objects.filter(pk=actor.authority_id, city__isnull=False, active=True)
    return able.filter(subjects__in=subjects_of_screening()).exists()


def may_look(actor: Any) -> bool:
    """Tell whether somebody may open the pages: whoever may screen, and the administrator."""
    return may_screen(actor) or bool(isinstance(actor, User) and actor.is_superuser)


def runs_of(actor: User) -> QuerySet[ScreeningRun]:
    """Return the screenings that somebody may see, the latest first, with their open hits."""
    return (
        ScreeningRun.objects.visible_to(actor)
        .select_related("authority", "city")
        .annotate(open_count=Count("hits", filter=Q(hits__state=ScreeningHit.State.OPEN)))
        .order_by("-at", "-id")
    )


def hits_of(actor: User, run: ScreeningRun) -> QuerySet[ScreeningHit]:
    """Return the hits of a screening, what was asked first, the likeliest before others."""
    return (
        ScreeningHit.objects.visible_to(actor)
        .filter(run=run)
        .select_related("run", "earlier__run__authority")
        .order_by("line", "-score", "id")
    )


def counts_of(actor: User, run: ScreeningRun) -> dict[str, int]:
    """Return how many hits of a screening are in each state; "all" counts all."""
    counted = dict(
        ScreeningHit.objects.visible_to(actor)
        .filter(run=run)
        .order_by()
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    states = {state: counted.get(state, 0) for state in ScreeningHit.State.values}
    return {**states, "all": sum(states.values())}


def earlier_decisions(pairs: Iterable[str]) -> dict[str, ScreeningHit]:
    """Return the last decision on each pair, whichever authority took it."""
    wanted = sorted(set(pairs))
    found: dict[str, ScreeningHit] = {}
    for start in range(0, len(wanted), 500):
        rows = (
            ScreeningHit.everything.filter(pair__in=wanted[start : start + 500])
            .exclude(state=ScreeningHit.State.OPEN)
            .order_by("decided_at", "id")
        )
        found.update({hit.pair: hit for hit in rows})
    return found


def still_listed(city: str, record_keys: Sequence[str]) -> frozenset[str]:
    """Return which records are still on the list of a city; all while it is not known."""
    try:
        return frozenset(record_keys) & held_list(city).about.keys()
    except ListNotReadyError:
        return frozenset(record_keys)
