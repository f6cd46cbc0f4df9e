"""The time-space diagram of a plan: where the greens are, and the waves that run through them.

Time runs to the right, the arterial from top to bottom. `diagram_of` gives shapes in seconds and
metres; `svg_of` draws them as a picture of its own, for paper and for other programs. The page
draws the same shapes in its own colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from conurb.network.signals.bands import Bands, bands_of
from conurb.network.signals.plans import WAYS, TimingPlan, Way
from conurb.region.tables import Bilingual

CYCLES = 3
Point = tuple[float, float]


@dataclass(frozen=True)
class Bar:
    """A green or red of one way at one intersection, in seconds on the diagram's axis."""

    place: int
    way: Way
    begins: float
    ends: float
    green: bool


@dataclass(frozen=True)
class Wave:
    """A band: its corners (second, metre) in order, how wide it is, and at which speeds it runs.

    `link` is None for a band through all intersections.
    """

    way: Way
    corners: tuple[Point, ...]
    seconds: float
    speeds: tuple[float, float]
    link: int | None


@dataclass(frozen=True)
class Diagram:
    """The shapes of a plan over some cycles; `seconds` and `metres` are the axes' lengths."""

    plan: TimingPlan
    bands: Bands
    seconds: float
    metres: float
    bars: tuple[Bar, ...]
    waves: tuple[Wave, ...]

    def metre(self, place: int) -> float:
        """Return how far down an intersection lies, metres from the first."""
        return self.plan.intersections[place].metres - self.plan.intersections[0].metres


def diagram_of(plan: TimingPlan, cycles: int = CYCLES) -> Diagram:
    """Return the diagram of a plan over so many cycles."""
    seconds = cycles * plan.cycle
    bands = bands_of(plan)
    first, last = plan.intersections[0].metres, plan.intersections[-1].metres
    bars = tuple(
        bar for place in range(len(plan.intersections)) for bar in _bars(plan, place, seconds)
    )
    waves: list[Wave] = []
    for way in WAYS:
        for link, band in enumerate(bands.links[way]):
            if band.lasts > 0:
                places = [link, link + 1] if way == "outbound" else [link + 1, link]
                waves += _waves(plan, way, places, band.begins, band.lasts, seconds, link)
        through = bands.through[way]
        if through.lasts > 0:
            places = list(range(len(plan.intersections)))
            if way == "inbound":
                places.reverse()
            waves += _waves(plan, way, places, through.begins, through.lasts, seconds, None)
    return Diagram(plan, bands, seconds, last - first, bars, tuple(waves))


def _bars(plan: TimingPlan, place: int, seconds: float) -> list[Bar]:
    bars = []
    for way in WAYS:
        green = plan.green(place, way)
        begins = (plan.offsets[place] + green.begins) % plan.cycle - plan.cycle
        while begins < seconds:
            for low, high, is_green in (
                (begins, begins + green.lasts, True),
                (begins + green.lasts, begins + plan.cycle, False),
            ):
                if high > 0 and low < seconds:
                    bars.append(Bar(place, way, max(low, 0.0), min(high, seconds), is_green))
            begins += plan.cycle
    return bars


