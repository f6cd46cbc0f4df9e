"""The rules that the region of this node declares, and today in its zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from conurb.sames.market import declaring
from conurb.sames.market.declaring import Declared


def declared() -> Declared:
    """Return what market.toml says; read again when it changed."""
    file = Path(settings.REGION_PATH) / declaring.FILE
    return _read(file.parent, file.stat().st_mtime_ns)


def day_of(moment: datetime) -> date:
    """Return the day of a moment in the region's zone."""
    return timezone.localtime(moment).date()


@lru_cache(maxsize=2)
def _read(folder: Path, _changed: int) -> Declared:
    return declaring.read(folder)
