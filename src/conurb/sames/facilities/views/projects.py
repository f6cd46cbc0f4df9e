"""The pages of one project, of two compared, and of several appraised together."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from conurb.sames.facilities.queries import answers, maps, runs, showing
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries.ranking import Row
from conurb.sames.facilities.templatetags.facilities import figure
from conurb.sames.facilities.views.reading import MOST_TOGETHER, Read, read, row_of, ticked
from conurb.sames.facilities.without_effect import Why, why_nothing
from conurb.sames.facilities.worth import Worth

TWO = 2
WHY = {
    Why.RAIL_ONLY: gettext_lazy(
        "No trip changes by this way to travel: the project brings trains. What they are worth "
        "stands under public transport."
    ),
    Why.NOT_FOR_TRANSIT: gettext_lazy(
        "No trip changes by this way to travel: the project is an expressway, which neither local "
        "buses nor trains use. What it is worth stands under car and truck."
    ),
    Why.NOT_NOW: gettext_lazy(
        "No trip changes at 10:00, the time of day of this appraisal: its trains do not run then."
    ),
    Why.NOBODY_THERE: gettext_lazy(
        "No trip between zones changes: the road leads to a port or an airport and to nothing "
        "else. It serves goods or flights, which are not counted as people’s time."
    ),
    Why.NO_QUICKER: gettext_lazy(
        "No trip between zones gets quicker: wherever it leads, another way is as quick already, "
        "an expressway beside it for example. It may relieve that way, or serve trips within a "
        "zone; neither is counted."
    ),
}


@require_safe
def project(request: HttpRequest, key: str) -> HttpResponse:
    """Show one project: its figures, who gains, times and a map before and after."""
    of = read(request)
    row = row_of(of, key)
    return render(
        request,
        "facilities/project.html",
        {
            "shown": row,
            "travel": of.travel,
            "travel_name": runs.travel_name(of.travel),
            "travels": runs.travels(),
            "standing": of.standing,
            "figures": showing.figures_of(row),
            "no_effect": no_effect(row, of),
            "centres": showing.centres_of(row.worth.centres if row.worth else ()),
            "chart": showing.chart_of(row.worth) if row.worth else None,
            "gainers": showing.gainers(row.worth) if row.worth else [],
            "pairs": (
                showing.pairs_of(key, of.result, {k: r.project for k, r in of.rows.items()})
                if of.result
                else []
            ),
            "map": _map(of, "project-map", row.worth, [key], fit="projects"),
            "provenance": provenance(of),
        },
    )


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show two projects side by side, and on one map."""
    of = read(request)
    sides = ticked(request, of)
    if len(sides) != TWO or of.result is None:
        messages.error(request, _("Tick two projects to compare."))
        return HttpResponseRedirect(f"{reverse('facilities')}?travel={of.travel}")
    one, other = sides
    return render(
        request,
        "facilities/compare.html",
        {
            "travel": of.travel,
            "travel_name": runs.travel_name(of.travel),
            "standing": of.standing,
            "sides": sides,
            "lines": showing.lines_of(one, other),
            "overlap": showing.overlap(one, other, of.result),
            "provenance": provenance(of),
            "counties": showing.counties_of(sides),
            "map": maps.Shown(
                key="both-map",
                title=_("Both projects on the network"),
                digest=maps.short_digest(of.state),
                projects=True,
                only=[row.project.key for row in sides],
                marked=[row.project.key for row in sides],
                soft=True,
                fit="projects",
            ),
            "maps": [
                _map(of, f"change-{at}", row.worth, [row.project.key], second=at == 1)
                for at, row in enumerate(sides)
            ],
        },
    )


