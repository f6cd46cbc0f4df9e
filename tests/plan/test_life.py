"""The life of a task through its actions: who may do what, what follows, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from conurb.journal.models import Entry
from conurb.journal.uploads import HandedIn
from conurb.plan.actions import life, supervising
from conurb.plan.models import Assignment, Evidence, Report, Supervision, Task
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
REASON = "属道路建设事权，由长沙市牵头。"


@pytest.fixture
def task(plan) -> Task:  # type: ignore[no-untyped-def]
    return Task.everything.filter(item__field__plan=plan, kind="build", due=None).first()


@pytest.fixture
def led(task, actors) -> Task:  # type: ignore[no-untyped-def]
    """A task that Changsha's officer leads since 40 days, due in 100."""
    then = NOW - timedelta(days=40)
    today = timezone.localdate(NOW)
    lead = actors["officer-changsha"].authority
    asked = life.propose_lead(actors["office"], task, lead, REASON, now=then)
    life.accept(actors["officer-changsha"], asked, now=then)
    return life.set_dates(
        actors["office"], task, today + timedelta(days=100), "列入年度计划。",
        start=today - timedelta(days=40), now=then,
    )  # fmt: skip


def rungs(task: Task) -> list[str]:
    return [stage.key for stage in task.ladder]


def verbs(task: Task) -> list[str]:
    return list(
        Entry.everything.filter(object_urn=task.urn).order_by("id").values_list("verb", flat=True)
    )


class TestProposing:
    def test_the_office_proposes_and_the_authority_accepts(self, task, actors):
        officer = actors["officer-changsha"]
        asked = life.propose_lead(actors["office"], task, officer.authority, REASON, now=NOW)
        task.refresh_from_db()
        assert (task.lead, task.lead_state) == (officer.authority, "proposed")
        life.accept(officer, asked, now=NOW)
        task.refresh_from_db()
        assert task.lead_state == "accepted"
        assert verbs(task) == ["task.propose", "task.accept"]
        accepted = Entry.everything.get(object_urn=task.urn, verb="task.accept")
        assert (accepted.actor, accepted.authority_key) == (officer, officer.authority.key)
        assert accepted.at == NOW

    def test_only_the_office_proposes(self, task, actors):
        for role in ("officer-changsha", "resident", "nobody"):
            with pytest.raises(NotCompetentError):
                life.propose_lead(actors[role], task, actors["officer-changsha"].authority, REASON)

    def test_a_reason_is_needed(self, task, actors):
        with pytest.raises(RefusedError) as refused:
            life.propose_lead(actors["office"], task, actors["officer-changsha"].authority, " ")
        assert (refused.value.status, refused.value.field) == (422, "reason")

    def test_officers_of_another_authority_do_not_answer(self, task, actors):
        asked = life.propose_lead(
            actors["office"], task, actors["officer-changsha"].authority, REASON
        )
        for role in ("officer-zhuzhou", "resident"):
            with pytest.raises(NotCompetentError):
                life.accept(actors[role], asked)
            with pytest.raises(NotCompetentError):
                life.give_back(actors[role], asked, "不属本单位职责")

    def test_the_office_answers_on_behalf_and_the_journal_says_so(self, task, actors):
        lead = actors["officer-changsha"].authority
        asked = life.propose_lead(actors["office"], task, lead, REASON)
        life.accept(actors["office"], asked)
        entry = Entry.everything.get(object_urn=task.urn, verb="task.accept")
        assert entry.detail["on_behalf"] is True
        assert entry.authority_key == lead.key
        assert entry.actor == actors["office"]

    def test_returned_with_a_reason_and_proposed_to_another(self, task, actors):
        officer = actors["officer-changsha"]
        asked = life.propose_lead(actors["office"], task, officer.authority, REASON)
        life.give_back(officer, asked, "不属本单位职责")
        task.refresh_from_db()
        assert (task.lead, task.lead_state) == (None, "returned")
        asked.refresh_from_db()
        assert (asked.state, asked.answer) == ("returned", "不属本单位职责")
        other = actors["officer-zhuzhou"].authority
        life.propose_lead(actors["office"], task, other, REASON)
        task.refresh_from_db()
        assert (task.lead, task.lead_state) == (other, "proposed")

    def test_an_answer_is_given_once(self, task, actors):
        officer = actors["officer-changsha"]
        asked = life.propose_lead(actors["office"], task, officer.authority, REASON)
        life.accept(officer, asked)
        for again in (life.accept, lambda *who: life.give_back(*who, "改变主意了")):
            with pytest.raises(RefusedError) as refused:
                again(officer, asked)
            assert refused.value.status == 409

    def test_another_lead_relieves_the_first(self, led, actors):
        other = actors["officer-zhuzhou"].authority
        life.propose_lead(actors["office"], led, other, REASON)
        led.refresh_from_db()
        assert (led.lead, led.lead_state) == (other, "proposed")
        states = Assignment.everything.filter(task=led, role="lead").order_by("id")
        assert [row.state for row in states] == ["ended", "proposed"]
        with pytest.raises(RefusedError):
            life.report(actors["officer-changsha"], led, words="仍在推进。")

    def test_all_tasks_are_proposed_at_once_and_only_once(self, plan, actors):
        unproposed = Task.everything.filter(lead_state="unproposed").count()
        made = life.propose_all(actors["office"], now=NOW)
        assert len(made) == unproposed > 100
        assert all(row.reason_zh and row.reason_en for row in made)
        assert not Task.everything.filter(lead_state="unproposed").exists()
        assert Assignment.everything.filter(role="support", state="proposed").exists()
        assert life.propose_all(actors["office"]) == []

    def test_an_authority_that_left_the_region_is_not_asked(self, task, actors):
        gone = actors["officer-changsha"].authority
        gone.active = False
        gone.save()
        with pytest.raises(RefusedError) as refused:
            life.propose_lead(actors["office"], task, gone, REASON)
        assert refused.value.field == "authority"


