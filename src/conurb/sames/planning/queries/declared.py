"""The rules that the region of this node declares, and its calendar."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.queries.calendar import calendar
from conurb.refusal import RefusedError
from conurb.sames.planning import declaring
from conurb.sames.planning.declaring import Declared

__all__ = ["calendar", "day_of", "declared", "rules"]


def declared() -> Declared | None:
    """Return what planning.toml says, None where the region has none; read again when changed."""
    file = Path(settings.REGION_PATH) / declaring.FILE
    if not file.is_file():
        return None
    return _read(file.parent, file.stat().st_mtime_ns)


def rules() -> declaring.Rules:
    """Return the rules of reviews; RefusedError where the region has declared none."""
    found = declared()
    if found is None:
        raise RefusedError(
            _("The region has no planning.toml, so it has no rules of joint review. Add the file.")
        )
    return found.rules


def day_of(moment: datetime) -> date:
    """Return the day of a moment in the region's zone."""
    return timezone.localtime(moment).date()


@lru_cache(maxsize=2)
def _read(folder: Path, _changed: int) -> Declared | None:
    return declaring.read(folder)
