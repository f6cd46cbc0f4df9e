"""The working days of the region that this node serves."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from conurb.region.folder import load_region
from conurb.region.workdays import Calendar


def calendar() -> Calendar:
    """Return the region's calendar; read again when its file changed."""
    file = Path(settings.REGION_PATH) / "calendar.toml"
    return _read(file.parent, file.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(folder: Path, _changed: int) -> Calendar:
    return load_region(folder).calendar
