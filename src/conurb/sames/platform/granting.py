"""Whether a pass can be granted, rule by rule, each with its reason and its source.

A pass is granted by rule where every rule passes; where one does not, an officer decides; where a
blocking one does not, there is nothing to decide (the route goes where no pass leads, the purpose
has a procedure of its own, no pass is needed at all). Nothing is ever refused by rule.

The outcome depends on what is applied for and on what is on record; where it was handed in is not
even known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from conurb.records.presenting import day_words
from conurb.region.tables import Bilingual
from conurb.sames.platform import application as applications
from conurb.sames.platform import points, quotas, validity
from conurb.sames.platform.application import Application, Data, IncompleteError
from conurb.sames.platform.declared import Declared
from conurb.sames.platform.restrictions import (
    DAY_WORDS,
    Meeting,
    Rule,
    Span,
    Zone,
    meetings,
    metres_within,
    pieces,
    route_of,
)
from conurb.sames.platform.validity import Validity
from conurb.sames.platform.vehicles import (
    ENERGY_WORDS,
    GROUP_WORDS,
    MASS_WORDS,
    MASSES,
    STAGE_WORDS,
    plate_fits,
)

ROUTE_IN_CITY_METRES = 100.0


@dataclass(frozen=True)
class Result:
    """What one rule says of an application; the service hands it on as a finding.

    `zone` is the code of the zone that it is about, for the map.
    """

    rule: str
    passed: bool
    text: Bilingual
    blocking: bool = False
    source: str = ""
    field: str = ""
    zone: str = ""


@dataclass(frozen=True)
class OtherPass:
    """A pass that the vehicle has already: what it opens, and from when until when."""

    key: str
    zones: frozenset[str]
    validity: Validity


@dataclass(frozen=True)
class Facts:
    """What is on record when an application is judged.

    `taken` are the spans of days of valid passes, by zone (those of the pass that is renewed left
    out); `points` what counts against the vehicle now; `withdrawn_on` when a pass of it was last
    withdrawn; `others` its valid passes; `renewing` the one that is to be renewed, with its
    plate and the city that issued it.
    """

    today: date
    taken: Mapping[str, Sequence[tuple[date, date]]] = field(default_factory=dict)
    points: int = 0
    withdrawn_on: date | None = None
    others: tuple[OtherPass, ...] = ()
    renewing: OtherPass | None = None
    renewing_plate: str = ""
    renewing_city: str = ""


@dataclass(frozen=True)
class Judgement:
    """All that the rules say, and what follows for the pass."""

    results: tuple[Result, ...]
    application: Application | None = None
    met: tuple[Meeting, ...] = ()
    cities: tuple[str, ...] = ()

    @property
    def opened(self) -> tuple[Zone, ...]:
        """The zones that the pass opens, in their order."""
        return tuple(dict.fromkeys(m.zone for m in self.met if m.rule.opened != "never"))

    @property
    def possible(self) -> bool:
        """Whether it can be handed in at all."""
        return all(each.passed or not each.blocking for each in self.results)

    @property
    def granted(self) -> bool:
        """Whether every rule passes, so that it is granted by rule."""
        return bool(self.results) and all(each.passed for each in self.results)


def judge(data: Data, declared: Declared, facts: Facts) -> Judgement:
    """Judge an application by every rule; one that is not complete is judged as far as it goes."""
    purpose = declared.purposes.get(str(data.get("purpose") or ""))
    if purpose is not None and purpose.elsewhere is not None:
        source = declared.sources[purpose.source].title.zh
        return Judgement((Result("purpose", False, purpose.elsewhere, True, source, "purpose"),))
    renewing = facts.renewing.validity if facts.renewing is not None else None
    try:
        asked = applications.read(data, declared, renewing, facts.today)
    except IncompleteError as lack:
        return Judgement((Result("complete", False, lack.text, True, "", lack.field),))
    times = pieces(asked.asked, declared.calendar)
    met = meetings(declared.zones, declared.exemptions, asked.vehicle, asked.route, times)
    results = (
        _plate(asked),
        *_renewal(asked, deciding_city(data, declared), facts),
        *_validity(asked, facts, declared),
        *_destination(asked, declared),
        *_restrictions(asked, met, declared),
        *_quotas(asked, met, declared, facts),
        *_record(asked, met, declared, facts),
    )
    return Judgement(results, asked, met, declared.cities_of(asked.route))


def deciding_city(data: Data, declared: Declared) -> str:
    """Return the code of the city whose authority decides, from what is applied for alone.

    The destination's, where the route needs a pass there; otherwise the city in whose restricted
    zones it runs longest (the smaller code where equal); the destination's where in none.
    """
    destination = applications.read_destination(data, declared)
    try:
        vehicle = applications.read_vehicle(data)
        codes, drawn = applications.read_route(data, declared)
    except IncompleteError:
        return destination
    route = route_of([*(declared.corridors[code].line for code in codes), drawn])
    lengths: dict[str, float] = {}
    for zone in declared.zones:
        if any(rule.binds(vehicle) and rule.opened != "never" for rule in zone.rules):
            inside = metres_within(route, zone.shape)
            if inside > 0:
                lengths[zone.city] = lengths.get(zone.city, 0.0) + inside
    if not lengths or destination in lengths:
        return destination
    return min(lengths, key=lambda city: (-round(lengths[city]), city))


def reasons(results: Iterable[Result]) -> Bilingual:
    """Return the reasons of a grant: what each rule found, in one text a language."""
    said = [each.text for each in results if each.passed]
    return Bilingual(
        "经核对，下列条件全部符合，准予通行：\n" + "\n".join(f"· {text.zh}" for text in said),
        "Every rule passes, so the pass is granted:\n" + "\n".join(f"· {text.en}" for text in said),
    )


def who_words(rule: Rule) -> Bilingual:
    """Say whom a rule restricts: 重型、中型燃油燃气货车."""
    masses = [each for each in reversed(MASSES) if each in rule.mass]
    every = len(masses) == len(MASSES)
    zh = "所有" if every else "、".join(MASS_WORDS[each].zh for each in masses)
    en = "all" if every else " and ".join(MASS_WORDS[each].en.lower() for each in masses)
    for group in sorted(rule.energies):
        zh, en = zh + GROUP_WORDS[group].zh, f"{en} {GROUP_WORDS[group].en}"
    for fuel in sorted(rule.fuels):
        zh, en = zh + ENERGY_WORDS[fuel].zh, f"{en} {ENERGY_WORDS[fuel].en.lower()}"
    if rule.stage_max is not None:
        stage = STAGE_WORDS[rule.stage_max]
        below = "" if stage.zh.endswith("及以下") else "及以下"
        zh = f"{stage.zh}{below}{zh}"
        en = f"{en} goods vehicles of {stage.en}{' or below' if below else ''}"
        return Bilingual(f"{zh}货车", en)
    return Bilingual(f"{zh}货车", f"{en} goods vehicles")


def when_words(rule: Rule) -> Bilingual:
    """Say when a rule restricts: 每日 07:00–22:00."""
    days = DAY_WORDS[rule.days]
    hours = _clocks(rule.hours)
    return Bilingual(f"{days.zh} {hours.zh}", f"{days.en} {hours.en}")


def opened_words(rule: Rule, declared: Declared) -> Bilingual:
    """Say what a pass does there: opened by rule, by an officer's decision, or by none."""
    if rule.opened == "never":
        return Bilingual("凭通行证也不得通行", "not even with a pass")
    if rule.opened == "officer":
        return Bilingual("经审查可核发通行证", "with a pass, decided by an officer")
    names = [p.name for key, p in declared.purposes.items() if key in rule.purposes]
    zh, en = "、".join(n.zh for n in names), ", ".join(n.en.lower() for n in names)
    stage = STAGE_WORDS.get(rule.stage_min or 0)
    least = Bilingual("", "")
    if stage is not None:
        least = Bilingual(f"、{stage.zh}及以上", f", from {stage.en}")
    return Bilingual(
        f"{zh}{least.zh}的自动核发通行证", f"with a pass, granted at once for {en}{least.en}"
    )


