"""The tasks of a plan as asked for: one filter for the page, the map, the exports and the API.

Every state of the list is in the address. The parameters, all optional:

| name | values |
|---|---|
| q | words; each must stand somewhere in text (Chinese, English), number, place or authority |
| field, city, lead, kind, light | repeatable; any of one name may hold, each name must |
| city | administrative codes, or `none` for tasks that name no city |
| lead | keys of authorities, `none` for tasks nobody has taken, `mine` for the asker's authority |
| assigned | `unproposed`, `proposed`, `accepted`, `returned`; officers only |
| due | `overdue`, `30-days`, `quarter`, `year`, `none` |
| from, to | days YYYY-MM-DD that bound the due day, both included |
| reported | `week` (in the last 7 days), `silent` (longer ago than the rule of lights allows) |
| item, task | number of an item: 2.4; key of one task |
| plan | year of a plan; the current one where it is missing |
| sort | `number`, `due`, `-due`, `light`, `recent`, `silent` |
| group | `field`, `city`, `lead`, `light` |
| page | 1, 2, 3 … |
| view | what somebody calls this list |
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.plan import dues, ladder, lights
from conurb.plan.models import Field, Item, Task, TaskPlace
from conurb.plan.queries.lights import light_case, light_is
from conurb.refusal import RefusedError, Words
from conurb.region.models import Authority, Place, User, works_for_region

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.db.models.expressions import OrderBy
    from django.http import QueryDict

DUES: Final = dues.DUES
SORTS: Final = ("number", "due", "-due", "light", "recent", "silent")
GROUPS: Final = ("field", "city", "lead", "light")
REPORTED: Final = ("week", "silent")
ASSIGNED: Final = tuple(Task.LeadState.values)
LONGEST_SEARCH = 100
MOST_WORDS = 8
PAGE_SIZE = 50
SEVERAL = "several"

# the order in which lights want attention
URGENCY: Final[tuple[lights.Light, ...]] = (
    "late",
    "at-risk",
    "not-begun",
    "on-course",
    "done",
    "withdrawn",
)

_NUMBER = re.compile(r"\d+(\.\d+)*(-\d+)?")
_NAMES: Final = {
    "field": re.compile(r"[0-9A-Za-z.]{1,10}"),
    "city": re.compile(r"\d{6}|none"),
    "lead": re.compile(r"[a-z0-9_-]{1,80}"),
    "item": re.compile(r"[0-9A-Za-z.-]{1,20}"),
    "task": re.compile(r"[0-9a-z]{1,40}"),
}
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "kind": ladder.KINDS,
    "light": lights.LIGHTS,
    "due": DUES,
    "assigned": ASSIGNED,
    "reported": REPORTED,
    "sort": SORTS,
    "group": GROUPS,
}
_MANY: Final = ("field", "city", "lead", "kind", "light")
PARAMETERS: Final = (
    "q",
    *_MANY,
    "assigned",
    "due",
    "from",
    "to",
    "reported",
    "item",
    "task",
    "plan",
    "sort",
    "group",
    "page",
    "view",
)


@dataclass(frozen=True)
class Problem:
    """A value of the address that cannot be used: of which parameter, and why."""

    name: str
    value: str
    message: Words


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks, in which order. Values are well-formed; whether they exist the tables know."""

    q: str = ""
    fields: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()
    assigned: str = ""
    due: str = ""
    due_from: date | None = None
    due_to: date | None = None
    reported: str = ""
    item: str = ""
    task: str = ""
    plan: int | None = None
    sort: str = "number"
    group: str = ""
    page: int = 1
    view: str = ""
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def from_query(cls, query: QueryDict) -> TaskFilter:
        """Read an address. What cannot be used is left out and told in `problems`."""
        reader = _Reader(query)
        made = cls(
            q=reader.words("q"),
            fields=reader.many("field"),
            cities=reader.many("city"),
            leads=reader.many("lead"),
            kinds=reader.many("kind"),
            lights=reader.many("light"),
            assigned=reader.one("assigned"),
            due=reader.one("due"),
            due_from=reader.day("from"),
            due_to=reader.day("to"),
            reported=reader.one("reported"),
            item=reader.one("item"),
            task=reader.one("task"),
            plan=reader.number("plan", 1900, 2999),
            sort=reader.one("sort") or "number",
            group=reader.one("group"),
            page=reader.number("page", 1, 1_000_000) or 1,
            view=reader.words("view"),
        )
        if made.due_from and made.due_to and made.due_from > made.due_to:
            made = replace(made, due_from=None, due_to=None)
            reader.refuse(
                "from", query.get("from", ""), _("The first day lies after the last day.")
            )
        return replace(made, problems=tuple(reader.problems))

    @classmethod
    def strict(cls, query: QueryDict, also: tuple[str, ...] = ()) -> TaskFilter:
        """Read an address for a machine: raise RefusedError (422) where anything cannot be used.

        Parameters that are neither the filter's nor in `also` are refused too.
        """
        made = cls.from_query(query)
        for name in query:
            if name not in PARAMETERS and name not in also:
                raise RefusedError(
                    _("There is no parameter “%(name)s”.") % {"name": name}, status=422, field=name
                )
        for problem in made.problems:
            raise RefusedError(problem.message, status=422, field=problem.name)
        return made

    @property
    def words(self) -> tuple[str, ...]:
        """The words searched for; each must be found."""
        return tuple(self.q.split()[:MOST_WORDS])

    @property
    def narrows(self) -> bool:
        """Tell whether any task is left out, apart from those of other plans."""
        return self.only_filter() != TaskFilter(plan=self.plan)

    def only_filter(self) -> TaskFilter:
        """Return the filter without order, grouping and page."""
        return replace(self, sort="number", group="", page=1, view="")

    def pairs(self) -> list[tuple[str, str]]:
        """Return the address's parameters, those that say nothing left out."""
        made: list[tuple[str, str]] = [("q", self.q)] if self.q else []
        for name, values in (
            ("field", self.fields),
            ("city", self.cities),
            ("lead", self.leads),
            ("kind", self.kinds),
            ("light", self.lights),
        ):
            made += [(name, value) for value in values]
        single: tuple[tuple[str, object], ...] = (
            ("assigned", self.assigned),
            ("due", self.due),
            ("from", self.due_from),
            ("to", self.due_to),
            ("reported", self.reported),
            ("item", self.item),
            ("task", self.task),
            ("plan", self.plan),
            ("sort", "" if self.sort == "number" else self.sort),
            ("group", self.group),
            ("page", "" if self.page == 1 else self.page),
            ("view", self.view),
        )
        return made + [(name, str(value)) for name, value in single if value]

    def address(self, **changes: Any) -> str:
        """Return the query of an address, "?" included, of this filter with fields changed.

        The page falls back to the first unless it is what changes.
        """
        changed = replace(self, **{"page": 1, **changes})
        return "?" + urlencode(changed.pairs())


