"""What the reader knows of the region it reads for."""

from __future__ import annotations

from conurb.plan.reader import Gazetteer
from conurb.region.declarations import Region


def gazetteer_of(region: Region) -> Gazetteer:
    """Return the region's places and authorities, by every name they are called."""
    return Gazetteer.of(
        region.gazetteer_entries(),
        [(ref, names) for ref, names, _kind in region.actor_entries()],
    )
