"""The page of the network itself: what it holds, how far one gets, how to replace it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.refusal import RefusedError
from conurb.region.models import in_language
from conurb.sames.facilities.queries import answers, maps, reaching, runs
from conurb.sames.facilities.queries import network as networks

PROBLEMS = 20
COMMAND = "conurb network load hunan-latest.osm.pbf"


@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """Show what the network is, and how far one gets from a place."""
    state = networks.current()
    if state is None:
        raise Http404(runs.nothing_yet(None)["words"])
    asked = reaching.Asked.from_query(request.GET)
    reached, waiting, wrong = None, None, ""
    try:
        if asked.somewhere:
            place = reaching.place_of(state, asked)
            found = answers.reach(state, asked.travel, place)
            if found is None:
                waiting = answers.waiting(answers.about_reach(state, asked.travel, place))
            else:
                reached = reaching.told(place, found)
    except RefusedError as refusal:
        wrong = str(refusal)
    problems = [in_language(zh, en) for zh, en in state.problems]
    return render(
        request,
        "facilities/network.html",
        {
            "state": {
                "schematic": state.schematic,
                "source": in_language(state.source_zh, state.source_en),
                "loaded_at": state.loaded_at,
                "short_digest": state.digest[:12],
            },
            "counts": reaching.counts_in_words(state.counts),
            "problems": problems[:PROBLEMS],
            "more_problems": max(len(problems) - PROBLEMS, 0),
            "command": COMMAND,
            "asked": asked,
            "reached": reached,
            "waiting": waiting,
            "wrong": wrong,
            "bands_id": "bands-network-map",
            "choices": {"travels": reaching.travels(), "zones": reaching.zones_by_county(state)},
            "map": maps.Shown(
                key="network-map",
                title=_("The network"),
                digest=maps.short_digest(state),
                bands=True,
                pick="at",
                pick_form="reach-form",
                soft=True,
                fit="region",
            ),
        },
        status=422 if wrong else 200,
    )
