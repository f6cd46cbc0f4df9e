"""The import pages: handing in, checking beside the document, confirming, following a plan."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conurb.journal.models import Entry
from conurb.plan.actions import drafting
from conurb.plan.actions.drafting import ConflictError
from conurb.plan.actions.importing import Upload, adopt, keep_document
from conurb.plan.actions.life import accept, propose_lead, report
from conurb.plan.models import Document, Item, Plan, Report, Task
from conurb.plan.queries.drafts import DraftPage
from conurb.plan.reader import read_document
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority
from tests.plan.import_plans import DIRTY, FIRST, NEXT, YEARLESS, long_plan

pytestmark = pytest.mark.django_db
REAL = Path(__file__).resolve().parents[3] / "shared" / "source" / "2021-ten-sames.txt"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def office(client_of):
    return client_of("office")


def upload(name: str, text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def hand_in(client, text: str, name: str = "plan.txt", **more):
    return client.post(reverse("imports"), {"file": upload(name, text), **more})


def draft_of(client, text: str, name: str = "plan.txt", **more) -> Document:
    answer = hand_in(client, text, name, **more)
    assert answer.status_code == 302, answer.content.decode()
    return Document.everything.latest("created_at")


def task_id(document: Document, words: str) -> str:
    page = DraftPage(document)
    return next(
        line.draft.id
        for section in page.sections
        for row in page.rows(section)
        for line in row.tasks
        if words in line.task.text
    )


def post_task(client, document: Document, words: str, **fields):
    document.refresh_from_db()
    address = reverse("import-task", args=[document.key, task_id(document, words)])
    return client.post(address, {"version": document.version, **fields})


def adopted(actor, text: str, name: str, year: int) -> Plan:
    content = text.encode()
    reading = read_document(content, name).to_json()
    document = keep_document(actor, Upload(name, "text/markdown", content), reading, year)
    return adopt(actor, document, reading)


class TestHandingIn:
    def test_a_document_becomes_a_draft_and_no_plan(self, office, plan):
        answer = hand_in(office, FIRST, "第一稿.md")
        document = Document.everything.latest("created_at")
        assert answer.url == reverse("import", args=[document.key])
        assert (document.state, document.year, document.filename) == ("draft", 2031, "第一稿.md")
        assert Plan.objects.get(is_current=True) == plan
        assert Entry.everything.filter(verb="document.upload", object_urn=document.urn).exists()

    def test_the_list_shows_state_and_who(self, office):
        document = draft_of(office, FIRST)
        words = office.get(reverse("imports")).content.decode()
        assert document.filename in words
        assert "统筹员" in words

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("plan.exe", b"MZ\x90\x00", "exe"),
            ("plan.docx", b"not a zip", "docx"),
            ("plan.txt", b"", "没有文字"),
            ("plan.txt", "关于印发的通知".encode(), "编号"),
            ("../../etc/passwd", b"root:x:0:0", "支持"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_the_reason(self, office, name, content, says):
        before = Document.everything.count()
        answer = office.post(reverse("imports"), {"file": upload(name, content)})
        assert answer.status_code == 422
        error = re.search(r'data-testid="upload-error">(.*?)</div>', answer.content.decode(), re.S)
        assert error is not None
        assert says in error.group(1)
        assert Document.everything.count() == before

    def test_without_a_file_the_form_says_so(self, office):
        answer = office.post(reverse("imports"), {})
        assert answer.status_code == 422
        assert "请先选择文件" in answer.content.decode()

    def test_too_large_is_refused(self, office, settings):
        settings.UPLOAD_LIMIT = 1024
        answer = hand_in(office, FIRST * 10)
        assert answer.status_code == 422
        assert "上限" in answer.content.decode()

    def test_a_path_in_the_name_is_not_kept(self, office):
        document = draft_of(office, FIRST, "..\\..\\secret\\plan.md")
        assert document.filename == "plan.md"

    def test_a_nul_in_the_text_does_no_harm(self, office):
        document = draft_of(office, FIRST.replace("东河大桥", "东河\x00大桥"))
        assert "\x00" not in document.text
        assert len(document.text) == len(FIRST) + 1

    def test_the_same_file_again_offers_the_draft(self, office):
        document = draft_of(office, FIRST)
        again = hand_in(office, FIRST, "other.txt")
        words = again.content.decode()
        assert again.status_code == 409
        assert reverse("import", args=[document.key]) in words
        held = re.search(r'name="held" value="([^"]+)"', words).group(1)
        anyway = office.post(reverse("imports"), {"held": held, "anyway": "1"})
        assert anyway.status_code == 302
        assert Document.everything.filter(sha256=document.sha256).count() == 2

    def test_the_year_is_asked_where_the_title_names_none_and_nothing_is_lost(self, office):
        asked = hand_in(office, YEARLESS)
        words = asked.content.decode()
        assert asked.status_code == 422
        held = re.search(r'name="held" value="([^"]+)"', words).group(1)
        answer = office.post(reverse("imports"), {"held": held, "anyway": "1", "year": "2033"})
        assert answer.status_code == 302
        assert Document.everything.latest("created_at").year == 2033

    def test_a_forged_token_is_refused(self, office):
        answer = office.post(reverse("imports"), {"held": "x:y:z", "anyway": "1"})
        assert answer.status_code == 422

    def test_the_original_comes_back_as_it_was(self, office):
        document = draft_of(office, FIRST, "第一稿.md")
        answer = office.get(reverse("import-file", args=[document.key]))
        assert answer.content.decode() == FIRST
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"


class TestWhoMay:
    PAGES = (
        ("get", "import"),
        ("get", "import-file"),
        ("post", "import-decide"),
        ("post", "import-heading"),
        ("post", "import-undo"),
        ("get", "import-discard"),
        ("post", "import-discard"),
        ("post", "import-reopen"),
        ("get", "import-confirm"),
        ("post", "import-confirm"),
    )

    @pytest.mark.parametrize(("method", "name"), PAGES)
    def test_only_the_office_comes_in(self, client_of, office, method, name):
        address = reverse(name, args=[draft_of(office, FIRST).key])
        anonymous = getattr(client_of("nobody"), method)(address)
        assert anonymous.status_code == 302
        assert reverse("account_login") in anonymous.url
        for role in ("resident", "officer-changsha"):
            assert getattr(client_of(role), method)(address).status_code == 403

    def test_the_actions_refuse_as_well(self, actors, office):
        document = draft_of(office, FIRST)
        for role in ("resident", "officer-zhuzhou"):
            with pytest.raises(NotCompetentError):
                drafting.undo(actors[role], document, 1)

    def test_an_unknown_document_is_not_found(self, office):
        assert office.get(reverse("import", args=["nothing"])).status_code == 404


class TestChecking:
    def test_the_whole_document_stands_at_the_left(self, office):
        document = draft_of(office, DIRTY)
        page = DraftPage(document)
        windows = [row.window for section in page.sections for row in page.rows(section)]
        assert windows[0][0] == 0
        assert windows[-1][1] == len(DIRTY)
        assert all(a[1] == b[0] for a, b in pairwise(windows))
        words = office.get(reverse("import", args=[document.key])).content.decode()
        left = "".join(re.findall(r'<div class="import-source"[^>]*>(.*?)</div>', words, re.S))
        assert re.sub(r"\s|<[^>]*>", "", left) == re.sub(r"\s", "", DIRTY)

    def test_marks_and_tasks_share_their_spans(self, office):
        document = draft_of(office, FIRST)
        words = office.get(reverse("import", args=[document.key])).content.decode()
        target = task_id(document, "东河大桥")
        assert f'<span class="m m-task" data-span="{target}"' in words
        assert f'<li class="import-task" id="task-{target}" data-span="{target}"' in words

    def test_a_decision_is_kept_and_the_document_read_again(self, office):
        document = draft_of(office, DIRTY)
        wrong = next(r for r in document.reading["repairs"] if r["code"] == "dash-for-yi")
        address = reverse("import-decide", args=[document.key])
        for answer, applied in (("reject", False), ("accept", True)):
            document.refresh_from_db()
            data = {"version": document.version, "repair": wrong["id"], "answer": answer}
            assert office.post(address, data).status_code == 302
            document.refresh_from_db()
            assert document.decisions == {wrong["id"]: applied}
            text = " ".join(i["text"] for f in document.reading["fields"] for i in f["items"])
            assert ("一体化水质" in text) is applied

    def test_all_sure_repairs_at_once(self, office):
        document = draft_of(office, DIRTY)
        sure = {r["id"] for r in document.reading["repairs"] if r["sure"] >= 0.8}
        assert sure
        address = reverse("import-decide", args=[document.key])
        office.post(address, {"version": document.version, "sure": "1"})
        document.refresh_from_db()
        assert document.decisions == dict.fromkeys(sure, True)

    def test_an_edit_is_kept_through_a_decision(self, office):
        document = draft_of(office, DIRTY)
        post_task(office, document, "北山铁路", op="kind", kind="study")
        wrong = next(r for r in document.reading["repairs"] if r["code"] == "number-wrong")
        document.refresh_from_db()
        office.post(
            reverse("import-decide", args=[document.key]),
            {"version": document.version, "repair": wrong["id"], "answer": "accept"},
        )
        document.refresh_from_db()
        target = task_id(document, "北山铁路")
        assert DraftPage(document).copy.find(target)[1].task.kind == "study"

    def test_edit_split_merge_delete_restore_add_undo(self, office):
        document = draft_of(office, FIRST)
        kept = DraftPage(document).copy.task_count
        form = {"text": "编制两河口公交、轮渡方案", "verb": "编制", "kind": "plan"}
        post_task(office, document, "公交", op="change", due_to="2031-10-31", **form)
        document.refresh_from_db()
        task = DraftPage(document).copy.find(task_id(document, "轮渡"))[1].task
        assert (task.text, task.due.end) == ("编制两河口公交、轮渡方案", "2031-10-31")
        text = task.text
        post_task(office, document, "轮渡", op="split", text=text, at="8")
        document.refresh_from_db()
        assert DraftPage(document).copy.task_count == kept + 1
        post_task(office, document, "两河口公交", op="merge")
        post_task(office, document, "马拉松", op="delete")
        document.refresh_from_db()
        assert DraftPage(document).copy.task_count == kept - 1
        post_task(office, document, "马拉松", op="restore")
        document.refresh_from_db()
        item = next(DraftPage(document).copy.items)
        office.post(
            reverse("import-add", args=[document.key, item.id]),
            {"version": document.version, "text": "建成东河大桥", "kind": "build"},
        )
        document.refresh_from_db()
        assert DraftPage(document).copy.task_count == kept + 1
        assert [edit["op"] for edit in document.edits] == [
            "change",
            "split",
            "merge",
            "delete",
            "restore",
            "add",
        ]
        for left in range(5, -1, -1):
            document.refresh_from_db()
            office.post(reverse("import-undo", args=[document.key]), {"version": document.version})
            document.refresh_from_db()
            assert len(document.edits) == left
        assert DraftPage(document).copy.confirmed() == DraftPage(document).reading

    def test_places_follow_the_words_a_person_writes(self, office):
        document = draft_of(office, FIRST)
        post_task(
            office, document, "马拉松", op="change", text="在芙蓉大道举办马拉松", kind="operate"
        )
        document.refresh_from_db()
        task = DraftPage(document).copy.find(task_id(document, "马拉松"))[1].task
        assert [place.ref for place in task.places] == ["road/furong-avenue"]
        post_task(office, document, "马拉松", op="change", text="举办城市马拉松", kind="operate")
        document.refresh_from_db()
        task = DraftPage(document).copy.find(task_id(document, "马拉松"))[1].task
        assert task.places == ()

    def test_a_repair_that_is_not_there_is_refused(self, office):
        document = draft_of(office, DIRTY)
        data = {"version": 1, "repair": "number-wrong-0-1", "answer": "accept"}
        address = reverse("import-decide", args=[document.key])
        assert office.post(address, data).status_code == 409
        document.refresh_from_db()
        assert document.decisions == {}

    def test_typing_on_is_one_edit(self, office):
        document = draft_of(office, FIRST)
        form = {"op": "change", "keep": "1", "kind": "operate"}
        post_task(office, document, "马拉松", text="举办两河口马拉松赛", **form)
        post_task(office, document, "马拉松", text="举办两河口国际马拉松赛", **form)
        document.refresh_from_db()
        assert len(document.edits) == 1
        assert document.edits[0]["was"] == "举办两河口马拉松"

    @pytest.mark.parametrize(
        "fields",
        [
            {"op": "change", "text": "", "kind": "build"},
            {"op": "change", "text": "甲", "kind": "dance"},
            {"op": "change", "text": "甲", "kind": "build", "due_to": "31/12/2031"},
            {
                "op": "change",
                "text": "甲",
                "kind": "build",
                "due_from": "2031-05-01",
                "due_to": "2031-04-01",
            },
            {"op": "kind", "kind": "dance"},
            {"op": "explode"},
            {"op": "split", "text": "甲", "at": "0"},
            {"op": "merge"},
        ],
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, office, fields):
        document = draft_of(office, FIRST)
        answer = post_task(office, document, "马拉松", **fields)
        assert answer.status_code == 422
        document.refresh_from_db()
        assert (document.edits, document.version) == ([], 1)

    def test_two_editors_get_a_clear_answer_and_keep_their_words(self, office, client_of):
        document = draft_of(office, FIRST)
        post_task(office, document, "马拉松", op="delete")
        late = client_of("admin").post(
            reverse("import-task", args=[document.key, task_id(document, "东河大桥")]),
            {"version": 1, "op": "change", "text": "我写的话", "kind": "build"},
            **HTMX,
        )
        words = late.content.decode()
        assert late.status_code == 409
        assert late["HX-Retarget"] == "#notice"
        assert "统筹员" in words
        assert "我写的话" in words
        document.refresh_from_db()
        assert len(document.edits) == 1

    def test_a_part_comes_alone_to_htmx(self, office):
        document = draft_of(office, FIRST)
        target = task_id(document, "东河大桥")
        answer = office.post(
            reverse("import-task", args=[document.key, target]),
            {"version": 1, "op": "kind", "kind": "build"},
            **HTMX,
        )
        words = answer.content.decode()
        assert "<html" not in words
        assert 'hx-swap-oob="true"' in words
        assert 'data-version="2"' in words

    def test_another_year_reads_the_dates_anew(self, office):
        document = draft_of(office, YEARLESS.replace("启动东河", "9月底前启动东河"), year="2033")
        address = reverse("import-heading", args=[document.key])
        office.post(address, {"version": 1, "title": "两河口新清单", "year": "2034"})
        document.refresh_from_db()
        page = DraftPage(document)
        due = page.copy.find(task_id(document, "东河大桥"))[1].task.due
        assert (page.copy.title, document.year, due.end) == ("两河口新清单", 2034, "2034-09-30")

    def test_a_discarded_draft_can_be_taken_up_again(self, office):
        document = draft_of(office, FIRST)
        post_task(office, document, "马拉松", op="delete")
        document.refresh_from_db()
        address = reverse("import-discard", args=[document.key])
        assert office.get(address).status_code == 200
        office.post(address, {"version": document.version})
        document.refresh_from_db()
        assert document.state == "discarded"
        assert post_task(office, document, "东河大桥", op="delete").status_code == 409
        office.post(reverse("import-reopen", args=[document.key]))
        document.refresh_from_db()
        assert (document.state, len(document.edits)) == ("draft", 1)

    def test_a_long_document_opens_part_by_part(self, office):
        document = draft_of(office, long_plan(600))
        page = DraftPage(document)
        assert page.item_count == 600
        whole = office.get(reverse("import", args=[document.key]))
        assert len(whole.content) < 200_000
        assert b"import-task" not in whole.content
        part = office.get(reverse("import", args=[document.key]), {"section": 3}, **HTMX)
        assert part.content.count(b'class="import-task"') == sum(
            len(item.tasks) for item in page.sections[2].items
        )
        plain = office.get(reverse("import", args=[document.key]), {"section": 3})
        assert part.content.count(b'class="import-task"') == plain.content.count(
            b'class="import-task"'
        )
        assert (
            office.get(reverse("import", args=[document.key]), {"section": 99}, **HTMX).status_code
            == 404
        )
        assert post_task(office, document, "333号大桥", op="delete").status_code == 302
        post_task(office, document, "333号片区", op="delete")
        check = office.get(reverse("import-confirm", args=[document.key])).content.decode()
        empty = next(
            item for item in DraftPage(document).copy.items if "333号大桥" in item.item.text
        )
        place = empty.item.span[0]
        assert f"?section={page.section_of(place)}#item-{place}" in check

    def test_a_page_takes_few_queries(self, office, django_assert_max_num_queries):
        document = draft_of(office, long_plan(100))
        with django_assert_max_num_queries(12):
            office.get(reverse("import", args=[document.key]))


class TestConfirming:
    def confirm(self, client, document: Document):
        document.refresh_from_db()
        address = reverse("import-confirm", args=[document.key])
        page = client.get(address)
        assert page.status_code == 200
        against = re.search(r'name="against" value="([^"]*)"', page.content.decode()).group(1)
        return client.post(address, {"version": document.version, "against": against})

    def test_what_was_shown_enters_and_nothing_before(self, office, plan):
        document = draft_of(office, FIRST)
        post_task(office, document, "马拉松", op="delete")
        post_task(office, document, "东河大桥", op="kind", kind="build")
        assert Plan.objects.count() == 1
        assert self.confirm(office, document).status_code == 302
        current = Plan.objects.get(is_current=True)
        assert (current.title_zh, current.year, current.follows) == (
            "两河口一体化任务清单（2031年）",
            2031,
            plan,
        )
        tasks = Task.everything.filter(item__field__plan=current)
        assert not tasks.filter(text_zh__contains="马拉松").exists()
        assert tasks.get(text_zh__contains="东河大桥").kind == "build"
        assert tasks.get(text_zh__contains="公交").due == date(2031, 9, 30)
        assert Entry.everything.filter(verb="plan.adopt", object_urn=current.urn).exists()
        document.refresh_from_db()
        assert document.state == "confirmed"
        shown = office.get(reverse("import", args=[document.key]))
        assert shown.status_code == 200
        assert b"task-edit-" not in shown.content

    def test_the_first_plan_of_a_node_follows_nothing(self, office, plan):
        Plan.objects.update(is_current=False)
        document = draft_of(office, FIRST)
        self.confirm(office, document)
        current = Plan.objects.get(is_current=True)
        assert (current.document, current.follows) == (document, None)
        assert Task.everything.filter(item__field__plan=plan, withdrawn_reason="").exists()

    @pytest.mark.skipif(not REAL.exists(), reason=f"the real document is not at {REAL}")
    def test_the_real_document_becomes_a_plan_of_49_items(self, office):
        answer = office.post(reverse("imports"), {"file": upload(REAL.name, REAL.read_bytes())})
        document = Document.everything.latest("created_at")
        assert answer.url == reverse("import", args=[document.key])
        self.confirm(office, document)
        current = Plan.objects.get(is_current=True)
        counts = [field.items.count() for field in current.fields.all()]
        assert counts == [6, 9, 3, 1, 4, 6, 6, 1, 5, 8]
        assert current.document == document

    def test_a_confirmed_document_cannot_be_confirmed_again(self, office, actors):
        document = draft_of(office, FIRST)
        self.confirm(office, document)
        document.refresh_from_db()
        with pytest.raises(RefusedError):
            drafting.confirm(actors["office"], document, document.version, "")

    def test_a_change_after_looking_is_not_confirmed_unseen(self, office, actors, plan):
        document = draft_of(office, FIRST)
        post_task(office, document, "马拉松", op="delete")
        with pytest.raises(ConflictError):
            drafting.confirm(actors["office"], document, 1, plan.urn)

    def test_another_current_plan_is_not_replaced_unseen(self, office, actors):
        document = draft_of(office, FIRST)
        with pytest.raises(ConflictError):
            drafting.confirm(actors["office"], document, 1, "urn:conurb:region:plan:other")
        assert not Plan.objects.filter(document=document).exists()

    def test_a_plan_needs_a_title(self, office, actors, plan):
        document = draft_of(office, "一、甲\n\n1. 启动东河大桥前期工作。\n", year="2031")
        if DraftPage(document).copy.title:
            drafting.edit(actors["office"], document, 1, "title", "", {"title": " "})
            document.refresh_from_db()
        with pytest.raises(RefusedError, match="标题"):
            drafting.confirm(actors["office"], document, document.version, plan.urn)

    def test_what_to_look_at_is_said_but_does_not_block(self, office):
        document = draft_of(office, DIRTY)
        post_task(office, document, "北山铁路", op="delete")
        page = office.get(reverse("import-confirm", args=[document.key])).content.decode()
        assert 'data-testid="checks"' in page
        assert self.confirm(office, document).status_code == 302


class TestFollowingAPlan:
    @pytest.fixture
    def first(self, actors) -> Plan:
        return adopted(actors["office"], FIRST, "first.md", 2031)

    @pytest.fixture
    def owned(self, first, actors) -> Task:
        """A task of the first plan with an owner and a report, half way up its ladder."""
        lead = Authority.objects.get(pk=actors["officer-changsha"].authority_id)
        task = Task.everything.get(item__field__plan=first, text_zh__contains="东河大桥")
        given = propose_lead(actors["office"], task, lead, "测试")
        accept(actors["officer-changsha"], given)
        Task.everything.filter(pk=task.pk).update(start=date(2026, 1, 1))
        officer = actors["officer-changsha"]
        task = Task.everything.get(pk=task.pk)
        report(officer, task, stage=task.ladder[2].key, words="已开展调研。")
        return Task.everything.get(pk=task.pk)

    def follow(self, office) -> Plan:
        document = draft_of(office, NEXT, "next.md")
        TestConfirming().confirm(office, document)
        return Plan.objects.get(is_current=True)

    def test_the_confirmation_shows_what_becomes_of_each_item(self, office, first):
        document = draft_of(office, NEXT, "next.md")
        words = office.get(reverse("import-confirm", args=[document.key])).content.decode()
        for fate, number in (("carried", "2"), ("changed", "1.1"), ("new", "1.3"), ("gone", "2.2")):
            part = re.search(rf'id="fate-{fate}".*?</details>', words, re.S)
            if fate == "carried":
                continue
            assert part is not None, fate
            assert number in part.group()
        assert "<ins>实施</ins>" in words

    def test_a_task_that_lives_on_keeps_name_owner_stage_and_reports(self, office, owned):
        follower = self.follow(office)
        moved = Task.everything.get(urn=owned.urn)
        assert moved.item.field.plan == follower
        assert (moved.lead, moved.lead_state, moved.stage) == (
            owned.lead,
            "accepted",
            owned.stage,
        )
        assert Report.everything.filter(task=moved).count() == 1
        assert moved.item.follows == Item.objects.get(urn=owned.item.urn)

    def test_a_changed_task_takes_the_new_words_and_date(self, office, first):
        before = Task.everything.get(item__field__plan=first, text_zh__contains="公交")
        self.follow(office)
        after = Task.everything.get(urn=before.urn)
        assert "实施方案" in after.text_zh
        assert (after.due, after.due_as_written) == (date(2032, 6, 30), date(2032, 6, 30))

    def test_gone_tasks_are_withdrawn_with_the_reason_in_the_old_plan(self, office, first):
        self.follow(office)
        gone = Task.everything.get(item__field__plan=first, text_zh__contains="马拉松")
        assert "2032" in gone.withdrawn_reason
        assert gone.light_base == "withdrawn"
        assert Item.objects.filter(field__plan=first).count() == 5

    def test_a_done_task_stays_done_and_its_words_begin_anew(self, office, first):
        done = Task.everything.get(item__field__plan=first, text_zh__contains="北山铁路")
        Task.everything.filter(pk=done.pk).update(stage=done.ladder[-1].key)
        follower = self.follow(office)
        old = Task.everything.get(urn=done.urn)
        new = Task.everything.get(item__field__plan=follower, text_zh__contains="北山铁路")
        assert old.item.field.plan == first
        assert not old.withdrawn_reason
        assert (new.urn != old.urn, new.stage) == (True, "not-begun")

    def test_another_kind_takes_the_nearest_stage(self, office, owned, actors):
        document = draft_of(office, NEXT, "next.md")
        post_task(office, document, "东河大桥", op="kind", kind="build")
        TestConfirming().confirm(office, document)
        moved = Task.everything.get(urn=owned.urn)
        assert moved.kind == "build"
        assert moved.stage_now.share <= owned.stage_now.share
        assert moved.stage_now.share > 0

    def test_all_or_nothing(self, office, first, actors, monkeypatch):
        document = draft_of(office, NEXT, "next.md")

        def fails(*_args, **_kwargs):
            raise RuntimeError("power cut")

        monkeypatch.setattr(drafting, "withdraw", fails)
        with pytest.raises(RuntimeError):
            drafting.confirm(actors["office"], document, 1, first.urn)
        assert Plan.objects.get(is_current=True) == first
        assert not Plan.objects.filter(document=document).exists()
