"""The pages of dead ends at the borders and of bottlenecks, and what their maps draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.journal.serving import download
from conurb.sames.facilities.queries import borders as found
from conurb.sames.facilities.queries import maps, runs
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries.projects import Project, projects_of
from conurb.sames.facilities.templatetags.facilities import figure
from conurb.sames.facilities.views.files import XLSX, notes
from conurb.sames.facilities.views.reading import Read, read
from conurb.sames.facilities.writers import lists


@require_safe
def dead_ends(request: HttpRequest) -> HttpResponse:
    """Show the roads that stop at a border, on a list and on the map."""
    of = read(request, travel="car")
    rows = _dead_ends(of, request)
    context: dict[str, Any] = {
        "standing": of.standing,
        "rows": rows,
        "nothing": runs.nothing_yet(of.state),
    }
    if rows is not None and of.result is not None and of.result.borders is not None:
        limits = of.result.borders["limits"]
        context |= {
            "healed": sum(bool(each.healing) for each in rows),
            "left": sum(not each.healing for each in rows),
            "changes": found.class_changes_of(
                of.result.borders,
                networks.network_of(of.state).network,
                projects_of(of.state, request.user),
            ),
            "limits": _(
                "A road counts that stops within %(within)s km of the other city with a road at "
                "most %(gap)s km away on the other side; a project heals it that takes at least "
                "half of the detour away."
            )
            % {
                "within": figure(limits["within"] / 1000, 0),
                "gap": figure(limits["gap"] / 1000, 0),
            },
            "map": maps.Shown(
                key="dead-ends-map",
                title=_("Dead ends at the borders"),
                digest=maps.short_digest(of.state),
                spots=reverse("facilities-dead-ends-geojson"),
                soft=True,
                fit="spots",
            ),
        }
    return render(request, "facilities/dead_ends.html", context)


@require_safe
def dead_ends_geojson(request: HttpRequest) -> HttpResponse:
    """Give the dead ends, as GeoJSON."""
    of = read(request, travel="car")
    return _geojson(found.dead_ends_geojson(_dead_ends(of, request) or []))


@require_safe
def dead_ends_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the dead ends as a workbook."""
    of = read(request, travel="car")
    title = _("Dead ends at the borders")
    content = lists.dead_ends(_dead_ends(of, request) or [], title, notes(of))
    return download(content, f"{title}.xlsx", XLSX)


@require_safe
def bottlenecks(request: HttpRequest) -> HttpResponse:
    """Show where the network is too narrow in the peak hour."""
    of = read(request, travel="car")
    context: dict[str, object] = {"nothing": runs.nothing_yet(of.state), "standing": of.standing}
    if of.result is not None and of.result.peak is not None:
        peak = of.result.peak
        context |= {
            "peak": {"rows": _bottlenecks(of, request), "words": _assumed(peak)},
            "map": maps.Shown(
                key="bottlenecks-map",
                title=_("Bottlenecks of the peak hour"),
                digest=maps.short_digest(of.state),
                spots=reverse("facilities-bottlenecks-geojson"),
                soft=True,
                fit="spots",
            ),
        }
    return render(request, "facilities/bottlenecks.html", context)


@require_safe
def bottlenecks_geojson(request: HttpRequest) -> HttpResponse:
    """Give the bottlenecks, as GeoJSON."""
    of = read(request, travel="car")
    return _geojson(found.bottlenecks_geojson(_bottlenecks(of, request)))


@require_safe
def bottlenecks_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the bottlenecks as a workbook, with what the model assumes."""
    of = read(request, travel="car")
    title = _("Bottlenecks of the peak hour")
    assumed = [_assumed(of.result.peak)] if of.result and of.result.peak else []
    content = lists.bottlenecks(_bottlenecks(of, request), title, [*notes(of), *assumed])
    return download(content, f"{title}.xlsx", XLSX)


def _dead_ends(of: Read, request: HttpRequest) -> list[found.DeadEnd] | None:
    """Return the dead ends of the last run; None where it was made on another network."""
    if of.result is None or of.result.borders is None or not of.on_this_network:
        return None
    network = networks.network_of(of.state).network
    return found.dead_ends_of(of.result.borders, network, projects_of(of.state, request.user))


def _bottlenecks(of: Read, request: HttpRequest) -> list[found.Bottleneck]:
    if of.result is None or of.result.peak is None or not of.on_this_network:
        return []
    region = networks.network_of(of.state)
    projects = projects_of(of.state, request.user)
    touched: dict[int, list[Project]] = defaultdict(list)
    for project in region.projects:
        for number in project.touched:
            touched[number].append(projects[project.key])
    return found.bottlenecks_of(of.result.peak, region.network, touched)


def _assumed(peak: Mapping[str, Any]) -> str:
    assumed = peak["assumed"]
    return _(
        "Assumed: %(trips)s car trips between zones a person and day, %(full)s people a car, "
        "%(peak)s%% of the day in the peak hour, %(share)s%% of them on the roads of this "
        "network; trips within zones take a share of every road. %(vehicles)s vehicles in the "
        "hour, %(hours)s vehicle hours lost; relative gap %(gap)s."
    ) % {
        "trips": assumed["trips_a_person"],
        "full": assumed["in_a_car"],
        "peak": round(100 * assumed["peak"]),
        "share": round(100 * assumed["on_network"]),
        "vehicles": figure(peak["trips"], 0),
        "hours": figure(peak["hours_lost"], 0),
        "gap": f"{peak['gap']:.0e}",
    }


def _geojson(content: dict[str, object]) -> HttpResponse:
    return JsonResponse(content, content_type="application/geo+json")