def _waves(
    plan: TimingPlan,
    way: Way,
    places: list[int],
    begins: float,
    lasts: float,
    seconds: float,
    link: int | None,
) -> list[Wave]:
    """Return a band once a cycle, wherever any of it is on the diagram."""
    start = plan.intersections[0].metres
    times = [0.0]
    speeds = []
    for a, b in pairwise(places):
        at = min(a, b)
        times.append(times[-1] + plan.travel(at, way))
        speeds.append(plan.speeds[at].of(way))
    waves = []
    since = begins - plan.cycle * (1 + (times[-1] + lasts) // plan.cycle)
    while since < seconds:
        if since + times[-1] + lasts > 0:
            edge = [
                (since + time, plan.intersections[place].metres - start)
                for time, place in zip(times, places, strict=True)
            ]
            corners = (*edge, *((time + lasts, metre) for time, metre in reversed(edge)))
            waves.append(Wave(way, corners, lasts, (min(speeds), max(speeds)), link))
        since += plan.cycle
    return waves


# ------------------------------------------------------------------------------- the picture

WIDTH, LEFT, TOP, BOTTOM, RIGHT = 1040.0, 190.0, 64.0, 46.0, 16.0
BAR = 4.0
LEAST_ROW = 24.0
STYLE = """
text{font:13px system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;fill:#1d2733}
.ground{fill:#fff}.axis{stroke:#8a97a6}.grid{stroke:#d5dbe1;stroke-dasharray:3 4}
.red{fill:#c0392b}.green{fill:#1b7a3d}.title{font-weight:700;font-size:16px}.small{font-size:12px}
.outbound{fill:#1769aa;stroke:#1769aa}.inbound{fill:#b26a00;stroke:#b26a00}
.wave{fill-opacity:.34;stroke-width:1}.part{fill-opacity:.13;stroke:none}
@media(prefers-color-scheme:dark){text{fill:#e6ebf1}.ground{fill:#131a24}.axis{stroke:#8a97a6}
.grid{stroke:#2f3b4a}.red{fill:#ff9d92}.green{fill:#86dfa4}
.outbound{fill:#8cc8ff;stroke:#8cc8ff}.inbound{fill:#ffcf70;stroke:#ffcf70}}
"""


def height_of(diagram: Diagram) -> float:
    """Return how high to draw the arterial, so that the nearest two intersections keep apart."""
    least = min(diagram.plan.distances)
    return min(max(420.0, LEAST_ROW * diagram.metres / least), 1200.0)


def svg_of(diagram: Diagram, language: str = "zh", name: Bilingual | None = None) -> str:
    """Return the diagram as an SVG file with its own colours, light and dark, and its words.

    `name` is what the plan is called where the arterial has several.
    """
    plan, height = diagram.plan, height_of(diagram)
    across = WIDTH - LEFT - RIGHT
    total = TOP + height + BOTTOM

    def x(second: float) -> float:
        return LEFT + second / diagram.seconds * across

    def y(metre: float) -> float:
        return TOP + metre / diagram.metres * height

    title = _title(diagram, name).get(language)
    said = escape(summary(diagram).get(language))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {total:g}" role="img" '
        f'aria-labelledby="t d"><title id="t">{escape(title)}</title><desc id="d">{said}</desc>'
    )
    lines = [
        head + f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH:g}" height="{total:g}"/>',
        f'<text class="title" x="12" y="26">{escape(title)}</text>',
        f'<text class="small" x="12" y="46">{said}</text>',
    ]
    lines.append(
        f'<clipPath id="c"><rect x="{LEFT:g}" y="{TOP - 8:g}" width="{across:g}" '
        f'height="{height + 16:g}"/></clipPath><g clip-path="url(#c)">'
    )
    for wave in diagram.waves:
        kind = "wave" if wave.link is None else "part"
        points = " ".join(f"{x(second):.1f},{y(metre):.1f}" for second, metre in wave.corners)
        lines.append(
            f'<polygon class="{wave.way} {kind}" points="{points}"><title>'
            f"{escape(words_of(diagram, wave).get(language))}</title></polygon>"
        )
    for bar in diagram.bars:
        top = y(diagram.metre(bar.place)) + (-BAR - 0.5 if bar.way == "outbound" else 0.5)
        kind, thick = ("green", 1.5) if bar.green else ("red", BAR)
        left, right = x(bar.begins), x(bar.ends)
        lines.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{thick:g}"/>'
        )
    lines.append("</g>")
    for place, at in enumerate(plan.intersections):
        lines.append(
            f'<text x="{LEFT - 8:g}" y="{y(diagram.metre(place)) + 4:.1f}" text-anchor="end">'
            f"{escape(at.name.get(language))}</text>"
        )
    step = tick(diagram)
    for n in range(int(diagram.seconds // step) + 1):
        at_x = x(n * step)
        lines.append(
            f'<line class="grid" x1="{at_x:.1f}" x2="{at_x:.1f}" y1="{TOP - 8:g}" '
            f'y2="{TOP + height + 8:g}"/><text class="small" x="{at_x:.1f}" '
            f'y="{TOP + height + 26:g}" text-anchor="middle">{n * step:g} s</text>'
        )
    lines.append("</svg>\n")
    return "\n".join(lines)


def tick(diagram: Diagram) -> float:
    """Return the step of the time axis, seconds."""
    return next((step for step in (10.0, 20.0, 30.0, 60.0) if diagram.seconds / step <= 14), 120.0)


def summary(diagram: Diagram) -> Bilingual:
    """Return what the diagram shows in a sentence, for those who do not see it."""
    plan, bands = diagram.plan, diagram.bands
    zh, en = [], []
    for way, name in zip(WAYS, plan.ways, strict=True):
        band = bands.through[way]
        if band.lasts > 0:
            zh.append(f"{name.zh}贯通绿波 {band.lasts:.0f} 秒（占周期 {bands.share(way):.0%}）")
            en.append(f"{name.en} {band.lasts:.0f} s ({bands.share(way):.0%} of the cycle)")
        else:
            zh.append(f"{name.zh}无贯通绿波")
            en.append(f"{name.en} none")
    return Bilingual(
        f"周期 {plan.cycle:g} 秒，{len(plan.intersections)} 个路口；" + "，".join(zh) + "。",
        f"Cycle {plan.cycle:g} s, {len(plan.intersections)} intersections; wave through all: "
        + ", ".join(en)
        + ".",
    )


def words_of(diagram: Diagram, wave: Wave) -> Bilingual:
    """Return what a band is, in words: its way, width and speed."""
    name = diagram.plan.ways[0 if wave.way == "outbound" else 1]
    low, high = (round(speed) for speed in wave.speeds)
    speed = f"{low}" if low == high else f"{low}–{high}"
    share = wave.seconds / diagram.plan.cycle
    if wave.link is None:
        return Bilingual(
            f"{name.zh}贯通绿波：{wave.seconds:.0f} 秒，占周期 {share:.0%}，{speed} 公里/小时",
            f"{name.en}, through all: {wave.seconds:.0f} s, {share:.0%} of the cycle, {speed} km/h",
        )
    a, b = (diagram.plan.intersections[wave.link + n].name for n in (0, 1))
    if wave.way == "inbound":
        a, b = b, a
    return Bilingual(
        f"{name.zh}，{a.zh}至{b.zh}：{wave.seconds:.0f} 秒，占周期 {share:.0%}，{speed} 公里/小时",
        f"{name.en}, {a.en} to {b.en}: {wave.seconds:.0f} s, {share:.0%} of the cycle, "
        f"{speed} km/h",
    )


def _title(diagram: Diagram, plan: Bilingual | None) -> Bilingual:
    name = diagram.plan.name
    zh, en = (f" · {plan.zh}", f", {plan.en}") if plan else ("", "")
    return Bilingual(f"{name.zh}{zh} 时距图", f"{name.en}{en}: time-space diagram")
