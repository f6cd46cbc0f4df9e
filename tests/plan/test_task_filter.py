"""The filter of tasks: what an address says, which tasks it selects, and how they are counted."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.models import Task
from conurb.plan.queries.facets import facets
from conurb.plan.queries.kept import KEPT
from conurb.plan.queries.tasks import TaskFilter, matching, select
from conurb.refusal import RefusedError
from conurb.region.models import Authority, City

TODAY = date(2026, 11, 24)


def asked(query: str) -> TaskFilter:
    return TaskFilter.from_query(QueryDict(query))


@pytest.fixture(autouse=True)
def nothing_kept():
    """These tests change tasks without the journal, which the kept counts go by."""
    KEPT.clear()
    yield
    KEPT.clear()


@pytest.fixture
def lively(plan):
    """Some tasks with leads, dates and cities of every sort."""
    tasks = list(Task.everything.filter(item__field__plan=plan).order_by("order")[:12])
    changsha = Authority.objects.filter(city__slug="changsha").first()
    zhuzhou = Authority.objects.filter(city__slug="zhuzhou").first()
    states = ["accepted", "proposed", "returned", "unproposed"]
    for at, task in enumerate(tasks):
        task.lead_state = states[at % 4]
        task.lead = {"accepted": changsha, "proposed": zhuzhou}.get(task.lead_state)
        task.due = TODAY + timedelta(days=(at - 4) * 20) if at % 5 else None
        task.late_on = task.due + timedelta(days=1) if task.due else None
        task.at_risk_on = TODAY if at % 3 == 0 else None
        task.light_base = "on-course" if at % 2 else "not-begun"
        task.save()
    tasks[1].light_base, tasks[1].late_on, tasks[1].at_risk_on = "done", None, None
    tasks[1].save()
    return tasks


# ------------------------------------------------------------------------------- the address


def test_an_address_says_the_same_after_a_round_trip():
    query = (
        "q=高速+road&field=1&field=10&city=430100&city=none&lead=changsha-transport&kind=build"
        "&light=late&assigned=accepted&due=quarter&from=2026-01-01&to=2026-12-31&reported=week"
        "&item=2.4&task=0a1b&plan=2021&sort=-due&group=lead&page=3&view=本周"
    )
    read = asked(query)
    assert read.problems == ()
    assert asked(read.address(page=3).lstrip("?")) == read
    assert read.address(page=3) != read.address()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("kind=road", "kind"),
        ("light=green", "light"),
        ("due=tomorrow", "due"),
        ("from=2026-13-01", "from"),
        ("from=2026-02-01&to=2026-01-01", "from"),
        ("page=0", "page"),
        ("page=٣", "page"),
        ("plan=99", "plan"),
        ("sort=lead", "sort"),
        ("city=43", "city"),
        ("field=%27%3B--", "field"),
        ("q=" + "长" * 101, "q"),
        ("task=../x", "task"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_and_left_out(query, name):
    read = asked(query)
    assert [problem.name for problem in read.problems] == [name]
    with pytest.raises(RefusedError) as refusal:
        TaskFilter.strict(QueryDict(query))
    assert refusal.value.status == 422
    assert refusal.value.field == name


def test_a_machine_is_told_of_parameters_that_do_not_exist():
    with pytest.raises(RefusedError):
        TaskFilter.strict(QueryDict("colour=red"))
    assert TaskFilter.strict(QueryDict("lang=en"), also=("lang",)) == TaskFilter()


@given(st.dictionaries(st.sampled_from(["q", "field", "from", "page", "sort", "lead"]), st.text()))
def test_no_address_breaks_the_reading(values):
    query = QueryDict(mutable=True)
    query.update(values)
    read = TaskFilter.from_query(query)
    assert asked(read.address(page=read.page).lstrip("?")) == read


# ----------------------------------------------------------------------------- which tasks


def numbers(actor, query):
    return [task.number for task in select(actor, asked(query), TODAY)]


def test_without_a_filter_all_tasks_come_in_their_order(plan, actors):
    everything = Task.everything.filter(item__field__plan=plan).order_by("order")
    assert numbers(actors["nobody"], "") == [task.number for task in everything]


def test_search_finds_any_part_of_a_word_in_either_language(plan, actors):
    for task in select(actors["nobody"], asked("q=高速"), TODAY):
        assert (
            "高速" in task.text_zh or task.places.filter(place__name_zh__contains="高速").exists()
        )
    assert numbers(actors["nobody"], "q=高速")
    assert numbers(actors["nobody"], "q=EXPRESSWAY") == numbers(actors["nobody"], "q=expressway")
    both = set(numbers(actors["nobody"], "q=高速+株洲"))
    assert both == set(numbers(actors["nobody"], "q=高速")) & set(
        numbers(actors["nobody"], "q=株洲")
    )


def test_search_takes_wildcards_and_quotes_as_they_are(plan, actors):
    assert numbers(actors["nobody"], "q=%25") == [
        task.number for task in Task.everything.all() if "%" in task.text_zh + task.text_en
    ]
    assert numbers(actors["nobody"], "q=%27+OR+1%3D1") == []
    assert numbers(actors["nobody"], "q=%00") == numbers(actors["nobody"], "")


def test_a_number_finds_its_item_and_its_task(plan, actors):
    task = Task.everything.filter(number="2.4-1").get()
    assert "2.4-1" in numbers(actors["nobody"], "q=2.4")
    assert numbers(actors["nobody"], "q=2.4-1") == ["2.4-1"]
    assert numbers(actors["nobody"], f"task={task.key}") == ["2.4-1"]
    assert set(numbers(actors["nobody"], "item=2.4")) == {
        each.number for each in Task.everything.filter(item__number="2.4")
    }


def test_the_public_knows_a_lead_only_once_it_accepted(lively, actors):
    leads = {task.number: task for task in lively}
    proposed = leads[lively[1].number].lead.key
    assert numbers(actors["nobody"], f"lead={proposed}") == []
    assert numbers(actors["office"], f"lead={proposed}") == [
        task.number for task in lively if task.lead_state == "proposed"
    ]
    assert lively[1].number in numbers(actors["nobody"], "lead=none")
    assert lively[1].number not in numbers(actors["office"], "lead=none")
    assert numbers(actors["nobody"], "assigned=returned") == []
    assert numbers(actors["office"], "assigned=returned") == [
        task.number for task in lively if task.lead_state == "returned"
    ]


def test_search_by_authority_tells_the_public_no_more(lively, actors):
    short = lively[1].lead.short_zh
    assert lively[1].number in numbers(actors["office"], f"q={short}")
    assert lively[1].number not in numbers(actors["nobody"], f"q={short}")


def test_mine_are_those_of_my_authority(lively, actors):
    officer = actors["officer-zhuzhou"]
    Task.everything.filter(pk=lively[0].pk).update(lead=officer.authority, lead_state="accepted")
    assert numbers(officer, "lead=mine") == [lively[0].number]
    assert numbers(actors["nobody"], "lead=mine") == []


@pytest.mark.parametrize("sort", ["number", "due", "-due", "light", "recent", "silent"])
@pytest.mark.parametrize("group", ["", "field", "city", "lead", "light"])
def test_an_order_keeps_every_task_once(lively, actors, sort, group):
    found = numbers(actors["office"], f"sort={sort}&group={group}")
    assert sorted(found) == sorted(numbers(actors["office"], ""))


def test_urgent_lights_come_first(lively, actors):
    lights = [task.light_now for task in select(actors["office"], asked("sort=light"), TODAY)]
    order = ["late", "at-risk", "not-begun", "on-course", "done", "withdrawn"]
    assert [order.index(light) for light in lights] == sorted(order.index(one) for one in lights)


def test_tasks_of_another_plan_stay_out(plan, actors):
    plan.is_current = False
    plan.save()
    assert numbers(actors["nobody"], "") == []
    assert numbers(actors["nobody"], f"plan={plan.year}") != []


# --------------------------------------------------------------------------------- counts

FILTERS = [
    "",
    "field=2&field=3",
    "kind=build&light=late",
    "light=late&light=at-risk",
    "due=overdue",
    "due=30-days",
    "due=none&kind=study",
    "due=year&field=1",
    "lead=none&light=not-begun",
    "city=430100&kind=build",
    "q=高速&due=quarter",
    "from=2026-10-01&to=2027-03-01&light=late",
]


@pytest.mark.parametrize("role", ["nobody", "office"])
@pytest.mark.parametrize("query", FILTERS)
def test_counts_are_what_counting_one_by_one_gives(lively, actors, role, query):
    actor = actors[role]
    filter_ = asked(query)
    counted = facets(actor, filter_, TODAY)

    def count(name, value):
        one = asked(f"{name}={value}")
        parts = {"field": "fields", "kind": "kinds", "light": "lights", "lead": "leads"}
        attribute = {**parts, "city": "cities", "due": "due"}[name]
        changed = filter_.__class__(
            **{
                **{f: getattr(filter_, f) for f in filter_.__dataclass_fields__},
                attribute: getattr(one, attribute),
            }
        )
        return matching(actor, changed, TODAY).count()

    assert counted.total == matching(actor, filter_, TODAY).count()
    for name, counts in [
        ("field", counted.fields),
        ("kind", counted.kinds),
        ("light", counted.lights),
        ("due", counted.dues),
        ("city", counted.cities),
    ]:
        assert {v: n for v, n in counts.items() if n} == {
            value: number for value in _values(name) if (number := count(name, value))
        }, name
    if not filter_.leads:
        for key, number in counted.leads.items():
            assert number == count("lead", key)


def _values(name):
    if name == "city":
        return list(City.objects.values_list("code", flat=True))
    return {
        "field": [str(number) for number in range(1, 11)],
        "kind": ["study", "plan", "build", "petition", "institute", "operate", "serve"],
        "light": ["late", "at-risk", "not-begun", "on-course", "done", "withdrawn"],
        "due": ["overdue", "30-days", "quarter", "year", "none"],
    }[name]


def test_kept_counts_are_forgotten_when_the_journal_grows(plan, actors):
    from conurb.journal.actions import record

    before = facets(actors["nobody"], TaskFilter(), TODAY)
    Task.everything.filter(number="1.1-1").update(kind="build", light_base="done")
    record(actors["office"], "task.report", urn="urn:conurb:region:task:x", name="x")
    after = facets(actors["nobody"], TaskFilter(), TODAY)
    assert before.lights.get("done", 0) + 1 == after.lights["done"] or before.kinds != after.kinds


@pytest.mark.parametrize("role", ["nobody", "officer-changsha", "office"])
def test_all_tasks_counted_from_indexes_are_those_counted_by_groups(
    lively, actors, role, monkeypatch
):
    from conurb.plan.queries import facets as counting

    from_indexes = facets(actors[role], asked(""), TODAY)
    KEPT.clear()
    monkeypatch.setattr(counting, "_other_plans", lambda _asked: True)
    by_groups = facets(actors[role], asked(""), TODAY)
    assert by_groups.total == from_indexes.total
    for name in ("fields", "cities", "leads", "kinds", "lights", "dues"):
        one, other = Counter(getattr(from_indexes, name)), Counter(getattr(by_groups, name))
        assert +one == +other, name
