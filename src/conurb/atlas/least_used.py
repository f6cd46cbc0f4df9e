"""Folders that hold what can be made again, kept below a size: what was used least recently goes.

Times of access are not kept on many file systems, so use is noted in the time of change, once a day
at most. Whatever is removed first gets a passing name: nobody ever finds half of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["GOING", "Removed", "keep_below", "leftovers", "note_use", "things_in"]

DAY = 24 * 3600.0
GOING = ".going-"
"""Begins the name of what is being removed."""


@dataclass(frozen=True)
class Thing:
    """A file, or a folder that is one thing: bytes, and when it was last used (seconds)."""

    path: Path
    size: int
    used: float


@dataclass(frozen=True)
class Removed:
    """What was removed, or would be, and what is left: files or folders, and bytes."""

    number: int = 0
    bytes: int = 0
    left: int = 0
    bytes_left: int = 0


def note_use(path: Path, now: float | None = None) -> None:
    """Note that something is used, unless that was noted within a day."""
    moment = time.time() if now is None else now
    # whoever may only read, or whose file is just being removed, has nothing to note
    with contextlib.suppress(OSError):
        if moment - path.stat().st_mtime > DAY:
            os.utime(path, (moment, moment))


def things_in(folder: Path, depth: int | None = None) -> Iterator[Thing]:
    """Yield what lies in a folder: files; with `depth`, whatever lies so deep as one thing each."""
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        path = Path(entry.path)
        if _is_passing(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False) and depth != 1:
            yield from things_in(path, None if depth is None else depth - 1)
        else:
            with contextlib.suppress(FileNotFoundError):
                yield Thing(path, _size(path), entry.stat(follow_symlinks=False).st_mtime)


def keep_below(
    folder: Path, most: int, *, depth: int | None = None, dry_run: bool = False
) -> Removed:
    """Remove what was used least recently until the rest has at most `most` bytes."""
    things = sorted(things_in(folder, depth), key=lambda thing: (-thing.used, str(thing.path)))
    held = number = gone = 0
    is_full = False
    for thing in things:
        is_full = is_full or held + thing.size > most
        if not is_full:
            held += thing.size
            continue
        if dry_run or remove(thing.path):
            number += 1
            gone += thing.size
    if not dry_run and number:
        _remove_empty_folders(folder)
    return Removed(number, gone, len(things) - number, held)


def leftovers(folder: Path, before: float, *, dry_run: bool = False) -> Removed:
    """Remove what was left half written, or half removed, before a moment."""
    number = gone = 0
    for path in _passing_in(folder):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime >= before:
                continue
            size = _size(path)
            if dry_run or remove(path):
                number, gone = number + 1, gone + size
    return Removed(number, gone)


def remove(path: Path) -> bool:
    """Remove a file or folder; False where somebody was quicker."""
    going = path.with_name(f"{GOING}{secrets.token_hex(8)}")
    try:
        path.rename(going)
    except FileNotFoundError:
        return False
    if going.is_dir() and not going.is_symlink():
        shutil.rmtree(going, ignore_errors=True)
    else:
        going.unlink(missing_ok=True)
    return True


def _passing_in(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        if _is_passing(entry.name):
            yield Path(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            yield from _passing_in(Path(entry.path))


def _is_passing(name: str) -> bool:
    """Tell whether a name is one that things have while they are written or removed."""
    return name.startswith((GOING, ".making-", "tmp")) or name.endswith((".coming", ".writing"))


def _size(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size


def _remove_empty_folders(folder: Path) -> None:
    for below, _folders, _files in os.walk(folder, topdown=False):
        if below != str(folder):
            # one that is not empty, or just being filled, stays
            with contextlib.suppress(OSError):
                Path(below).rmdir()
