"""What the pages of the signals show: arterials, their plans, waves, delay, and who has signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import get_language

from conurb.network.signals.bands import Bands, bands_of
from conurb.network.signals.declaring import read_data
from conurb.network.signals.diagram import (
    Diagram,
    Wave,
    diagram_of,
    height_of,
    summary,
    tick,
    words_of,
)
from conurb.network.signals.plans import WAYS, Order, TimingPlan, Way
from conurb.network.signals.programmes import Pattern, Programme
from conurb.network.signals.sheets import ORDER_WORDS
from conurb.plan.measures import Figure, NoFigureError
from conurb.region.models import City, in_language
from conurb.region.tables import Bilingual
from conurb.sames.facilities.queries.signal_days import COLOURS, Now, kind_name, now_of
from conurb.sames.facilities.signal_models import (
    SignalAdoption,
    SignalCorridor,
    SignalSignature,
    SignalVersion,
)
from conurb.sames.facilities.signal_standing import Standing, standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.network.signals.delays import Costs
    from conurb.region.models import User


@dataclass(frozen=True)
class WayFigures:
    """What one way gets: the wave through all, the links' mean, delay and stops end to end."""

    way: Way
    name: str
    seconds: float
    percent: float
    links_percent: float
    delay: float | None
    stops: float | None


@dataclass(frozen=True)
class Row:
    """An intersection in the table: its split in whole percent, and what a proposal changes."""

    number: int
    name: str
    city: str
    metres: float
    offset: float
    green: tuple[float, float]
    crossing: float
    order: str
    left: bool
    speed: tuple[float, float] | None
    load: float | None
    offset_before: float | None
    order_before: str | None


@dataclass(frozen=True)
class Label:
    """A name beside the diagram, or a second below it, as a share of the axis in percent."""

    at: float
    text: str


@dataclass(frozen=True)
class Shape:
    """A wave on the page: corners in seconds and pixels, the class of its look, its words."""

    look: str
    points: str
    words: str


@dataclass(frozen=True)
class Strip:
    """A red on the page, seconds and pixels."""

    x: float
    y: float
    width: float
    way: Way


@dataclass(frozen=True)
class Drawing:
    """The time-space diagram as the page draws it; `seconds` wide and `height` pixels high."""

    seconds: float
    height: float
    waves: tuple[Shape, ...]
    strips: tuple[Strip, ...]
    names: tuple[Label, ...]
    times: tuple[Label, ...]
    summary: str


@dataclass(frozen=True)
class Shown:
    """One plan of a version with everything that the page says of it."""

    version: SignalVersion
    programme: Programme
    pattern: Pattern
    standing: Standing
    ways: tuple[WayFigures, ...]
    hours: float | None
    full: tuple[str, ...]
    drawing: Drawing

    @property
    def plan(self) -> TimingPlan:
        """The plan itself."""
        return self.pattern.plan

    @property
    def name(self) -> str:
        """What day tables call the plan."""
        return said(self.pattern.name)


@dataclass(frozen=True)
class PlanRow:
    """A plan of the day in the table: when it runs, what it gives, what a proposal changes."""

    number: int
    pattern: Pattern
    name: str
    hours: tuple[tuple[str, str], ...]
    ways: tuple[WayFigures, ...]
    runs_now: bool
    changed: bool

    @property
    def colour(self) -> int:
        """Which of the colours of the strip is its own."""
        return (self.number - 1) % COLOURS


@dataclass(frozen=True)
class Signing:
    """What one city has to say on a version."""

    city: City
    signature: SignalSignature | None


@dataclass(frozen=True)
class Listed:
    """An arterial in the list, with the plan that runs at the moment."""

    corridor: SignalCorridor
    cities: list[City]
    version: SignalVersion
    programme: Programme
    now: Now
    ways: tuple[WayFigures, ...]
    signed: bool
    proposals: int

    @property
    def count(self) -> int:
        """How many intersections it has."""
        return len(self.programme.first.intersections)

    @property
    def kilometres(self) -> float:
        """From its first intersection to its last."""
        at = self.programme.first.intersections
        return (at[-1].metres - at[0].metres) / 1000

    @property
    def cycle(self) -> float:
        """Of the plan that runs, seconds."""
        return self.now.pattern.plan.cycle

    @property
    def name(self) -> str:
        """What the plan that runs is called."""
        return said(self.now.pattern.name)


