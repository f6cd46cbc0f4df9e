"""Invented reviews on the demonstration layers, made through the real actions.

One review was adopted after an objection and a corrected version; one is open, objected to by a
neighbour and signed by another; one waits with a party that is late. The zones of the new area were
adopted twice and a third change is proposed. Layers are invented and labelled so; nothing in them
shows a real plan.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone

from conurb.atlas import measuring, storing
from conurb.atlas.actions import layers as keeping
from conurb.atlas.demonstration import corrected
from conurb.atlas.models import Finding, FindingRun, Layer, LayerVersion, folder
from conurb.background.running import carry_out
from conurb.region.declarations import Region
from conurb.region.models import User
from conurb.region.workdays import Calendar
from conurb.sames.planning.actions import comments, library, looking, reviews
from conurb.sames.planning.models import SPATIAL_PLANNING, LibraryPlan, Review
from conurb.sames.planning.queries.declared import calendar, declared

ZONES_ZH = "湘江新区分区分级（演示虚构）"
ZONES_EN = "Zones and tiers of Xiangjiang New Area (invented)"
ZONES_NOTE = "为演示虚构的示意边界，不代表任何批复范围。"
ZONES_NOTE_EN = "Schematic boundaries invented for demonstration; they show no approved area."

Tiers = Mapping[str, Sequence[tuple[str, Sequence[tuple[float, float]]]]]

CORE = [(112.86, 28.16), (112.94, 28.15), (112.955, 28.21), (112.93, 28.25), (112.87, 28.24)]
SOUTH = [(112.88, 28.06), (112.965, 28.05), (112.955, 28.15), (112.86, 28.155)]
NORTH = [(112.80, 28.24), (112.93, 28.255), (112.92, 28.33), (112.81, 28.34)]
WEST = [(112.66, 28.18), (112.855, 28.17), (112.865, 28.235), (112.80, 28.235), (112.67, 28.27)]
JIUHUA = [(112.84, 27.90), (112.945, 27.895), (112.95, 27.985), (112.87, 27.995)]
HELING = [(112.77, 27.93), (112.835, 27.905), (112.865, 27.995), (112.79, 28.02)]

FIRST: Tiers = {"core": [("梅溪湖片", CORE)], "planning": [("南片", SOUTH), ("北片", NORTH)]}
SECOND: Tiers = {**FIRST, "extension": [("西片", WEST)]}
THIRD: Tiers = {
    **FIRST,
    "extension": [("西片", WEST), ("鹤岭研究范围", HELING)],
    "pilot": [("九华新片区", JIUHUA)],
}


def demonstrate(region: Region, seed: int, now: datetime) -> int:
    """Fill an empty pack; returns how many acts it made, 0 where there is life or nobody."""
    planners = _planners()
    if declared() is None or len(planners) < 2 or Review.everything.exists():
        return 0
    script = _Script(planners, calendar(), now)
    with transaction.atomic():
        return sum(1 for _act in script.play())


def _planners() -> dict[str, User]:
    """Return an invented officer of every city's authority for spatial planning."""
    found: dict[str, User] = {}
    people = User.objects.filter(
        is_demo=True, authority__subjects=SPATIAL_PLANNING, authority__city__isnull=False
    )
    for each in people.select_related("authority__city").order_by("username"):
        if each.authority is not None and each.authority.city_id is not None:
            found.setdefault(each.authority.city_id, each)
    return found