class _Reader:
    """Takes values from an address and notes which cannot be used."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.problems: list[Problem] = []

    def refuse(self, name: str, value: str, message: Words) -> None:
        self.problems.append(Problem(name, value[:80], message))

    def words(self, name: str) -> str:
        folded = unicodedata.normalize("NFKC", self.query.get(name, ""))
        plain = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in folded)
        words = " ".join(plain.split())
        if len(words) > LONGEST_SEARCH:
            self.refuse(name, words, _("At most 100 characters."))
            return words[:LONGEST_SEARCH].strip()
        return words

    def many(self, name: str) -> tuple[str, ...]:
        values = dict.fromkeys(v for v in self.query.getlist(name) if v)
        return tuple(value for value in values if self._usable(name, value))

    def one(self, name: str) -> str:
        value = self.query.get(name, "")
        return value if value and self._usable(name, value) else ""

    def day(self, name: str) -> date | None:
        value = self.query.get(name, "").strip()
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(name, value, _("Write a day as YYYY-MM-DD."))
            return None

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        value = self.query.get(name, "").strip()
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) < 10:
            number = int(value)
            if lowest <= number <= highest:
                return number
        self.refuse(
            name,
            value,
            _("Write a whole number from %(lowest)s to %(highest)s.")
            % {"lowest": lowest, "highest": highest},
        )
        return None

    def _usable(self, name: str, value: str) -> bool:
        choices = _CHOICES.get(name)
        usable = value in choices if choices else bool(_NAMES[name].fullmatch(value))
        if not usable:
            self.refuse(
                name,
                value,
                _("“%(value)s” is not a value of the filter “%(name)s”.")
                % {"value": value[:40], "name": name},
            )
        return usable


def select(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> QuerySet[Task]:
    """Return the tasks that `actor` asked for, in order, each with its light as `light_now`.

    Nothing is prefetched.
    """
    rows = matching(actor, asked, today, leave_out=("field",)).filter(_in_fields(asked))
    return rows.annotate(light_now=light_case(today)).order_by(*_order(actor, asked, today))


def matching(
    actor: User | AnonymousUser,
    asked: TaskFilter,
    today: date,
    *,
    leave_out: Collection[str] = (),
) -> QuerySet[Task]:
    """Return the tasks asked for without order or annotation: good for counting.

    `leave_out` names parameters that shall not narrow the list (for counting their other values);
    without "field" even the plan is left open.
    """
    rows = Task.objects.visible_to(actor)
    conditions: dict[str, Q | None] = {
        "field": Q(item__field__in=fields_asked(asked)),
        "city": _in_cities(asked),
        "lead": _led_by(actor, asked),
        "kind": Q(kind__in=asked.kinds) if asked.kinds else None,
        "light": _shows(asked, today),
        "due": due_is(asked.due, today) if asked.due else None,
        "from": _between(asked),
        "assigned": _assigned(actor, asked),
        "reported": _reported(asked, today),
        "item": Q(item__number=asked.item) if asked.item else None,
        "task": Q(urn=f"urn:conurb:region:task:{asked.task}") if asked.task else None,
    }
    for name, condition in conditions.items():
        if condition is not None and name not in leave_out:
            rows = rows.filter(condition)
    for word in asked.words:
        rows = rows.filter(_says(word, actor))
    return rows.order_by()


def fields_asked(asked: TaskFilter) -> QuerySet[Field]:
    """Return the fields asked for, of the plan asked for."""
    fields = plan_fields(asked)
    return fields.filter(number__in=asked.fields) if asked.fields else fields


def plan_fields(asked: TaskFilter) -> QuerySet[Field]:
    """Return all fields of the plan asked for."""
    if asked.plan is None:
        return Field.objects.filter(plan__is_current=True).order_by()
    return Field.objects.filter(plan__year=asked.plan).order_by()


def _in_fields(asked: TaskFilter) -> Exists:
    """Return the condition on field and plan, in the form that keeps an index of an order in use.

    As a join, SQLite walks field by field and sorts all tasks for the first fifty.
    """
    return Exists(Item.objects.filter(pk=OuterRef("item_id"), field__in=fields_asked(asked)))


def _in_cities(asked: TaskFilter) -> Q | None:
    if not asked.cities:
        return None
    named = Task.cities.through.objects.values("task_id")
    condition = Q(pk__in=named.filter(city_id__in=[c for c in asked.cities if c != "none"]))
    return condition | ~Q(pk__in=named) if "none" in asked.cities else condition


def _led_by(actor: User | AnonymousUser, asked: TaskFilter) -> Q | None:
    """Return whom the tasks belong to; the public knows a lead only once it has accepted."""
    if not asked.leads:
        return None
    keys = [key for key in asked.leads if key not in {"none", "mine"}]
    known = known_lead(actor)
    condition = known & Q(lead__in=Authority.objects.filter(key__in=keys).order_by().values("pk"))
    if "mine" in asked.leads:
        own = getattr(actor, "authority_id", None)
        condition |= known & Q(lead_id=own) if own else Q(pk__in=[])
    return condition | ~known if "none" in asked.leads else condition


def known_lead(actor: User | AnonymousUser) -> Q:
    """Return the condition that `actor` may know who leads a task, and somebody does."""
    if works_for_region(actor):
        return Q(lead__isnull=False, lead_state__in=["proposed", "accepted"])
    return Q(lead__isnull=False, lead_state="accepted")


def _shows(asked: TaskFilter, today: date) -> Q | None:
    if not asked.lights:
        return None
    condition = Q()
    for light in asked.lights:
        condition |= light_is(light, today)
    return condition


def due_is(due: str, today: date) -> Q:
    """Return the condition on the due window. Within 30 days means: and not finished yet."""
    if due == "overdue":
        return Q(late_on__lte=today)
    if due == "none":
        return Q(due__isnull=True)
    condition = Q(due__range=dues.window(due, today))
    return condition & Q(late_on__isnull=False) if due in dues.UNFINISHED else condition


def _between(asked: TaskFilter) -> Q | None:
    condition = Q(due__gte=asked.due_from) if asked.due_from else Q()
    if asked.due_to:
        condition &= Q(due__lte=asked.due_to)
    return condition or None


def _assigned(actor: User | AnonymousUser, asked: TaskFilter) -> Q | None:
    """Return the condition on the proposal's state, of which the public knows nothing."""
    if not asked.assigned:
        return None
    return Q(lead_state=asked.assigned) if works_for_region(actor) else Q(pk__in=[])


