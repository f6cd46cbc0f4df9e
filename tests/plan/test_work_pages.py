"""The pages of acts, my work, supervision, evidence and the demonstration login."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conurb.journal.serving import disposition
from conurb.journal.uploads import HandedIn
from conurb.plan.actions import life, supervising
from conurb.plan.demonstration import make_people
from conurb.plan.models import Evidence, Report, Supervision, Task
from conurb.region.folder import load_region
from tests.conftest import REGION

REASON = "属道路建设事权"


@pytest.fixture
def task(plan) -> Task:  # type: ignore[no-untyped-def]
    return Task.everything.filter(item__field__plan=plan, kind="build", due=None).first()


@pytest.fixture
def led(task, actors) -> Task:  # type: ignore[no-untyped-def]
    lead = actors["officer-changsha"].authority
    life.accept(actors["officer-changsha"], life.propose_lead(actors["office"], task, lead, REASON))
    today = timezone.localdate()
    life.set_dates(
        actors["office"],
        task,
        today + timedelta(days=20),
        "明确时限",
        start=today - timedelta(days=5),
    )
    task.refresh_from_db()
    return task


def report_form(task: Task, **changes: object) -> dict[str, object]:
    """What the browser sends of the report form."""
    return {
        "stage": task.ladder[1].key,
        "words": "完成前期研究工作。",
        "words_en": "",
        "made_on": timezone.localdate().isoformat(),
        "obstacle": "",
        "help_from": "",
        **changes,
    }


def test_propose_accept_report_with_evidence_through_the_pages(task, client_of, actors):
    office, officer = client_of("office"), client_of("officer-changsha")
    page = office.get(reverse("task-propose", args=[task.key]))
    assert page.status_code == 200
    sent = {"authority": actors["officer-changsha"].authority.key, "reason": REASON}
    assert office.post(reverse("task-propose", args=[task.key]), sent).status_code == 302
    work = officer.get(reverse("work")).content.decode()
    assert task.text_zh in work
    assert REASON in work
    asked = task.assignments(manager="everything").get()
    answer = officer.post(reverse("assignment-accept", args=[asked.key]), {"next": "/work/"})
    assert (answer.status_code, answer["Location"]) == (302, "/work/")
    file = SimpleUploadedFile("现场 纪要.txt", "演示".encode(), "text/html")
    done = officer.post(reverse("task-report", args=[task.key]), report_form(task, files=[file]))
    assert done.status_code == 302
    task.refresh_from_db()
    assert (task.stage, task.light) == (task.ladder[1].key, "on-course")
    kept = Evidence.everything.get()
    served = officer.get(reverse("evidence", args=[kept.key]))
    assert served.content == "演示".encode()
    assert served["Content-Type"] == "text/plain"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in served["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"words": ""}, 422, "words"),
        ({"made_on": "2999-01-01"}, 422, "made_on"),
        ({"made_on": "gestern"}, 422, "made_on"),
        ({"stage": "adopted"}, 422, "stage"),
        ({"help_from": "changsha-finance"}, 422, "obstacle"),
        ({"help_from": "nobody-knows"}, 422, "help_from"),
    ],
)
def test_a_report_that_breaks_a_rule_comes_back_with_the_reason(
    led, client_of, changes, status, field
):
    page = client_of("officer-changsha").post(
        reverse("task-report", args=[led.key]), report_form(led, **changes)
    )
    assert page.status_code == status
    assert page.context["form"].errors[field]
    assert not Report.everything.filter(task=led).exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("图.svg", b"<svg/>"),
        ("页.html", b"<html></html>"),
        ("假.pdf", b"not a pdf"),
        ("宏.docm", b"PK\x03\x04"),
        ("空.txt", b""),
    ],
)
def test_a_refused_file_comes_back_with_the_reason(led, client_of, name, content):
    for language in ("zh-hans", "en"):
        page = client_of("officer-changsha").post(
            reverse("task-report", args=[led.key]) + f"?lang={language}",
            report_form(led, files=[SimpleUploadedFile(name, content)]),
        )
        assert page.status_code == 422
        assert name in page.context["form"].errors["files"][0]
    assert not Evidence.everything.exists()


def test_eleven_files_are_too_many(led, client_of):
    files = [SimpleUploadedFile(f"{n}.txt", b"a") for n in range(11)]
    page = client_of("officer-changsha").post(
        reverse("task-report", args=[led.key]), report_form(led, files=files)
    )
    assert page.status_code == 422
    assert "10" in page.context["form"].errors["files"][0]


def test_evidence_is_for_the_parties_alone(led, client_of, actors):
    file = HandedIn("佐证.txt", "演示".encode())
    life.report(actors["officer-changsha"], led, words="附佐证。", files=[file])
    address = reverse("evidence", args=[Evidence.everything.get().key])
    found = {
        role: client_of(role).get(address).status_code
        for role in ("nobody", "resident", "officer-changsha", "officer-zhuzhou", "office", "admin")
    }
    assert found == {
        "nobody": 302,
        "resident": 403,
        "officer-changsha": 200,
        "officer-zhuzhou": 404,
        "office": 200,
        "admin": 200,
    }


def test_the_name_of_a_download_cannot_break_out_of_the_header():
    header = disposition('报告"; filename="x.html\r\n.pdf')
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="')
    assert "filename*=UTF-8''%E6%8A%A5" in header


def test_after_an_act_one_is_not_sent_to_another_site(led, client_of):
    sent = report_form(led, next="https://evil.example/")
    done = client_of("officer-changsha").post(reverse("task-report", args=[led.key]), sent)
    assert done["Location"] == reverse("task", args=[led.key])


def test_a_done_task_says_that_it_takes_no_report(led, client_of, actors):
    life.report(actors["officer-changsha"], led, stage=led.ladder[-1].key, words="建成投用。")
    page = client_of("officer-changsha").get(reverse("task-report", args=[led.key]))
    assert page.status_code == 409
    assert "已完成" in page.content.decode()


def test_the_task_page_offers_what_one_may_do(led, client_of):
    address = reverse("task", args=[led.key])
    report = reverse("task-report", args=[led.key])
    withdraw = reverse("task-withdraw", args=[led.key])
    offered = {
        role: (report in page, withdraw in page)
        for role in ("nobody", "officer-changsha", "officer-zhuzhou", "office")
        if (page := client_of(role).get(address).content.decode())
    }
    assert offered == {
        "nobody": (False, False),
        "officer-changsha": (True, False),
        "officer-zhuzhou": (False, False),
        "office": (True, True),
    }


def test_my_work_lists_what_waits(led, client_of, actors):
    page = client_of("officer-changsha").get(reverse("work"))
    assert [task.pk for task in page.context["work"].due_soon.rows] == [led.pk]
    assert 'data-testid="work-due-soon"' in page.content.decode()
    helper = actors["officer-zhuzhou"].authority
    life.report(
        actors["officer-changsha"], led, words="受阻。", obstacle="需要数据", help_from=helper
    )
    other = client_of("officer-zhuzhou").get(reverse("work")).content.decode()
    assert "需要数据" in other
    assert 'data-testid="work-help"' in other


def test_my_work_of_somebody_for_whom_nothing_waits_says_so(plan, client_of):
    page = client_of("officer-xiangtan").get(reverse("work")).content.decode()
    assert 'data-testid="work-empty"' in page


def test_an_administrator_without_authority_sees_no_work_of_others(led, client_of, actors):
    life.report(actors["officer-changsha"], led, words="受阻。", obstacle="需要资金")
    page = client_of("admin").get(reverse("work"))
    assert page.context["work"].is_empty
    assert page.context["office"] is not None


def test_the_queries_of_my_work_do_not_grow_with_the_tasks(
    led, client_of, actors, django_assert_max_num_queries
):
    browser = client_of("officer-changsha")
    life.propose_all(actors["office"])
    with django_assert_max_num_queries(25):
        page = browser.get(reverse("work"))
    assert len(page.context["work"].proposals) > 5


def test_propose_all_through_the_page(plan, client_of):
    office = client_of("office")
    assert "propose-all" in office.get(reverse("work")).content.decode()
    assert office.post(reverse("propose-all")).status_code == 302
    assert not Task.everything.filter(lead_state="unproposed").exists()


class TestSupervisionPages:
    @pytest.fixture
    def case(self, led, actors) -> Supervision:  # type: ignore[no-untyped-def]
        life.set_dates(actors["office"], led, timezone.localdate() - timedelta(days=2), "提前")
        cases = supervising.open_due_supervisions()
        return next(case for case in cases if case.task_id == led.pk)

    def test_the_list_opens_itself_on_refresh(self, led, client_of, actors):
        life.set_dates(actors["office"], led, timezone.localdate() - timedelta(days=2), "提前")
        office = client_of("office")
        assert office.post(reverse("supervision-refresh")).status_code == 302
        page = office.get(reverse("supervision"))
        assert led.pk in {row.supervision.task_id for row in page.context["cases"].rows}

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", True),
            ("?reason=overdue&city=430100&step=none&age=week", True),
            ("?reason=silent", False),
            ("?state=closed", False),
            ("?city=430200", False),
            ("?step=remind", False),
            ("?age=older", False),
            ("?reason=nonsense&page=zero&city=%00", True),
            ("?page=99", True),
        ],
    )
    def test_filters(self, case, client_of, query, shown):
        page = client_of("office").get(reverse("supervision") + query)
        assert page.status_code == 200
        found = {row.supervision.pk for row in page.context["cases"].rows}
        assert (case.pk in found) is shown

    def test_remind_meet_redate_and_close_through_the_page(self, case, client_of, led):
        office = client_of("office")
        address = reverse("supervision-case", args=[case.key])
        day = (timezone.localdate() + timedelta(days=40)).isoformat()
        acts = (
            {"act": "remind", "remind-words": "请尽快报送"},
            {"act": "meet", "meet-meets_on": day, "meet-words": "分析原因"},
            {"act": "redate", "redate-due": day, "redate-reason": "审批顺延"},
        )
        for sent in acts:
            assert office.post(address, sent).status_code == 302
        page = office.get(address).content.decode()
        for words in ("请尽快报送", "分析原因", "审批顺延"):
            assert words in page
        case.refresh_from_db()
        assert case.closed_on == timezone.localdate()
        assert office.post(address, {"act": "close", "close-words": "办结"}).status_code == 409

    def test_a_form_without_words_comes_back(self, case, client_of):
        address = reverse("supervision-case", args=[case.key])
        page = client_of("office").post(address, {"act": "close", "close-words": ""})
        assert page.status_code == 422
        assert page.context["forms"]["close"].errors["words"]

    def test_officers_of_the_lead_read_it_and_do_not_act(self, case, client_of):
        address = reverse("supervision-case", args=[case.key])
        officer = client_of("officer-changsha")
        page = officer.get(address).content.decode()
        assert 'data-testid="case-remind"' not in page
        assert officer.post(address, {"act": "close", "close-words": "自行办结"}).status_code == 403
        assert client_of("officer-zhuzhou").get(address).status_code == 404
        assert address in officer.get(reverse("work")).content.decode()

    def test_the_chosen_are_reminded_at_once(self, case, client_of):
        sent = {"case": [case.key, "no-such-case", "\x00"], "words": "请反馈"}
        office = client_of("office")
        assert office.post(reverse("supervision-remind-all"), sent).status_code == 302
        assert [step.words for step in case.steps.all()] == ["请反馈"]


class TestDemonstrationLogin:
    @pytest.fixture
    def people(self, db) -> None:  # type: ignore[no-untyped-def]
        import random

        make_people(load_region(REGION).people, random.Random(1))

    def test_it_does_not_exist_outside_a_demonstration(self, people, client, settings):
        settings.DEMO = False
        assert client.get(reverse("demo-roles")).status_code == 404
        sent = {"username": "changsha-transport-1"}
        assert client.post(reverse("demo-login"), sent).status_code == 404
        assert "_auth_user_id" not in client.session

    def test_one_click_logs_in(self, people, client, settings):
        settings.DEMO = True
        page = client.get(reverse("demo-roles")).content.decode()
        assert "changsha-transport-1" in page
        done = client.post(reverse("demo-login"), {"username": "changsha-transport-1"})
        assert done["Location"] == reverse("work")
        assert client.get(reverse("work")).status_code == 200
        client.post(reverse("demo-login"), {"username": ""})
        assert "_auth_user_id" not in client.session

    def test_real_people_are_not_entered(self, people, client, settings):
        settings.DEMO = True
        assert client.post(reverse("demo-login"), {"username": "office"}).status_code == 404
        assert client.get(reverse("demo-login")).status_code == 405

    def test_outside_a_demonstration_the_invented_have_no_password(self, db, settings):
        import random

        from conurb.region.models import User

        settings.DEMO = False
        make_people(load_region(REGION).people, random.Random(1))
        assert not User.objects.get(username="changsha-transport-1").has_usable_password()
