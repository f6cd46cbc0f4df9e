"""A review from submission to its end: each act in one transaction, judged by `reviewing`.

Verbs of the journal: joint-review.submit, .sign, .object, .take-back, .resubmit, .withdraw, .carry,
.lapse, .adopt, .supersede.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.atlas import storing
from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.queries.findings_sides import borders
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent, require_officer_of
from conurb.region.models import Authority, City, User
from conurb.region.workdays import CalendarError
from conurb.sames.planning import changes, reviewing
from conurb.sames.planning.actions import adopting, looking, telling, versions
from conurb.sames.planning.letters import Kind
from conurb.sames.planning.models import (
    SPATIAL_PLANNING,
    Party,
    Review,
    ReviewEvent,
    Round,
    plans_space,
)
from conurb.sames.planning.queries.declared import calendar, day_of, rules
from conurb.sames.planning.reasons import refusal
from conurb.sames.planning.reviewing import Act, Change, NotPossibleError

WORDS_LIMIT = 4000
TITLE_LIMIT = 120


@dataclass(frozen=True)
class Doing:
    """Who acts in a review, when, and for which authority; nobody where a rule acts."""

    review: Review
    moment: datetime
    actor: User | None = None
    authority: Authority | None = None


@transaction.atomic
def submit(
    actor: User,
    version: LayerVersion,
    *,
    title: str,
    words: str = "",
    effective_on: date | None = None,
    now: datetime | None = None,
) -> Review:
    """Submit a version of a layer to the neighbours' review.

    Raises NotCompetentError for officers of other authorities than the layer's, and for those not
    competent for spatial planning; RefusedError where a review of the layer is open, the version
    is no draft, or nobody can be asked.
    """
    layer = require_submitter(actor, version.layer)
    moment, declared = now or timezone.now(), rules()
    title = _bounded(title.strip(), "title", TITLE_LIMIT)
    if not title:
        raise RefusedError(_("Give the review a title."), status=422, field="title")
    words = _bounded(words.strip(), "words", WORDS_LIMIT)
    if layer.kind == Layer.Kind.ZONES and effective_on is None:
        raise RefusedError(
            _("Say from which day the new boundaries shall hold once they are adopted."),
            status=422,
            field="effective_on",
        )
    if Review.everything.filter(layer=layer, state=Review.State.OPEN).exists():
        raise RefusedError(_("A review of this layer is open; submit the new version to that one."))
    asked = parties_of(layer)
    today = day_of(moment)
    due_on = _due(today, declared.limit_days)
    try:
        standing = reviewing.begin([str(each.pk) for each in asked], due_on)
    except NotPossibleError as fault:
        raise refusal(fault) from fault
    versions.submit(version, moment)
    review = Review.everything.create(
        key=secrets.token_hex(15),
        number=_next_number(today.year),
        title=title,
        layer=layer,
        version=version,
        city=layer.city,
        authority=layer.authority,
        state=standing.state.value,
        round=standing.round,
        silence=declared.silence,
        limit_days=declared.limit_days,
        near_border_m=declared.near_border_m,
        effective_on=effective_on,
        submitted_at=moment,
    )
    Round.objects.create(
        review=review,
        number=1,
        version=version,
        words=words,
        submitted_at=moment,
        submitted_by=actor,
    )
    Party.objects.bulk_create(
        Party(review=review, authority=each, city=each.city, asked_at=moment, due_on=due_on)
        for each in asked
        if each.city is not None
    )
    doing = Doing(review, moment, actor, layer.authority)
    _note(doing, Act.SUBMIT, words, version=version.number, sha256=version.sha256, due=str(due_on))
    to = {each.pk for each in asked}
    telling.tell(review, "asked", to, moment, by=layer.authority, words=words, due_on=due_on)
    looking.look(actor, version, now=moment)
    return review


def sign(
    actor: User, review: Review, *, words: str = "", round_read: int, now: datetime | None = None
) -> Review:
    """Sign the version of the round that the officer has read; the last signature adopts it."""
    return _answer(
        actor, review, Act.SIGN, reviewing.sign, words=words, round_read=round_read, now=now
    )


def object_to(
    actor: User, review: Review, *, words: str, round_read: int, now: datetime | None = None
) -> Review:
    """Object with a reason, which the submitter and the other parties read."""

    def objecting(standing: reviewing.Review, authority: str) -> reviewing.Review:
        return reviewing.object_to(standing, authority, words)

    return _answer(
        actor, review, Act.OBJECT, objecting, words=words, round_read=round_read, now=now
    )


def take_back(
    actor: User, review: Review, *, words: str = "", round_read: int, now: datetime | None = None
) -> Review:
    """Take back a signature or an objection."""
    return _answer(
        actor,
        review,
        Act.TAKE_BACK,
        reviewing.take_back,
        words=words,
        round_read=round_read,
        now=now,
    )


def resubmit(
    actor: User,
    review: Review,
    version: LayerVersion,
    *,
    words: str = "",
    now: datetime | None = None,
) -> Review:
    """Submit a new version of the layer to its open review.

    Whom it touches is asked again, other signatures stand; who is touched its findings tell. Where
    they are not worked out yet this is begun, and the act is refused until they are.
    """
    require_submitter(actor, review.layer)
    if version.layer_id == review.layer_id:
        looking.require_findings(actor, version, now=now)
    return _resubmit(actor, review, version, words, now)


@transaction.atomic
def _resubmit(
    actor: User, review: Review, version: LayerVersion, words: str, now: datetime | None
) -> Review:
    review = _held(review)
    require_submitter(actor, review.layer)
    if version.layer_id != review.layer_id:
        raise RefusedError(_("This is a version of another layer."), status=422, field="version")
    words = _bounded(words.strip(), "words", WORDS_LIMIT)
    moment = now or timezone.now()
    before, standing = review.version, review.standing()
    versions.submit(version, moment)
    touched = touched_by(review, before, version)
    due_on = _due(day_of(moment), review.limit_days)
    try:
        after = reviewing.resubmit(standing, touched, due_on)
    except NotPossibleError as fault:
        raise refusal(fault) from fault
    review.version, review.round = version, after.round
    review.save(update_fields=["version", "round"])
    Round.objects.create(
        review=review,
        number=after.round,
        version=version,
        words=words,
        submitted_at=moment,
        submitted_by=actor,
    )
    doing = Doing(review, moment, actor, review.authority)
    _note(doing, Act.RESUBMIT, words, version=version.number, sha256=version.sha256)
    _ask_again(review, after, moment)
    carried = [each for each in review.parties.select_related("authority") if each.is_carried]
    for each in carried:
        _note(Doing(review, moment, None, each.authority), Act.CARRY)
    stand = {each.authority_id for each in carried}
    asked, by = telling.parties(review) - stand, review.authority
    telling.tell(review, "asked-again", asked, moment, by=by, words=words, due_on=due_on)
    telling.tell(review, "stands", stand, moment, by=by, words=words)
    _adopt_where_agreed(review, after, moment)
    return review


@transaction.atomic
def withdraw(actor: User, review: Review, *, words: str, now: datetime | None = None) -> Review:
    """Withdraw the layer from review, with the reason."""
    review = _held(review)
    require_submitter(actor, review.layer)
    words = _bounded(words.strip(), "words", WORDS_LIMIT)
    if not words:
        raise RefusedError(_("Say why it is withdrawn."), status=422, field="words")
    moment = now or timezone.now()
    try:
        after = reviewing.withdraw(review.standing())
    except NotPossibleError as fault:
        raise refusal(fault) from fault
    for each in review.rounds.select_related("version"):
        versions.withdraw(each.version, moment)
    _close(review, after, moment)
    _note(Doing(review, moment, actor, review.authority), Act.WITHDRAW, words)
    to = telling.parties(review)
    telling.tell(review, "withdrawn", to, moment, by=review.authority, words=words)
    return review


@transaction.atomic
def lapse(review: Review, *, now: datetime | None = None) -> Review:
    """Count the silence of late parties as consent, where the region declares it so."""
    review, moment = _held(review), now or timezone.now()
    standing = review.standing()
    try:
        after = reviewing.lapse(standing, day_of(moment))
    except NotPossibleError as fault:
        raise refusal(fault) from fault
    for each in review.parties.select_related("authority"):
        said = after.party(str(each.authority_id))
        if said != standing.party(str(each.authority_id)):
            _keep_answer(each, said, moment, None, "", by_silence=True)
            _note(Doing(review, moment, None, each.authority), Act.LAPSE)
            to = {review.authority_id, each.authority_id}
            telling.tell(review, "silent", to, moment, by=each.authority, due_on=each.due_on)
    _adopt_where_agreed(review, after, moment)
    return review


def lapse_all(now: datetime | None = None) -> int:
    """Count silence as consent in every open review that declares it; returns in how many."""
    moment = now or timezone.now()
    waiting = Review.everything.filter(
        state=Review.State.OPEN,
        silence=Review.Silence.CONSENT,
        parties__stand=Party.Stand.ASKED,
        parties__due_on__lt=day_of(moment),
    ).distinct()
    return len([lapse(review, now=moment) for review in waiting])


def parties_of(layer: Layer) -> list[Authority]:
    """Return the authorities that are asked about a layer, in the order of their cities.

    Those of the cities that border on the layer's, or of all other cities, as the region declares;
    of all cities for a layer of the whole region. The submitting authority is never asked.
    """
    cities = [city.pk for city in City.objects.all() if city.pk != layer.city_id]
    if layer.city_id is not None and rules().parties == "neighbours":
        beside = changes.cities_that_border(borders(), layer.city_id)
        cities = [code for code in cities if code in beside]
    found: list[Authority] = []
    for code in cities:
        authority = _competent_of(code)
        if authority is not None and authority.pk != layer.authority_id:
            found.append(authority)
    return found


def touched_by(review: Review, before: LayerVersion, after: LayerVersion) -> list[str]:
    """Return the parties, by key, that a new version touches (see `reviewing.touches`)."""
    signed = [each for each in review.parties.all() if each.stand == Party.Stand.SIGNED]
    if not signed:
        return []
    made = changes.changed(storing.read(before.path), storing.read(after.path))
    fresh = looking.new_by_city(before, after)
    where = borders()
    return [
        str(each.authority_id)
        for each in signed
        if reviewing.touches(
            Change(changes.nearest_m(made, where, each.city_id), fresh.get(each.city_id, 0)),
            review.near_border_m,
        )
    ]


def require_submitter(actor: User, layer: Layer) -> Layer:
    """Return the layer; refuse whoever is not an officer of its competent authority."""
    require_officer_of(actor, layer.authority)
    if not plans_space(actor):
        raise NotCompetentError(
            _("Only authorities competent for spatial planning submit layers to joint review.")
        )
    return layer


def _competent_of(city: str) -> Authority | None:
    """Return the city's own authority for spatial planning; None where it has none."""
    try:
        found = competent(SPATIAL_PLANNING, city)
    except RefusedError:
        return None
    return found if found.city_id == city else None