class TestSupport:
    def test_the_lead_asks_another_city_and_it_answers(self, led, actors):
        helper = actors["officer-zhuzhou"]
        asked = life.ask_support(actors["officer-changsha"], led, helper.authority, "请提供数据")
        assert asked.asked_by == actors["officer-changsha"].authority
        life.accept(helper, asked)
        made = life.report(helper, led, words="已提供基础数据。", now=NOW)
        assert (made.authority, made.stage) == (helper.authority, led.stage)

    def test_only_lead_and_office_ask(self, led, actors):
        target = actors["officer-xiangtan"].authority
        with pytest.raises(NotCompetentError):
            life.ask_support(actors["officer-zhuzhou"], led, target, "请配合")
        life.ask_support(actors["office"], led, target, "请配合")
        with pytest.raises(RefusedError):
            life.ask_support(actors["office"], led, target, "再请配合")

    def test_the_lead_does_not_support_itself(self, led, actors):
        with pytest.raises(RefusedError):
            life.ask_support(actors["office"], led, led.lead, "请配合")

    def test_a_supporter_does_not_move_the_stage(self, led, actors):
        helper = actors["officer-zhuzhou"]
        life.accept(helper, life.ask_support(actors["office"], led, helper.authority, "请配合"))
        with pytest.raises(RefusedError) as refused:
            life.report(helper, led, stage=rungs(led)[1], words="已完成前期研究。")
        assert refused.value.field == "stage"
        assert not Report.everything.filter(task=led).exists()

    def test_an_authority_only_asked_does_not_report(self, led, actors):
        life.ask_support(actors["office"], led, actors["officer-zhuzhou"].authority, "请配合")
        with pytest.raises(NotCompetentError):
            life.report(actors["officer-zhuzhou"], led, words="尚未答复就报。")

    def test_support_is_ended_by_the_lead(self, led, actors):
        helper = actors["officer-zhuzhou"]
        asked = life.ask_support(actors["office"], led, helper.authority, "请配合")
        with pytest.raises(NotCompetentError):
            life.end_support(actors["officer-xiangtan"], asked)
        assert life.end_support(actors["officer-changsha"], asked).state == "ended"
        with pytest.raises(RefusedError):
            life.accept(helper, asked)


