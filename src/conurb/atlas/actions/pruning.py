"""Keeping the data folder from growing without end; the rule stands in docs/atlas.md.

- Tiles, and files and comparisons worked out from versions, can be made again at any time: both are
  kept below a size (settings.TILES_MOST, settings.DERIVED_MOST); what was used least recently goes.
- A file that was handed in is needed while it is read, confirmed or converted. When it has become a
  version, or was given up, it is kept settings.SOURCES_KEPT days longer, then it goes.
- A conversion writes its files before it keeps its rows. Where it then failed or was cancelled, its
  files belong to no version: they go after a day.
- Versions' own files, their lists of repairs and problems, and the files of findings, reviews and
  records are not touched.

Verb of the journal: layer.prune.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from conurb.atlas import derived, least_used
from conurb.atlas.actions.importing import source_path
from conurb.atlas.derived import tiles_folder
from conurb.atlas.least_used import Removed, Thing
from conurb.atlas.models import LayerImport, LayerVersion, folder
from conurb.atlas.places import path_of
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.journal.actions import record
from conurb.region.tables import Bilingual

__all__ = ["WORK", "Pruned", "prune"]

log = logging.getLogger(__name__)

KIND = "atlas.prune"
_NEEDED = (LayerImport.State.READING, LayerImport.State.ASKED, LayerImport.State.CONVERTING)
_DAY = timedelta(days=1)
_MB = 1024 * 1024


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be: of tiles, of what was worked out, of files handed in, of files
    that came to belong to no version, and of what was left half written.
    """

    tiles: Removed
    derived: Removed
    sources: Removed
    unkept: Removed
    leftovers: Removed

    @property
    def number(self) -> int:
        """How many files and folders in all."""
        return sum(one["number"] for one in asdict(self).values())


def prune(*, now: datetime | None = None, dry_run: bool = False) -> Pruned:
    """Remove what the rule lets go; with `dry_run` nothing, but say what would be."""
    moment = now or timezone.now()
    old = (moment - _DAY).timestamp()
    every = (folder(), tiles_folder(), derived.folder(""))
    halves = [least_used.leftovers(each, old, dry_run=dry_run) for each in every]
    return Pruned(
        tiles=least_used.keep_below(tiles_folder(), settings.TILES_MOST, dry_run=dry_run),
        # downloads and comparisons lie in folders by the first digits of a hash
        derived=least_used.keep_below(
            derived.folder(""), settings.DERIVED_MOST, depth=3, dry_run=dry_run
        ),
        sources=_prune_sources(moment, dry_run=dry_run),
        unkept=_prune_unkept(old, dry_run=dry_run),
        leftovers=Removed(sum(h.number for h in halves), sum(h.bytes for h in halves)),
    )


def _prune_sources(moment: datetime, *, dry_run: bool) -> Removed:
    limit = moment - timedelta(days=settings.SOURCES_KEPT)
    needed = set(
        LayerImport.everything.filter(state__in=_NEEDED).values_list("file_sha256", flat=True)
    )
    needed |= set(
        LayerImport.everything.filter(changed_at__gte=limit).values_list("file_sha256", flat=True)
    )

    def is_needed(path: Path) -> bool:
        return path != source_path(path.name) or path.name in needed

    files = least_used.things_in(folder() / "sources")
    return _prune_files(files, limit.timestamp(), is_needed, _is_on_its_way, dry_run=dry_run)


def _is_on_its_way(path: Path) -> bool:
    return LayerImport.everything.filter(file_sha256=path.name, state__in=_NEEDED).exists()


def _prune_unkept(before: float, *, dry_run: bool) -> Removed:
    columns = ("sha256", "repairs_sha256", "problems_sha256")
    rows = LayerVersion.everything.values_list(*columns)
    kept = {sha256 for row in rows.iterator() for sha256 in row}

    def is_needed(path: Path) -> bool:
        try:
            return path != path_of(folder(), path.stem) or path.stem in kept
        except ValueError:
            return True

    def is_kept(path: Path) -> bool:
        of = (Q(**{column: path.stem}) for column in columns)
        return LayerVersion.everything.filter(reduce(or_, of)).exists()

    # beside these lie the files that were handed in
    parts = sorted(folder().glob("[0-9a-f][0-9a-f]"))
    files = (thing for part in parts for thing in least_used.things_in(part))
    return _prune_files(files, before, is_needed, is_kept, dry_run=dry_run)


def _prune_files(
    files: Iterable[Thing],
    before: float,
    is_needed: Callable[[Path], bool],
    is_needed_now: Callable[[Path], bool],
    *,
    dry_run: bool,
) -> Removed:
    """Remove files that are old and that nothing needs; what needs them is asked once more then."""
    number = gone = left = bytes_left = 0
    for thing in files:
        if thing.used >= before or is_needed(thing.path):
            left, bytes_left = left + 1, bytes_left + thing.size
        elif dry_run or _remove(thing.path, before, is_needed_now):
            number, gone = number + 1, gone + thing.size
    return Removed(number, gone, left, bytes_left)


def _remove(path: Path, before: float, is_needed_now: Callable[[Path], bool]) -> bool:
    """Remove a file, unless just now it is written again or needed again."""
    going = path.with_name(f"{least_used.GOING}{path.name}")
    try:
        path.rename(going)
    except FileNotFoundError:
        return False
    if going.stat().st_mtime >= before or is_needed_now(path):
        going.rename(path)
        return False
    going.unlink()
    with contextlib.suppress(OSError):
        path.parent.rmdir()
    return True


# ———————————————————————————— Every day, in the background ————————————————————————————


def _do(running: Running) -> Pruned:
    running.progress(0, 1, Bilingual("正在清理", "Pruning"))
    made = prune()
    for name, one in asdict(made).items():
        if one["number"]:
            log.info("pruned %s: %d, %.1f MB", name, one["number"], one["bytes"] / _MB)
    return made


def _keep(job: Job, made: Pruned) -> dict[str, Any]:
    note(made)
    return asdict(made)


def note(made: Pruned) -> None:
    """Write into the journal what was removed for good; what can be made again is in the log."""
    if made.sources.number:
        record(
            None,
            "layer.prune",
            urn="urn:conurb:region:layer-sources:all",
            name="图层导入原文件",
            removed=made.sources.number,
            bytes=made.sources.bytes,
            days=settings.SOURCES_KEPT,
        )


WORK = Work(
    KIND, Bilingual("清理图层缓存和导入原文件", "Pruning tiles and files of layers"), _do, _keep
)