@dataclass
class _Script:
    """What happens, in the order of time."""

    planners: Mapping[str, User]
    calendar: Calendar
    now: datetime

    def play(self) -> Iterator[str]:
        """Let the zones be adopted, and the demonstration plans be reviewed."""
        yield from self._zones()
        plans = self._plans()
        for place, layer in enumerate(plans):
            yield from (self._late, self._adopted, self._objected)[place % 3](layer)
        yield from self._library()

    def _plans(self) -> list[Layer]:
        """One invented land-use plan a city, those of the planners' authorities."""
        found: dict[str | None, Layer] = {}
        layers = Layer.everything.filter(is_demo=True, kind=Layer.Kind.LAND_USE)
        for layer in layers.select_related("authority", "city").order_by("city__order", "pk"):
            own = self.planners.get(layer.city_id or "")
            if own is not None and own.authority_id == layer.authority_id:
                found.setdefault(layer.city_id, layer)
        # a map meets those that were submitted before it, so the one objected to comes last
        ordered = list(found.values())
        return ordered[1:] + ordered[:1]

    def _zones(self) -> Iterator[str]:
        submitter = self.planners[min(self.planners)]
        layer = keeping.open_layer(
            submitter,
            kind=Layer.Kind.ZONES,
            name_zh=ZONES_ZH,
            name_en=ZONES_EN,
            note_zh=ZONES_NOTE,
            note_en=ZONES_NOTE_EN,
            is_demo=True,
        )
        yield "open"
        for tiers, title, back, ahead in (
            (FIRST, "划定新区核心区、规划区（演示）", 700, 30),
            (SECOND, "增设西片拓展区（演示）", 300, 30),
            (THIRD, "九华新片区试点及鹤岭拓展区研究范围（演示）", 6, 60),
        ):
            begun = self._hour(back)
            version = self._version(layer, _frame(tiers), submitter, begun)
            review = reviews.submit(
                submitter,
                version,
                title=title,
                words="边界为演示虚构，请审核接边与分级。",
                effective_on=timezone.localdate(begun) + timedelta(days=ahead),
                now=begun,
            )
            yield "submit"
            if back > 60:
                for city in self._others(submitter):
                    self._sign(city, review, self._hour(back - 9), "同意边界和分级。")
                    yield "sign"

    def _adopted(self, layer: Layer) -> Iterator[str]:
        """Objected to, corrected, signed by all."""
        submitter, begun = self._submitter(layer), self._hour(45)
        version = self._draft(layer, submitter, begun)
        run = self._look(submitter, version)
        review = reviews.submit(
            submitter,
            version,
            title=f"{layer.city.short_zh if layer.city else ''}用地规划接边审核（演示）",
            words="请重点审核市界两侧用地衔接。",
            now=begun,
        )
        yield "submit"
        first, *rest = self._others(submitter, run)
        reviews.object_to(
            self.planners[first],
            review,
            words="市界处存在问题图斑，见图上标注。请修改后再行提交。",
            round_read=1,
            now=self._hour(38),
        )
        yield "object"
        for city in rest:
            self._sign(city, review, self._hour(37), "对我市一侧无异议。")
            yield "sign"
        corrected = self._draft(layer, submitter, self._hour(30), corrects=version)
        self._look(submitter, corrected)
        review = reviews.resubmit(
            submitter,
            review,
            corrected,
            words="已调整市界处涉及问题图斑的地块。",
            now=self._hour(30),
        )
        yield "resubmit"
        for party in list(review.parties.select_related("city")):
            if party.stand == party.Stand.ASKED:
                review = self._sign(party.city_id, review, self._hour(25), "修改到位，同意。")
                yield "sign"

    def _objected(self, layer: Layer) -> Iterator[str]:
        """Open: one neighbour objects with remarks on the map, another has signed."""
        submitter, begun = self._submitter(layer), self._hour(9)
        version = self._draft(layer, submitter, begun)
        run = self._look(submitter, version)
        review = reviews.submit(
            submitter,
            version,
            title=f"{layer.city.short_zh if layer.city else ''}用地规划联合审核（演示）",
            words="本轮调整涉及融城片区，请各市审核。",
            now=begun,
        )
        yield "submit"
        first, *rest = self._others(submitter, run)
        yield from self._remarks(review, run, first, submitter)
        reviews.object_to(
            self.planners[first],
            review,
            words="市界处存在问题图斑，已在图上标注，请调整后重新提交。",
            round_read=1,
            now=self._hour(4),
        )
        yield "object"
        for city in rest:
            self._sign(city, review, self._hour(3), "对我市一侧无异议。")
            yield "sign"

    def _late(self, layer: Layer) -> Iterator[str]:
        """Open, its limit over: one has signed, the other is late."""
        submitter, begun = self._submitter(layer), self._hour(60)
        version = self._draft(layer, submitter, begun)
        self._look(submitter, version)
        review = reviews.submit(
            submitter,
            version,
            title=f"{layer.city.short_zh if layer.city else ''}局部调整联合审核（演示）",
            now=begun,
        )
        yield "submit"
        for city in self._others(submitter)[:1]:
            self._sign(city, review, self._hour(50), "同意。")
            yield "sign"

    def _remarks(
        self, review: Review, run: FindingRun | None, city: str, submitter: User
    ) -> Iterator[str]:
        found = Finding.everything.filter(run=run).exclude(state=Finding.State.RESOLVED)
        party = self.planners[city]
        for place, each in enumerate(found.order_by("rank", "number")[:2]):
            words = "此处与我市已批地块重叠，请退回市界。" if place == 0 else "请说明此处用途。"
            thread = comments.comment(
                party,
                review,
                words,
                pin=comments.Pin(
                    longitude=round((each.west + each.east) / 2, 6),
                    latitude=round((each.south + each.north) / 2, 6),
                    finding=each.key,
                ),
                now=self._hour(5),
            )
            yield "comment"
            if place == 0:
                comments.comment(
                    submitter, review, "已核对，下一版调整。", answers=thread, now=self._hour(4)
                )
                yield "comment"

    def _library(self) -> Iterator[str]:
        """A judgement of conformity that stands on the findings of an adopted review."""
        adopted = Review.everything.filter(
            state=Review.State.ADOPTED, layer__kind=Layer.Kind.LAND_USE
        )
        for review in adopted.select_related("authority"):
            plan = LibraryPlan.objects.filter(
                authority=review.authority, kind="detailed", above__isnull=False
            ).first()
            if plan is None or review.city_id is None:
                continue
            library.judge(
                self.planners[review.city_id],
                plan,
                "conforms",
                f"联合审核 {review.number} 已通过，市界处问题图斑均已处理（演示）。",
                review=review,
                now=self._hour(20),
            )
            yield "judge"

    def _draft(
        self,
        layer: Layer,
        officer: User,
        moment: datetime,
        corrects: LayerVersion | None = None,
    ) -> LayerVersion:
        """Return a draft to submit: the layer's own where it has one, else its latest anew.

        What corrects a version is drawn without its conflicts, or leaves out the plots of the
        layer that its findings name.
        """
        latest = layer.versions(manager="everything").order_by("-number").first()
        if latest is None:
            raise ValueError(f"The demonstration layer {layer} has no version.")
        if corrects is None and latest.state == LayerVersion.State.DRAFT:
            return latest
        frame = storing.read((corrects or latest).path)
        if corrects is not None:
            drawn = corrected(corrects)
            named = self._named_by_findings(layer, corrects)
            frame = frame[~frame[storing.FID].isin(named)] if drawn is None else drawn
        return self._version(layer, frame, officer, moment)

    def _named_by_findings(self, layer: Layer, version: LayerVersion) -> set[int]:
        run = FindingRun.everything.filter(version=version).order_by("-id").first()
        return {
            feature["fid"]
            for features in Finding.everything.filter(run=run).values_list("features", flat=True)
            for feature in features
            if feature["layer"] == layer.urn
        }

    def _version(
        self, layer: Layer, frame: gpd.GeoDataFrame, officer: User, moment: datetime
    ) -> LayerVersion:
        sha256, _path = storing.write(frame, folder())
        west, south, east, north = frame.total_bounds
        last = layer.versions(manager="everything").order_by("-number").first()
        return LayerVersion.everything.create(
            key=secrets.token_hex(15),
            layer=layer,
            number=last.number + 1 if last else 1,
            sha256=sha256,
            geometry=LayerVersion.Geometry.POLYGON,
            feature_count=len(frame),
            west=west,
            south=south,
            east=east,
            north=north,
            fields=last.fields if last else FIELDS,
            classes=_classes(frame),
            note=last.note if last else "",
            is_demo=True,
            created_by=officer,
            created_at=moment,
        )

    def _look(self, officer: User, version: LayerVersion) -> FindingRun | None:
        """Look for findings here and now, as a worker would."""
        run = looking.look(officer, version)
        if run is not None and run.job is not None and not run.is_over:
            carry_out.call(run.job.key)
            run.refresh_from_db()
        return run

    def _sign(self, city: str, review: Review, moment: datetime, words: str) -> Review:
        return reviews.sign(
            self.planners[city], review, words=words, round_read=review.round, now=moment
        )

    def _submitter(self, layer: Layer) -> User:
        return self.planners[layer.city_id or ""]

    def _others(self, submitter: User, run: FindingRun | None = None) -> list[str]:
        """The other cities; with a pass, first the one that its findings name most often."""
        own = submitter.authority.city_id if submitter.authority else None
        named: Counter[str] = Counter()
        for codes in Finding.everything.filter(run=run).values_list("cities", flat=True):
            named.update(codes.split())
        return sorted((city for city in self.planners if city != own), key=lambda c: (-named[c], c))

    def _hour(self, days: int) -> datetime:
        """A working hour so many working days ago."""
        day: date = self.calendar.add_workdays(timezone.localdate(self.now), -days)
        return min(timezone.make_aware(datetime.combine(day, time(10, 0))), self.now)


FIELDS: list[dict[str, Any]] = [
    {"name": "code", "source": "code", "type": "text"},
    {"name": "name", "source": "name", "type": "text"},
]


def _frame(tiers: Tiers) -> gpd.GeoDataFrame:
    rows = [
        (code, name, shapely.Polygon(ring)) for code, areas in tiers.items() for name, ring in areas
    ]
    return gpd.GeoDataFrame(
        {
            "fid": np.arange(len(rows)),
            "code": [code for code, _name, _area in rows],
            "name": [f"{name}（演示）" for _code, name, _area in rows],
        },
        geometry=[area for _code, _name, area in rows],
        crs=storing.CRS,
    )


def _classes(frame: gpd.GeoDataFrame) -> dict[str, dict[str, float]]:
    """Count features and square metres by class."""
    areas = measuring.areas(frame.geometry.to_numpy())
    found: dict[str, dict[str, float]] = {}
    for code, area in zip(frame["code"], areas, strict=True):
        told = found.setdefault(str(code or ""), {"count": 0, "area": 0.0, "length": 0.0})
        told["count"] += 1
        told["area"] += float(area)
    return found
