"""A server within a test's own transaction, and layers to serve."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import geopandas as gpd
import numpy as np
import shapely
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.utils import timezone

from conurb.atlas.measuring import areas
from conurb.atlas.models import LayerVersion
from tests.atlas.layers import layer, version

CODES = ("0101", "0701", "1401")


def plots(side: int, *, at: tuple[float, float] = (112.9, 28.1)) -> gpd.GeoDataFrame:
    """Return side × side plots of about 100 m; every third has a hole, one in ten no name."""
    west, south = (grid.ravel() for grid in np.meshgrid(*(a + 0.001 * np.arange(side) for a in at)))
    shapes = shapely.box(west, south, west + 0.001, south + 0.001)
    holes = shapely.buffer(shapely.centroid(shapes), 0.0002, quad_segs=2)
    number = np.arange(side * side)
    shapes = np.where(number % 3 == 0, shapely.difference(shapes, holes), shapes)
    return gpd.GeoDataFrame(
        {
            "fid": number + 1,
            "code": [CODES[n % 3] for n in number],
            "name": [None if n % 10 == 0 else f"地块{n}" for n in number],
            "floors": number % 30,
            "share": np.round(number / 7, 3),
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


FIELDS = [
    {"name": "code", "source": "ydyhfldm", "type": "text"},
    {"name": "name", "source": "mc", "type": "text"},
    {"name": "floors", "source": "floors", "type": "integer"},
    {"name": "share", "source": "share", "type": "number"},
]


def served_version(frame: gpd.GeoDataFrame, of: Any = None, **facts: Any) -> LayerVersion:
    """Return a version of a frame of plots, published unless `facts` say otherwise."""
    sizes = areas(frame.geometry.to_numpy())
    classes = {
        code: {
            "count": int((frame["code"] == code).sum()),
            "area": float(sizes[(frame["code"] == code).to_numpy()].sum()),
            "length": 0,
        }
        for code in frame["code"].unique()
    }
    state = facts.pop("state", LayerVersion.State.PUBLISHED)
    public = {"published_at": timezone.now()} if state == "published" else {}
    return version(
        of or layer(),
        frame,
        **{"state": state, "fields": FIELDS, "classes": classes, **public, **facts},
    )


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing of requests."""


@contextmanager
def server() -> Iterator[str]:
    """Serve the pages on an address; requests see what the test wrote and never committed."""
    shared = connections["default"]
    shared.inc_thread_sharing()
    # at the end of a request Django closes connections that are in a transaction, as this one is
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    httpd = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)

    def serve() -> None:
        connections["default"] = shared
        httpd.serve_forever(poll_interval=0.05)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    host = f"127.0.0.1:{httpd.server_port}"
    assert "127.0.0.1" in settings.ALLOWED_HOSTS
    try:
        yield f"http://{host}"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
        shared.dec_thread_sharing()
        for signal in signals:
            signal.connect(close_old_connections)


GDAL = """
import json, sys, pyogrio
asked = json.loads(sys.argv[1])
frame = pyogrio.read_dataframe(asked["source"], layer=asked["layer"], **asked["options"])
info = {"crs": ":".join(frame.crs.to_authority()), "columns": list(frame.columns)}
frame["wkb"] = [shape.wkb_hex for shape in frame.geometry]
rows = json.loads(frame.drop(columns="geometry").to_json(orient="records"))
print(json.dumps({**info, "rows": rows}))
"""


def read_with_gdal(source: str, layer_name: str, **options: str) -> dict[str, Any]:
    """Return what GDAL reads from an address; another process, so that the server can answer."""
    asked = json.dumps({"source": source, "layer": layer_name, "options": options})
    done = subprocess.run(
        [sys.executable, "-c", GDAL, asked],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
