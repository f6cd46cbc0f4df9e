"""What the pages of the pack begin with: the network, the last run, the project asked for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from conurb.network.multimodal import Travel
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries import runs
from conurb.sames.facilities.queries.ranking import Row, rows_of, travel_of
from conurb.sames.facilities.queries.runs import Standing
from conurb.sames.facilities.worth import Result

MOST_TOGETHER = 12


@dataclass(frozen=True)
class Read:
    """A network with the last run for a way to travel; no result where none was made yet."""

    state: NetworkState
    travel: Travel
    result: Result | None
    standing: Standing
    rows: dict[str, Row]
    on_this_network: bool


def read(request: HttpRequest, *, travel: str = "") -> Read:
    """Return what a page is about, by default for the way to travel that is asked for.

    Raises Http404 where the region declares no network.
    """
    state = networks.current()
    if state is None:
        raise Http404(runs.nothing_yet(None)["words"])
    return read_for(request, state, travel_of(travel or request.GET.get("travel", "")))


def read_for(request: HttpRequest, state: NetworkState, travel: Travel) -> Read:
    """Return a network with the last run for this way to travel."""
    run = runs.last(travel, request.user)
    result = runs.result_of(run) if run else None
    return Read(
        state,
        travel,
        result,
        runs.standing(state, travel, run, request.user),
        rows_of(state, result, request.user),
        run is not None and run.network_id == state.pk,
    )


def row_of(read: Read, key: str) -> Row:
    """Return a project. Raises Http404 for one that there is not."""
    row = read.rows.get(key)
    if row is None:
        raise Http404(_("There is no such project on this network."))
    return row


def ticked(request: HttpRequest, read: Read) -> list[Row]:
    """Return the projects that were ticked, each once, in the order of the ticks."""
    keys = list(dict.fromkeys(request.GET.getlist("project")))[: MOST_TOGETHER + 1]
    return [row_of(read, key) for key in keys]
