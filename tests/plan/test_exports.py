"""The plan as files: whose rows, under which filter, named how, in which language."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from conurb.plan.actions import life
from conurb.plan.models import Task
from conurb.region.models import Authority

pytestmark = pytest.mark.django_db


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def dated(plan, actors) -> Task:
    task = Task.everything.get(number="1.1-1")
    return life.set_dates(
        actors["office"], task, date(2030, 6, 30), "联席会议商定", start=date(2026, 1, 1)
    )


def test_json_is_what_the_api_gives(client, plan):
    whole = json.loads(body(client.get("/plan.json")))
    assert whole == client.get("/api/plans/2021").json()


def test_filtered_json_keeps_only_what_was_asked_for(client, plan):
    part = json.loads(body(client.get("/plan.json?kind=build&field=2")))
    items = [item for field in part["fields"] for item in field["items"]]
    tasks = [task for item in items for task in item["tasks"]]
    assert len(tasks) == Task.everything.filter(kind="build", item__field__number="2").count() > 0
    assert all(item["tasks"] for item in items)


def test_xlsx_has_the_filtered_rows_with_real_dates(client, dated):
    answer = client.get("/plan.xlsx?field=1")
    sheet = load_workbook(BytesIO(body(answer))).active
    heads = [cell.value for cell in sheet[1]]
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == Task.everything.filter(item__field__number="1").count()
    due = heads.index("完成时限")
    assert rows[0][due].value.date() == date(2030, 6, 30)
    assert rows[0][due].number_format == "yyyy-mm-dd"
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")


def test_xlsx_speaks_english_where_asked(client, plan):
    sheet = load_workbook(BytesIO(body(client.get("/plan.xlsx?lang=en")))).active
    assert sheet["C1"].value == "Task"
    first = Task.everything.first()
    assert sheet["C2"].value == first.text_en


def test_a_file_is_named_plainly_and_in_chinese(client, plan):
    named = client.get("/plan.xlsx").headers["Content-Disposition"]
    assert named.startswith('attachment; filename="plan-')
    assert "filename*=UTF-8''%E9%95%BF" in named
    named.encode("ascii")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/plan.json", "application/json; charset=utf-8"),
        ("/plan.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("/plan.ics", "text/calendar; charset=utf-8"),
        ("/plan.geojson", "application/geo+json"),
    ],
)
def test_every_file_says_what_it_is(client, plan, address, kind):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert body(answer)


@pytest.mark.parametrize("ending", ["json", "xlsx", "ics", "geojson"])
@pytest.mark.parametrize("query", ["feild=2", "kind=road", "from=soon"])
def test_a_filter_that_cannot_be_used_gives_no_file(client, plan, ending, query):
    assert client.get(f"/plan.{ending}?{query}").status_code == 422


@pytest.mark.parametrize("ending", ["json", "xlsx", "ics", "geojson"])
def test_without_a_plan_there_is_no_file(client, db, ending):
    assert client.get(f"/plan.{ending}?plan=1999").status_code == 404


def test_a_due_day_is_a_whole_day_with_a_lasting_identity(client, dated, actors):
    events = Calendar.from_ical(body(client.get("/plan.ics"))).walk("VEVENT")
    event = next(e for e in events if e["UID"] == dated.urn)
    assert event["DTSTART"].dt == date(2030, 6, 30)
    assert event["DTEND"].dt == date(2030, 7, 1)
    life.set_dates(actors["office"], dated, date(2031, 1, 31), "联席会议改期")
    moved = Calendar.from_ical(body(client.get("/plan.ics"))).walk("VEVENT")
    (again,) = [e for e in moved if e["UID"] == dated.urn]
    assert again["DTSTART"].dt == date(2031, 1, 31)
    assert again["DTSTART"].dt - event["DTSTART"].dt > timedelta(0)


def test_a_calendar_keeps_to_the_lines_of_the_standard(client, dated):
    text = body(client.get("/plan.ics"))
    lines = text.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    assert lines.count(b"BEGIN:VEVENT") == Task.everything.filter(due__isnull=False).count()


def test_geojson_holds_the_tasks_that_have_a_place(client, plan):
    collection = json.loads(body(client.get("/plan.geojson")))
    assert collection["type"] == "FeatureCollection"
    features = collection["features"]
    assert 0 < len(features) <= Task.everything.count()
    assert len({feature["id"] for feature in features}) == len(features)
    for feature in features:
        assert feature["geometry"]["type"]
        assert feature["properties"]["places"]


def test_the_public_does_not_read_who_was_only_asked(client, client_of, plan, actors):
    task = Task.everything.get(number="1.1-1")
    authority = Authority.objects.filter(city__isnull=False).first()
    life.propose_lead(actors["office"], task, authority, "职责所在")
    names = {
        who: [
            row[7].value
            for row in load_workbook(BytesIO(body(client_of(who).get("/plan.xlsx")))).active
        ]
        for who in ("nobody", "office")
    }
    assert authority.name_zh in names["office"]
    assert authority.name_zh not in names["nobody"]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, plan, django_assert_max_num_queries
):
    for ending in ("json", "xlsx", "ics", "geojson"):
        for query in ("item=1.1", ""):
            with django_assert_max_num_queries(12):
                body(client.get(f"/plan.{ending}?{query}"))
