"""A network as a GeoPackage, which QGIS opens, and back.

Layers `nodes`, `links`, `stations` and `zones`, in WGS 84 (EPSG:4326). Results go along as columns
of links or zones. GeoPackage is OGC 12-128r18.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from conurb.network.multimodal import Link, LinkClass, Mode, Network, Node
from conurb.region.tables import Bilingual

__all__ = ["NoNetworkError", "read_streets", "write_gpkg"]

_CRS = "EPSG:4326"
_LINK_COLUMNS = (
    *("key", "tail", "head", "class", "modes", "length_m", "speed_kmh", "capacity"),
    *("both_ways", "name_zh", "name_en", "ref", "road", "state"),
)
_TAKEN = {"fid", "geom", "ogc_fid"}


class NoNetworkError(ValueError):
    """A file holds no network; says what is missing, in both languages."""

    def __init__(self, reason: Bilingual) -> None:
        self.reason = reason
        super().__init__(reason.en)


def write_gpkg(
    network: Network,
    file: Path,
    *,
    of_links: Mapping[str, Sequence[Any]] | None = None,
    of_zones: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Write a network to a file that is replaced where it is there.

    `of_links` and `of_zones` are further columns by name, one value a link or zone; ValueError for
    a column of another length.
    """
    file.unlink(missing_ok=True)
    nodes = network.nodes
    _write(
        file,
        "nodes",
        shapely.points(network.positions),
        {
            "key": [node.key for node in nodes],
            "kind": [node.kind for node in nodes],
            "name_zh": [node.name.zh for node in nodes],
            "name_en": [node.name.en for node in nodes],
            "city": [node.city for node in nodes],
            "county": [node.county for node in nodes],
        },
        "Point",
    )
    links = network.links
    _write(
        file,
        "links",
        [shapely.LineString(link.geometry) for link in links],
        {
            "key": [link.key for link in links],
            "tail": [nodes[link.tail].key for link in links],
            "head": [nodes[link.head].key for link in links],
            "class": [link.kind.value for link in links],
            "modes": [",".join(sorted(link.modes)) for link in links],
            "length_m": np.array([link.length_m for link in links], dtype=float),
            "speed_kmh": np.array([link.speed_kmh for link in links], dtype=float),
            "capacity": np.array([link.capacity or np.nan for link in links], dtype=float),
            "both_ways": np.array([link.both_ways for link in links], dtype=bool),
            "name_zh": [link.name.zh for link in links],
            "name_en": [link.name.en for link in links],
            "ref": [link.ref for link in links],
            "road": [link.road for link in links],
            "state": [link.state for link in links],
            **(of_links or {}),
        },
        "LineString",
    )
    stations = network.stations
    _write(
        file,
        "stations",
        shapely.points(network.positions[[station.node for station in stations]].reshape(-1, 2)),
        {
            "key": [station.key for station in stations],
            "name_zh": [station.name.zh for station in stations],
            "name_en": [station.name.en for station in stations],
            "boarding": np.array([station.boarding for station in stations], dtype=float),
            "state": [station.state for station in stations],
        },
        "Point",
    )
    zones = network.zones
    _write(
        file,
        "zones",
        shapely.points(np.array([(zone.lon, zone.lat) for zone in zones]).reshape(-1, 2)),
        {
            "code": [zone.code for zone in zones],
            "city": [zone.city for zone in zones],
            "county": [zone.county for zone in zones],
            "kind": [zone.kind for zone in zones],
            "name_zh": [zone.name.zh for zone in zones],
            "name_en": [zone.name.en for zone in zones],
            "population": network.population,
            **(of_zones or {}),
        },
        "Point",
    )


def read_streets(file: Path, name: Bilingual) -> Network:
    """Return the nodes and links of a file that `write_gpkg` has written.

    Raises NoNetworkError for a file without them.
    """
    try:
        nodes = _read(file, "nodes", ("key", "kind", "name_zh", "name_en", "city", "county"))
        links = _read(
            file,
            "links",
            _LINK_COLUMNS,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError) as error:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 不是路网文件（应有 nodes 与 links 图层及其各列）：{error}",
                f"{file.name} holds no network (layers nodes and links, all columns): {error}",
            )
        ) from error
    positions = shapely.get_coordinates(nodes["geometry"])
    made = tuple(
        Node(key, float(at[0]), float(at[1]), kind, Bilingual(zh or "", en or ""), city, county)
        for key, at, kind, zh, en, city, county in zip(
            nodes["key"],
            positions,
            nodes["kind"],
            nodes["name_zh"],
            nodes["name_en"],
            nodes["city"],
            nodes["county"],
            strict=True,
        )
    )
    number = {node.key: at for at, node in enumerate(made)}
    coordinates = [
        tuple(map(tuple, shapely.get_coordinates(g).tolist())) for g in links["geometry"]
    ]
    rows = zip(*(links[column] for column in links if column != "geometry"), strict=True)
    return Network(
        name,
        made,
        tuple(
            Link(
                key=row[0],
                tail=number[row[1]],
                head=number[row[2]],
                kind=LinkClass(row[3]),
                modes=frozenset(Mode(mode) for mode in row[4].split(",") if mode),
                length_m=float(row[5]),
                speed_kmh=float(row[6]),
                capacity=None if np.isnan(row[7]) else float(row[7]),
                both_ways=bool(row[8]),
                name=Bilingual(row[9] or "", row[10] or ""),
                ref=row[11] or "",
                road=row[12] or "",
                state=row[13],
                geometry=geometry,
            )
            for row, geometry in zip(rows, coordinates, strict=True)
        ),
    )


def _write(file: Path, layer: str, geometries: Any, columns: Mapping[str, Any], kind: str) -> None:
    for name, values in columns.items():
        if len(values) != len(geometries):
            raise ValueError(
                f"column {name} has {len(values)} values for {len(geometries)} {layer}"
            )
        if name.lower() in _TAKEN:
            raise ValueError(f"a column cannot be named {name}")
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(np.asarray(geometries, dtype=object)),
        field_data=[_column(values) for values in columns.values()],
        fields=list(columns),
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs=_CRS,
        append=file.exists(),
    )


def _column(values: Any) -> Any:
    array = np.asarray(values)
    return array.astype(object) if array.dtype.kind in "US" else array


def _read(file: Path, layer: str, columns: Sequence[str]) -> dict[str, Any]:
    meta, _, geometry, values = pyogrio.raw.read(file, layer=layer)
    found = dict(zip(meta["fields"], values, strict=True))
    return {**{name: found[name] for name in columns}, "geometry": shapely.from_wkb(geometry)}
