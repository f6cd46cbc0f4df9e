"""Passes for tests, made by the real actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from conurb.desk.actions import applying
from conurb.desk.models import Case
from conurb.desk.services import Service, service_of
from conurb.region.models import City, User
from conurb.sames.platform.models import Pass
from tests.sames.platform.conftest import application


def service() -> Service:
    found = service_of("truck-pass")
    assert found is not None
    return found


def applied(
    holder: User, *, city: str = "430100", now: datetime | None = None, **changes: Any
) -> Case:
    """A case handed in, in a city; by default it opens the centre of Zhuzhou by rule."""
    moment = now or timezone.now()
    changes.setdefault("plate", "湘BYT001")
    changes.setdefault("first_day", timezone.localdate(moment).isoformat())
    case = applying.start(holder, service(), City.objects.get(pk=city), now=moment)
    data = application(**changes)
    case = applying.save_draft(holder, case, data, version=case.version, now=moment)
    return applying.submit(holder, case, now=moment).case


def granted(holder: User, **changes: Any) -> Pass:
    """The pass of a case that is granted by rule."""
    case = applied(holder, **changes)
    return Pass.everything.select_related("record").get(case_key=case.key)