@require_safe
def together(request: HttpRequest) -> HttpResponse:
    """Appraise several projects as one, and compare with the sum of each alone."""
    of = read(request)
    rows = ticked(request, of)
    if not TWO <= len(rows) <= MOST_TOGETHER or of.result is None:
        words = _("Tick two to %(most)s projects to appraise together.") % {"most": MOST_TOGETHER}
        messages.error(request, words)
        return HttpResponseRedirect(f"{reverse('facilities')}?travel={of.travel}")
    keys = tuple(row.project.key for row in rows)
    whole = answers.together(of.state, of.travel, keys)
    if whole is None:
        return _not_yet(request, of, rows)
    hours = sum(row.hours_saved or 0.0 for row in rows)
    more = whole.hours_saved - hours
    return render(
        request,
        "facilities/together.html",
        {
            "travel": of.travel,
            "travel_name": runs.travel_name(of.travel),
            "standing": of.standing,
            "projects": rows,
            "whole": {
                "minutes": whole.minutes_saved,
                "hours": whole.hours_saved,
                "jobs": whole.jobs_gain,
            },
            "singly": {
                "minutes": sum(row.minutes_saved or 0.0 for row in rows),
                "hours": hours,
                "jobs": sum(row.jobs_gain or 0.0 for row in rows),
            },
            "more": more,
            "verdict": verdict(more, len(rows)),
            "centres": showing.centres_of(whole.centres),
            "map": _map(of, "together-map", whole, keys, fit="projects"),
            "provenance": provenance(of),
        },
    )


def _not_yet(request: HttpRequest, of: Read, rows: list[Row]) -> HttpResponse:
    """Show that an answer has yet to be worked out, and how far it is."""
    keys = [row.project.key for row in rows]
    return render(
        request,
        "facilities/waiting.html",
        {
            "travel": of.travel,
            "travel_name": runs.travel_name(of.travel),
            "standing": of.standing,
            "projects": rows,
            "waiting": answers.waiting(answers.about_projects(of.state, of.travel, keys)),
        },
    )


def verdict(more: float, number: int) -> str:
    """Return in words whether projects need one another or serve the same trips."""
    counted = {"number": number, "hours": figure(abs(more), 0)}
    if abs(more) < 1:
        return (
            ngettext(
                "Alone it is worth what it is worth.",
                "The %(number)s projects leave one another be: together they save what each "
                "saves alone.",
                number,
            )
            % counted
        )
    if more > 0:
        return (
            _(
                "The %(number)s projects need one another: together they save %(hours)s hours a "
                "day more than the sum of each alone."
            )
            % counted
        )
    return (
        _(
            "The %(number)s projects serve the same trips in part: together they save %(hours)s "
            "hours a day less than the sum of each alone."
        )
        % counted
    )


def no_effect(row: Row, of: Read) -> str:
    """Return why a project has no figures for a way to travel, "" where it has."""
    if row.works:
        return ""
    if row.worth is None:
        return _("It was not appraised yet.")
    region = networks.network_of(of.state)
    try:
        project = region.project(row.project.key)
    except KeyError:
        return _("It was not appraised yet.")
    return str(WHY[why_nothing(project, region.network, of.travel)])


def provenance(of: Read) -> str:
    """Return in one line what the figures rest on."""
    made = of.standing.made_at
    return _("%(network)s, digest %(digest)s; appraised %(day)s, %(travel)s at 10:00.") % {
        "network": of.state.name,
        "digest": of.state.digest[:12],
        "day": date_format(made, "Y-m-d") if made else "–",
        "travel": runs.travel_name(of.travel).lower(),
    }


def _map(
    of: Read,
    key: str,
    worth: Worth | None,
    marked: list[str] | tuple[str, ...],
    *,
    fit: str = "region",
    second: bool = False,
) -> maps.Shown:
    """Return a map of counties by minutes, with projects on it."""
    return maps.Shown(
        key=key,
        title=_("Minutes from every county to the nearest city centre"),
        digest=maps.short_digest(of.state),
        projects=True,
        only=marked,
        # one stands out, several are drawn alike
        marked=["-", *marked] if second else [*marked] if len(marked) == 1 else [],
        areas=maps.areas_of(of.result.nearest, worth) if of.result and worth else None,
        views="change",
        soft=True,
        fit=fit,
    )