def _reported(asked: TaskFilter, today: date) -> Q | None:
    if asked.reported == "week":
        return Q(last_report_at__gte=start_of(today - timedelta(days=7)))
    if asked.reported == "silent":
        return Q(silent_on__lte=today)
    return None


def start_of(day: date) -> datetime:
    """Return the moment at which a day of the region's zone begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _says(word: str, actor: User | AnonymousUser) -> Q:
    """Return the condition that a task says `word`, in its text or in the names that belong to it.

    A condition on another table is a set of keys: it is worked out once, not for every task.
    """
    lookup = "icontains" if word.lower() != word.upper() else "contains"

    def holds(*columns: str) -> Q:
        condition = Q()
        for column in columns:
            condition |= Q(**{f"{column}__{lookup}": word})
        return condition

    texts = holds("text_zh") if _is_chinese(word) else holds("text_zh", "text_en")
    gazetteer = Place.objects.filter(holds("name_zh", "name_en")).order_by().values("pk")
    places = TaskPlace.objects.filter(place__in=gazetteer)
    named = Authority.objects.filter(holds("name_zh", "name_en", "short_zh", "short_en"))
    condition = (
        texts
        | Q(pk__in=places.order_by().values("task_id"))
        | (known_lead(actor) & Q(lead__in=named.order_by().values("pk")))
    )
    if _NUMBER.fullmatch(word):
        condition |= Q(number=word)
        condition |= Q(item__in=Item.objects.filter(number=word).order_by().values("pk"))
    return condition


def _is_chinese(word: str) -> bool:
    """Tell whether `word` has a Chinese character, so that no English text can hold it."""
    return any("\u3400" <= c <= "\u9fff" for c in word)


def _order(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> list[Any]:
    orders: dict[str, list[Any]] = {
        "number": [],
        "due": [F("due").asc(nulls_last=True)],
        "-due": [F("due").desc(nulls_last=True)],
        "light": [urgency(today)],
        "recent": [F("last_report_at").desc(nulls_last=True)],
        "silent": [F("last_report_at").asc(nulls_first=True)],
    }
    groups: dict[str, list[Any]] = {
        "": [],
        "field": [F("item__field__order")],
        "city": [group_city().asc(nulls_last=True)],
        "lead": [_if_known(actor, "lead__order"), _if_known(actor, "lead_id")],
        "light": [urgency(today)],
    }
    return [*groups[asked.group], *orders[asked.sort], "order", "pk"]


def _if_known(actor: User | AnonymousUser, column: str) -> OrderBy:
    known = Case(When(known_lead(actor), then=F(column)), output_field=IntegerField())
    return known.asc(nulls_last=True)


def urgency(today: date) -> Case:
    """Return the expression for how urgently a task wants attention: 0 is late."""
    rest = [When(light_base=light, then=Value(at)) for at, light in enumerate(URGENCY) if at > 1]
    return Case(
        When(late_on__lte=today, then=Value(0)),
        When(at_risk_on__lte=today, then=Value(1)),
        *rest,
        default=Value(len(URGENCY)),
        output_field=IntegerField(),
    )


def group_city() -> Subquery:
    """Return the expression for the city a task is grouped under.

    The code of its only city, "several" where it names more than one, null where none.
    """
    named = Task.cities.through.objects.filter(task_id=OuterRef("pk")).order_by()
    counted = named.values("task_id").annotate(number=Count("pk"), first=Min("city_id"))
    only = Case(
        When(number__gt=1, then=Value(SEVERAL)), default=F("first"), output_field=CharField()
    )
    return Subquery(counted.values(group=only)[:1])