@dataclass(frozen=True)
class Past:
    """A version in the history of an arterial."""

    version: SignalVersion
    standing: Standing


def listed(actor: User | AnonymousUser, at: datetime | None = None) -> list[Listed]:
    """Return every arterial with the plan in force; the number of queries does not grow."""
    cities = {city.code: city for city in City.objects.all()}
    rows = []
    for corridor in SignalCorridor.objects.filter(active=True).prefetch_related(_versions(actor)):
        past = history(corridor)
        current = next((each for each in past if each.standing.state == "in-force"), None)
        if current is None:
            continue
        programme = programme_of(current.version)
        now = now_of(programme, at)
        rows.append(
            Listed(
                corridor=corridor,
                cities=[cities[code] for code in corridor.cities],
                version=current.version,
                programme=programme,
                now=now,
                ways=ways_of(now.pattern.plan),
                signed=bool(current.version.signatures.all()),
                proposals=sum(each.standing.state == "open" for each in past),
            )
        )
    return rows


def corridor_of(actor: User | AnonymousUser, slug: str) -> SignalCorridor | None:
    """Return an arterial with its versions, None where there is none."""
    rows = SignalCorridor.objects.filter(active=True, slug=slug)
    return rows.prefetch_related(_versions(actor)).first()


def history(corridor: SignalCorridor) -> list[Past]:
    """Return the versions of an arterial, the newest first, with where each stands.

    The corridor comes from `listed` or `corridor_of`, which fetched its versions.
    """
    versions: list[SignalVersion] = list(corridor.versions.all())
    adopted = {v.pk: v.adoption for v in versions if hasattr(v, "adoption")}
    current = max(adopted, key=lambda pk: (adopted[pk].at, adopted[pk].pk), default=None)
    return [
        Past(
            version,
            standing(
                tuple(corridor.cities),
                {each.city_id: each.agreed for each in version.signatures.all()},
                adopted=version.pk in adopted,
                current=version.pk == current,
                base_current=version.base_id == current,
            ),
        )
        for version in versions
    ]


def shown(past: Past, pattern: Pattern) -> Shown:
    """Return one plan of a version with its figures and its diagram."""
    plan = pattern.plan
    costs = costs_in(plan)
    full = () if costs is None else costs.full
    return Shown(
        version=past.version,
        programme=programme_of(past.version),
        pattern=pattern,
        standing=past.standing,
        ways=ways_of(plan),
        hours=None if costs is None else costs.hours,
        full=tuple(
            f"{said(plan.intersections[each.place].name)} · {said(_way_name(plan, each.way))}"
            for each in full
        ),
        drawing=drawing_of(plan),
    )


def rows_of(plan: TimingPlan, before: TimingPlan | None = None) -> list[Row]:
    """Return the table of intersections; with a plan before, what differs from it."""
    costs = costs_in(plan)
    cities = {city.code: city.short for city in City.objects.all()}
    loads: dict[int, float] = {}
    for each in costs.approaches if costs else ():
        loads[each.place] = max(loads.get(each.place, 0.0), each.saturation)
    rows = []
    old = {at.key: n for n, at in enumerate(before.intersections)} if before else {}
    for place, at in enumerate(plan.intersections):
        was = old.get(at.key)
        order = ORDER_WORDS[at.order] if at.has_left else None
        order_before = None
        offset_before = None
        if before is not None and was is not None:
            offset_before = before.offsets[was]
            order_before = said(ORDER_WORDS[before.intersections[was].order])
        rows.append(
            Row(
                number=place + 1,
                name=said(at.name),
                city=cities.get(at.city, at.city),
                metres=at.metres,
                offset=plan.offsets[place],
                green=tuple(plan.green(place, way).lasts for way in WAYS),  # type: ignore[arg-type]
                crossing=at.crossing * 100,
                order=said(order) if order else "–",
                left=at.has_left,
                speed=tuple(plan.speeds[place]) if place < len(plan.speeds) else None,  # type: ignore[arg-type]
                load=loads.get(place),
                offset_before=offset_before,
                order_before=order_before if at.has_left else None,
            )
        )
    return rows


