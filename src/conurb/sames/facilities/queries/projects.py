"""The projects of the network and what binds them to the plan: items, tasks, stage, cities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from conurb.network.projects import NetworkProject
from conurb.network.region_network import RegionNetwork
from conurb.plan.lights import Light
from conurb.plan.models import Item, Plan, Task
from conurb.region.models import City, in_language
from conurb.region.tables import Bilingual
from conurb.sames.facilities import stages
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.queries import network as networks
from conurb.urn import opaque

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

KIND_NAMES: Mapping[str, Bilingual] = {
    "expressway": Bilingual("高速公路", "Expressway"),
    "road": Bilingual("道路", "Road"),
    "interchange": Bilingual("互通与连接线", "Interchanges and links"),
    "rail": Bilingual("轨道交通", "Rail"),
    "port": Bilingual("港口集疏运", "Port link"),
    "corridor": Bilingual("干道提升", "Corridor"),
    "aviation": Bilingual("通用航空", "General aviation"),
}
BARE = str.maketrans("", "", "。，、；：“”（）() ")
"""What does not count when words of the plan are compared."""


@dataclass(frozen=True)
class NamedStage:
    """A stage in the language of the moment, and the light it is drawn with."""

    key: str
    name: str
    look: str


@dataclass(frozen=True)
class BoundItem:
    """An item of the plan that a project belongs to; without an address where it has none."""

    number: str
    url: str


@dataclass(frozen=True)
class BoundTask:
    """A task of the current plan whose words name a project."""

    number: str
    text: str
    url: str
    light: Light
    stage: str


@dataclass(frozen=True)
class Project:
    """A project as pages show it, in the language of the moment."""

    key: str
    name: str
    kind: str
    kind_key: str
    items: tuple[BoundItem, ...]
    tasks: tuple[BoundTask, ...]
    words: str
    stage: NamedStage
    cities: tuple[str, ...]
    city_codes: tuple[str, ...]
    assumed: str
    length_km: float
    cost: int | None
    cost_source: str

    @property
    def cities_told(self) -> str:
        """The cities it lies in, in a row."""
        return in_language("、", ", ").join(self.cities)

    @property
    def items_told(self) -> str:
        """The numbers of its items, in a row."""
        return in_language("、", ", ").join(item.number for item in self.items)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of it beside figures: pairs of a name and a value."""
        found = [(_("Kind of project"), self.kind)]
        if self.cities:
            found.append((_("Cities it lies in"), self.cities_told))
        if self.length_km:
            found.append((_("Length"), _("%(km)s km") % {"km": self.length_km}))
        if self.cost:
            hundred_millions = self.cost / 1e8
            found.append(
                (
                    _("Cost"),
                    _("%(amount)s hundred million yuan (%(source)s)")
                    % {"amount": f"{hundred_millions:,.1f}", "source": self.cost_source},
                )
            )
        return found


def projects_of(state: NetworkState, actor: User | AnonymousUser) -> dict[str, Project]:
    """Return every project of a network by its key; three queries, however many there are."""
    region = networks.network_of(state)
    plan = Plan.objects.filter(is_current=True).first()
    numbers = {number for project in region.projects for number in project.items}
    items, tasks = _bound(plan, numbers, actor)
    cities = {city.pk: city.short for city in City.objects.all()}
    return {
        project.key: _project(project, region, plan, items, tasks, cities)
        for project in region.projects
    }


def _bound(
    plan: Plan | None, numbers: set[str], actor: User | AnonymousUser
) -> tuple[set[str], dict[str, list[Task]]]:
    """Return which of these items the plan has, and the tasks of each."""
    tasks: dict[str, list[Task]] = defaultdict(list)
    if plan is None:
        return set(), tasks
    items = set(
        Item.objects.filter(field__plan=plan, number__in=numbers).values_list("number", flat=True)
    )
    rows = Task.objects.visible_to(actor).filter(item__field__plan=plan, item__number__in=items)
    for task in rows.select_related("item"):
        tasks[task.item.number].append(task)
    return items, tasks


def _project(
    project: NetworkProject,
    region: RegionNetwork,
    plan: Plan | None,
    items: set[str],
    tasks: dict[str, list[Task]],
    cities: dict[str, str],
) -> Project:
    named = [
        task for number in project.items for task in tasks[number] if _names(task, project.words)
    ]
    key = stages.stage_of(project.stage, [stages.Told(task.kind, task.stage) for task in named])
    codes = city_codes(project, region)
    return Project(
        key=project.key,
        name=in_language(project.name.zh, project.name.en),
        kind=in_language(KIND_NAMES[project.kind].zh, KIND_NAMES[project.kind].en),
        kind_key=project.kind,
        items=tuple(
            BoundItem(
                number,
                reverse("item", args=[plan.year, number]) if plan and number in items else "",
            )
            for number in project.items
        ),
        tasks=tuple(
            BoundTask(
                number=task.number,
                text=task.text,
                url=reverse("task", args=[opaque(task.urn)]),
                light=task.light,
                stage=in_language(task.stage_now.zh, task.stage_now.en),
            )
            for task in named
        ),
        words=project.words,
        stage=named_stage(key),
        cities=tuple(cities[code] for code in codes if code in cities),
        city_codes=codes,
        assumed=in_language(project.note.zh, project.note.en) if project.assumed else "",
        length_km=project.length_km,
        cost=project.cost.yuan if project.cost else None,
        cost_source=(
            in_language(project.cost.source.zh, project.cost.source.en) if project.cost else ""
        ),
    )


def _item(number: str, plan: Plan | None, items: set[str]) -> BoundItem:
    url = reverse("item", args=[plan.year, number]) if plan and number in items else ""
    return BoundItem(number, url)


def named_stage(key: str) -> NamedStage:
    """Return a stage as pages show it."""
    name = stages.NAMES[key]
    return NamedStage(key, in_language(name.zh, name.en), stages.LOOKS[key])


def _names(task: Task, words: str) -> bool:
    """Tell whether a task has these words; punctuation and spaces do not count."""
    if not words:
        return False
    one, other = task.text_zh.translate(BARE), words.translate(BARE)
    return bool(one) and (one in other or other in one)


def city_codes(project: NetworkProject, region: RegionNetwork) -> tuple[str, ...]:
    """Return the codes of the cities in which a project builds, changes or runs something."""
    network = region.network
    nodes = {
        node
        for number in project.touched
        for node in (network.links[number].tail, network.links[number].head)
    }
    for number in (*project.lines, *(change.line for change in project.line_changes)):
        nodes |= {network.stations[stop].node for stop in network.lines[number].stops}
    return tuple(sorted({network.nodes[node].city for node in nodes} - {""}))
