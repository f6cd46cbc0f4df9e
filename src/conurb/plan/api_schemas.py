"""What the JSON API takes and gives. Texts are in Chinese and English; days are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from conurb.plan.ladder import KINDS
from conurb.plan.lights import LIGHTS
from conurb.plan.queries.tasks import ASSIGNED, DUES, LONGEST_SEARCH, REPORTED, SORTS
from conurb.plan.reporting import WORDS_LIMIT
from conurb.region.api_schemas import LARGEST_PAGE, Linked, Part, Text

PAGE = 100

Kind = Literal[KINDS]  # type: ignore[valid-type]
Light = Literal[LIGHTS]  # type: ignore[valid-type]
Due = Literal[DUES]  # type: ignore[valid-type]
Reported = Literal[REPORTED]  # type: ignore[valid-type]
Assigned = Literal[ASSIGNED]  # type: ignore[valid-type]
Sort = Literal[SORTS]  # type: ignore[valid-type]


def iso_day(value: Any) -> Any:
    """Let nothing but YYYY-MM-DD be a day; timestamps and other forms of ISO 8601 are not."""
    if isinstance(value, str) and (len(value) != 10 or value[4] != "-" or value[7] != "-"):
        raise ValueError("write a day as YYYY-MM-DD")
    if isinstance(value, (int, float)):
        raise ValueError("write a day as YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(iso_day)]
# PostgreSQL keeps no NUL in a text
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{30}$")]
AuthorityKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,80}$")]
FieldNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.]{1,10}$")]
ItemNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
Year = Annotated[int, Field(ge=1900, le=2999)]


class Stage(Schema):
    """A rung of a task's ladder; `share` is the part of its time by which it should be reached."""

    key: str = Field(examples=["consulted"])
    name: Text
    share: float = Field(ge=0, le=1)


class City(Schema):
    """A city by its administrative code (GB/T 2260)."""

    code: str = Field(examples=["430100"])
    name: Text


class NamedAuthority(Schema):
    """An authority by its key."""

    key: str = Field(examples=["changsha-transport"])
    name: Text


class Authority(NamedAuthority):
    """An authority; `city` is a code, null for authorities of the whole region."""

    urn: str
    city: str | None
    subjects: list[str] = Field(description="keys of the subjects of work it is competent for")
    is_office: bool = Field(description="coordinates the plan")
    leads: int = Field(description="tasks of the current plan it has accepted to lead")


class Place(Schema):
    """A place as the task's words name it; `ref` is its entry in the gazetteer."""

    name: str
    ref: str | None


class Quantity(Schema):
    """A figure of the task's words."""

    value: float
    unit: str


class Task(Schema):
    """One action on one object. `key` is the last part of `urn` and stands in addresses."""

    urn: str
    key: str
    address: str = Field(description="its page for people")
    number: str = Field(examples=["2.4-1"])
    plan: int = Field(description="year of the plan", examples=[2021])
    field: str = Field(examples=["2"])
    item: str = Field(examples=["2.4"])
    text: Text
    verb: str
    object: str
    kind: Kind
    stage: Stage
    light: Light
    start: date
    due: date | None
    due_as_written: date | None = Field(description="by the words of the plan, before re-dating")
    due_words: str
    cities: list[City]
    places: list[Place]
    quantities: list[Quantity]
    span: list[int] = Field(
        min_length=2, max_length=2, description="[start, end) of its words in the document"
    )
    lead: NamedAuthority | None = Field(description="once it has accepted; officers see it earlier")
    lead_state: Literal["unproposed", "proposed", "accepted", "returned"] | None = Field(
        description="for officers; null for the public"
    )
    last_report_at: datetime | None
    report_count: int
    withdrawn_reason: str


class Assignment(Schema):
    """A task put to an authority; the public sees those that were accepted."""

    urn: str
    key: str
    authority: NamedAuthority
    role: Literal["lead", "support"]
    state: Literal["proposed", "accepted", "returned", "ended"]
    reason: Text | None = Field(description="for officers")
    answer: str | None = Field(description="why it was returned; for officers")
    proposed_at: datetime
    answered_at: datetime | None


class TaskDetail(Task):
    """A task with the ladder it climbs and the authorities that carry it."""

    ladder: list[Stage]
    assignments: list[Assignment]


class TaskPage(Linked):
    """A part of a list of tasks."""

    tasks: list[Task]


class Report(Schema):
    """What an authority says of its task. Never edited: a correction is another report."""

    urn: str
    key: str
    sequence: int = Field(ge=1)
    authority: NamedAuthority
    officer: str | None = Field(description="for officers")
    stage: Stage
    words: Text
    obstacle: str | None = Field(description="for officers; empty where none was named")
    help_from: NamedAuthority | None = Field(description="for officers")
    corrects: str | None = Field(description="key of the report that this one corrects")
    made_on: date
    recorded_at: datetime
    evidence: int | None = Field(description="number of files; for those who may open them")


class ReportList(Schema):
    """The reports of a task, the latest first."""

    task: str
    reports: list[Report]


