"""Tiles of stored versions: features and levels kept in memory, finished tiles kept on disk.

Versions never change, so nothing kept here is ever stale: memory holds what was asked for last, up
to a number of bytes; the disk holds every tile that was made, compressed as it is sent.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeVar, cast

from conurb.atlas import storing, tiles
from conurb.atlas.least_used import note_use
from conurb.atlas.tiles import FeatureSet, Level, Tile

__all__ = ["LAYER", "Kept", "Source", "tile_of"]

LAYER = "features"
"""The name of the one layer in every tile."""

REVISION = 2
"""Of what tiles hold; raised when the same features give other tiles, so that none is stale."""

BYTES = 600_000_000
"""Of features and levels held in one process."""

V = TypeVar("V")


class Kept:
    """What was used last, up to a number of bytes; each thing is made by one thread at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    @property
    def size(self) -> int:
        """How many bytes are held."""
        with self._lock:
            return sum(size for _, size in self._held.values())

    def get(self, key: Hashable, make: Callable[[], V], size_of: Callable[[V], int]) -> V:
        """Return what is held under `key`, made now if it is not there."""
        found = self._find(key)
        if found is not None:
            return cast(V, found)
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            found = self._find(key)
            if found is not None:
                return cast(V, found)
            made = make()
            self._hold(key, made, size_of(made))
            return made

    def _find(self, key: Hashable) -> object | None:
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def _hold(self, key: Hashable, made: object, size: int) -> None:
        with self._lock:
            self._held[key] = (made, size)
            self._making.pop(key, None)
            held = sum(each for _, each in self._held.values())
            # the newest stays, even where it alone is more
            while held > self._most and len(self._held) > 1:
                _, (_, dropped) = self._held.popitem(last=False)
                held -= dropped


@dataclass(frozen=True)
class Source:
    """A stored version as tiles show it: its file, its hash, the properties that they carry.

    `class_column` is the property by which small features are summed up, "" for none.
    """

    path: Path
    sha256: str
    columns: tuple[str, ...]
    class_column: str = ""


_kept = Kept(BYTES)


def tile_of(source: Source, tile: Tile, folder: Path) -> bytes:
    """Return a tile, compressed with gzip; empty where it shows nothing.

    `folder` is where finished tiles lie.
    """
    file = _file(source, tile, folder)
    try:
        packed = file.read_bytes()
        note_use(file)
        return packed
    except FileNotFoundError:
        pass
    made = _cut(source, tile)
    if not made:
        return b""
    packed = gzip.compress(made, 6, mtime=0)
    _keep(file, packed)
    return packed


def _cut(source: Source, tile: Tile) -> bytes:
    named = (source.sha256, source.columns, source.class_column)
    features = _kept.get(named, lambda: _read(source), tiles.size_of)
    zoom = min(tile.z, tiles.FINEST)
    drawn: Level = _kept.get((*named, zoom), lambda: tiles.level(features, zoom), tiles.size_of)
    return tiles.cut(features, drawn, tile, LAYER)


def _read(source: Source) -> FeatureSet:
    frame = storing.read(source.path, columns=source.columns)
    columns: dict[str, Sequence[object]] = {
        name: frame[name].tolist() for name in source.columns if name in frame.columns
    }
    return FeatureSet.of(
        frame.geometry.to_numpy(),
        frame[storing.FID].to_numpy(),
        columns,
        source.class_column,
    )


def _file(source: Source, tile: Tile, folder: Path) -> Path:
    shown = hashlib.sha256(repr((source.columns, source.class_column)).encode()).hexdigest()
    return (
        folder
        / str(REVISION)
        / source.sha256[:2]
        / source.sha256
        / shown[:16]
        / str(tile.z)
        / str(tile.x)
        / f"{tile.y}.mvt.gz"
    )


def _keep(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
    # a rename is atomic: a reader sees the whole tile or none
    Path(passing).replace(file)