@transaction.atomic
def _answer(
    actor: User,
    review: Review,
    act: Act,
    rule: Callable[[reviewing.Review, str], reviewing.Review],
    *,
    words: str,
    round_read: int,
    now: datetime | None,
) -> Review:
    review, moment = _held(review), now or timezone.now()
    party = review.parties.filter(authority=actor.authority).first()
    if party is None or not plans_space(actor):
        raise NotCompetentError(_("Your authority is not asked in this review."))
    words = _bounded(words.strip(), "words", WORDS_LIMIT)
    key = str(party.authority_id)
    try:
        if round_read != review.round and review.is_open:
            # nobody signs what he has not seen: the version may have changed while he read
            raise NotPossibleError("version")
        after = rule(review.standing(), key)
    except NotPossibleError as fault:
        raise refusal(fault) from fault
    _keep_answer(party, after.party(key), moment, actor, words)
    _note(Doing(review, moment, actor, party.authority), act, words)
    _tell_of_answer(review, party.authority, act, words, moment)
    _adopt_where_agreed(review, after, moment)
    return review


def _tell_of_answer(review: Review, by: Authority, act: Act, words: str, moment: datetime) -> None:
    """Tell the submitter of an answer, and of an objection the other parties too."""
    if act is Act.OBJECT:
        to = telling.everybody(review, but=by.pk)
        telling.tell(review, "objected", to, moment, by=by, words=words)
        return
    kind: Kind = "signed" if act is Act.SIGN else "taken-back"
    telling.tell(review, kind, {review.authority_id}, moment, by=by, words=words)