class ReportIn(Schema):
    """A report to make. Without `stage` the task stays at its stage; `made_on` is today."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "words": "规划草案已送三市自然资源部门征求意见。",
                    "words_en": "The draft was sent to the three cities for their opinions.",
                    "stage": "consulted",
                    "made_on": "2026-11-20",
                }
            ]
        },
    )

    words: Annotated[Words, Field(min_length=1, max_length=WORDS_LIMIT)]
    words_en: Annotated[Words, Field(max_length=WORDS_LIMIT)] = ""
    stage: Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,20}$")] | None = Field(
        None, description="a key of the task's ladder"
    )
    obstacle: Annotated[Words, Field(max_length=WORDS_LIMIT)] = ""
    help_from: AuthorityKey | None = Field(None, description="key of an authority")
    made_on: Day | None = None
    corrects: Key | None = Field(None, description="key of an earlier report of your authority")


class ReturnIn(Schema):
    """Why a task is returned."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "该事项由市交通运输局负责。"}]},
    )

    reason: Annotated[Words, Field(min_length=2, max_length=WORDS_LIMIT)]


class Item(Schema):
    """A numbered item of a field."""

    urn: str
    address: str = Field(description="its page for people")
    number: str = Field(examples=["2.4"])
    field: str = Field(examples=["2"])
    text: Text
    span: list[int] = Field(min_length=2, max_length=2)
    task_count: int


class FullItem(Item):
    """An item with its tasks."""

    tasks: list[Task]


class Figure(Schema):
    """A figure from live data; `target` is in the same unit."""

    value: float
    unit: Text
    as_of: datetime
    target: float | None


class Measure(Schema):
    """A measure of an item: its figure, or why there is none."""

    key: str
    item: str
    name: Text
    figure: Figure | None
    why_none: Text | None


class Carrier(Schema):
    """A running system that carries out items of the plan."""

    key: str
    name: Text
    address: str
    items: list[str]
    measures: list[Measure]


class ItemDetail(FullItem):
    """An item with its tasks, its words in the document, and the systems that carry it out."""

    source: str = Field(description="the words of the document that the span covers")
    carriers: list[Carrier]


class PlanBrief(Schema):
    """What a plan says of itself."""

    urn: str
    address: str
    year: int
    title: Text
    is_current: bool
    confirmed_on: date


class PlanSummary(PlanBrief):
    """A plan with its size."""

    item_count: int
    task_count: int


class FieldBrief(Schema):
    """A field of a plan, with the lights of its tasks today."""

    plan: int
    number: str
    name: Text
    item_count: int
    task_count: int
    lights: dict[str, int]


class FullField(Schema):
    """A field with everything below it."""

    number: str
    name: Text
    items: list[FullItem]


class FullPlan(PlanBrief):
    """A whole plan."""

    fields: list[FullField]


class Entry(Schema):
    """One act in the journal. Names stand in it as they were then."""

    at: datetime
    who: str
    authority: NamedAuthority | None
    act: str = Field(examples=["task.accept"])
    object: str = Field(description="URN")
    object_name: str
    detail: dict[str, Any]


class Journal(Linked):
    """A part of the journal, the latest first."""

    entries: list[Entry]


class PlanQuery(Schema):
    """Which plan; the current one unless said otherwise."""

    plan: Year | None = Field(None, description="year of a plan; the current one by default")


class ItemQuery(PlanQuery):
    """Which items."""

    field: FieldNumber | None = Field(None, description="number of a field")


class PartQuery(Part):
    """Which part of a list; the parts of a plan are larger than those of other lists."""

    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)


class TaskQuery(PlanQuery, PartQuery):
    """Which tasks: the filters of the plan page. Of one name any may hold, each name must."""

    q: Annotated[Words, Field(max_length=LONGEST_SEARCH)] | None = Field(
        None, description="words; each must stand in text, number, place or authority"
    )
    field: list[FieldNumber] = Field([], description="numbers of fields")
    city: list[Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|none)$")]] = Field(
        [], description="administrative codes; `none` for tasks that name no city"
    )
    lead: list[AuthorityKey] = Field(
        [], description="keys of authorities; `none` without a lead, `mine` for the key's own"
    )
    kind: list[Kind] = Field([])
    light: list[Light] = Field([])
    due: Due | None = None
    from_: Day | None = Field(None, alias="from", description="first due day")
    to: Day | None = Field(None, description="last due day")
    reported: Reported | None = None
    assigned: Assigned | None = Field(None, description="for officers")
    item: ItemNumber | None = Field(None, description="number of an item")
    sort: Sort | None = None


class JournalQuery(PartQuery):
    """Which acts."""

    act: Annotated[str, StringConstraints(pattern=r"^[a-z.-]{1,60}$")] | None = None
    object: Annotated[str, StringConstraints(pattern=r"^urn:conurb:[0-9a-z:-]{1,69}$")] | None = (
        Field(None, description="URN")
    )
    authority: AuthorityKey | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
