"""Findings as files: GeoJSON for the web, GeoPackage for geographic programs, CSV for all others.

Sources: RFC 7946 (GeoJSON), OGC 12-128r18 (GeoPackage), RFC 4180 (CSV). Names of fields are the
same in all three; what they say is in the language of the moment. Cities and features are lists in
GeoJSON, texts in the others. In a GeoPackage areas, lines and points stand in a table each, which
geographic programs draw without being asked.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conurb.journal.sheets import RISKY
from conurb.region.models import City
from conurb.region.tables import Bilingual

if TYPE_CHECKING:
    from conurb.atlas.models import Finding

__all__ = ["FORMATS", "Format", "facts", "geojson_features", "names_of_cities", "write"]


@dataclass(frozen=True)
class Format:
    """A format of files: its ending without the dot, its name, its media type."""

    key: str
    name: Bilingual
    media_type: str


FORMATS = {
    one.key: one
    for one in (
        Format("geojson", Bilingual("GeoJSON", "GeoJSON"), "application/geo+json"),
        Format("gpkg", Bilingual("GeoPackage", "GeoPackage"), "application/geopackage+sqlite3"),
        Format("csv", Bilingual("CSV 表格", "CSV table"), "text/csv; charset=utf-8"),
    )
}

_TABLES = (("areas", 2), ("lines", 1), ("points", 0))
_DECIMALS = 6
"""Of degrees: a tenth of a metre."""


def write(form: str, findings: Iterable[Finding]) -> bytes:
    """Return findings as a file in one of FORMATS; KeyError for any other."""
    return {"geojson": _geojson, "gpkg": _geopackage, "csv": _csv}[form](findings)


def names_of_cities() -> dict[str, str]:
    """Return the short names of cities by code, in the language of the moment."""
    return {city.code: city.short for city in City.objects.all()}


def facts(finding: Finding, cities: Mapping[str, str]) -> dict[str, Any]:
    """Return what a file says of a finding beside its geometry, in plain values."""
    codes = finding.city_codes
    longitude, latitude = _middle(finding)
    return {
        **_common(finding),
        "cities": " ".join(codes),
        "city_names": "、".join(cities.get(code, code) for code in codes),
        "area_m2": _rounded(finding.area_m2),
        "length_m": _rounded(finding.length_m),
        "reason": finding.reason,
        "source": finding.source,
        "features": "; ".join(_feature(each) for each in finding.features),
        "longitude": longitude,
        "latitude": latitude,
    }


def _feature(each: Mapping[str, Any]) -> str:
    """Name a feature with part in a finding: layer, version, number, class, name."""
    layer = each["layer"].rsplit(":", 1)[-1]
    told = f"{each['city']} {layer} v{each['version']} #{each['fid']} {each['code']} {each['name']}"
    return told.strip()


def geojson_features(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    """Yield findings as GeoJSON features (RFC 7946) in the language of the moment."""
    chinese = dict(City.objects.values_list("code", "short_zh"))
    english = dict(City.objects.values_list("code", "short_en"))
    for each in findings:
        codes = each.city_codes
        yield {
            "type": "Feature",
            "id": each.number,
            "geometry": _geometry(each),
            "properties": {
                **_common(each),
                "cities": codes,
                "cities_zh": [chinese.get(code, code) for code in codes],
                "cities_en": [english.get(code, code) for code in codes],
                "area_m2": each.area_m2,
                "length_m": each.length_m,
                "reason": each.reason,
                "source": each.source,
                "features": each.features,
                "middle": _middle(each),
            },
        }


def _common(finding: Finding) -> dict[str, Any]:
    return {
        "number": finding.number,
        "key": finding.key,
        "rule": finding.rule,
        "rule_name": str(finding.get_rule_display()),
        "row": finding.row,
        "severity": finding.severity,
        "severity_name": str(finding.get_severity_display()),
        "state": finding.state,
        "state_name": str(finding.get_state_display()),
    }


def _middle(finding: Finding) -> list[float]:
    """Return the middle of the box, longitude and latitude in degrees."""
    return [
        round((finding.west + finding.east) / 2, _DECIMALS),
        round((finding.south + finding.north) / 2, _DECIMALS),
    ]


def _geometry(finding: Finding) -> Any:
    from shapely.geometry import mapping

    # a grid would move shared corners apart; coordinates are only written with fewer digits
    return _shortened(mapping(finding.shape))


def _shortened(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, Mapping):
        return {key: _shortened(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(each) for each in value]
    return value


def _geojson(findings: Iterable[Finding]) -> bytes:
    document = {"type": "FeatureCollection", "features": list(geojson_features(findings))}
    return json.dumps(document, ensure_ascii=False).encode()


def _geopackage(findings: Iterable[Finding]) -> bytes:
    import geopandas as gpd
    import numpy as np
    import pyogrio
    import shapely

    cities = names_of_cities()
    rows, shapes = [], []
    for each in findings:
        rows.append(facts(each, cities))
        shapes.append(each.shape)
    frame = gpd.GeoDataFrame(
        rows or {"number": []}, geometry=np.array(shapes, dtype=object), crs="EPSG:4326"
    )
    dimensions = shapely.get_dimensions(frame.geometry.to_numpy())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "findings.gpkg"
        for table, dimension in _TABLES:
            part = frame[dimensions == dimension]
            if not len(part) and (len(frame) or dimension != 2):
                continue
            pyogrio.write_dataframe(
                part,
                file,
                driver="GPKG",
                layer=table,
                append=file.exists(),
                promote_to_multi=dimension > 0,
                geometry_type=None if len(part) else "MultiPolygon",
            )
        return file.read_bytes()


def _csv(findings: Iterable[Finding]) -> bytes:
    """Return a table that spreadsheets open as it is: with a mark of UTF-8, and no formulas."""
    out = io.StringIO()
    writer = csv.writer(out)
    head = [*_HEAD]
    writer.writerow(head)
    cities = names_of_cities()
    for each in findings:
        told = facts(each, cities)
        writer.writerow(list(_harmless(told[name] for name in head)))
    return out.getvalue().encode("utf-8-sig")


_HEAD = (
    "number", "key", "rule", "rule_name", "row", "severity", "severity_name", "state", "state_name",
    "cities", "city_names", "area_m2", "length_m", "reason", "source", "features", "longitude",
    "latitude",
)  # fmt: skip


def _harmless(values: Iterable[Any]) -> Iterator[Any]:
    """Mark texts that spreadsheets would run as formulas (OWASP: CSV injection)."""
    for value in values:
        yield f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