def _plate(asked: Application) -> Result:
    vehicle = asked.vehicle
    mass = MASS_WORDS[vehicle.mass]
    if plate_fits(vehicle.plate_class, vehicle.energy):
        text = Bilingual(
            f"车辆 {vehicle.plate}：{mass.zh}货车，号牌种类与能源种类一致",
            f"Vehicle {vehicle.plate}: {mass.en.lower()} goods vehicle; plate and energy agree",
        )
        return Result("vehicle", True, text, source="GA 802—2019；GA 36—2018", field="plate")
    text = Bilingual(
        "新能源号牌只核发给纯电动、插电式混合动力和燃料电池汽车，普通号牌只核发给燃油燃气汽车。"
        "请核对号牌号码和能源种类。",
        "New-energy plates are for electric, plug-in hybrid and fuel-cell vehicles, ordinary ones "
        "for all others. Check the plate and what drives the vehicle.",
    )
    return Result("vehicle", False, text, True, "GA 36—2018", "energy")


def _renewal(asked: Application, city: str, facts: Facts) -> Iterator[Result]:
    if not asked.renews:
        return
    current = facts.renewing
    if current is not None and facts.renewing_city != city:
        text = Bilingual(
            "续期由原发证市办理；目的地或路线改变后应由他市决定的，请按新证申请。",
            "A pass is renewed by the city that issued it. Where the destination or the route "
            "changes so that another city decides, apply for a new one.",
        )
        yield Result("renewal", False, text, True, field="destination")
    elif current is None or facts.renewing_plate != asked.vehicle.plate:
        text = Bilingual(
            "没有可供续期的通行证，或者号牌号码与原证不一致。请按新证申请。",
            "There is no pass to renew, or it is another vehicle's. Apply for a new one.",
        )
        yield Result("renewal", False, text, True, field="plate")
    elif not validity.can_renew(current.validity, facts.today):
        first = day_words(validity.renewable_from(current.validity))
        last = day_words(current.validity.last)
        text = Bilingual(
            f"原证自{first.zh}起至{last.zh}止可以续期。",
            f"The pass can be renewed from {first.en} to {last.en}.",
        )
        yield Result("renewal", False, text, True, field="first_day")
    else:
        last = day_words(asked.validity.last)
        text = Bilingual(
            f"续期：新证即日起替换原证，有效期至{last.zh}",
            f"Renewal: the new pass replaces the old one today and is good until {last.en}",
        )
        yield Result("renewal", True, text)


