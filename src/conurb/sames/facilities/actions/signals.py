"""What happens to signal plans: declared, optimised, uploaded, signed by every city or refused.

Codes in the journal: signals.declare, signals.optimise, signals.propose, signals.upload,
signals.hours, signals.sign, signals.refuse, signals.adopt.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.background import actions as background
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.journal.actions import record
from conurb.network.signals import sheets
from conurb.network.signals.bands import bands_of
from conurb.network.signals.bandwidth import METHODS, Found, Method, Wish, optimise, width_of
from conurb.network.signals.declaring import programme_data, read_data, read_folder
from conurb.network.signals.delays import settle
from conurb.network.signals.hours import Loss, losses, with_days
from conurb.network.signals.plans import CYCLES, WAYS, Both, TimingError, TimingPlan
from conurb.network.signals.programmes import (
    DayTable,
    Pattern,
    Programme,
    ProgrammeError,
    check_programme,
)
from conurb.network.signals.sheets import RowProblem
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.declarations import Region
from conurb.region.models import Authority, User
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual
from conurb.sames.facilities.signal_models import (
    SignalAdoption,
    SignalCorridor,
    SignalSignature,
    SignalVersion,
    is_signal_officer,
)
from conurb.sames.facilities.signal_standing import Standing, comes_into_force, standing

KIND = "facilities.green-wave"
SECONDS = 30.0
"""How long the search for one plan may take."""
WORDS = 500
LARGEST_UPLOAD = 2_000_000
KEEPS = {"wave": None, "balance": 0.8, "delay": 0.0}
"""After the search: leave the wave as it is, or lower delay while so much of its width is kept."""


@transaction.atomic
def load(region: Region) -> int:
    """Bring the arterials of the region's folder in; a changed plan there is a new version.

    Returns how many versions were added. A plan from the folder is in force at once where the
    arterial is new; later it is a proposal like any other. Raises RegionError with all that is
    wrong.
    """
    added = 0
    declared = read_folder(Path(region.path), frozenset(city.code for city in region.cities))
    for order, each in enumerate(declared):
        digest = hashlib.sha256(each.text.encode()).hexdigest()
        plan = each.programme.first
        cities = list(dict.fromkeys(at.city for at in plan.intersections))
        corridor, new = SignalCorridor.objects.get_or_create(
            slug=plan.key,
            defaults={
                "name_zh": plan.name.zh,
                "name_en": plan.name.en,
                "road": plan.road,
                "cities": cities,
                "declared": digest,
                "order": order,
            },
        )
        if not new and corridor.declared == digest and corridor.active:
            continue
        corridor.name_zh, corridor.name_en = plan.name.zh, plan.name.en
        corridor.road, corridor.cities, corridor.order = plan.road, cities, order
        corridor.active = True
        if new or corridor.declared != digest:
            corridor.declared = digest
            version = _keep(
                corridor, SignalVersion.Kind.DECLARED, each.programme, base=current_of(corridor)
            )
            if new:
                SignalAdoption.objects.create(version=version)
            record(
                None,
                "signals.declare",
                urn=version.urn,
                name=corridor.name_zh,
                file=each.file,
                number=version.number,
            )
            added += 1
        corridor.save()
    keys = [each.programme.first.key for each in declared]
    SignalCorridor.objects.exclude(slug__in=keys).update(active=False)
    return added


def current_of(corridor: SignalCorridor) -> SignalVersion | None:
    """Return the version in force on an arterial."""
    last = (
        SignalAdoption.objects.filter(version__corridor=corridor)
        .select_related("version__corridor")
        .order_by("-at", "-id")
        .first()
    )
    return last.version if last else None


def programme_of(version: SignalVersion) -> Programme:
    """Return the plans that a version holds, with when each runs."""
    return read_data(version.plan, version.urn)


@dataclass(frozen=True)
class Asked:
    """What an officer asks of the optimiser, for one plan of an arterial or for every one.

    `pattern` is the key of the plan; "" stands for all, each with its own volumes and speeds.
    `spread`: by how many seconds a cycle may differ from the plan's own. `weights` are of the ways;
    None stands for each plan's own. `keep` is what counts after the wave, a key of `KEEPS`.
    """

    method: Method = "multiband"
    pattern: str = ""
    spread: float = 0.0
    tolerance: float = 0.0
    weights: Both | None = None
    orders: bool = True
    keep: str = "balance"

    def wish(self, pattern: Pattern) -> Wish:
        """Return what is asked for one plan."""
        low, high = CYCLES
        cycle = pattern.plan.cycle
        within = (max(low, cycle - self.spread), min(high, cycle + self.spread))
        return Wish(
            method=self.method,
            cycles=within if self.spread else None,
            tolerance=self.tolerance,
            weights=self.weights or pattern.weights,
            orders=self.orders,
            seconds=SECONDS,
        )

    def patterns(self, programme: Programme) -> tuple[Pattern, ...]:
        """Return the plans that are asked for; RefusedError (422) where there is no such plan."""
        if not self.pattern:
            return programme.patterns
        found = programme.pattern(self.pattern)
        if found is None:
            raise RefusedError(
                _("This arterial has no plan “%(key)s”.") % {"key": self.pattern[:40]},
                status=422,
                field="pattern",
            )
        return (found,)

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "method": self.method,
            "pattern": self.pattern,
            "spread": self.spread,
            "tolerance": self.tolerance,
            "weights": list(self.weights) if self.weights else None,
            "orders": self.orders,
            "keep": self.keep,
        }

    @staticmethod
    def read(data: dict[str, Any]) -> Asked:
        """Return what `data` wrote. Raises RefusedError (422) for what nobody may ask."""
        if data.get("method") not in METHODS or data.get("keep") not in KEEPS:
            raise RefusedError(_("Choose a method and what counts after the wave."), status=422)
        weights = data.get("weights")
        return Asked(
            method=data["method"],
            pattern=str(data.get("pattern", "")),
            spread=float(data["spread"]),
            tolerance=float(data["tolerance"]),
            weights=Both(*(float(value) for value in weights)) if weights else None,
            orders=bool(data["orders"]),
            keep=data["keep"],
        )


@transaction.atomic
def ask(actor: User, corridor: SignalCorridor, asked: Asked) -> Job:
    """Have the green wave of an arterial searched for in the background."""
    authority = require_signal_officer(actor, corridor)
    base = current_of(corridor)
    if base is None:
        raise RefusedError(_("No plan is in force here; load the region's folder again."))
    asked.patterns(programme_of(base))
    record(
        actor,
        "signals.optimise",
        urn=base.urn,
        name=corridor.name_zh,
        method=asked.method,
        plan=asked.pattern,
    )
    return background.ask(
        actor,
        KIND,
        about=base.urn,
        authority=authority,
        corridor=corridor.slug,
        base=base.key,
        asked=asked.data(),
    )


def search(programme: Programme, asked: Asked, running: Running | None = None) -> dict[str, Any]:
    """Return the programme with the plans found, as data, and how good each is.

    It is what `keep` of the work takes.
    """
    wanted = asked.patterns(programme)
    results = {}
    for number, before in enumerate(wanted):
        found, pattern, kept = _search_one(before, asked, _Told(running, number, len(wanted)))
        programme = programme.with_pattern(pattern)
        results[pattern.key] = _result(found, pattern.plan, kept)
    try:
        check_programme(programme)
    except ProgrammeError as error:
        raise _UnmetError(error.faults[0].message) from error
    return {"plan": programme_data(programme), "result": {"plans": results}}


class _Told:
    """Tells the job how far the search is; leaves HiGHS where the job is to stop."""

    def __init__(self, running: Running | None, number: int, count: int) -> None:
        self.running, self.number, self.count = running, number, count
        self.started = timezone.now()
        self.stopped: Exception | None = None

    def __call__(self, _gap: float) -> bool:
        if self.running is None:
            return True
        spent = min((timezone.now() - self.started).total_seconds(), SECONDS - 1)
        done, total = self.number * SECONDS + spent, self.count * SECONDS
        try:
            self.running.progress(int(done), int(total), _SEARCHING)
        except Exception as fault:  # HiGHS must be left before it can be told
            self.stopped = fault
            return False
        return True


def _search_one(pattern: Pattern, asked: Asked, told: _Told) -> tuple[Found, Pattern, float]:
    """Return what was found, the plan settled, and the share of the wave's width that it keeps."""
    wish = asked.wish(pattern)
    try:
        found = optimise(pattern.plan, wish, told)
    except TimingError as error:
        if told.stopped:
            raise told.stopped from None
        raise _UnmetError(error.problems[0].message) from error
    if told.stopped:
        raise told.stopped
    final = _settled(found, wish, KEEPS[asked.keep])
    kept = width_of(final, wish) / max(width_of(found.plan, wish), 1e-9)
    return found, replace(pattern, plan=final, weights=wish.weights), kept


