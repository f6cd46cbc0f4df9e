"""The bulletin: composed, introduced, issued, read; by whom, and never twice the same."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document
from openpyxl import load_workbook

from conurb.journal.models import Entry
from conurb.plan.actions import bulletin as actions
from conurb.plan.actions import life
from conurb.plan.bulletins import Content, Month
from conurb.plan.models import Bulletin, Task
from conurb.plan.queries.bulletin import composed, issue_of, months
from conurb.refusal import NotCompetentError, RefusedError

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)
IN_OCTOBER = datetime(2026, 10, 20, 4, tzinfo=UTC)
THEN = datetime(2026, 11, 3, 4, tzinfo=UTC)
ADDRESS = "/bulletins/2026/10/"


@pytest.fixture
def told(plan, actors) -> Task:
    """A task led by Changsha on which a report with an obstacle was made in October 2026."""
    officer, task = actors["officer-changsha"], Task.everything.get(number="1.1-1")
    begun = datetime(2026, 9, 1, 4, tzinfo=UTC)
    Task.everything.filter(pk=task.pk).update(start=begun.date())
    proposal = life.propose_lead(actors["office"], task, officer.authority, "职责所在", now=begun)
    life.accept(officer, proposal, now=begun)
    life.report(
        officer,
        task,
        words="草案已形成。",
        words_en="The draft is ready.",
        stage=task.ladder[2].key,
        obstacle="用地指标未落实",
        help_from=actors["officer-zhuzhou"].authority,
        now=IN_OCTOBER,
    )
    return task


def issue(actors, plan, **more) -> Bulletin:
    return actions.issue(actors["office"], plan, OCTOBER, **{"version": 0, "now": THEN, **more})


def test_a_bulletin_tells_what_the_month_brought(told, plan, actors):
    content = composed(actors["office"], plan, OCTOBER, now=THEN)
    assert content.total.tasks == Task.everything.count()
    assert (content.total.reports, content.total.moved) == (1, 1)
    (field,) = content.progress
    (entry,) = field.entries
    assert (entry.words.zh, entry.words.en) == ("草案已形成。", "The draft is ready.")
    assert [row.obstacle for row in content.stuck if row.blocked] == ["用地指标未落实"]


def test_what_was_reported_later_is_not_known_then(told, plan, actors):
    before = composed(actors["office"], plan, OCTOBER, now=datetime(2026, 10, 5, tzinfo=UTC))
    assert before.total.reports == 0


def test_the_lights_of_today_are_those_of_the_plan(told, plan, actors, client):
    now = datetime.now(UTC)
    content = composed(actors["office"], plan, Month.of(now.date()), now=now)
    lights: dict[str, int] = {}
    for task in Task.everything.all():
        lights[task.light] = lights.get(task.light, 0) + 1
    assert {light: n for light, n in content.total.lights.items() if n} == lights


def test_an_issued_bulletin_stays_as_it_was(told, plan, actors):
    bulletin = issue(actors, plan)
    kept = Content.from_json(bulletin.content)
    assert (kept.number, kept.issued_on.isoformat()) == (1, "2026-11-03")
    life.report(
        actors["officer-changsha"], told, words="补报。", now=datetime(2026, 11, 9, tzinfo=UTC)
    )
    again = issue_of(actors["office"], plan, OCTOBER, now=datetime(2026, 11, 20, tzinfo=UTC))
    assert again.content == kept


def test_numbers_count_up_within_the_year(told, plan, actors):
    issue(actors, plan)
    september = actions.issue(actors["office"], plan, Month(2026, 9), version=0, now=THEN)
    assert september.content["number"] == 2
    january = datetime(2027, 1, 4, tzinfo=UTC)
    december = actions.issue(actors["office"], plan, Month(2026, 12), version=0, now=january)
    assert december.content["number"] == 1


def test_issuing_stands_in_the_journal(told, plan, actors):
    bulletin = issue(actors, plan)
    entry = Entry.everything.get(verb="bulletin.issue")
    assert (entry.object_urn, entry.object_name) == (bulletin.urn, "2026-10")


def test_it_is_issued_once(told, plan, actors):
    bulletin = issue(actors, plan)
    with pytest.raises(RefusedError) as refusal:
        issue(actors, plan, version=bulletin.version)
    assert refusal.value.status == 409


def test_a_month_that_has_not_begun_is_not_issued(plan, actors):
    with pytest.raises(RefusedError):
        actions.issue(actors["office"], plan, Month(2026, 12), version=0, now=THEN)


@pytest.mark.parametrize("role", ["officer-changsha", "resident"])
def test_only_the_office_writes_and_issues(plan, actors, role):
    with pytest.raises(NotCompetentError):
        actions.issue(actors[role], plan, OCTOBER, version=0, now=THEN)
    with pytest.raises(NotCompetentError):
        actions.write_introduction(actors[role], plan, OCTOBER, zh="", en="", version=0, now=THEN)
    assert Bulletin.everything.count() == 0


def test_two_editors_do_not_overwrite_each_other(plan, client_of):
    browser = client_of("office")
    form = {"introduction_zh": "甲的文字", "introduction_en": "", "version": "0"}
    assert browser.post(f"{ADDRESS}introduction/", form).status_code == 302
    other = {**form, "introduction_zh": "乙的文字"}
    answer = browser.post(f"{ADDRESS}introduction/", other)
    assert answer.status_code == 409
    assert "乙的文字" in answer.content.decode(), "what the second wrote is not lost"
    assert Bulletin.everything.get().introduction_zh == "甲的文字"


def test_the_office_writes_looks_through_and_issues(told, client_of):
    browser = client_of("office")
    form = {"introduction_zh": "各单位认真落实。", "introduction_en": "Well done.", "version": "0"}
    browser.post(f"{ADDRESS}introduction/", form)
    assert "各单位认真落实。" in browser.get(ADDRESS).content.decode()
    asked = browser.get(f"{ADDRESS}issue/")
    assert 'name="version" value="1"' in asked.content.decode()
    assert Bulletin.everything.get().state == "draft", "asking does not issue"
    browser.post(f"{ADDRESS}issue/", {"version": "1"})
    assert Bulletin.everything.get().state == "issued"
    assert "introduction-form" not in browser.get(ADDRESS).content.decode()
    refused = browser.post(f"{ADDRESS}introduction/", {**form, "version": "2"})
    assert refused.status_code == 409


def test_issuing_what_one_did_not_see_is_refused(told, client_of, plan, actors):
    actions.write_introduction(
        actors["admin"], plan, OCTOBER, zh="别人的引言", en="", version=0, now=THEN
    )
    answer = client_of("office").post(f"{ADDRESS}issue/", {"version": "0"})
    assert answer.status_code == 409
    assert Bulletin.everything.get().state == "draft"


@pytest.mark.parametrize("role", ["nobody", "resident", "officer-changsha"])
def test_a_draft_is_the_offices_alone(told, client_of, role):
    browser = client_of(role)
    for address in (ADDRESS, f"{ADDRESS}bulletin.docx", f"{ADDRESS}bulletin.xlsx"):
        assert browser.get(address).status_code == 404


@pytest.mark.parametrize("role", ["nobody", "resident", "officer-changsha", "office", "admin"])
def test_an_issued_one_is_everybodys_but_the_obstacles_are_officers(
    told, plan, actors, client_of, role
):
    issue(actors, plan)
    browser = client_of(role)
    candid = role not in {"nobody", "resident"}
    page = browser.get(ADDRESS).content.decode()
    assert "草案已形成。" in page
    assert ("用地指标未落实" in page) == candid
    document = Document(BytesIO(browser.get(f"{ADDRESS}bulletin.docx").content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    assert ("用地指标未落实" in "\n".join(cells)) == candid
    book = load_workbook(BytesIO(browser.get(f"{ADDRESS}bulletin.xlsx").content))
    values = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert ("用地指标未落实" in values) == candid


def test_files_speak_the_language_asked_for_and_are_named_in_it(told, plan, actors, client):
    issue(actors, plan)
    answer = client.get(f"{ADDRESS}bulletin.docx?lang=en")
    words = "\n".join(p.text for p in Document(BytesIO(answer.content)).paragraphs)
    assert "The draft is ready." in words
    assert "Progress%20of%20the%20plan" in answer.headers["Content-Disposition"]
    chinese = client.get(f"{ADDRESS}bulletin.docx").headers["Content-Disposition"]
    assert 'filename="bulletin-2026-10.docx"; filename*=UTF-8' in chinese


def test_the_list_has_months_with_reports_for_the_office_and_issued_ones_for_all(
    told, plan, actors, client_of
):
    today = THEN.date()
    office = {row.month: row for row in months(actors["office"], plan, today)}
    assert set(office) == {OCTOBER, Month(2026, 11)}
    assert office[OCTOBER].reports == 1
    assert months(actors["nobody"], plan, today) == []
    assert "尚未印发" in client_of("nobody").get("/bulletins/").content.decode()
    issue(actors, plan)
    (row,) = months(actors["nobody"], plan, today)
    assert (row.month, row.number) == (OCTOBER, 1)
    assert "2026年10月" in client_of("nobody").get("/bulletins/").content.decode()


@pytest.mark.parametrize("address", ["/bulletins/2026/13/", "/bulletins/2026/0/"])
def test_there_is_no_thirteenth_month(plan, client_of, address):
    assert client_of("office").get(address).status_code == 404


def test_the_bulletin_of_a_plan_that_was_followed_stays_where_it_was(told, plan, actors, client):
    issue(actors, plan)
    plan.is_current = False
    plan.save(update_fields=["is_current"])
    assert client.get(ADDRESS).status_code == 200


def test_composing_takes_the_same_number_of_queries_for_any_plan(
    told, plan, actors, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14):
        composed(actors["office"], plan, OCTOBER, now=THEN)