def _validity(asked: Application, facts: Facts, declared: Declared) -> Iterator[Result]:
    span = asked.validity
    first, last = day_words(span.first), day_words(span.last)
    purpose, source = asked.purpose, declared.sources[asked.purpose.source].title.zh
    counted = Validity(span.first, span.last)
    if asked.renews:
        # what is left of the old pass does not count against the longest term of the new one
        counted = validity.validity(facts.today, asked.term.days)
    found = validity.faults(counted, purpose.longest_days, facts.today)
    texts = {
        "over": Bilingual(
            f"所申请的日期至{last.zh}已经结束，请另选日期重新申请。",
            f"The days asked for ended on {last.en}. Apply again for other days.",
        ),
        "past": Bilingual(
            f"起始日期{first.zh}已过，自决定之日起至{last.zh}有效",
            f"The first day, {first.en}, is past; the pass is good from the decision to {last.en}",
        ),
        "ahead": Bilingual(
            f"最早可在起始日期前 {validity.AHEAD_DAYS} 天申请，请改期或届时再办。",
            f"A pass is applied for at most {validity.AHEAD_DAYS} days ahead. "
            "Choose an earlier day, or come back later.",
        ),
        "too-long": Bilingual(
            f"“{purpose.name.zh}”的通行证最长 {purpose.longest_days} 天，请选择较短的期限。",
            f"A pass for {purpose.name.en.lower()} is good for at most {purpose.longest_days} "
            "days. Choose a shorter term.",
        ),
    }
    for fault in found:
        field_name = "term" if fault == "too-long" else "first_day"
        # what begins while an officer has the case begins with the decision
        begun = fault == "past"
        yield Result("validity", begun, texts[fault], not begun, source, field_name)
    if not found:
        text = Bilingual(
            f"有效期{first.zh}至{last.zh}，事由为{purpose.name.zh}，期限符合规定",
            f"Good from {first.en} to {last.en} for {purpose.name.en.lower()}, "
            "within the longest term",
        )
        yield Result("validity", True, text, source=source)


