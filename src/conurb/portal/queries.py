"""What the home page shows, gathered from the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conurb.plan.charts import Chart, Dot, Series
from conurb.plan.lights import LIGHT_NAMES
from conurb.plan.models import Plan, Task
from conurb.plan.queries import overview as seen
from conurb.plan.tally import DRAWN, Tally
from conurb.region.models import in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

MOVED, LATE, SOON = 7, 4, 3
MONTHS = 12
DAYS_SHOWN = 1000  # tasks beyond which a day by day picture is a blur
BEFORE, AFTER = timedelta(days=92), timedelta(days=366)


@dataclass(frozen=True)
class Home:
    """The plan as a leader sees it in ten seconds. `led`: tasks whose lead the reader may know."""

    overview: seen.Overview
    moves: seen.Moves
    today: date
    late: tuple[Task, ...]
    soon: tuple[Task, ...]
    led: frozenset[int]
    progress: Chart
    dues: Chart


def home(actor: User | AnonymousUser, now: datetime) -> Home | None:
    """Return the home page of `actor`, None on a node that has no plan yet."""
    plan = seen.current_plan()
    if plan is None:
        return None
    today = timezone.localdate(now)
    overview = seen.overview(actor, plan, today)
    late = seen.late_tasks(actor, plan, today, LATE)
    soon = seen.due_soon(actor, plan, today, SOON)
    return Home(
        overview,
        seen.moves(actor, plan, now, MOVED),
        today,
        late,
        soon,
        seen.with_known_lead(actor, (*late, *soon)),
        progress_chart(actor, plan, overview.tally, today),
        dues_chart(actor, overview, today),
    )


def progress_chart(
    actor: User | AnonymousUser, plan: Plan, tally_today: Tally, today: date
) -> Chart:
    """Return the tasks by light at the ends of the last months and today."""
    days, tallies = seen.progress(actor, plan, today, MONTHS)
    tallies = (*tallies, tally_today)
    return Chart(
        key="progress",
        shape="area",
        title=_("Tasks by light over the last 12 months"),
        categories=[*(f"{day:%Y-%m}" for day in days), _("Today")],
        series=[
            Series(in_language(*LIGHT_NAMES[light]), [one.count(light) for one in tallies], light)
            for light in DRAWN
        ],
    )


def dues_chart(actor: User | AnonymousUser, overview: seen.Overview, today: date) -> Chart:
    """Return the due days of the last three and the next twelve months, a row for each field."""
    first, last = today - BEFORE, today + AFTER
    crowded = overview.tally.total > DAYS_SHOWN
    groups = seen.due_groups(actor, overview.plan, today, (first, last), by_month=crowded)
    rows = {state.field.number: row for row, state in enumerate(overview.fields)}
    names = {state.field.number: state.field.name for state in overview.fields}
    return Chart(
        key="dues",
        shape="dots",
        title=_("Due days by field"),
        categories=[state.field.name for state in overview.fields],
        dots=[
            Dot(
                group.first.isoformat(),
                rows[group.field_number],
                group.count,
                group.light,
                _dot_words(group, names[group.field_number]),
                _dot_url(group),
            )
            for group in groups
        ],
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        today=today.isoformat(),
        today_words=_("Today"),
    )


def _dot_words(group: seen.DueGroup, field: str) -> str:
    light = in_language(*LIGHT_NAMES[group.light])
    if group.count == 1:
        return _("%(day)s: task %(number)s (%(field)s), %(light)s") % {
            "day": group.first,
            "number": group.number,
            "field": field,
            "light": light,
        }
    return ngettext(
        "%(day)s: %(count)d task (%(field)s), %(light)s",
        "%(day)s: %(count)d tasks (%(field)s), %(light)s",
        group.count,
    ) % {
        "day": group.first if group.first == group.last else f"{group.first:%Y-%m}",
        "count": group.count,
        "field": field,
        "light": light,
    }


def _dot_url(group: seen.DueGroup) -> str:
    if group.count == 1:
        return reverse("task", args=[group.key])
    asked = {
        "field": group.field_number,
        "from": group.first,
        "to": group.last,
        "light": group.light,
    }
    return f"{reverse('plan')}?{urlencode(asked)}"
