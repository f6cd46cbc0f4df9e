"""What happens in the life of a person or a firm, by which people look for services.

A service names the events it belongs to by their keys in `life_events`. The order is that of the
page: a life from its beginning, then a firm's.
"""

from __future__ import annotations

from dataclasses import dataclass

from conurb.region.tables import Bilingual


@dataclass(frozen=True)
class LifeEvent:
    """An event by its key, its name, and the icon it is drawn with."""

    key: str
    name: Bilingual
    icon: str


LIFE_EVENTS: tuple[LifeEvent, ...] = (
    LifeEvent("birth", Bilingual("出生", "Having a child"), "baby-carriage"),
    LifeEvent("school", Bilingual("上学", "Going to school"), "school"),
    LifeEvent("work", Bilingual("就业", "Working"), "briefcase"),
    LifeEvent("marriage", Bilingual("婚姻", "Marrying"), "heart"),
    LifeEvent("home", Bilingual("安居", "Finding a home"), "home"),
    LifeEvent("move", Bilingual("迁移", "Moving"), "truck-delivery"),
    LifeEvent("health", Bilingual("就医", "Health"), "stethoscope"),
    LifeEvent("retirement", Bilingual("退休养老", "Growing old"), "old"),
    LifeEvent("business", Bilingual("经营企业", "Running a business"), "building-store"),
    LifeEvent("freight", Bilingual("开车运货", "Driving and haulage"), "truck"),
    LifeEvent("project", Bilingual("工程建设", "Building"), "crane"),
    LifeEvent("event", Bilingual("办展办会", "Holding an event"), "calendar-event"),
)

_BY_KEY = {each.key: each for each in LIFE_EVENTS}


def life_event(key: str) -> LifeEvent:
    """Return an event; one that is not on the list goes by its key."""
    return _BY_KEY.get(key) or LifeEvent(key, Bilingual(key, key), "star")