def _destination(asked: Application, declared: Declared) -> Iterator[Result]:
    inside = metres_within(asked.route, declared.outlines[asked.destination])
    if inside < ROUTE_IN_CITY_METRES:
        text = Bilingual(
            "路线没有到达所选的目的地市，请改选目的地或补画路线。",
            "The route does not reach the city of destination. Choose another or draw it further.",
        )
        yield Result("route", False, text, True, field="destination")


def _restrictions(
    asked: Application, met: Sequence[Meeting], declared: Declared
) -> Iterator[Result]:
    if not met:
        covered = [e for e in declared.exemptions if e.covers(asked.vehicle)]
        why = Bilingual("", "")
        if covered:
            why = Bilingual(
                f"（{covered[0].name.zh}不受限行）", f" ({covered[0].name.en} are not restricted)"
            )
        text = Bilingual(
            f"按所填车辆、路线和时段，沿途不受限行，无需办理通行证，可以直接通行{why.zh}。",
            f"This vehicle is not restricted on this route at these hours{why.en}. "
            "No pass is needed.",
        )
        source = declared.sources[covered[0].source].title.zh if covered else ""
        yield Result("needed", False, text, True, source, "corridors")
    for meeting in met:
        yield _restriction(asked, meeting, declared)


def _restriction(asked: Application, meeting: Meeting, declared: Declared) -> Result:
    zone, rule = meeting.zone, meeting.rule
    source = declared.sources[rule.source].title.zh
    who, hours = who_words(rule), _clocks(meeting.spans)
    head = Bilingual(f"{zone.code} {zone.name.zh}", f"{zone.code} {zone.name.en}")
    if rule.opened == "never":
        text = Bilingual(
            f"{head.zh}：{hours.zh} 禁止{who.zh}通行，凭通行证也不得通行。"
            "请改走其他路线或者改变时段。",
            f"{head.en}: closed to {who.en} {hours.en}, with a pass or without. "
            "Take another route or other hours.",
        )
        return Result("restriction", False, text, True, source, "drawn", zone.code)
    if rule.opens_for(asked.vehicle, asked.purpose.key):
        text = Bilingual(
            f"{head.zh}：{hours.zh} 限制{who.zh}，所申请事由和车辆符合自动核发条件",
            f"{head.en}: restricted to {who.en} {hours.en}; purpose and vehicle meet the rule",
        )
        return Result("restriction", True, text, source=source, zone=zone.code)
    why = Bilingual("须由经办人审查", "an officer has to decide")
    if rule.opened == "rule" and asked.purpose.key not in rule.purposes:
        why = Bilingual(
            f"“{asked.purpose.name.zh}”须由经办人审查",
            f"for {asked.purpose.name.en.lower()} an officer has to decide",
        )
    elif rule.opened == "rule" and rule.stage_min is not None:
        stage = STAGE_WORDS[rule.stage_min]
        why = Bilingual(
            f"排放标准低于{stage.zh}，须由经办人审查",
            f"below {stage.en}, so an officer has to decide",
        )
    text = Bilingual(
        f"{head.zh}：{hours.zh} 限制{who.zh}通行；{why.zh}",
        f"{head.en}: restricted to {who.en} {hours.en}; {why.en}",
    )
    return Result("restriction", False, text, source=source, zone=zone.code)


