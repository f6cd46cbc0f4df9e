"""The acts on a case, each by who may, each at its time, with its history, limit and notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from conurb.desk import actions
from conurb.desk.models import Case, CaseEvent, ClockStop, Notice
from conurb.desk.stages import MOVES, State, Verb
from conurb.journal.models import Entry
from conurb.journal.uploads import HandedIn
from conurb.records.models import Record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority, City
from tests.desk import cases
from tests.desk.cases import PDF, PROOF, days_ago, draft, granted, in_review, refused, submitted
from tests.desk.people import make_resident, officer_of

pytestmark = pytest.mark.django_db


def verbs_of(case: Case) -> list[str]:
    return list(case.events.values_list("verb", flat=True))


# drafting


def test_a_draft_is_kept_as_it_is_typed_and_says_nothing_to_others(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", {"months": "abc"})
    assert case.state == State.DRAFT
    assert case.data["months"] == "abc"
    assert case.number is None
    assert not case.events.exists()
    officer = officer_of("social-security", "430100")
    assert not Case.objects.visible_to(officer).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(zhou).filter(pk=case.pk).exists()


def test_what_the_platform_knows_of_the_applicant_is_filled_in(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", {})
    assert case.data["name"] == "周甲"
    assert case.data["number"] == zhou.identity.number
    assert case.data["phone"] == "13800000000"


def test_of_two_windows_the_second_is_told(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", {})
    seen = case.version
    actions.save_draft(zhou, case, {"employer": "甲"}, version=seen)
    with pytest.raises(RefusedError) as told:
        actions.save_draft(zhou, case, {"employer": "乙"}, version=seen)
    assert told.value.status == 409
    assert Case.everything.get(pk=case.pk).data["employer"] == "甲"


def test_fields_that_the_form_does_not_have_are_left_out(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", {"admin": True})
    assert "admin" not in case.data


def test_a_stranger_touches_no_draft(zhou, owner):
    case = draft(zhou, "social-insurance-proof", "430200", {})
    with pytest.raises(NotCompetentError):
        actions.save_draft(owner, case, {}, version=case.version)
    with pytest.raises(NotCompetentError):
        actions.submit(owner, case)
    with pytest.raises(NotCompetentError):
        actions.discard(owner, case)


def test_a_draft_can_be_discarded_a_case_cannot(zhou):
    case = draft(zhou, "school-enrolment", "430200", cases.ENROLMENT, files=("residence",))
    actions.discard(zhou, case)
    assert not Case.everything.filter(pk=case.pk).exists()
    with pytest.raises(RefusedError):
        actions.discard(zhou, submitted(zhou))


def test_files_are_judged_and_can_be_taken_out(zhou):
    case = draft(zhou, "school-enrolment", "430200", {})
    with pytest.raises(RefusedError) as told:
        actions.attach(zhou, case, "residence", HandedIn("居住证.exe", b"MZ"))
    assert told.value.status == 422
    with pytest.raises(RefusedError):
        actions.attach(zhou, case, "unknown", HandedIn("a.pdf", PDF))
    file = actions.attach(zhou, case, "residence", HandedIn("居住证.pdf", PDF))
    assert actions.detach(zhou, file).removed_at is not None
    with pytest.raises(RefusedError, match=r"."):
        actions.submit(zhou, case)


# handing in


def test_handing_in_gives_number_authority_limit_and_code(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", PROOF)
    done = actions.submit(zhou, case)
    assert done.case.state == State.SUBMITTED
    assert done.case.number.startswith("430200-")
    assert done.case.authority.key == "changsha-human-resources"
    assert done.case.limit == 1
    assert done.case.due_on is not None
    assert done.case.due_on > timezone.localdate(done.case.submitted_at)
    assert done.code not in str(Case.everything.filter(pk=case.pk).values().get())
    assert verbs_of(done.case) == ["submit"]
    assert Notice.everything.filter(case=done.case, to=zhou).count() == 1
    entry = Entry.everything.get(object_urn=done.case.urn)
    assert entry.verb == "case.submit"
    assert zhou.identity.number not in str(entry.__dict__)
    assert entry.actor is None
    assert "周甲" not in str(entry.__dict__)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("months", "viele"),
        ("phone", "12345"),
        ("paid_until", "2026-13-01"),
        ("insurance", "cat"),
        ("insured_in", "110100"),
        ("purpose", ""),
    ],
)
def test_what_the_form_does_not_take_is_refused_with_its_field(zhou, field, value):
    case = draft(zhou, "social-insurance-proof", "430200", {**PROOF, field: value})
    with pytest.raises(RefusedError) as told:
        actions.submit(zhou, case)
    assert told.value.field == field
    assert told.value.status == 422
    assert Case.everything.get(pk=case.pk).state == State.DRAFT


def test_people_apply_for_themselves(zhou, owner):
    other = draft(
        zhou, "social-insurance-proof", "430200", {**PROOF, "number": owner.identity.number}
    )
    with pytest.raises(RefusedError):
        actions.submit(zhou, other)
    stranger = make_resident("stranger", "430102", "19700303", "生")
    stranger.identity.delete()
    case = draft(
        stranger,
        "social-insurance-proof",
        "430200",
        {**PROOF, "name": "生", "number": owner.identity.number, "phone": "13800000000"},
    )
    with pytest.raises(RefusedError):
        actions.submit(stranger, case)


def test_who_acts_for_a_firm_applies_for_it_and_nobody_else(owner, zhou):
    firm = owner.represents.get().firm
    data = {
        "county": "430104",
        "address": "测试路2号",
        "representative": "湘乙",
        "kind": "有限责任公司",
        "established_on": "2020-01-01",
        "business": "货物销售",
    }
    with pytest.raises(RefusedError):
        draft(zhou, "firm-change", "430300", data, firm=firm)
    made = draft(zhou, "firm-change", "430300", data, files=("resolution", "licence"))
    made = actions.save_draft(
        zhou, made, {**made.data, "firm": firm, "firm_name": "冒名", "phone": "13800000000"},
        version=made.version,
    )  # fmt: skip
    with pytest.raises(RefusedError):
        actions.submit(zhou, made)
    case = draft(owner, "firm-change", "430300", data, files=("resolution", "licence"), firm=firm)
    done = actions.submit(owner, case).case
    assert done.firm == firm
    assert done.authority.key == "changsha-market-regulation"


def test_a_material_that_lacks_is_named(zhou):
    case = draft(zhou, "school-enrolment", "430200", cases.ENROLMENT)
    with pytest.raises(RefusedError) as told:
        actions.submit(zhou, case)
    assert told.value.field == "residence"


def test_a_counter_fills_in_for_somebody_in_its_own_city(zhou):
    counter = officer_of("government-services", "430300")
    service = cases.offered("social-insurance-proof")
    with pytest.raises(NotCompetentError):
        actions.start(counter, service, City.objects.get(code="430100"), for_applicant=zhou)
    with pytest.raises(NotCompetentError):
        actions.start(
            officer_of("social-security", "430300"),
            service,
            City.objects.get(code="430300"),
            for_applicant=zhou,
        )
    case = actions.start(counter, service, City.objects.get(code="430300"), for_applicant=zhou)
    case = actions.save_draft(counter, case, {**case.data, **PROOF}, version=case.version)
    done = actions.submit(counter, case).case
    assert done.applicant == zhou
    assert done.accepted_by == counter
    assert done.number.startswith("430300-")
    assert done.authority.city_id == "430100"


# deciding


def test_only_officers_of_the_deciding_authority_act(zhou):
    case = submitted(zhou)
    elsewhere = officer_of("social-security", "430200")
    other = officer_of("housing-fund", "430100")
    for stranger in (elsewhere, other, zhou):
        with pytest.raises(NotCompetentError):
            actions.claim(stranger, case)
    officer = officer_of("social-security", "430100")
    case = actions.claim(officer, case)
    colleague = officer_of("social-security", "430100", 2)
    for stranger in (elsewhere, other, zhou, colleague):
        with pytest.raises(NotCompetentError):
            actions.decide(stranger, case, granted=True, reasons_zh="属实")
        with pytest.raises(NotCompetentError):
            actions.ask_for_more(stranger, case, "补", 10)


def test_a_claimed_case_is_not_claimed_again(zhou):
    case, officer = in_review(zhou)
    with pytest.raises(RefusedError, match=str(officer)):
        actions.claim(officer_of("social-security", "430100", 2), case)


def test_release_and_handing_over(zhou):
    case, officer = in_review(zhou)
    colleague = officer_of("social-security", "430100", 2)
    with pytest.raises(NotCompetentError):
        actions.hand_to(colleague, case, colleague)
    with pytest.raises(RefusedError):
        actions.hand_to(officer, case, officer_of("social-security", "430200"))
    case = actions.hand_to(officer, case, colleague)
    assert case.officer == colleague
    case = actions.release(colleague, case)
    assert (case.state, case.officer) == (State.SUBMITTED, None)
    assert verbs_of(case) == ["submit", "claim", "hand", "release"]


def test_of_who_left_a_colleague_takes_over(zhou):
    case, officer = in_review(zhou)
    colleague = officer_of("social-security", "430100", 2)
    officer.is_active = False
    officer.save()
    assert actions.hand_to(colleague, case, colleague).officer == colleague


def test_a_grant_issues_the_record_in_the_same_moment(zhou):
    case, officer = granted(zhou)
    record = Record.everything.get(key=case.record_key)
    assert record.case_key == case.key
    assert record.holder == zhou
    assert record.subject_number == zhou.identity.number
    assert record.held["months"] == 86
    assert record.city_id == "430100"
    assert case.outcome == Case.Outcome.GRANTED
    assert case.decided_by == officer
    notice = Notice.everything.filter(case=case).first()
    assert "属实" in notice.words_zh


def test_a_refusal_has_reasons_and_says_how_to_contest_it(zhou):
    case, officer = in_review(zhou)
    with pytest.raises(RefusedError) as told:
        actions.decide(officer, case, granted=False, reasons_zh="  ")
    assert told.value.field == "reasons_zh"
    case = actions.decide(officer, case, granted=False, reasons_zh="缴费记录不一致")
    assert case.state == State.REFUSED
    assert not Record.everything.filter(case_key=case.key).exists()
    notice = Notice.everything.filter(case=case).first()
    assert "行政复议" in notice.words_zh
    assert "缴费记录不一致" in notice.words_zh


def test_an_undecided_case_is_not_decided_unclaimed(zhou):
    case = submitted(zhou)
    officer = officer_of("social-security", "430100")
    with pytest.raises(RefusedError):
        actions.decide(officer, case, granted=True, reasons_zh="属实")
    assert Case.everything.get(pk=case.pk).state == State.SUBMITTED


def test_delivery_by_any_officer_of_the_authority(zhou):
    case, _officer = granted(zhou)
    colleague = officer_of("social-security", "430100", 2)
    done = actions.deliver(colleague, case)
    assert done.state == State.DELIVERED
    assert done.delivered_at is not None


# completing


def test_what_is_missing_is_said_once_and_stops_the_clock(zhou):
    case, officer = in_review(zhou, now=days_ago(1))
    due = case.due_on
    with pytest.raises(RefusedError):
        actions.ask_for_more(officer, case, "补", 1)
    case = actions.ask_for_more(officer, case, "请补充单位名称", 10)
    assert case.state == State.WAITING
    assert case.complete_by > timezone.localdate()
    notice = Notice.everything.filter(case=case).first()
    assert "请补充单位名称" in notice.words_zh
    later = timezone.now() + timedelta(days=8)
    case = actions.complete(zhou, case, {**case.data, "employer": "新单位"}, now=later)
    assert case.state == State.REVIEW
    assert case.data["employer"] == "新单位"
    assert case.due_on > due
    assert case.officer == officer
    with pytest.raises(RefusedError):
        actions.ask_for_more(officer, case, "再补", 10, now=later)


def test_too_late_to_ask(zhou):
    case, officer = in_review(zhou, now=days_ago(20))
    with pytest.raises(RefusedError):
        actions.ask_for_more(officer, case, "补", 10)


def test_completing_does_not_move_a_case_to_another_city(zhou):
    case, officer = in_review(zhou)
    case = actions.ask_for_more(officer, case, "补", 10)
    with pytest.raises(RefusedError):
        actions.complete(zhou, case, {**case.data, "insured_in": "430300"})
    file = None
    with pytest.raises(RefusedError):
        file = actions.attach(zhou, case, "none", HandedIn("a.pdf", PDF))
    assert file is None


def test_what_is_not_completed_lapses(zhou):
    case, officer = in_review(zhou)
    case = actions.ask_for_more(officer, case, "补", 5)
    on_the_day = timezone.now() + (case.complete_by - timezone.localdate())
    assert actions.lapse_overdue(on_the_day) == []
    assert actions.lapse_overdue(on_the_day + timedelta(days=1)) == [case]
    case = Case.everything.get(pk=case.pk)
    assert case.state == State.LAPSED
    assert not ClockStop.objects.filter(case=case, ended_at=None).exists()
    assert CaseEvent.objects.filter(case=case).last().actor is None
    assert "终止" in Notice.everything.filter(case=case).first().title_zh


def test_withdrawing(zhou, owner):
    case, officer = in_review(zhou)
    case = actions.ask_for_more(officer, case, "补", 5)
    with pytest.raises(NotCompetentError):
        actions.withdraw(owner, case, "不办了")
    with pytest.raises(RefusedError):
        actions.withdraw(zhou, case, "")
    case = actions.withdraw(zhou, case, "不办了")
    assert case.state == State.WITHDRAWN
    with pytest.raises(RefusedError):
        actions.claim(officer, case)


# opinions


def test_several_authorities_are_heard_at_once_before_the_decision(zhou):
    case, officer = in_review(zhou)
    fund = Authority.objects.get(key="changsha-housing-fund")
    tax = Authority.objects.get(key="zhuzhou-medical-insurance")
    with pytest.raises(RefusedError):
        actions.ask_opinion(officer, case, case.authority, "?", 5)
    first = actions.ask_opinion(officer, case, fund, "是否属实？", 5)
    second = actions.ask_opinion(officer, case, tax, "是否属实？", 3)
    with pytest.raises(RefusedError):
        actions.ask_opinion(officer, case, fund, "再问", 5)
    with pytest.raises(RefusedError, match=r"."):
        actions.decide(officer, case, granted=True, reasons_zh="属实")
    asked = officer_of("housing-fund", "430100")
    assert Case.objects.visible_to(asked).filter(pk=case.pk).exists()
    with pytest.raises(NotCompetentError):
        actions.give_opinion(officer, first, "agrees", "")
    with pytest.raises(NotCompetentError):
        actions.give_opinion(asked, second, "agrees", "")
    with pytest.raises(RefusedError):
        actions.give_opinion(asked, first, "objects", "")
    with pytest.raises(RefusedError):
        actions.give_opinion(asked, first, "perhaps", "")
    actions.give_opinion(asked, first, "conditions", "须每年复核")
    with pytest.raises(RefusedError):
        actions.give_opinion(asked, first, "agrees", "")
    # the other lets its days pass; the decision need not wait longer
    later = timezone.now() + timedelta(days=12)
    case = actions.decide(officer, case, granted=True, reasons_zh="属实", now=later)
    assert case.state == State.GRANTED
    with pytest.raises(RefusedError):
        actions.give_opinion(officer_of("medical-insurance", "430200"), second, "agrees", "")


# appeals


def test_an_appeal_is_heard_by_another(zhou):
    case, officer = refused(zhou)
    made = actions.appeal(zhou, case, "记录有误")
    assert made.authority.key == "changsha-justice"
    judge = officer_of("reconsideration", "430100")
    assert Case.objects.visible_to(judge).filter(pk=case.pk).exists()
    with pytest.raises(NotCompetentError):
        actions.decide_appeal(officer, made, upheld=True, reasons="维持")
    case = actions.decide_appeal(judge, made, upheld=True, reasons="事实清楚")
    assert case.state == State.UPHELD
    with pytest.raises(RefusedError):
        actions.decide_appeal(judge, made, upheld=False, reasons="撤销")


def test_without_an_organ_for_it_a_colleague_looks_again(zhou):
    Authority.objects.filter(subjects="reconsideration").update(active=False)
    case, officer = refused(zhou)
    made = actions.appeal(zhou, case, "记录有误")
    assert made.authority == case.authority
    with pytest.raises(NotCompetentError):
        actions.decide_appeal(officer, made, upheld=True, reasons="维持")
    colleague = officer_of("social-security", "430100", 2)
    case = actions.decide_appeal(colleague, made, upheld=False, reasons="记录确有误")
    assert case.state == State.OVERTURNED
    case = actions.claim(colleague, case)
    assert case.state == State.REVIEW
    case = actions.decide(colleague, case, granted=True, reasons_zh="属实")
    assert Record.everything.filter(case_key=case.key).count() == 1


def test_too_late_to_appeal(zhou):
    case, _officer = refused(zhou, now=days_ago(70))
    with pytest.raises(RefusedError):
        actions.appeal(zhou, case, "记录有误")


def test_a_grant_that_is_overturned_and_refused_loses_its_record(zhou):
    case, officer = granted(zhou)
    made = actions.appeal(zhou, case, "月数有误")
    judge = officer_of("reconsideration", "430100")
    case = actions.decide_appeal(judge, made, upheld=False, reasons="重新核对")
    record = Record.everything.get(key=case.record_key)
    assert record.state == Record.State.VALID
    case = actions.claim(officer, case)
    again = actions.decide(officer, case, granted=True, reasons_zh="核对后准予")
    record.refresh_from_db()
    assert record.state == Record.State.SUPERSEDED
    assert again.record_key != record.key
    second = actions.appeal(zhou, again, "仍有误")
    case = actions.decide_appeal(judge, second, upheld=False, reasons="再核")
    case = actions.claim(officer, case)
    case = actions.decide(officer, case, granted=False, reasons_zh="不符合条件")
    assert Record.everything.get(key=case.record_key).state == Record.State.REVOKED


# what becomes of a decision that stands, and of one that does not


def upheld(zhou, case):
    judge = officer_of("reconsideration", "430100")
    return actions.decide_appeal(
        judge, actions.appeal(zhou, case, "月数有误"), upheld=True, reasons="事实清楚"
    )


def test_what_was_granted_is_delivered_after_the_decision_was_upheld(zhou):
    case, officer = granted(zhou)
    case = upheld(zhou, case)
    told = Notice.everything.filter(case=case).first()
    assert "依法送达" in told.words_zh
    case = actions.deliver(officer, case, "窗口领取")
    assert case.state == State.DELIVERED
    assert case.delivered_at is not None
    assert Record.everything.get(key=case.record_key).state == Record.State.VALID
    assert "送达" in Notice.everything.filter(case=case).first().title_zh
    with pytest.raises(RefusedError):
        actions.deliver(officer, case)


def test_an_appeal_does_not_hold_up_the_delivery(zhou):
    case, officer = granted(zhou)
    made = actions.appeal(zhou, case, "月数有误")
    case = actions.deliver(officer, made.case)
    assert case.state == State.APPEALED
    assert case.delivered_at is not None
    with pytest.raises(RefusedError, match=str(timezone.localdate(case.delivered_at))):
        actions.deliver(officer, case)
    judge = officer_of("reconsideration", "430100")
    case = actions.decide_appeal(judge, made, upheld=True, reasons="事实清楚")
    assert case.state == State.UPHELD
    assert "依法送达" not in Notice.everything.filter(case=case).first().words_zh
    with pytest.raises(RefusedError):
        actions.deliver(officer, case)


def test_of_a_refusal_that_stands_nothing_is_delivered(zhou):
    case, officer = refused(zhou)
    case = upheld(zhou, case)
    with pytest.raises(RefusedError):
        actions.deliver(officer, case)
    assert Case.everything.get(pk=case.pk).state == State.UPHELD


def test_only_the_deciding_authority_delivers_what_was_upheld(zhou):
    case, _officer = granted(zhou)
    case = upheld(zhou, case)
    for stranger in (officer_of("reconsideration", "430100"), zhou):
        with pytest.raises(NotCompetentError):
            actions.deliver(stranger, case)


def test_a_decision_is_appealed_against_once(zhou):
    case, officer = granted(zhou)
    case = actions.deliver(officer, upheld(zhou, case))
    with pytest.raises(RefusedError, match=r"."):
        actions.appeal(zhou, case, "再次复核")
    assert case.appeals.count() == 1


def test_what_is_decided_anew_is_delivered_anew(zhou):
    case, officer = granted(zhou)
    case = actions.deliver(officer, case)
    judge = officer_of("reconsideration", "430100")
    made = actions.appeal(zhou, case, "月数有误")
    case = actions.claim(
        officer, actions.decide_appeal(judge, made, upheld=False, reasons="重新核对")
    )
    case = actions.decide(officer, case, granted=True, reasons_zh="核对后准予")
    assert case.delivered_at is None
    assert actions.deliver(officer, case).state == State.DELIVERED


@pytest.mark.parametrize("over", ["withdrawn", "lapsed"])
def test_an_application_that_ends_after_an_overturned_grant_leaves_no_record(zhou, over):
    case, officer = granted(zhou)
    judge = officer_of("reconsideration", "430100")
    made = actions.appeal(zhou, case, "月数有误")
    case = actions.claim(
        officer, actions.decide_appeal(judge, made, upheld=False, reasons="重新核对")
    )
    if over == "withdrawn":
        case = actions.withdraw(zhou, case, "不再需要")
    else:
        actions.ask_for_more(officer, case, "请补充明细", 5)
        actions.lapse_overdue(timezone.now() + timedelta(days=40))
        case = Case.everything.get(pk=case.pk)
    assert case.state == over
    assert case.outcome == Case.Outcome.NONE
    record = Record.everything.get(key=case.record_key)
    assert record.state == Record.State.REVOKED
    assert record.state_reason


# absence


def test_a_deputy_acts_while_the_officer_is_away(zhou):
    case, officer = in_review(zhou)
    deputy = officer_of("social-security", "430100", 2)
    today = timezone.localdate()
    with pytest.raises(RefusedError):
        actions.delegate(officer, officer, today, today)
    with pytest.raises(RefusedError):
        actions.delegate(officer, officer_of("social-security", "430200"), today, today)
    with pytest.raises(RefusedError):
        actions.delegate(officer, deputy, today, today - timedelta(days=1))
    away = actions.delegate(officer, deputy, today, today + timedelta(days=3))
    with pytest.raises(RefusedError):
        actions.delegate(officer, deputy, today, today)
    case = actions.ask_for_more(deputy, case, "补", 10)
    case = actions.complete(zhou, case)
    with pytest.raises(NotCompetentError):
        actions.end_delegation(deputy, away)
    actions.end_delegation(officer, away)
    with pytest.raises(NotCompetentError):
        actions.decide(deputy, case, granted=True, reasons_zh="属实")


# many at once


def test_many_are_granted_at_once_where_the_service_lets(zhou):
    officer = officer_of("social-security", "430100")
    waiting = [submitted(zhou) for _ in range(3)]
    taken, _other = in_review(zhou)
    actions.release(officer, taken)
    actions.claim(officer_of("social-security", "430100", 2), taken)
    transfer = draft(
        zhou,
        "pension-transfer",
        "430100",
        {"new_city": "430100", "old_city": "株洲", "since": "2026-01-01"},
        files=("old-certificate",),
    )
    single = actions.submit(zhou, transfer).case
    bulk = actions.grant_many(officer, [*waiting, taken, single], reasons_zh="核对无误")
    assert {case.pk for case in bulk.granted} == {case.pk for case in waiting}
    assert [case.pk for case, _why in bulk.refused] == [taken.pk, single.pk]
    assert all(why for _case, why in bulk.refused)
    assert Record.everything.filter(case_key__in=[case.key for case in waiting]).count() == 3
    assert Case.everything.get(pk=single.pk).state == State.SUBMITTED


# history


def test_the_history_can_only_grow(zhou):
    case = submitted(zhou)
    for statement in ("UPDATE desk_caseevent SET verb = 'x'", "DELETE FROM desk_caseevent"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert verbs_of(case) == ["submit"]


def test_row_and_history_say_the_same(zhou):
    for make in (granted, refused, in_review):
        case, _officer = make(zhou)
        assert CaseEvent.objects.filter(case=case).last().state_after == case.state


def test_every_move_of_the_table_is_reached(zhou):
    """Each entry of MOVES happens once, by the acts themselves."""
    officer = officer_of("social-security", "430100")
    judge = officer_of("reconsideration", "430100")
    a, _ = granted(zhou)
    actions.appeal(zhou, actions.deliver(officer, a), "一")
    b, _ = granted(zhou)
    actions.decide_appeal(judge, actions.appeal(zhou, b, "二"), upheld=True, reasons="维持")
    actions.deliver(officer, b)
    h, _ = granted(zhou)
    actions.deliver(officer, actions.appeal(zhou, h, "七").case)
    c, _ = refused(zhou)
    c = actions.decide_appeal(judge, actions.appeal(zhou, c, "三"), upheld=False, reasons="撤销")
    actions.claim(officer, c)
    actions.withdraw(zhou, submitted(zhou), "四")
    d, _ = in_review(zhou)
    actions.withdraw(zhou, actions.claim(officer, actions.release(officer, d)), "五")
    e, _ = in_review(zhou)
    actions.complete(zhou, actions.ask_for_more(officer, e, "补", 5))
    f, _ = in_review(zhou)
    actions.withdraw(zhou, actions.ask_for_more(officer, f, "补", 5), "六")
    g, _ = in_review(zhou)
    actions.ask_for_more(officer, g, "补", 5)
    actions.lapse_overdue(timezone.now() + timedelta(days=40))
    automatic = Verb.GRANT, State.SUBMITTED
    reached = {
        (State(event.state_before), Verb(event.verb))
        for event in CaseEvent.objects.all()
        if event.verb in set(Verb)
    }
    missing = set(MOVES) - reached - {automatic[::-1]}
    assert not missing
    every = {state.value for state in State}
    seen = set(CaseEvent.objects.values_list("state_before", flat=True)) | set(
        CaseEvent.objects.values_list("state_after", flat=True)
    )
    assert every == seen