def plans_of(programme: Programme, now: Now, before: Programme | None = None) -> list[PlanRow]:
    """Return the plans of an arterial; with a programme before, which differ from it."""
    rows = []
    for number, pattern in enumerate(programme.patterns, 1):
        rows.append(
            PlanRow(
                number=number,
                pattern=pattern,
                name=said(pattern.name),
                hours=tuple(
                    (kind_name(kind), in_language("、", ", ").join(slot.hours for slot in slots))
                    for kind in (table.kind for table in programme.tables)
                    if (slots := programme.slots_of(pattern.key, kind))
                ),
                ways=ways_of(pattern.plan),
                runs_now=pattern.key == now.pattern.key,
                changed=before is not None and before.pattern(pattern.key) != pattern,
            )
        )
    return rows


def signings(version: SignalVersion, corridor: SignalCorridor) -> list[Signing]:
    """Return each city along the arterial with what it decided."""
    cities = {city.code: city for city in City.objects.all()}
    signed = {each.city_id: each for each in version.signatures.all()}
    return [Signing(cities[code], signed.get(code)) for code in corridor.cities]


def features_of(plan: TimingPlan) -> dict[str, Any]:
    """Return the intersections and the line through them as GeoJSON, where they have places."""
    placed = [
        (n, at, at.position)
        for n, at in enumerate(plan.intersections, 1)
        if at.position is not None
    ]
    points = [
        {
            "type": "Feature",
            "properties": {"number": n, "name": said(at.name), "city": at.city},
            "geometry": {"type": "Point", "coordinates": list(position)},
        }
        for n, at, position in placed
    ]
    line = {
        "type": "Feature",
        "properties": {},
        "geometry": {
            "type": "LineString",
            "coordinates": [list(position) for _n, _at, position in placed],
        },
    }
    return {"type": "FeatureCollection", "features": [line, *points] if len(points) > 1 else []}


