"""PostGIS as a peer of tiles, where `DATABASE_URL` names a PostgreSQL server that has it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import geopandas as gpd
import psycopg

from conurb.atlas.tiles import Tile

TILE = """
    with bounds as (select ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s) as box)
    select ST_AsMVT(shown, 'layer', 4096, 'geometry', 'fid') from (
        select fid, code, ST_AsMVTGeom(geometry, box, 4096, 64) as geometry
        from polygons, bounds where geometry && box
    ) as shown where geometry is not null
"""


@contextmanager
def postgis(world: gpd.GeoDataFrame) -> Iterator[Callable[[Tile], bytes] | None]:
    """Yield how PostGIS makes a tile of features in EPSG:3857; None where there is no PostGIS.

    The features lie in a temporary table with a spatial index, which goes with the connection.
    """
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield None
        return
    with psycopg.connect(address, autocommit=True) as connection:
        there = "select 1 from pg_available_extensions where name = 'postgis'"
        if connection.execute(there).fetchone() is None:
            yield None
            return
        connection.execute("create extension if not exists postgis")
        connection.execute(
            "create temporary table polygons (fid integer, code text, geometry geometry)"
        )
        with connection.cursor().copy("copy polygons (fid, code, geometry) from stdin") as rows:
            shapes = world.geometry.to_wkb(hex=True)
            for fid, code, shape in zip(world["fid"], world["code"], shapes, strict=True):
                rows.write_row((int(fid), code, shape))
        connection.execute("update polygons set geometry = ST_SetSRID(geometry, 3857)")
        connection.execute("create index on polygons using gist (geometry)")
        connection.execute("analyze polygons")

        def make(tile: Tile) -> bytes:
            asked = {"zoom": tile.z, "x": tile.x, "y": tile.y}
            (made,) = connection.execute(TILE, asked).fetchone() or (b"",)
            return bytes(made)

        yield make
