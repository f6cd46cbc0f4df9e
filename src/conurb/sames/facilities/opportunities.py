"""What people travel to: jobs and hospitals by county, as the region declares them, and by zone.

`facilities.toml` of the region's folder gives jobs a resident of districts and of counties, and
hospitals by county. Which county is a district stands in its code: the last two digits 01 to 20 are
districts, 21 to 80 counties, 81 and above county-level cities (GB/T 2260-2007, 4).

Nobody publishes them by zone, so they are estimated there (`by_zone`): the jobs of a county are
divided by people times the weight of the zone's kind (`[jobs_weight]`, 1 where none is given);
hospitals go one by one, by highest averages, to the zones with most people among those that are
built-up (`BUILT_UP`), or among all where a county has none such. So a county keeps exactly what it
has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from conurb.network.graph import Floats
from conurb.network.multimodal import ZONE_KINDS, Zone
from conurb.network.zoning import awarded
from conurb.region.declarations import Region
from conurb.region.positions import TomlPositions
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual, Sheet, Table, closest

FILE = "facilities.toml"
LAST_DISTRICT = 20
BUILT_UP = ("centre", "quarter", "new-town", "station")
"""Kinds of zones in which hospitals are looked for."""


@dataclass(frozen=True)
class Opportunities:
    """Jobs and hospitals by the code of the county, and where the figures are from.

    `weights` say by kind of zone how many times as many jobs a resident there are than elsewhere
    in the county.
    """

    jobs: Mapping[str, float]
    hospitals: Mapping[str, float]
    source: Bilingual
    weights: Mapping[str, float] = field(default_factory=dict)

    def by_zone(self, zones: Sequence[Zone]) -> tuple[Floats, Floats]:
        """Return jobs and hospitals of every zone, by the rule of this module."""
        jobs, hospitals = np.zeros(len(zones)), np.zeros(len(zones))
        inside: dict[str, list[int]] = {}
        for at, zone in enumerate(zones):
            inside.setdefault(zone.county, []).append(at)
        for county, own in inside.items():
            weights = np.array(
                [zones[at].population * self.weights.get(zones[at].kind, 1.0) for at in own]
            )
            if weights.sum() > 0:
                jobs[own] = self.jobs.get(county, 0.0) * weights / weights.sum()
            built_up = [at for at in own if zones[at].kind in BUILT_UP] or own
            people = [zones[at].population for at in built_up]
            hospitals[built_up] = awarded(round(self.hospitals.get(county, 0.0)), people)
        return jobs, hospitals


def is_district(code: str) -> bool:
    """Tell whether the county of this code is a district of its city (GB/T 2260)."""
    return 0 < int(code[4:6]) <= LAST_DISTRICT


def read_opportunities(region: Region) -> Opportunities | None:
    """Return what the region's folder declares, None where it has no such file.

    Raises RegionError with all that is wrong with it.
    """
    file = Path(region.path) / FILE
    if not file.is_file():
        return None
    sheet = Sheet(FILE)
    text = file.read_text(encoding="utf-8-sig")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        sheet.note("syntax", line=int(at.group(1)) if at else 0, detail=str(error))
        raise RegionError(sheet.problems) from error
    sheet.positions = TomlPositions(text)
    found = _read(Table(sheet, values), region)
    if sheet.problems:
        raise RegionError(sheet.problems)
    return found


def _read(table: Table, region: Region) -> Opportunities:
    counties = {county.code: county for county in region.counties}
    shares = table.table("jobs_a_resident")
    a_district = shares.number("district") if shares else 0.0
    a_county = shares.number("county") if shares else 0.0
    if shares:
        shares.finish()
    weights = {}
    kinds = table.table("jobs_weight", required=False)
    for kind, _number in kinds.items() if kinds else ():
        if kinds and kind not in ZONE_KINDS:
            kinds.note("unknown-reference", kind, found=kind, **closest(kind, ZONE_KINDS))
        elif kinds:
            weights[kind] = kinds.number(kind)
    hospitals = dict.fromkeys(counties, 0.0)
    declared = table.table("hospitals")
    for code, _number in declared.items() if declared else ():
        if declared and code not in counties:
            declared.note("unknown-reference", code, found=code, **closest(code, counties))
        elif declared:
            hospitals[code] = float(declared.whole(code))
    source = table.bilingual("source") or Bilingual("", "")
    table.finish()
    return Opportunities(
        jobs={
            code: county.population * (a_district if is_district(code) else a_county)
            for code, county in counties.items()
        },
        hospitals=hospitals,
        source=source,
        weights=weights,
    )