def drawing_of(plan: TimingPlan) -> Drawing:
    """Return the time-space diagram as the page draws it."""
    diagram = diagram_of(plan)
    height = height_of(diagram)

    def y(metre: float) -> float:
        return metre / diagram.metres * height

    step = tick(diagram)
    return Drawing(
        seconds=diagram.seconds,
        height=height,
        waves=tuple(_shape(diagram, wave, y) for wave in diagram.waves),
        strips=tuple(
            Strip(
                x=round(bar.begins, 2),
                y=round(y(diagram.metre(bar.place)) + (-5 if bar.way == "outbound" else 1), 2),
                width=round(bar.ends - bar.begins, 2),
                way=bar.way,
            )
            for bar in diagram.bars
            if not bar.green
        ),
        names=tuple(
            Label(y(diagram.metre(place)), said(at.name))
            for place, at in enumerate(plan.intersections)
        ),
        times=tuple(
            Label(n * step / diagram.seconds * 100, f"{n * step:g}")
            for n in range(int(diagram.seconds // step) + 1)
        ),
        summary=said(summary(diagram)),
    )


def programme_of(version: SignalVersion) -> Programme:
    """Return the plans that a version holds; versions never change, so they are read once."""
    return _read(version.key, _Frozen(version.plan))


def said(words: Bilingual) -> str:
    """Return words in the language of the moment."""
    return in_language(words.zh, words.en)


def language() -> str:
    """Return the language of the moment as the exports know it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def orders() -> list[tuple[str, str]]:
    """Return the orders of left turns with their words."""
    return [(order.value, said(ORDER_WORDS[order])) for order in Order]


class _Frozen:
    """A value that a cache does not look at: the key before it says all."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen)


@lru_cache(maxsize=128)
def _read(_key: str, frozen: _Frozen) -> Programme:
    return read_data(frozen.value)


@lru_cache(maxsize=256)
def costs_in(plan: TimingPlan) -> Costs | None:
    """Return what a plan costs drivers; None where its flows are not known."""
    # the compiled model is loaded when it is first asked for, not when a process starts
    from conurb.network.signals.delays import costs_of

    return costs_of(plan)


def _versions(actor: User | AnonymousUser) -> Prefetch[str]:
    versions = SignalVersion.objects.visible_to(actor).select_related(
        "adoption", "made_by", "authority", "base", "corridor"
    )
    return Prefetch("versions", versions.prefetch_related("signatures__authority"))


def ways_of(plan: TimingPlan) -> tuple[WayFigures, ...]:
    """Return what each way gets from a plan."""
    bands = waves_of(plan)
    costs = costs_in(plan)
    return tuple(
        WayFigures(
            way=way,
            name=said(name),
            seconds=bands.through[way].lasts,
            percent=bands.share(way) * 100,
            links_percent=links_share(bands, way) * 100,
            delay=None if costs is None else costs.delay[way],
            stops=None if costs is None else costs.stops[way],
        )
        for way, name in zip(WAYS, plan.ways, strict=True)
    )


@lru_cache(maxsize=256)
def waves_of(plan: TimingPlan) -> Bands:
    """Return the waves of a plan."""
    return bands_of(plan)


def links_share(bands: Bands, way: Way) -> float:
    """Return the mean width of a way's waves over its links, as a share of the cycle."""
    widths = [band.lasts for band in bands.links[way]]
    return sum(widths) / len(widths) / bands.cycle


def _way_name(plan: TimingPlan, way: Way) -> Bilingual:
    return plan.ways[WAYS.index(way)]


def _shape(diagram: Diagram, wave: Wave, y: Any) -> Shape:
    points = " ".join(f"{second:.2f},{y(metre):.2f}" for second, metre in wave.corners)
    part = "wave-part" if wave.link is not None else "wave-through"
    return Shape(f"{wave.way} {part}", points, said(words_of(diagram, wave)))


# ---------------------------------------------------------------------- measures of item 2.4


def _in_force() -> list[tuple[SignalVersion, bool]]:
    """Return the version in force on every arterial, and whether its cities signed it."""
    rows = SignalAdoption.objects.filter(version__corridor__active=True).select_related("version")
    newest: dict[int, SignalVersion] = {}
    for row in rows.order_by("at", "id"):
        newest[row.version.corridor_id] = row.version
    signed = set(
        SignalSignature.objects.filter(version__in=newest.values()).values_list(
            "version", flat=True
        )
    )
    return [(version, version.pk in signed) for version in newest.values()]


def coordinated() -> Figure:
    """How many arterials run a plan that all their cities signed, of those with a plan."""
    rows = _in_force()
    if not rows:
        raise NoFigureError("尚未录入干道信号配时", "no signal plan of an arterial is kept yet")
    return Figure(
        sum(signed for _version, signed in rows), "条", "arterials", timezone.now(), len(rows)
    )


def wave_share() -> Figure:
    """How wide the green waves are, as a share of the cycle.

    The mean of all links and ways, each plan counted by how long it runs in a week.
    """
    rows = _in_force()
    if not rows:
        raise NoFigureError("尚未录入干道信号配时", "no signal plan of an arterial is kept yet")
    total = minutes = 0.0
    for version, _signed in rows:
        programme = programme_of(version)
        for pattern in programme.patterns:
            runs, bands = programme.minutes_a_week(pattern.key), waves_of(pattern.plan)
            total += runs * sum(links_share(bands, way) for way in WAYS)
            minutes += runs * len(WAYS)
    return Figure(round(100 * total / minutes), "%", "%", timezone.now())