def _keep_answer(
    party: Party,
    said: reviewing.Party,
    moment: datetime,
    actor: User | None,
    words: str,
    *,
    by_silence: bool = False,
) -> None:
    answered = said.stand is not reviewing.Stand.ASKED
    party.stand, party.round, party.signed = said.stand.value, said.round, said.signed
    party.answered_at = moment if answered else None
    party.answered_by = actor if answered else None
    party.by_silence, party.words = by_silence, words if answered else ""
    party.save()


def _ask_again(review: Review, after: reviewing.Review, moment: datetime) -> None:
    for each in review.parties.all():
        said = after.party(str(each.authority_id))
        if said.stand is reviewing.Stand.ASKED:
            each.stand, each.round, each.signed = said.stand.value, said.round, None
            each.asked_at, each.due_on = moment, said.due_on
            each.answered_at = each.answered_by = None
            each.by_silence, each.words = False, ""
        else:
            each.signed = said.signed
        each.save()


def _adopt_where_agreed(review: Review, after: reviewing.Review, moment: datetime) -> None:
    if after.state is not reviewing.State.ADOPTED:
        return
    superseded = _supersede_earlier(review, moment)
    if review.effective_on is None or review.effective_on < day_of(moment):
        # nothing holds from a day before it was adopted
        review.effective_on = day_of(moment)
        review.save(update_fields=["effective_on"])
    versions.publish(review.version, moment)
    _close(review, after, moment)
    signed = adopting.issue(review, superseded, moment)
    _note(
        Doing(review, moment),
        Act.ADOPT,
        version=review.version.number,
        sha256=review.version.sha256,
        effective_on=str(review.effective_on),
        records=[each.urn for each in signed],
    )
    telling.tell(review, "adopted", telling.everybody(review), moment)