def _result(found: Found, final: TimingPlan, kept: float) -> dict[str, Any]:
    bands = bands_of(final)
    return {
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "optimal": found.optimal,
        "took": round(found.took, 2),
        "kept": kept,
        "bands": {way: bands.through[way].lasts for way in WAYS},
    }


def _settled(found: Found, wish: Wish, share: float | None) -> TimingPlan:
    """Return the plan found, with the offsets that lower delay as far as was asked."""
    if share is None:
        return found.plan
    least = share * width_of(found.plan, wish)
    return settle(found.plan, lambda tried: width_of(tried, wish) >= least - 1e-9)


class _UnmetError(ValueError):
    """No plan meets what was asked; the job tells it in both languages."""

    def __init__(self, message: Bilingual) -> None:
        self.message_zh, self.message_en = message.zh, message.en
        super().__init__(message.en)


_SEARCHING = Bilingual("正在求解绿波方案", "Searching for the green wave")


def _do(running: Running) -> dict[str, Any]:
    base = SignalVersion.everything.get(key=running.arguments["base"])
    return search(programme_of(base), Asked.read(running.arguments["asked"]), running)


def _keep_found(job: Job, made: dict[str, Any]) -> dict[str, Any]:
    base = SignalVersion.everything.select_related("corridor").get(key=job.arguments["base"])
    version = propose(job.asked_by, base, Asked.read(job.arguments["asked"]), made)
    return {"version": version.key}


