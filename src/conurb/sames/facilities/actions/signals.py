"""What happens to signal plans: declared, optimised, uploaded, signed by every city or refused.

Codes in the journal: signals.declare, signals.optimise, signals.propose, signals.upload,
signals.sign, signals.refuse, signals.adopt.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
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
from conurb.network.signals.bandwidth import METHODS, Found, Wish, optimise, width_of
from conurb.network.signals.declaring import data_of, read_data, read_folder
from conurb.network.signals.delays import settle
from conurb.network.signals.plans import WAYS, Both, TimingError, TimingPlan
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.declarations import Region
from conurb.region.models import Authority, User
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
"""How long one search may take."""
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
        plan = each.plan
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
            version = _keep(corridor, SignalVersion.Kind.DECLARED, plan, base=current_of(corridor))
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
    keys = [each.plan.key for each in declared]
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


def plan_of(version: SignalVersion) -> TimingPlan:
    """Return the plan that a version holds."""
    return read_data(version.plan, version.urn)


@dataclass(frozen=True)
class Asked:
    """What an officer asks of the optimiser: the wish, and what counts after the wave."""

    wish: Wish
    keep: str = "balance"

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        wish = self.wish
        return {
            "method": wish.method,
            "cycles": list(wish.cycles) if wish.cycles else None,
            "tolerance": wish.tolerance,
            "weights": list(wish.weights),
            "orders": wish.orders,
            "keep": self.keep,
        }

    @staticmethod
    def read(data: dict[str, Any]) -> Asked:
        """Return what `data` wrote. Raises RefusedError (422) for what nobody may ask."""
        if data.get("method") not in METHODS or data.get("keep") not in KEEPS:
            raise RefusedError(_("Choose a method and what counts after the wave."), status=422)
        cycles = data.get("cycles")
        return Asked(
            Wish(
                method=data["method"],
                cycles=(float(cycles[0]), float(cycles[1])) if cycles else None,
                tolerance=float(data["tolerance"]),
                weights=Both(*(float(value) for value in data["weights"])),
                orders=bool(data["orders"]),
                seconds=SECONDS,
            ),
            data["keep"],
        )


@transaction.atomic
def ask(actor: User, corridor: SignalCorridor, asked: Asked) -> Job:
    """Have the green wave of an arterial searched for in the background."""
    authority = require_signal_officer(actor, corridor)
    base = current_of(corridor)
    if base is None:
        raise RefusedError(_("No plan is in force here; load the region's folder again."))
    record(
        actor,
        "signals.optimise",
        urn=base.urn,
        name=corridor.name_zh,
        method=asked.wish.method,
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


def search(plan: TimingPlan, asked: Asked, running: Running | None = None) -> dict[str, Any]:
    """Return the plan found, as data, with how good it is; what `keep` of the work takes."""
    stopped: list[Exception] = []
    started = timezone.now()

    def progress(_gap: float) -> bool:
        if running is None:
            return True
        spent = (timezone.now() - started).total_seconds()
        try:
            running.progress(min(int(spent), int(SECONDS) - 1), int(SECONDS), _SEARCHING)
        except Exception as fault:  # HiGHS must be left before it can be told
            stopped.append(fault)
            return False
        return True

    try:
        found = optimise(plan, asked.wish, progress)
    except TimingError as error:
        if stopped:
            raise stopped[0] from None
        first = error.problems[0].message
        raise _UnmetError(first) from error
    if stopped:
        raise stopped[0]
    final = _settled(found, asked)
    bands = bands_of(final)
    return {
        "plan": data_of(final),
        "result": {
            "objective": found.objective,
            "bound": found.bound,
            "gap": found.gap,
            "optimal": found.optimal,
            "took": round(found.took, 2),
            "kept": width_of(final, asked.wish, bands)
            / max(width_of(found.plan, asked.wish), 1e-9),
            "bands": {way: bands.through[way].lasts for way in WAYS},
        },
    }


def _settled(found: Found, asked: Asked) -> TimingPlan:
    """Return the plan found, with the offsets that lower delay as far as was asked."""
    share = KEEPS[asked.keep]
    if share is None:
        return found.plan
    least = share * width_of(found.plan, asked.wish)
    return settle(found.plan, lambda tried: width_of(tried, asked.wish) >= least - 1e-9)


class _UnmetError(ValueError):
    """No plan meets what was asked; the job tells it in both languages."""

    def __init__(self, message: Bilingual) -> None:
        self.message_zh, self.message_en = message.zh, message.en
        super().__init__(message.en)


_SEARCHING = Bilingual("正在求解绿波方案", "Searching for the green wave")


def _do(running: Running) -> dict[str, Any]:
    base = SignalVersion.everything.get(key=running.arguments["base"])
    return search(plan_of(base), Asked.read(running.arguments["asked"]), running)


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
    """Keep a plan from a workbook as a proposal. Raises sheets.SheetError with every problem."""
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
    before = plan_of(base)
    plan = sheets.read_workbook(content, before)
    if plan == before:
        raise RefusedError(
            _("The workbook says the same as the plan in force."), status=422, field="file"
        )
    version = _keep(
        corridor, SignalVersion.Kind.UPLOADED, plan, base=base, actor=actor, authority=authority
    )
    record(actor, "signals.upload", urn=version.urn, name=corridor.name_zh, number=version.number)
    return version


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
    plan: TimingPlan,
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
        plan=data_of(plan),
        wish=wish or {},
        result=result or {},
        made_by=actor,
        authority=authority or (actor.authority if actor else None),
    )