class TestReporting:
    def test_a_report_moves_the_stage_and_the_light(self, led, actors):
        led.refresh_from_db()
        assert led.light_on(timezone.localdate(NOW)) == "at-risk" or led.light_base == "not-begun"
        made = life.report(
            actors["officer-changsha"], led, stage=rungs(led)[1], words="完成前期研究。", now=NOW
        )
        led.refresh_from_db()
        assert (made.sequence, led.report_count, led.stage) == (1, 1, rungs(led)[1])
        assert led.last_report_at == NOW
        assert led.light_on(timezone.localdate(NOW)) == "on-course"
        life.report(
            actors["officer-changsha"], led, stage=rungs(led)[-1], words="建成投用。", now=NOW
        )
        led.refresh_from_db()
        assert led.light_on(timezone.localdate(NOW)) == "done"

    def test_an_obstacle_turns_the_light_at_once(self, led, actors):
        helper = Authority.objects.get(key="changsha-finance")
        life.report(
            actors["officer-changsha"], led, stage=rungs(led)[2], words="正在推进。",
            obstacle="资金未到位", help_from=helper, now=NOW,
        )  # fmt: skip
        led.refresh_from_db()
        assert led.light_on(timezone.localdate(NOW)) == "at-risk"
        life.report(actors["officer-changsha"], led, words="资金已到位，继续推进。", now=NOW)
        led.refresh_from_db()
        assert led.light_on(timezone.localdate(NOW)) == "on-course"

    def test_strangers_do_not_report(self, led, actors):
        for role in ("officer-xiangtan", "resident"):
            with pytest.raises(NotCompetentError):
                life.report(actors[role], led, words="不该由我报。")

    def test_the_office_reports_on_behalf(self, led, actors):
        made = life.report(actors["office"], led, stage=rungs(led)[1], words="据来函登记。")
        assert (made.authority, made.officer) == (led.lead, actors["office"])
        assert Entry.everything.get(object_urn=led.urn, verb="task.report").detail["on_behalf"]

    def test_nobody_reports_before_a_lead_accepted(self, task, actors):
        life.propose_lead(actors["office"], task, actors["officer-changsha"].authority, REASON)
        with pytest.raises(RefusedError):
            life.report(actors["officer-changsha"], task, words="还没接受。")

    def test_a_done_task_takes_corrections_alone(self, led, actors):
        officer = actors["officer-changsha"]
        last = life.report(officer, led, stage=rungs(led)[-1], words="建成投用。")
        with pytest.raises(RefusedError) as refused:
            life.report(officer, led, words="又报一次。")
        assert refused.value.status == 409
        made = life.report(
            officer, led, stage=rungs(led)[-2], words="误报竣工，现更正为主体完工。", corrects=last
        )
        led.refresh_from_db()
        assert (made.corrects, led.stage) == (last, rungs(led)[-2])
        with pytest.raises(RefusedError):
            life.report(officer, led, words="再更正一次同一份报告。", corrects=last)

    def test_a_report_of_another_authority_is_not_corrected(self, led, actors):
        first = life.report(actors["officer-changsha"], led, words="正在推进。")
        helper = actors["officer-zhuzhou"]
        life.accept(helper, life.ask_support(actors["office"], led, helper.authority, "请配合"))
        with pytest.raises(RefusedError) as refused:
            life.report(helper, led, words="替他更正。", corrects=first)
        assert refused.value.field == "corrects"

    def test_files_are_kept_under_their_hash(self, led, actors):
        made = life.report(
            actors["officer-changsha"], led, words="附会议纪要。",
            files=[HandedIn("纪要.txt", "会议纪要".encode())],
        )  # fmt: skip
        kept = Evidence.everything.get(report=made)
        assert (kept.filename, kept.media_type, kept.size) == ("纪要.txt", "text/plain", 12)
        assert len(kept.sha256) == 64

    def test_a_refused_file_leaves_no_report(self, led, actors):
        with pytest.raises(RefusedError) as refused:
            life.report(
                actors["officer-changsha"], led, words="附件有误。",
                files=[HandedIn("页.html", b"<script>alert(1)</script>")],
            )  # fmt: skip
        assert (refused.value.status, refused.value.field) == (422, "files")
        led.refresh_from_db()
        assert (led.report_count, Report.everything.filter(task=led).count()) == (0, 0)

    def test_reports_are_never_changed(self, led, actors):
        made = life.report(actors["officer-changsha"], led, words="正在推进。")
        made.words = "改了"
        with pytest.raises(RuntimeError):
            made.save()


class TestDatesAndWithdrawal:
    def test_what_was_written_stays_when_a_task_is_redated(self, plan, actors):
        dated = Task.everything.exclude(due_as_written=None).first()
        written = dated.due_as_written
        life.set_dates(actors["office"], dated, written + timedelta(days=30), "审批顺延")
        dated.refresh_from_db()
        assert (dated.due_as_written, dated.due) == (written, written + timedelta(days=30))
        detail = Entry.everything.get(object_urn=dated.urn, verb="task.redate").detail
        assert (detail["old_due"], detail["reason"]) == (written.isoformat(), "审批顺延")

    def test_due_before_start_is_refused(self, led, actors):
        with pytest.raises(RefusedError) as refused:
            life.set_dates(actors["office"], led, led.start - timedelta(days=1), "提前")
        assert refused.value.field == "due"

    def test_only_the_office_sets_dates_and_withdraws(self, led, actors):
        officer = actors["officer-changsha"]
        for act in (
            lambda: life.set_dates(officer, led, date(2027, 1, 1), "自行顺延"),
            lambda: life.withdraw(officer, led, "不想做了"),
            lambda: life.restore(officer, led, "又想做了"),
        ):
            with pytest.raises(NotCompetentError):
                act()

    def test_withdrawn_and_restored(self, led, actors):
        life.withdraw(actors["office"], led, "并入其他任务")
        led.refresh_from_db()
        assert led.light == "withdrawn"
        with pytest.raises(RefusedError):
            life.report(actors["officer-changsha"], led, words="还想报。")
        with pytest.raises(RefusedError):
            life.withdraw(actors["office"], led, "再撤一次")
        life.restore(actors["office"], led, "恢复单列")
        led.refresh_from_db()
        assert (led.light != "withdrawn", led.withdrawn_reason) == (True, "")


