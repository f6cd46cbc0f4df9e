"""The network that is in use, read from the files that were kept when it was loaded."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from conurb.journal import files
from conurb.network.multimodal import ModeGraph, Travel, graph_for
from conurb.network.region_network import RegionNetwork, load_network
from conurb.refusal import RefusedError
from conurb.region.folder import load_region
from conurb.region.models import City
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.opportunities import Opportunities, read_opportunities
from conurb.sames.facilities.studies import CityCentre, Prepared, study_for

FOLDER = "networks"


def current() -> NetworkState | None:
    """Return the network in use, None where the region declares none."""
    return NetworkState.objects.first()


def in_use() -> NetworkState:
    """Return the network in use; raises RefusedError where there is none."""
    state = current()
    if state is None:
        raise RefusedError(
            _(
                "The region declares no network. Add the folder network/ and facilities.toml to "
                "it (see docs/packs/facilities.md)."
            )
        )
    return state


def network_of(state: NetworkState) -> RegionNetwork:
    """Return a network with its projects; read once a state and process."""
    return _read(state.digest, _frozen(state))[0]


def opportunities_of(state: NetworkState) -> Opportunities:
    """Return what people travel to, as it was declared with a network."""
    return _read(state.digest, _frozen(state))[1]


def prepared(state: NetworkState, travel: Travel) -> Prepared:
    """Return the study of all projects for a way to travel; made once a state and process."""
    return _prepared(state.digest, travel, _frozen(state), _centres())


def graph_of(state: NetworkState, travel: Travel) -> ModeGraph:
    """Return the graph of a way to travel; made once a state and process."""
    return _graph(state.digest, travel, _frozen(state))


Frozen = tuple[tuple[str, str], ...]


def _frozen(state: NetworkState) -> Frozen:
    return tuple(sorted(state.files.items()))


def _centres() -> tuple[CityCentre, ...]:
    return tuple(CityCentre(c.pk, (c.longitude, c.latitude)) for c in City.objects.all())


@lru_cache(maxsize=2)
def _read(digest: str, kept: Frozen) -> tuple[RegionNetwork, Opportunities]:
    """Lay the files out as a region's folder has them, and read them as they were read then."""
    folder = Path(settings.DATA_PATH) / FOLDER / digest
    for name, sha256 in kept:
        target = folder / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            part.write_bytes(files.read(sha256))
            part.replace(target)  # whoever reads meanwhile sees the whole file or none
    region = replace(load_region(settings.REGION_PATH), path=folder)
    network, opportunities = load_network(region), read_opportunities(region)
    if network is None or opportunities is None:
        raise FileNotFoundError(f"the network {digest[:12]} is not complete in {folder}")
    return network, opportunities


@lru_cache(maxsize=6)
def _prepared(
    digest: str, travel: Travel, kept: Frozen, centres: tuple[CityCentre, ...]
) -> Prepared:
    network, opportunities = _read(digest, kept)
    return study_for(network, travel, centres, opportunities)


@lru_cache(maxsize=8)
def _graph(digest: str, travel: Travel, kept: Frozen) -> ModeGraph:
    return graph_for(_read(digest, kept)[0].network, travel)
