"""The plan page, the page of an item and the page of a task, as each role sees them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conurb.plan.actions.life import accept, give_back, propose_lead, report, withdraw
from conurb.plan.models import Item, Task
from conurb.plan.queries.facets import KEPT
from conurb.urn import new_urn

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_kept():
    """These tests roll the journal back, which the kept counts go by."""
    KEPT.clear()
    yield
    KEPT.clear()


@pytest.fixture
def reported(plan, actors):
    """A task that an authority of Changsha leads and reported twice, once with an obstacle."""
    task = Task.everything.get(item__field__plan=plan, number="2.4-1")
    officer = actors["officer-changsha"]
    office = actors["office"]
    before = NOW - timedelta(days=30)
    proposal = propose_lead(office, task, officer.authority, "道路事权（测试）", now=before)
    accept(officer, proposal, now=before)
    task.refresh_from_db()
    stages = task.ladder
    report(officer, task, stage=stages[1].key, words="已经启动<b>（测试）</b>", now=before)
    report(
        officer,
        task,
        words="资金不足（测试）",
        obstacle="资金缺口<script>alert(1)</script>",
        now=NOW - timedelta(days=1),
    )
    task.refresh_from_db()
    return task


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


# ---------------------------------------------------------------------------- the plan page


def test_everybody_sees_the_list(plan, client_of):
    for role in ("nobody", "resident", "officer-xiangtan", "office", "admin"):
        html = page(client_of(role), reverse("plan"))
        assert "1.1-1" in html


def test_the_list_is_complete_over_its_pages(plan, client_of):
    client = client_of("nobody")
    numbers = []
    for number in range(1, 20):
        response = client.get(reverse("plan"), {"page": number})
        listing = response.context["listing"]
        if listing.page != number:
            break
        numbers += [row.task.number for group in listing.groups for row in group.rows]
    expected = Task.everything.filter(item__field__plan=plan).order_by("order")
    assert numbers == [task.number for task in expected]


def test_a_page_after_the_last_is_the_last(plan, client_of):
    listing = client_of("nobody").get(reverse("plan"), {"page": 9999}).context["listing"]
    assert listing.page == listing.pages


@pytest.mark.parametrize("group", ["field", "city", "lead", "light"])
def test_groups_do_not_come_twice(reported, client_of, group):
    listing = client_of("office").get(reverse("plan"), {"group": group}).context["listing"]
    keys = [each.key for each in listing.groups]
    assert keys
    assert len(keys) == len(set(keys))
    assert all(each.name for each in listing.groups)


def test_a_wrong_address_is_explained_and_answers_all_the_same(plan, client_of):
    html = page(client_of("nobody"), reverse("plan"), kind="<script>", page="-1", field="77")
    assert "<script>" not in html.split("<body>")[1].split("</main>")[0]
    assert html.count("alert-warning") == 3


def test_the_list_is_named_by_its_address(plan, client_of):
    html = page(client_of("nobody"), reverse("plan"), view="道路<i>", kind="build")
    assert "道路&lt;i&gt;" in html
    assert "<i>" not in html


def test_an_empty_list_says_what_to_do(plan, client_of):
    html = page(client_of("nobody"), reverse("plan"), q="没有这样的任务")
    assert "没有符合条件的任务" in html


def test_without_a_plan_the_page_says_what_to_do(plan, client_of):
    plan.is_current = False
    plan.save()
    assert reverse("imports") in page(client_of("office"), reverse("plan"))
    assert page(client_of("nobody"), reverse("plan"), plan=plan.year).count("1.1-1") > 0


def test_the_public_does_not_see_proposals(plan, actors, client_of):
    task = Task.everything.get(item__field__plan=plan, number="1.1-1")
    authority = actors["officer-changsha"].authority
    propose_lead(actors["office"], task, authority, "测试")
    row = {"item": "1.1"}
    table = page(client_of("nobody"), reverse("plan"), **row).split("task-table")[1]
    assert authority.short_zh not in table
    table = page(client_of("officer-zhuzhou"), reverse("plan"), **row).split("task-table")[1]
    assert authority.short_zh in table


def test_ready_lists_of_officers_are_not_offered_to_the_public(plan, client_of):
    assert "lead=mine" not in page(client_of("nobody"), reverse("plan"))
    assert "lead=mine" in page(client_of("officer-changsha"), reverse("plan"))
    assert 'name="assigned"' not in page(client_of("nobody"), reverse("plan"))


def test_exports_take_the_same_filter(plan, client_of):
    html = page(client_of("nobody"), reverse("plan"), kind="build", page="1", group="city")
    assert f"{reverse('plan-xlsx')}?kind=build" in html
    assert f"{reverse('map')}?kind=build" in html


def test_english_is_complete(plan, client_of):
    client = client_of("nobody")
    html = page(client, reverse("plan"), lang="en")
    assert "Plan: items and tasks" in html
    assert "规划清单：条目与任务" in page(client, reverse("plan"))


def test_the_number_of_queries_does_not_grow_with_the_list(
    plan, client_of, django_assert_max_num_queries
):
    client = client_of("office")
    with django_assert_max_num_queries(24):
        client.get(reverse("plan"), {"group": "city"})


# ----------------------------------------------------------------------------- the item page


def address(item: Item) -> str:
    return reverse("item", args=[item.field.plan.year, item.number])


def test_every_item_has_a_page_with_its_words_and_neighbours(plan, client_of):
    client = client_of("nobody")
    items = list(Item.objects.filter(field__plan=plan).order_by("order"))
    for at, item in enumerate(items):
        response = client.get(address(item))
        assert response.status_code == 200
        shown = response.context["page"]
        assert shown.previous == (items[at - 1] if at else None)
        assert shown.following == (items[at + 1] if at + 1 < len(items) else None)
        source = "".join(shown.source.text.split())
        assert "".join(item.text_zh.split()) in source
        for mark, task in zip(
            shown.source.marks, item.tasks(manager="everything").all(), strict=True
        ):
            assert mark.key == task.key


def test_the_words_of_a_task_and_its_card_are_linked(plan, client_of):
    item = Item.objects.get(field__plan=plan, number="2.3")
    html = page(client_of("nobody"), address(item))
    for task in Task.everything.filter(item=item):
        assert html.count(f'data-task="{task.key}"') == 2
        assert f'href="#task-{task.key}"' in html
        assert f'id="task-{task.key}"' in html


def test_an_item_without_a_system_says_so(plan, client_of):
    item = Item.objects.get(field__plan=plan, number="6.1")
    assert 'data-testid="no-carrier"' in page(client_of("nobody"), address(item))


def test_an_item_tells_where_it_comes_from(plan, client_of):
    item = Item.objects.get(field__plan=plan, number="1.1")
    heir = Item.objects.get(field__plan=plan, number="1.2")
    heir.follows = item
    heir.save()
    assert address(item) in page(client_of("nobody"), address(heir))
    assert address(heir) in page(client_of("nobody"), address(item))


@pytest.mark.parametrize("path", ["/plan/2021/99.9/", "/plan/1999/1.1/", "/tasks/nosuch/"])
def test_what_is_not_there_is_not_found(plan, client_of, path):
    assert client_of("office").get(path).status_code == 404


def test_an_item_takes_the_same_queries_whatever_was_reported(
    reported, client_of, django_assert_num_queries, actors
):
    client = client_of("nobody")
    client.get(address(reported.item))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        client.get(address(reported.item))
    for at in range(5):
        report(
            actors["officer-changsha"], reported, words=f"后续{at}", now=NOW + timedelta(hours=at)
        )
    with django_assert_num_queries(len(before)):
        client.get(address(reported.item))


# ----------------------------------------------------------------------------- the task page


def test_the_public_reads_words_but_no_names_and_obstacles(reported, client_of, actors):
    html = page(client_of("nobody"), reverse("task", args=[reported.key]))
    assert "资金不足（测试）" in html
    assert "资金缺口" not in html
    assert actors["officer-changsha"].full_name not in html
    assert "道路事权（测试）" not in html
    assert 'data-testid="task-actions"' not in html


def test_officers_read_obstacles_names_and_proposals(reported, client_of, actors):
    html = page(client_of("officer-xiangtan"), reverse("task", args=[reported.key]))
    assert "资金缺口&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "已经启动&lt;b&gt;" in html
    assert actors["officer-changsha"].full_name in html
    assert "道路事权（测试）" in html


def test_a_task_says_why_it_is_at_risk(reported, client_of):
    assert "最近一次报告提出需协调事项" in page(
        client_of("nobody"), reverse("task", args=[reported.key])
    )


def test_only_those_who_may_read_the_journal(reported, client_of):
    path = reverse("task", args=[reported.key])
    assert client_of("nobody").get(path).context["journal"] == []
    told = client_of("office").get(path).context["journal"]
    assert {"task.propose", "task.accept", "task.report"} <= {one["entry"].verb for one in told}


def test_a_returned_proposal_shows_its_answer_to_officers_alone(plan, actors, client_of):
    task = Task.everything.get(item__field__plan=plan, number="1.1-1")
    officer = actors["officer-changsha"]
    proposal = propose_lead(actors["office"], task, officer.authority, "测试")
    give_back(officer, proposal, "不属于我单位职责（测试）")
    path = reverse("task", args=[task.key])
    assert "不属于我单位职责（测试）" not in page(client_of("nobody"), path)
    assert "不属于我单位职责（测试）" in page(client_of("officer-zhuzhou"), path)


def test_a_withdrawn_task_says_why(plan, actors, client_of):
    task = Task.everything.get(item__field__plan=plan, number="1.1-1")
    withdraw(actors["office"], task, "已并入省级规划（测试）")
    html = page(client_of("nobody"), reverse("task", args=[task.key]))
    assert "已并入省级规划（测试）" in html
    assert "light-withdrawn" in html


def test_a_redated_task_says_from_when(plan, client_of):
    task = Task.everything.filter(item__field__plan=plan).first()
    task.due_as_written = timezone.localdate(NOW)
    task.due = task.due_as_written + timedelta(days=30)
    task.save()
    html = page(client_of("nobody"), reverse("task", args=[task.key]))
    assert "原定2026年11月24日，已调整" in html


def test_words_with_markup_are_shown_as_words(plan, client_of):
    item = Item.objects.get(field__plan=plan, number="1.1")
    Task.everything.create(
        urn=new_urn("task"),
        item=item,
        number="1.1-99",
        order=1,
        text_zh="<img src=x onerror=alert(1)>",
        span_start=item.span_start,
        span_end=item.span_start,
        verb="<b>",
        object_words="<i>",
        kind="study",
        start=timezone.localdate(NOW),
        quantities=[{"value": "<u>", "unit": "km", "span": [0, 1]}],
    )
    task = Task.everything.get(number="1.1-99")
    for path in (reverse("task", args=[task.key]), reverse("plan"), address(item)):
        html = page(client_of("office"), path)
        assert "<img src=x" not in html
