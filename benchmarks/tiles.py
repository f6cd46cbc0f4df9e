"""Vector tiles of a layer of 100,000 polygons: the median time a tile, beside other ways.

Every way makes the same tiles around a point, for each zoom from 8 to 14, with one property.
Ours is timed without the tiles kept on disk, and what is worked out once a zoom is timed apart.
The peers: geopandas and mapbox-vector-tile as their documentation has it (select by the spatial
index, project, clip, encode), with features read once; and GDAL's own writer of tiles, called
through pyogrio, which writes all tiles of a range of zooms at once, so its time is that of a zoom
divided by its tiles. PostGIS is a peer too where `DATABASE_URL` names a server that has it, since
no wheel brings one.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pyogrio
import shapely

from benchmarks.tiles_postgis import postgis
from conurb.atlas import tiles
from conurb.atlas.tiles import FeatureSet, Tile

ZOOMS = range(8, 15)
AT = (112.95, 28.05)
SPAN = (2.2, 1.9)
CODES = ("0101", "0301", "0701", "0901", "1001", "1401", "1701")
SEED = 20_261_126
NEEDED_RATIO = 5
"""How many times faster than geopandas with mapbox-vector-tile a tile has to be, at every zoom."""


def run(polygons: int = 100_000, around: int = 3) -> int:
    """Print a table of times; return 1 where a tile of ours is not fast enough beside the first."""
    frame = layer(polygons)
    print(f"Tiles of {len(frame):,} polygons; milliseconds a tile (median), kilobytes (largest)")
    began = time.perf_counter()
    features = FeatureSet.of(
        frame.geometry.to_numpy(), frame["fid"].to_numpy(), {"code": frame["code"].tolist()}, "code"
    )
    print(f"reading the layer into memory: {time.perf_counter() - began:.2f} s")
    world = frame.to_crs(3857)
    _ = world.sindex
    print(
        f"{'zoom':>4}{'tiles':>6}{'once a zoom, s':>16}{'ours':>9}{'kB':>7}"
        f"{'geopandas + mvt':>17}{'ratio':>7}{'GDAL':>9}{'ratio':>7}{'PostGIS':>9}{'ratio':>7}"
    )
    kept = True
    with postgis(world) as other:
        for zoom in ZOOMS:
            kept &= _zoom(features, frame, world, zoom, around, other)
    return 0 if kept else 1


def layer(polygons: int) -> gpd.GeoDataFrame:
    """Return a coverage of about so many polygons with some twenty vertices each."""
    draw = np.random.default_rng(SEED)
    side = int(np.sqrt(polygons))
    axes = [np.linspace(a - s / 2, a + s / 2, side + 1) for a, s in zip(AT, SPAN, strict=True)]
    x, y = np.meshgrid(*axes)
    x += draw.normal(0, SPAN[0] / side / 6, x.shape)
    y += draw.normal(0, SPAN[1] / side / 6, y.shape)
    slices = [(slice(0, -1), slice(0, -1)), (slice(0, -1), slice(1, None))]
    slices += [(slice(1, None), slice(1, None)), (slice(1, None), slice(0, -1))]
    rings = np.stack([np.stack([x[at], y[at]], -1) for at in slices], 2).reshape(-1, 4, 2)
    shapes = shapely.segmentize(shapely.polygons(rings), SPAN[0] / side / 5)
    codes = draw.choice(CODES, len(shapes))
    return gpd.GeoDataFrame(
        {"fid": np.arange(len(shapes)), "code": codes}, geometry=shapes, crs="EPSG:4326"
    )


def _zoom(
    features: FeatureSet,
    frame: gpd.GeoDataFrame,
    world: gpd.GeoDataFrame,
    zoom: int,
    around: int,
    postgis_makes: Callable[[Tile], bytes] | None,
) -> bool:
    asked = _tiles(zoom, around)
    began = time.perf_counter()
    level = tiles.level(features, zoom)
    once = time.perf_counter() - began
    ours, sizes = _times(asked, lambda tile: tiles.cut(features, level, tile, "layer"))
    naive, _sizes = _times(asked, lambda tile: _geopandas(world, tile))
    gdal = _gdal(frame, zoom, asked)
    last = f"{'–':>9}{'–':>7}"
    if postgis_makes is not None:
        database, _sizes = _times(asked, postgis_makes)
        last = f"{database:>9.1f}{database / ours:>7.1f}"
    print(
        f"{zoom:>4}{len(asked):>6}{once:>16.2f}{ours:>9.1f}{max(sizes) / 1000:>7.0f}"
        f"{naive:>17.1f}{naive / ours:>7.0f}{gdal:>9.1f}{gdal / ours:>7.1f}{last}"
    )
    return naive / ours >= NEEDED_RATIO


def _tiles(zoom: int, around: int) -> list[Tile]:
    """Return the tiles around the middle of the layer that show something of it."""
    x, y = (tiles.project(np.array([AT]))[0] * 2**zoom).astype(int)
    low = tiles.project(np.array([[AT[0] - SPAN[0] / 2, AT[1] + SPAN[1] / 2]]))[0] * 2**zoom
    high = tiles.project(np.array([[AT[0] + SPAN[0] / 2, AT[1] - SPAN[1] / 2]]))[0] * 2**zoom
    # far out a tile is most of the layer, and takes the peers half a minute
    half = around // 2 if zoom >= 11 else 0
    return [
        Tile(zoom, column, row)
        for column in range(max(x - half, int(low[0])), min(x + half, int(high[0])) + 1)
        for row in range(max(y - half, int(low[1])), min(y + half, int(high[1])) + 1)
    ]


def _times(asked: Sequence[Tile], make: Callable[[Tile], bytes]) -> tuple[float, list[int]]:
    times, sizes = [], []
    for tile in asked:
        began = time.perf_counter()
        made = make(tile)
        times.append((time.perf_counter() - began) * 1000)
        sizes.append(len(made))
    return statistics.median(times), sizes


def _geopandas(world: gpd.GeoDataFrame, tile: Tile) -> bytes:
    """Make a tile as one writes it down: select, clip, encode."""
    edge = 20_037_508.342789244
    side = 2 * edge * tile.side
    west, north = tile.x * side - edge, edge - tile.y * side
    box = (west, north - side, west + side, north)
    there = world.iloc[world.sindex.query(shapely.box(*box), predicate="intersects")]
    clipped = there.clip(box)
    shown: list[dict[str, Any]] = [
        {"geometry": shape, "properties": {"code": code}, "id": fid}
        for shape, code, fid in zip(clipped.geometry, clipped["code"], clipped["fid"], strict=True)
    ]
    options = {"quantize_bounds": box, "extents": 4096}
    encoded: bytes = mapbox_vector_tile.encode(
        {"name": "layer", "features": shown}, default_options=options
    )
    return encoded


def _gdal(frame: gpd.GeoDataFrame, zoom: int, asked: Sequence[Tile]) -> float:
    """Return milliseconds a tile of GDAL's writer, of all tiles that cover the features asked."""
    x = [tile.x for tile in asked]
    y = [tile.y for tile in asked]
    west, north = _lonlat(min(x) / 2**zoom, min(y) / 2**zoom)
    east, south = _lonlat((max(x) + 1) / 2**zoom, (max(y) + 1) / 2**zoom)
    some = frame.iloc[frame.sindex.query(shapely.box(west, south, east, north))]
    folder = Path(tempfile.mkdtemp())
    try:
        began = time.perf_counter()
        pyogrio.write_dataframe(
            some,
            folder / "tiles",
            driver="MVT",
            layer="layer",
            # without a limit it would write large tiles again, in a coarser grid
            dataset_options={
                "MINZOOM": zoom,
                "MAXZOOM": zoom,
                "FORMAT": "DIRECTORY",
                "MAX_SIZE": 100_000_000,
            },
        )
        took = time.perf_counter() - began
        number = len(list((folder / "tiles").rglob("*.pbf")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return took * 1000 / max(number, 1)


def _lonlat(x: float, y: float) -> tuple[float, float]:
    return x * 360 - 180, float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y)))))