def _quotas(
    asked: Application, met: Sequence[Meeting], declared: Declared, facts: Facts
) -> Iterator[Result]:
    source = declared.sources[declared.quota_source].title.zh
    for zone in dict.fromkeys(m.zone for m in met if m.rule.opened != "never"):
        if zone.quota is None:
            continue
        span = asked.validity
        room = quotas.room(zone.quota, facts.taken.get(zone.code, ()), span.first, span.last)
        if room.left > 0:
            text = Bilingual(
                f"{zone.code} {zone.name.zh}：每日限额 {zone.quota} 个，"
                f"最满一日已发 {room.taken} 个",
                f"{zone.code} {zone.name.en}: {room.taken} of {zone.quota} passes a day are taken "
                "on the fullest day",
            )
            yield Result("quota", True, text, source=source, zone=zone.code)
        else:
            day = day_words(room.fullest)
            text = Bilingual(
                f"{zone.code} {zone.name.zh}：{day.zh}的限额 {zone.quota} 个已发完，"
                "须由经办人审查，也可以另选日期",
                f"{zone.code} {zone.name.en}: the {zone.quota} passes of {day.en} are taken; "
                "an officer has to decide, or choose other days",
            )
            yield Result("quota", False, text, source=source, field="first_day", zone=zone.code)


def _record(
    asked: Application, met: Sequence[Meeting], declared: Declared, facts: Facts
) -> Iterator[Result]:
    limits = declared.thresholds
    source = declared.sources[declared.points_source].title.zh
    stands = points.standing(facts.points, limits)
    text = Bilingual(
        f"近 {limits.window_days} 天积分 {facts.points} 分，未达到 {limits.withdraw_at} 分",
        f"{facts.points} points in the last {limits.window_days} days, below {limits.withdraw_at}",
    )
    if stands == "due":
        text = Bilingual(
            f"近 {limits.window_days} 天积分 {facts.points} 分，已达到 {limits.withdraw_at} 分，"
            "须由经办人审查",
            f"{facts.points} points in the last {limits.window_days} days, the limit is "
            f"{limits.withdraw_at}; an officer has to decide",
        )
    yield Result("points", stands != "due", text, source=source)
    if facts.withdrawn_on is not None:
        since = (facts.today - facts.withdrawn_on).days
        if since < limits.no_rule_days:
            day = day_words(facts.withdrawn_on)
            text = Bilingual(
                f"该车通行证于{day.zh}被撤销，{limits.no_rule_days} 天内的申请须由经办人审查",
                f"A pass of this vehicle was withdrawn on {day.en}; for "
                f"{limits.no_rule_days} days an officer has to decide",
            )
            yield Result("withdrawn", False, text, source=source)
    opened = {m.zone.code for m in met if m.rule.opened != "never"}
    span = asked.validity
    for other in facts.others:
        both = (
            other.validity.first <= span.last
            and span.first <= other.validity.last
            and opened & other.zones
            and other.key != asked.renews
        )
        if both:
            last = day_words(other.validity.last)
            codes = sorted(opened & other.zones)
            text = Bilingual(
                f"该车在 {'、'.join(codes)} 已有有效通行证（至{last.zh}），须由经办人审查；"
                "临近到期的请办理续期",
                f"The vehicle has a pass for {', '.join(codes)} until {last.en}; an officer has "
                "to decide. Near its end, renew it instead",
            )
            yield Result("twice", False, text)


def _clocks(spans: Sequence[Span]) -> Bilingual:
    if len(spans) == 1 and spans[0] == Span(0, 1440):
        return Bilingual("全天", "all day")
    return Bilingual("、".join(map(str, spans)), ", ".join(map(str, spans)))