class TestSupervision:
    @pytest.fixture
    def late(self, led, actors) -> Task:  # type: ignore[no-untyped-def]
        life.set_dates(
            actors["office"], led, timezone.localdate(NOW) - timedelta(days=3), "提前完成"
        )
        led.refresh_from_db()
        return led

    def open_cases(self, task: Task) -> set[str]:
        rows = Supervision.everything.filter(task=task, closed_on=None)
        return set(rows.values_list("reason", flat=True))

    def test_opening_twice_opens_once(self, late):
        opened = supervising.open_due_supervisions(now=NOW)
        assert [case.reason for case in opened if case.task_id == late.pk] == ["overdue"]
        assert supervising.open_due_supervisions(now=NOW) == []
        assert self.open_cases(late) == {"overdue"}

    def test_each_cause_opens_a_case(self, led, actors):
        life.report(actors["officer-changsha"], led, words="推进受阻。", obstacle="缺地", now=NOW)
        supervising.open_due_supervisions(now=NOW)
        assert self.open_cases(led) == {"stuck"}
        later = NOW + timedelta(days=61)
        supervising.open_due_supervisions(now=later)
        assert self.open_cases(led) == {"stuck", "silent"}
        life.report(actors["officer-changsha"], led, words="问题已解决。", now=later)
        assert self.open_cases(led) == set()

    def test_a_returned_task_is_supervised_until_it_is_proposed_again(self, task, actors):
        officer = actors["officer-changsha"]
        asked = life.propose_lead(actors["office"], task, officer.authority, REASON, now=NOW)
        life.give_back(officer, asked, "不属本单位职责", now=NOW)
        supervising.open_due_supervisions(now=NOW)
        assert "returned" in self.open_cases(task)
        life.propose_lead(
            actors["office"], task, actors["officer-zhuzhou"].authority, REASON, now=NOW
        )
        assert "returned" not in self.open_cases(task)

    def test_redating_closes_what_was_overdue(self, late, actors):
        case = supervising.open_due_supervisions(now=NOW)[0]
        new = timezone.localdate(NOW) + timedelta(days=60)
        step = supervising.redate(actors["office"], case, new, "审批顺延，同意调整", now=NOW)
        late.refresh_from_db()
        assert (late.due, step.new_due) == (new, new)
        assert self.open_cases(late) == set()

    def test_a_new_day_in_the_past_is_refused(self, late, actors):
        case = supervising.open_due_supervisions(now=NOW)[0]
        with pytest.raises(RefusedError):
            supervising.redate(actors["office"], case, date(2026, 1, 1), "倒填", now=NOW)

    def test_closed_by_hand_rests_for_thirty_days(self, late, actors):
        case = supervising.open_due_supervisions(now=NOW)[0]
        supervising.close(actors["office"], case, "已提交整改计划", now=NOW)
        early = supervising.open_due_supervisions(now=NOW + timedelta(days=29))
        assert "overdue" not in {case.reason for case in early}
        again = supervising.open_due_supervisions(now=NOW + timedelta(days=30))
        assert "overdue" in {case.reason for case in again if case.task_id == late.pk}

    def test_steps_are_kept_in_order_and_a_closed_case_takes_none(self, late, actors):
        office = actors["office"]
        case = supervising.open_due_supervisions(now=NOW)[0]
        supervising.remind(office, case, "请尽快报送", now=NOW)
        supervising.meet(office, case, date(2026, 11, 25), "分析原因", now=NOW)
        supervising.close(office, case, "已办结", now=NOW)
        assert [step.action for step in case.steps.all()] == ["remind", "meet", "close"]
        with pytest.raises(RefusedError):
            supervising.remind(office, case)

    def test_only_the_office_works_off(self, late, actors):
        case = supervising.open_due_supervisions(now=NOW)[0]
        for role in ("officer-changsha", "resident"):
            with pytest.raises(NotCompetentError):
                supervising.remind(actors[role], case)
        with pytest.raises(NotCompetentError):
            supervising.open_due_supervisions(actor=actors["officer-changsha"])

    def test_done_closes_every_case(self, late, actors):
        supervising.open_due_supervisions(now=NOW)
        life.report(
            actors["officer-changsha"], late, stage=rungs(late)[-1], words="建成。", now=NOW
        )
        assert self.open_cases(late) == set()
