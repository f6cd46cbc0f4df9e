"""Bringing the region folder's network and projects into use."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from conurb.journal import files
from conurb.journal.actions import record
from conurb.network.region_network import FILES, FOLDER, RegionNetwork, load_network, loaded_files
from conurb.region.declarations import Region
from conurb.sames.facilities.actions import appraising, signals
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.opportunities import FILE, read_opportunities
from conurb.sames.facilities.soundness import counts_of, problems_of
from conurb.urn import new_urn

__all__ = ["load", "load_and_appraise"]


def load_and_appraise(region: Region) -> None:
    """Bring the folder's network into use, and appraise its projects where that takes seconds.

    A larger network is appraised when somebody asks for it, in the background.
    """
    signals.load(region)
    state = load(region)
    if state is not None and appraising.is_small(state):
        appraising.appraise_what_is_stale(None)


@transaction.atomic
def load(region: Region) -> NetworkState | None:
    """Put the folder's network in use where it differs from the one that is; None without any.

    Runs of before stand, and are told to be stale. Raises RegionError with all that is wrong.
    """
    network = load_network(region, Path(settings.DATA_PATH) / FOLDER)
    opportunities = read_opportunities(region)
    if network is None or opportunities is None:
        return None
    contents = _contents(region)
    digest = _digest(contents, region)
    newest = NetworkState.objects.first()
    if newest is not None and newest.digest == digest:
        return newest
    made = _keep(digest, contents, network, opportunities.source.zh, opportunities.source.en)
    record(
        None,
        "facilities.network",
        urn=new_urn("network"),
        name=network.network.name.zh,
        digest=digest,
        **made.counts,
    )
    return made


def _contents(region: Region) -> dict[str, bytes]:
    folder = Path(region.path)
    names = [*(f"{FOLDER}/{name}" for name in FILES), FILE]
    contents = {name: (folder / name).read_bytes() for name in names}
    # what the node has loaded with `conurb network load` stands in the place of the drawn streets
    loaded = loaded_files(Path(settings.DATA_PATH) / FOLDER) or loaded_files(folder / FOLDER)
    return contents | {f"{FOLDER}/{file.name}": file.read_bytes() for file in loaded}


def _digest(contents: dict[str, bytes], region: Region) -> str:
    """Name everything that figures depend on: the files, who lives where, where centres are."""
    people = [[county.code, county.population] for county in region.counties]
    centres = [[city.code, *city.centre] for city in region.cities]
    whole = hashlib.sha256(json.dumps([people, centres]).encode())
    for name in sorted(contents):
        whole.update(hashlib.sha256(contents[name]).digest())
    return whole.hexdigest()


def _keep(
    digest: str, contents: dict[str, bytes], network: RegionNetwork, zh: str, en: str
) -> NetworkState:
    return NetworkState.objects.create(
        digest=digest,
        name_zh=network.network.name.zh,
        name_en=network.network.name.en,
        files={name: files.store(content).sha256 for name, content in contents.items()},
        schematic=network.network.schematic,
        source_zh=zh,
        source_en=en,
        counts=counts_of(network),
        problems=[[each.zh, each.en] for each in problems_of(network)],
    )