def _leads_to(job: Job) -> str:
    from django.urls import reverse

    slug, key = job.arguments["corridor"], job.result.get("version")
    address = reverse("signals-corridor", args=[slug])
    return f"{address}?version={key}" if key else address


GREEN_WAVE = Work(
    kind=KIND,
    name=Bilingual("求解绿波方案", "Search for a green wave"),
    do=_do,
    keep=_keep_found,
    leads_to=_leads_to,
)


@transaction.atomic
def propose(
    actor: User | None, base: SignalVersion, asked: Asked, made: dict[str, Any]
) -> SignalVersion:
    """Keep a plan that was found as a proposal to the cities along the arterial."""
    version = _keep(
        base.corridor,
        SignalVersion.Kind.FOUND,
        read_data(made["plan"]),
        base=base,
        actor=actor,
        wish=asked.data(),
        result=made["result"],
    )
    record(
        actor,
        "signals.propose",
        urn=version.urn,
        name=base.corridor.name_zh,
        number=version.number,
    )
    return version


@transaction.atomic
def upload(actor: User, corridor: SignalCorridor, content: bytes) -> SignalVersion:
    """Keep what a file says as a proposal: one plan as a workbook, or all of them as JSON.

    Raises sheets.SheetError with every problem.
    """
    authority = require_signal_officer(actor, corridor)
    base = current_of(corridor)
    if base is None:
        raise RefusedError(_("No plan is in force here; load the region's folder again."))
    if len(content) > LARGEST_UPLOAD:
        raise RefusedError(
            _("The file is larger than %(size)s MB.") % {"size": LARGEST_UPLOAD // 1_000_000},
            status=422,
            field="file",
        )
    before = programme_of(base)
    if content.lstrip()[:1] == b"{":
        programme = _read_json(content, corridor)
    else:
        programme = sheets.read_workbook(content, before)
    if programme == before:
        raise RefusedError(
            _("The file says the same as the plan in force."), status=422, field="file"
        )
    version = _keep(
        corridor,
        SignalVersion.Kind.UPLOADED,
        programme,
        base=base,
        actor=actor,
        authority=authority,
    )
    record(actor, "signals.upload", urn=version.urn, name=corridor.name_zh, number=version.number)
    return version


class UnconfirmedError(RefusedError):
    """Other hours take something away that nobody has confirmed yet; `losses` says what."""

    def __init__(self, lost: tuple[Loss, ...]) -> None:
        super().__init__(_("Confirm what will not run any more."), status=422, field="confirmed")
        self.losses = lost


@transaction.atomic
def change_hours(
    actor: User,
    corridor: SignalCorridor,
    base: str,
    days: tuple[DayTable, ...],
    confirmed: frozenset[str] = frozenset(),
) -> SignalVersion:
    """Keep other hours for the plans in force as a proposal; `base` is the version they stood in.

    Plans that stand in no table are left out. Raises ProgrammeError with all that is wrong with
    the hours, UnconfirmedError where something is lost whose key `confirmed` does not hold, and
    RefusedError where nothing differs or another version has come into force since.
    """
    authority = require_signal_officer(actor, corridor)
    current = current_of(corridor)
    if current is None or current.key != base:
        raise RefusedError(
            _("Another plan has come into force since you opened this page. Open it again.")
        )
    before = programme_of(current)
    programme = check_programme(with_days(before, days))
    if programme == before:
        raise RefusedError(_("These are the hours in force; nothing differs."), status=422)
    lost = losses(before, programme)
    if not confirmed.issuperset(each.key for each in lost):
        raise UnconfirmedError(lost)
    version = _keep(
        corridor,
        SignalVersion.Kind.HOURS,
        programme,
        base=current,
        actor=actor,
        authority=authority,
    )
    record(actor, "signals.hours", urn=version.urn, name=corridor.name_zh, number=version.number)
    return version


def _read_json(content: bytes, corridor: SignalCorridor) -> Programme:
    """Return the plans that a JSON file holds; raises SheetError with all that is wrong."""
    try:
        values = json.loads(content)
        programme = read_data(values)
    except RegionError as error:
        raise sheets.SheetError(
            [
                RowProblem(
                    "JSON",
                    0,
                    each.key,
                    Bilingual(
                        f"{each.key}：{each.message_zh}" if each.key else each.message_zh,
                        f"{each.key}: {each.message_en}" if each.key else each.message_en,
                    ),
                )
                for each in error.problems
            ]
        ) from error
    except (ValueError, RecursionError) as error:
        raise sheets.SheetError(
            [RowProblem("JSON", 0, "", Bilingual("不是有效的 JSON 文件", "this is no JSON file"))]
        ) from error
    plan = programme.first
    cities = list(dict.fromkeys(at.city for at in plan.intersections))
    if plan.key != corridor.slug or cities != list(corridor.cities):
        raise sheets.SheetError(
            [
                RowProblem(
                    "JSON",
                    0,
                    "key",
                    Bilingual(
                        f"文件不是“{corridor.name_zh}”的方案：干道编号与沿线各市须相同",
                        f"the file is not of this arterial: its key must be “{corridor.slug}”, "
                        "and its cities the same in the same order",
                    ),
                )
            ]
        )
    return programme


@transaction.atomic
def sign(
    actor: User,
    version: SignalVersion,
    *,
    agreed: bool,
    reason: str = "",
    now: datetime | None = None,
) -> SignalSignature:
    """Sign a proposal for the actor's own city, or refuse it with the reason.

    With the last city's signature it comes into force. Raises RefusedError where the city has
    decided already, another has refused, or another plan has come into force since.
    """
    corridor = SignalCorridor.objects.select_for_update().get(pk=version.corridor_id)
    authority = require_signal_officer(actor, corridor)
    city = str(authority.city_id)
    moment = now or timezone.now()
    stands = standing_of(version, corridor)
    if not stands.may_sign(city):
        raise RefusedError(
            _("This plan is not open for your city to sign any more. Reload the page.")
        )
    said = reason.strip()
    if len(said) > WORDS:
        raise RefusedError(
            _("At most %(limit)s characters.") % {"limit": WORDS}, status=422, field="reason"
        )
    if not agreed and not said:
        raise RefusedError(_("Give the reason."), status=422, field="reason")
    made = SignalSignature.objects.create(
        version=version,
        city_id=city,
        authority=authority,
        officer=actor,
        agreed=agreed,
        reason=said,
        at=moment,
    )
    verb = "signals.sign" if agreed else "signals.refuse"
    record(
        actor,
        verb,
        urn=version.urn,
        name=corridor.name_zh,
        at=moment,
        number=version.number,
        reason=said,
    )
    if comes_into_force(tuple(corridor.cities), signatures_of(version)):
        SignalAdoption.objects.create(version=version, at=moment)
        record(
            actor,
            "signals.adopt",
            urn=version.urn,
            name=corridor.name_zh,
            at=moment,
            number=version.number,
        )
    return made


def signatures_of(version: SignalVersion) -> dict[str, bool]:
    """Return what the cities decided on a version so far."""
    return dict(version.signatures.values_list("city_id", "agreed"))


def standing_of(version: SignalVersion, corridor: SignalCorridor) -> Standing:
    """Return where a version stands; see `signal_standing`."""
    current = current_of(corridor)
    return standing(
        tuple(corridor.cities),
        signatures_of(version),
        adopted=SignalAdoption.objects.filter(version=version).exists(),
        current=current is not None and current.pk == version.pk,
        base_current=current is not None and current.pk == version.base_id,
    )


def require_signal_officer(actor: User, corridor: SignalCorridor) -> Authority:
    """Return the traffic police authority for which the actor works; refuse others."""
    if not is_signal_officer(actor, corridor.cities) or actor.authority is None:
        raise NotCompetentError(
            _("This is for the traffic police of the cities along the arterial to do.")
        )
    return actor.authority


def _keep(
    corridor: SignalCorridor,
    kind: str,
    programme: Programme,
    *,
    base: SignalVersion | None,
    actor: User | None = None,
    authority: Authority | None = None,
    wish: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
) -> SignalVersion:
    # the row of the arterial is held, so that two versions cannot take one number
    SignalCorridor.objects.select_for_update().get(pk=corridor.pk)
    last = corridor.versions(manager="everything").aggregate(last=Max("number"))["last"] or 0
    return SignalVersion.everything.create(
        key=secrets.token_hex(15),
        corridor=corridor,
        number=last + 1,
        kind=kind,
        base=base,
        plan=programme_data(programme),
        wish=wish or {},
        result=result or {},
        made_by=actor,
        authority=authority or (actor.authority if actor else None),
    )