def _supersede_earlier(review: Review, moment: datetime) -> list[Review]:
    earlier = list(
        Review.everything.select_for_update(of=("self",))
        .filter(layer_id=review.layer_id, state=Review.State.ADOPTED)
        .order_by("closed_at", "pk")
    )
    for each in earlier:
        each.state = reviewing.supersede(each.standing()).state.value
        each.superseded_by = review
        each.save(update_fields=["state", "superseded_by"])
        _note(Doing(each, moment), Act.SUPERSEDE, review.number, by=review.number)
    return earlier


def _close(review: Review, after: reviewing.Review, moment: datetime) -> None:
    review.state, review.closed_at = after.state.value, moment
    review.save(update_fields=["state", "closed_at"])


def _held(review: Review) -> Review:
    """Hold the row until the transaction ends, so that two acts are judged one by one."""
    return (
        Review.everything.select_for_update(of=("self",))
        .select_related("layer__authority", "layer__city", "authority", "version__layer")
        .get(pk=review.pk)
    )


def _note(doing: Doing, act: Act, words: str = "", **detail: Any) -> None:
    review = doing.review
    ReviewEvent.objects.create(
        review=review,
        round=review.round,
        at=doing.moment,
        act=act.value,
        authority=doing.authority,
        actor=doing.actor,
        actor_name=str(doing.actor) if doing.actor else "",
        words=words,
    )
    record(
        doing.actor,
        f"joint-review.{act.value}",
        urn=review.urn,
        name=str(review),
        authority=doing.authority,
        at=doing.moment,
        round=review.round,
        reason=words,
        **detail,
    )


def _due(today: date, days: int) -> date:
    try:
        return reviewing.due_day(calendar(), today, days)
    except CalendarError as fault:
        raise RefusedError(
            _("The limit runs into %(year)s, which the region's calendar does not have yet.")
            % {"year": fault.year}
        ) from fault


def _next_number(year: int) -> str:
    """Return the next number of a year: 2026-007. The unique column keeps two from taking it."""
    last = (
        Review.everything.select_for_update()
        .filter(number__startswith=f"{year}-")
        .order_by("-id")
        .values_list("number", flat=True)
        .first()
    )
    return f"{year}-{int(last.split('-')[1]) + 1 if last else 1:03}"


def _bounded(words: str, field: str, limit: int) -> str:
    if len(words) > limit:
        raise RefusedError(
            _("At most %(limit)s characters.") % {"limit": limit}, status=422, field=field
        )
    return words
