"""What a pass of findings is given: versions as sides, borders, the region's tables, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from django.conf import settings
from django.utils.translation import gettext as _
from shapely.geometry import shape

from conurb.atlas import land_use, schemas, storing
from conurb.atlas.findings import rulebook
from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.plane import Plane, array
from conurb.atlas.findings.sides import KINDS, Side
from conurb.atlas.findings.wording import THIRD_LEVEL, Words
from conurb.atlas.models import LayerVersion
from conurb.refusal import RefusedError
from conurb.region.models import City, County, RegionState, in_language
from conurb.region.problems import RegionError, render_problems
from conurb.region.tables import Bilingual

FOLDER = "atlas"


class TablesError(RefusedError):
    """The region's tables of findings cannot be used; says why in both languages."""

    def __init__(self, fault: RegionError) -> None:
        why_zh = render_problems(fault.problems, "zh-hans")
        self.message_zh = f"问题图斑规则表无法使用：{why_zh}"
        why_en = render_problems(fault.problems, "en")
        self.message_en = f"The tables of findings cannot be used: {why_en}"
        super().__init__(in_language(self.message_zh, self.message_en))


def rule_texts() -> dict[str, str]:
    """Return the tables of the region's folder. Raises TablesError where it has none."""
    try:
        return rulebook.texts(Path(settings.REGION_PATH) / FOLDER)
    except RegionError as error:
        raise TablesError(error) from error


def has_rules() -> bool:
    """Tell whether the region declares tables of findings at all."""
    return (Path(settings.REGION_PATH) / FOLDER).is_dir()


def book_of(texts: Mapping[str, str]) -> rulebook.Rulebook:
    """Return the tables that texts declare. Raises TablesError with all that is wrong."""
    try:
        return rulebook.parse(texts, FOLDER)
    except RegionError as error:
        raise TablesError(error) from error


def borders() -> Borders:
    """Return the territories and common borders of the region's cities; kept until it changes."""
    state = RegionState.objects.first()
    return _borders(state.digest if state else "")


@lru_cache(maxsize=2)
def _borders(_digest: str) -> Borders:
    rows = list(County.objects.order_by("code").values_list("city_id", "boundary"))
    if not rows:
        raise RefusedError(_("The region has no counties yet. Load its folder first."))
    return Borders.of(
        array(shape(boundary) for _city, boundary in rows),
        np.array([city for city, _boundary in rows]),
    )


def words() -> Words:
    """Return the names of cities and classes."""
    cities = {
        city.code: Bilingual(city.short_zh, city.short_en or city.short_zh)
        for city in City.objects.all()
    }
    classes = {
        **land_use.CLASSES,
        **THIRD_LEVEL,
        **schemas.PROTECTED,
        **schemas.LINES,
        **schemas.CORRIDORS,
    }
    return Words(cities, classes)


def current_versions(about: LayerVersion | None = None) -> list[LayerVersion]:
    """Return the versions that stand: of every layer the latest submitted or published one.

    `about` stands for its own layer, whatever its state.
    """
    states = LayerVersion.State
    found: dict[int, LayerVersion] = {}
    standing = LayerVersion.everything.filter(
        state__in=[states.SUBMITTED, states.PUBLISHED], layer__kind__in=KINDS
    )
    for version in standing.select_related("layer").order_by("layer_id", "number"):
        found[version.layer_id] = version
    if about is not None:
        found[about.layer_id] = about
    return [found[layer] for layer in sorted(found)]


def sides(versions: Iterable[LayerVersion], plane: Plane) -> list[Side]:
    """Return versions as the rules see them."""
    return [_side(version, plane) for version in versions]


def _side(version: LayerVersion, plane: Plane) -> Side:
    columns = [schemas.CODE, schemas.NAME, "source_code", "allowed"]
    frame = storing.read(version.path, columns=columns)
    layer = version.layer
    return Side.of(
        plane,
        frame.geometry.to_numpy(),
        _codes(frame),
        layer=layer.urn,
        kind=layer.kind,  # type: ignore[arg-type]
        city=layer.city_id or "",
        version=version.number,
        fids=frame[storing.FID].to_numpy(),
        names=_texts(frame, schemas.NAME),
        allowed=[" ".join(schemas.split_allowed(each)) for each in _texts(frame, "allowed")],
    )


def _codes(frame: pd.DataFrame) -> np.ndarray:
    """Return the classes; where the file told one more exactly (100103 within 1001), that."""
    codes, told = _texts(frame, schemas.CODE), _texts(frame, "source_code")
    finer = np.array(
        [
            len(fine) > len(code) > 0 and fine.isdigit() and fine.startswith(code)
            for code, fine in zip(codes, told, strict=True)
        ],
        dtype=bool,
    )
    return np.where(finer, told, codes)


def _texts(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        return np.full(len(frame), "")
    values = frame[name]
    return np.array(["" if pd.isna(each) else str(each) for each in values], dtype=np.str_).reshape(
        len(frame)
    )
