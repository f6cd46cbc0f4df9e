"""Versions of layers as collections that other programs read: each, and the latest of each layer.

The name of a collection is `<layer>-v<number>` for a version, which never changes, and `<layer>`
for whichever version of the layer was published last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from conurb.atlas.models import LayerVersion
from conurb.atlas.ogc_parameters import Interval
from conurb.atlas.reference_systems import ReferenceSystem, offered

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

__all__ = ["Collection", "collection_of", "collections"]

_NAME = re.compile(r"([0-9a-f]{1,30})(?:-v([0-9]{1,9}))?")
_WITH = ("layer__city", "layer__authority")


@dataclass(frozen=True)
class Collection:
    """A version under one of its names; `until` is when a later one was published."""

    name: str
    version: LayerVersion
    is_latest: bool
    until: datetime | None = None

    @property
    def title(self) -> str:
        """What a person chooses it by."""
        layer, number = self.version.layer.name, self.version.number
        if self.is_latest:
            return _("%(layer)s (latest version)") % {"layer": layer}
        if self.version.state != LayerVersion.State.PUBLISHED:
            state = self.version.get_state_display()
            words = {"layer": layer, "number": number, "state": state}
            return _("%(layer)s, version %(number)s (%(state)s)") % words
        return _("%(layer)s, version %(number)s") % {"layer": layer, "number": number}

    @property
    def systems(self) -> tuple[ReferenceSystem, ...]:
        """The systems in which it is given out."""
        return offered(self.version.west, self.version.east)

    @property
    def properties(self) -> list[str]:
        """The names of its properties, in the order of the file."""
        return [str(field["name"]) for field in self.version.fields]

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it, and caches between may keep it."""
        return self.version.state == LayerVersion.State.PUBLISHED

    def holds(self, when: Interval | None) -> bool:
        """Tell whether the version was the one published at some moment of an interval."""
        return when is None or when.meets(self.version.published_at, self.until)


def collections(actor: User | AnonymousUser) -> list[Collection]:
    """Return what somebody may read: of each layer the latest version, then all, newest first."""
    versions = (
        LayerVersion.objects.visible_to(actor)
        .exclude(state=LayerVersion.State.WITHDRAWN)
        .select_related(*_WITH)
        .order_by("layer__city__order", "layer__kind", "layer__name_zh", "layer_id", "-number")
    )
    found: list[Collection] = []
    of_layer: list[LayerVersion] = []
    for version in versions:
        if of_layer and of_layer[0].layer_id != version.layer_id:
            found += _of_layer(of_layer)
            of_layer = []
        of_layer.append(version)
    return found + _of_layer(of_layer)


def collection_of(
    actor: User | AnonymousUser, name: str, when: Interval | None = None
) -> Collection | None:
    """Return the collection with this name; None where there is none for this person.

    For the name of a layer `when` chooses the version that was the latest at the end of it.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    versions = list(
        LayerVersion.objects.visible_to(actor)
        .filter(layer__key=match.group(1))
        .exclude(state=LayerVersion.State.WITHDRAWN)
        .select_related(*_WITH)
        .order_by("-number")
    )
    if when is not None and when.end is not None and match.group(2) is None:
        end = when.end
        earlier = [one for one in versions if one.published_at and one.published_at <= end]
        versions = earlier or versions
    return next((one for one in _of_layer(versions) if one.name == name), None)


def _of_layer(versions: Sequence[LayerVersion]) -> list[Collection]:
    """Return the collections of one layer's versions, given newest first."""
    found: list[Collection] = []
    until: datetime | None = None
    for version in versions:
        published = version.state == LayerVersion.State.PUBLISHED
        if published and until is None:
            found.insert(0, Collection(version.layer.key, version, is_latest=True))
        name = f"{version.layer.key}-v{version.number}"
        found.append(Collection(name, version, is_latest=False, until=until))
        if published:
            until = version.published_at
    return found
