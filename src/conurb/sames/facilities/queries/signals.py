"""What the pages of the signals show: arterials, their plans, waves, delay, and who has signed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import get_language

from conurb.network.signals.bands import Bands
from conurb.network.signals.declaring import read_data
from conurb.network.signals.delays import Costs, costs_of
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
from conurb.network.signals.sheets import ORDER_WORDS
from conurb.plan.measures import Figure, NoFigureError
from conurb.region.models import City, in_language
from conurb.region.tables import Bilingual
from conurb.sames.facilities.signal_models import (
    SignalAdoption,
    SignalCorridor,
    SignalSignature,
    SignalVersion,
)
from conurb.sames.facilities.signal_standing import Standing, standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

ITEM = "2.4"
PREVIEWED = 12


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
    """A version of a plan with everything that the page says of it."""

    version: SignalVersion
    plan: TimingPlan
    standing: Standing
    ways: tuple[WayFigures, ...]
    hours: float | None
    full: tuple[str, ...]
    drawing: Drawing


@dataclass(frozen=True)
class Signing:
    """What one city has to say on a version."""

    city: City
    signature: SignalSignature | None


@dataclass(frozen=True)
class Listed:
    """An arterial in the list."""

    corridor: SignalCorridor
    cities: list[City]
    count: int
    kilometres: float
    cycle: float
    ways: tuple[WayFigures, ...]
    signed: bool
    proposals: int


@dataclass(frozen=True)
class Past:
    """A version in the history of an arterial."""

    version: SignalVersion
    standing: Standing


def listed(actor: User | AnonymousUser) -> list[Listed]:
    """Return every arterial with the plan in force; the number of queries does not grow."""
    cities = {city.code: city for city in City.objects.all()}
    rows = []
    for corridor in SignalCorridor.objects.filter(active=True).prefetch_related(_versions(actor)):
        past = history(corridor)
        current = next((each for each in past if each.standing.state == "in-force"), None)
        if current is None:
            continue
        plan = plan_of(current.version)
        first, last = plan.intersections[0].metres, plan.intersections[-1].metres
        rows.append(
            Listed(
                corridor=corridor,
                cities=[cities[code] for code in corridor.cities],
                count=len(plan.intersections),
                kilometres=(last - first) / 1000,
                cycle=plan.cycle,
                ways=_ways(plan),
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


def shown(past: Past) -> Shown:
    """Return a version with its figures and its diagram."""
    plan = plan_of(past.version)
    costs = _costs(plan)
    full = () if costs is None else costs.full
    return Shown(
        version=past.version,
        plan=plan,
        standing=past.standing,
        ways=_ways(plan),
        hours=None if costs is None else costs.hours,
        full=tuple(
            f"{said(plan.intersections[each.place].name)} · {said(_way_name(plan, each.way))}"
            for each in full
        ),
        drawing=drawing_of(plan),
    )


def rows_of(plan: TimingPlan, before: TimingPlan | None = None) -> list[Row]:
    """Return the table of intersections; with a plan before, what differs from it."""
    costs = _costs(plan)
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


def plan_of(version: SignalVersion) -> TimingPlan:
    """Return the plan that a version holds; versions never change, so it is read once."""
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


@lru_cache(maxsize=64)
def _read(_key: str, frozen: _Frozen) -> TimingPlan:
    return read_data(frozen.value)


@lru_cache(maxsize=64)
def _costs(plan: TimingPlan) -> Costs | None:
    return costs_of(plan)


def _versions(actor: User | AnonymousUser) -> Prefetch[str]:
    versions = SignalVersion.objects.visible_to(actor).select_related(
        "adoption", "made_by", "authority", "base", "corridor"
    )
    return Prefetch("versions", versions.prefetch_related("signatures__authority"))


def _ways(plan: TimingPlan) -> tuple[WayFigures, ...]:
    bands = diagram_bands(plan)
    costs = _costs(plan)
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


@lru_cache(maxsize=64)
def diagram_bands(plan: TimingPlan) -> Bands:
    """Return the waves of a plan."""
    return diagram_of(plan, 1).bands


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
    """How wide the green waves are, as a share of the cycle: the mean of all links and ways."""
    rows = _in_force()
    if not rows:
        raise NoFigureError("尚未录入干道信号配时", "no signal plan of an arterial is kept yet")
    shares = [
        links_share(diagram_bands(plan_of(version)), way)
        for version, _signed in rows
        for way in WAYS
    ]
    return Figure(round(100 * sum(shares) / len(shares)), "%", "%", timezone.now())
