"""The journal's page: whose acts one sees, the filters, the sentences, the export."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conurb.journal import phrases
from conurb.journal.actions import record
from conurb.journal.models import Entry
from conurb.plan.models import Task

pytestmark = pytest.mark.django_db
URN = "urn:conurb:region:thing:abc"


@pytest.fixture
def acts(actors, plan):
    """One act of each of two cities and of the office, on different days."""
    task = Task.everything.first()
    for day, role, verb in (
        (1, "officer-changsha", "task.accept"),
        (2, "officer-zhuzhou", "task.return"),
        (3, "office", "thing.unheard-of"),
    ):
        record(
            actors[role],
            verb,
            urn=task.urn if verb.startswith("task") else URN,
            name=f"{task.number} {task.text_zh}" if verb.startswith("task") else "=某物",
            at=datetime(2026, 3, day, 4, 0, tzinfo=UTC),
            reason="职责不符",
        )
    return task


def shown(browser, **query):
    page = browser.get(reverse("journal"), query)
    assert page.status_code == 200
    return [told.entry.verb for told in page.context["told"]]


MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.mark.parametrize(
    ("role", "status"), [("nobody", 302), ("resident", 403), ("officer-xiangtan", 200)]
)
@pytest.mark.parametrize("name", ["journal", "journal-csv"])
def test_who_may_open_it(client_of, role, status, name):
    answer = client_of(role).get(reverse(name))
    assert answer.status_code == status
    if status == 302:
        assert reverse("account_login") in answer["Location"]


def test_officers_see_the_acts_of_their_own_authority_the_office_all(client_of, acts):
    assert shown(client_of("officer-changsha"), **MARCH) == ["task.accept"]
    assert shown(client_of("officer-xiangtan"), **MARCH) == []
    everything = ["thing.unheard-of", "task.return", "task.accept"]
    assert shown(client_of("office"), **MARCH) == everything
    assert shown(client_of("admin"), **MARCH) == everything


def test_each_filter_narrows(client_of, actors, acts):
    browser = client_of("office")
    key = actors["officer-zhuzhou"].authority.key
    assert shown(browser, authority=key, **MARCH) == ["task.return"]
    assert shown(browser, who="长沙", **MARCH) == ["task.accept"]
    assert shown(browser, verb="task.return", **MARCH) == ["task.return"]
    assert shown(browser, on=acts.urn, **MARCH) == ["task.return", "task.accept"]
    assert shown(browser, on="某物", **MARCH) == ["thing.unheard-of"]
    assert shown(browser, **{"from": "2026-03-02", "to": "2026-03-02"}) == ["task.return"]


def test_a_day_that_cannot_be_read_is_told(client_of):
    page = client_of("office").get(reverse("journal"), {"from": "yesterday", "to": "2026-03-31"})
    assert page.context["asked"].problems
    turned = client_of("office").get(reverse("journal"), {"from": "2026-04-01", "to": "2026-03-01"})
    assert turned.context["asked"].problems


def test_a_known_act_is_a_sentence_that_leads_to_its_object(client_of, acts):
    text = client_of("office").get(reverse("journal"), MARCH).content.decode()
    assert "认领任务：" in text
    assert f'href="{reverse("task", args=[acts.key])}"' in text
    assert "职责不符" in text
    english = client_of("office").get(reverse("journal"), {**MARCH, "lang": "en"}).content.decode()
    assert "accepted the task" in english


def test_an_unknown_act_is_shown_by_its_code(client_of, acts):
    assert "thing.unheard-of" in client_of("office").get(reverse("journal"), MARCH).content.decode()


def test_every_verb_that_the_code_writes_has_a_phrase():
    import ast
    from pathlib import Path

    import conurb

    written = set()
    for file in Path(conurb.__file__).parent.rglob("actions/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", "_write"}:
                written |= {
                    part.value
                    for argument in node.args
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and "." in part.value
                    and not part.value.endswith(".")
                }
    assert {"task.accept", "task.report"} <= written
    assert written <= set(phrases.known())


def test_the_export_holds_the_same_acts_and_no_formula(client_of, acts):
    answer = client_of("office").get(reverse("journal-csv"), MARCH)
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head[0] == "时间"
    assert [row[5] for row in rows][1:] == ["理由：职责不符".replace("：", ": ")] * 2
    assert rows[0][4] == "'=某物"
    own = client_of("officer-changsha").get(reverse("journal-csv"), MARCH)
    assert b"".join(own.streaming_content).count("认领任务：".encode()) == 1


def test_the_export_speaks_the_language_of_its_address(client_of, acts):
    answer = client_of("office").get(reverse("journal-csv"), {**MARCH, "lang": "en"})
    assert b"accepted the task" in b"".join(answer.streaming_content)


def test_the_number_of_queries_does_not_grow(client_of, actors, acts):
    browser = client_of("office")

    def queries():
        with CaptureQueriesContext(connection) as seen:
            browser.get(reverse("journal"))
        return len(seen)

    before = queries()
    for _ in range(40):
        record(actors["office"], "task.accept", urn=acts.urn, name="某任务")
    assert Entry.everything.count() > 40
    assert queries() == before
