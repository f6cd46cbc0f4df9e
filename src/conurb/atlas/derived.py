"""Files worked out from versions, each made once: a version never changes, so neither do they.

Small ones are made while somebody waits, large ones by a job; either way a file is whole or not
there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from conurb.atlas.least_used import note_use

__all__ = ["folder", "made", "tiles_folder"]


def folder(kind: str) -> Path:
    """Return the folder of the files of a kind."""
    return Path(settings.DATA_PATH) / "derived" / kind


def tiles_folder() -> Path:
    """Return the folder of finished tiles."""
    return Path(settings.DATA_PATH) / "tiles"


def made(target: Path, make: Callable[[Path], None]) -> Path:
    """Return the file or folder at `target`; `make(passing path)` makes it if it is not there."""
    if target.exists():
        note_use(target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as passing:
        fresh = Path(passing) / target.name
        make(fresh)
        try:
            # a rename is atomic: a reader sees the whole or nothing
            fresh.rename(target)
        except OSError:
            # somebody else was quicker; what they made is the same
            if not target.exists():
                raise
            shutil.rmtree(fresh, ignore_errors=True)
    return target
