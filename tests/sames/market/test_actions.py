"""A matter through every state, by the real actions, on the database.

That every state is reached is held by `test_demonstration`, which goes all the ways at once.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from conurb.journal.uploads import HandedIn
from conurb.refusal import NotCompetentError, RefusedError
from conurb.sames.market.procedure import State
from tests.sames.market.conftest import FIRM, FIRM_NAME, PDF, Story, at, firm_code, resident_number

pytestmark = pytest.mark.django_db


def state_of(story: Story) -> str:
    return story.again().matter.state


def test_listed_after_notice_objection_and_decision(story):
    from conurb.records.models import Record
    from conurb.sames.market.models import Duty, Listing

    story.published()
    matter = story.matter
    assert matter.state == "published"
    assert matter.ground == "amount"
    assert matter.decision_number == "潭人社监列〔2026〕1号"
    assert matter.listed_until == date(2029, matter.decided_on.month, matter.decided_on.day)
    entry = Listing.everything.get()
    assert (entry.firm, entry.firm_name) == (FIRM, FIRM_NAME)
    assert entry.people[0]["masked"] == f"4{'*' * 16}{resident_number(1975)[-1]}"
    record = Record.everything.get(key=matter.record_key)
    assert record.type == "wage-arrears"
    assert record.subject_number == FIRM
    assert record.public["decision"] == matter.decision_number
    person = Record.everything.get(type="wage-arrears-person")
    assert resident_number(1975) not in person.token
    assert "赵某" not in str(person.public)
    # every effect in each of the three cities
    assert Duty.everything.filter(listing=entry, direction="impose").count() == 3 * 8
    assert Duty.everything.filter(agreement="").count() == 8


def test_a_check_finds_it_in_another_city_under_the_agreement(story):
    from conurb.records import checking
    from conurb.records.subjects import Subject

    story.published()
    answer = checking.check("wage-arrears", Subject("firm", FIRM), "430100")
    assert answer.verdict == "valid"
    assert answer.found[0].agreement
    assert "tendering" in {effect.code for effect in answer.found[0].effects}


def test_the_notice_waits_for_the_order_and_the_decision_for_objections(story):
    from conurb.sames.market.actions import deciding, inspecting

    story.ordered()
    with pytest.raises(RefusedError):
        inspecting.find_unpaid(story.officer, story.matter, "未付", now=at(story.day))
    other = Story({"xiangtan": story.officer}, story.agent, date(2026, 6, 1))
    with pytest.raises(RefusedError) as caught:
        other.found()  # the firm has an open matter here
    assert caught.value.field == "firm"
    story.day = story.matter.order_due_on + timedelta(days=1)
    story.matter = inspecting.find_unpaid(story.officer, story.matter, "未付", now=at(story.day))
    story.matter = deciding.notify(
        story.officer, story.matter, served_on=story.day, now=at(story.day)
    )
    with pytest.raises(RefusedError):
        deciding.decide(story.officer, story.matter, now=at(story.day + timedelta(days=3)))
    decided = deciding.decide(story.officer, story.matter, now=at(story.day + timedelta(days=20)))
    assert decided.state == State.DECIDED


def test_an_objection_comes_in_time_or_not_at_all(story):
    from conurb.sames.market.actions import deciding

    story.noticed()
    late = at(story.day + timedelta(days=15))
    with pytest.raises(RefusedError):
        deciding.object_to(story.agent, story.matter, "不服", now=late)
    assert state_of(story) == "noticed"


def test_strangers_neither_object_nor_decide(story, labour, actors):
    from conurb.sames.market.actions import deciding, keeping

    story.noticed()
    for stranger in (actors["resident"], labour["changsha"], actors["admin"], actors["office"]):
        with pytest.raises(NotCompetentError):
            deciding.object_to(stranger, story.matter, "不服", now=at(story.day))
        with pytest.raises(NotCompetentError):
            deciding.decide(stranger, story.matter, now=at(story.day + timedelta(days=20)))
        with pytest.raises(NotCompetentError):
            keeping.publish(stranger, story.matter)
    with pytest.raises(NotCompetentError):
        deciding.decide(story.agent, story.matter, now=at(story.day + timedelta(days=20)))


def test_only_labour_inspections_open_matters(actors):
    from conurb.sames.market.actions import inspecting

    found = inspecting.Found(FIRM, FIRM_NAME, 100, 1, "事实")
    for stranger in (actors["officer-xiangtan"], actors["office"], actors["resident"]):
        with pytest.raises(NotCompetentError):
            inspecting.open_matter(stranger, found)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"firm": FIRM[:-1] + ("1" if FIRM[-1] != "1" else "2")}, "firm"),
        ({"amount_fen": 0}, "amount"),
        ({"worst_fen": 99_999_999_999}, "worst"),
        ({"facts": "  "}, "facts"),
        ({"firm_name": ""}, "firm_name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(story, changes, field):
    with pytest.raises(RefusedError) as caught:
        story.found(**changes)
    assert (caught.value.status, caught.value.field) == (422, field)


def test_paid_in_time_is_settled(story):
    from conurb.sames.market.actions import inspecting

    story.ordered()
    with pytest.raises(RefusedError):
        inspecting.settle(story.officer, story.matter, now=at(story.day))
    paid_on = story.day + timedelta(days=2)
    inspecting.note_payment(
        story.officer, story.matter, story.matter.amount_fen, paid_on, now=at(paid_on)
    )
    settled = inspecting.settle(story.officer, story.matter, now=at(paid_on))
    assert settled.state == State.SETTLED


def test_corrected_with_a_promise_before_the_decision_is_spared(story):
    from conurb.sames.market.actions import deciding, inspecting

    story.noticed()
    day = story.day + timedelta(days=1)
    with pytest.raises(RefusedError):
        deciding.spare(story.officer, story.matter, "已改正", now=at(day))
    inspecting.note_payment(story.officer, story.matter, story.matter.amount_fen, day, now=at(day))
    deciding.promise(
        story.agent,
        story.matter,
        "保证不再拖欠",
        files=[HandedIn("承诺书.pdf", PDF)],
        now=at(day),
    )
    spared = deciding.spare(story.officer, story.matter, "已改正并承诺", now=at(day, 15))
    assert spared.state == State.SPARED
    with pytest.raises(RefusedError):
        deciding.decide(story.officer, spared, now=at(day + timedelta(days=20)))


def test_an_accepted_objection_closes_the_matter(story):
    from conurb.sames.market.actions import deciding, inspecting

    story.objected()
    story.matter = deciding.answer_objection(
        story.officer, story.matter, upheld=True, answer="证据成立", now=at(story.day)
    )
    with pytest.raises(RefusedError):
        deciding.decide(story.officer, story.matter, now=at(story.day))
    dropped = inspecting.drop(story.officer, story.matter, "异议成立", now=at(story.day))
    assert dropped.state == State.DROPPED


def test_a_hearing_is_called_in_time_held_and_kept(story):
    from conurb.sames.market.actions import deciding
    from conurb.sames.market.models import MatterFile

    story.objected(asks_hearing=True)
    with pytest.raises(RefusedError) as caught:
        deciding.call_hearing(
            story.officer,
            story.matter,
            at=at(story.day + timedelta(days=3)),
            place="会议室",
            chair="钱某",
            now=at(story.day),
        )
    assert caught.value.field == "at"
    held_at = at(story.day + timedelta(days=14), 9)
    deciding.call_hearing(
        story.officer, story.matter, at=held_at, place="会议室", chair="钱某", now=at(story.day)
    )
    assert state_of(story) == "hearing"
    assert MatterFile.everything.filter(kind="hearing").count() == 1
    with pytest.raises(RefusedError):
        deciding.hold_hearing(
            story.officer, story.matter, "笔录", upheld=False, answer="不成立", now=at(story.day)
        )
    deciding.hold_hearing(
        story.officer,
        story.matter,
        "双方到场",
        upheld=False,
        answer="不成立",
        now=held_at + timedelta(hours=2),
    )
    assert state_of(story) == "considered"


def test_without_ground_no_notice(story):
    from conurb.sames.market.actions import deciding, inspecting

    story.found(amount_fen=300_000, workers=3, worst_fen=100_000, worst_months=4)
    story.matter = inspecting.order(
        story.officer,
        story.matter,
        served_on=story.day,
        pay_until=story.day + timedelta(days=5),
        now=at(story.day),
    )
    story.day += timedelta(days=6)
    story.matter = inspecting.find_unpaid(story.officer, story.matter, "未付", now=at(story.day))
    with pytest.raises(RefusedError):
        deciding.notify(story.officer, story.matter, served_on=story.day, now=at(story.day))
    dropped = inspecting.drop(story.officer, story.matter, "未达标准", now=at(story.day))
    assert dropped.state == State.DROPPED


def test_the_decision_is_extended_once(story):
    from conurb.sames.market.actions import deciding

    story.unpaid()
    story.matter = deciding.extend(story.officer, story.matter, "人数众多", now=at(story.day))
    assert story.matter.extended
    with pytest.raises(RefusedError):
        deciding.extend(story.officer, story.matter, "再延", now=at(story.day))


def test_removed_early_everything_lifts(story):
    from conurb.records.models import Record
    from conurb.sames.market.actions import duties, keeping
    from conurb.sames.market.models import Duty, Listing

    story.published()
    first, second = Duty.everything.filter(effect="tendering").order_by("city_id")[:2]
    tender = _officer_of(first.authority)
    duties.confirm(tender, first, "done", "已标注", now=at(story.day))
    duties.confirm(
        _officer_of(second.authority), second, "not-applicable", "无在库项目", now=at(story.day)
    )
    _through_early(story)
    keeping.grant_early(story.officer, story.matter, "已核实支付凭证", now=at(story.day))
    assert state_of(story) == "removed-early"
    assert not Listing.objects.visible_to(tender).exists()
    assert set(
        Record.everything.filter(case_key=story.matter.key).values_list("state", flat=True)
    ) == {"revoked"}
    lifts = Duty.everything.filter(direction="lift")
    # all but the one that never applied
    assert lifts.count() == 3 * 8 - 1
    assert Duty.everything.filter(direction="impose", superseded=True).count() == 3 * 8 - 2
    lift = lifts.get(authority=first.authority, effect="tendering")
    duties.confirm(tender, lift, "done", now=at(story.day))
    with pytest.raises(RefusedError):
        duties.confirm(tender, lift, "done")
    stale = Duty.everything.filter(superseded=True).first()
    with pytest.raises(RefusedError):
        duties.confirm(_officer_of(stale.authority), stale, "done")


def test_early_removal_is_not_asked_for_too_soon(story):
    from conurb.sames.market.actions import inspecting, keeping

    story.published()
    inspecting.note_payment(
        story.officer, story.matter, story.matter.amount_fen, story.day, now=at(story.day)
    )
    with pytest.raises(RefusedError, match=r"\d{4}-\d\d-\d\d"):
        keeping.ask_early(
            story.agent,
            story.matter,
            "已付清",
            promised=True,
            files=[HandedIn("凭证.pdf", PDF)],
            now=at(story.day + timedelta(days=30)),
        )


def test_early_removal_needs_promise_and_proof(story):
    from conurb.sames.market.actions import keeping

    story.published()
    for given, field in (
        ({"promised": False, "files": [HandedIn("凭证.pdf", PDF)]}, "promised"),
        ({"promised": True, "files": []}, "attachments"),
    ):
        with pytest.raises(RefusedError) as caught:
            keeping.ask_early(story.agent, story.matter, "已付清", now=at(story.day), **given)
        assert caught.value.field == field


def test_what_bars_early_removal_is_refused_with_reasons(story):
    from conurb.sames.market.actions import keeping
    from conurb.sames.market.models import MatterFile

    story.early()
    keeping.note_conduct(
        story.officer,
        story.matter,
        relapsed=True,
        criminal=False,
        words="再次欠薪",
        now=at(story.day),
    )
    with pytest.raises(RefusedError):
        keeping.grant_early(story.officer, story.matter, "核实", now=at(story.day))
    keeping.refuse_early(story.officer, story.matter, "期间再次拖欠", now=at(story.day))
    assert state_of(story) == "published"
    assert MatterFile.everything.filter(kind="refusal").count() == 1


def test_false_papers_bring_the_name_back_and_the_term_begins_anew(story):
    from conurb.records.models import Record
    from conurb.sames.market.actions import keeping
    from conurb.sames.market.models import Listing

    story.early()
    keeping.grant_early(story.officer, story.matter, "已核实", now=at(story.day))
    story.day += timedelta(days=20)
    keeping.restore(story.officer, story.matter, "支付凭证系伪造", now=at(story.day))
    matter = story.again().matter
    assert matter.state == "published"
    assert matter.listed_until == date(story.day.year + 3, story.day.month, story.day.day)
    assert Listing.everything.filter(removed_at=None).count() == 1
    assert Listing.everything.count() == 2
    assert Record.everything.filter(type="wage-arrears", state="valid").count() == 1


def test_at_the_end_the_platform_takes_the_name_off(labour, agent, agreements):
    from conurb.sames.market.actions import keeping
    from conurb.sames.market.models import Duty, Listing

    story = Story(labour, agent, date(2023, 3, 1)).published()
    last = story.matter.listed_until
    assert keeping.end_due(now=at(last, 23)) == []
    (ended,) = keeping.end_due(now=at(last + timedelta(days=1), 0))
    assert ended.state == State.REMOVED
    assert keeping.end_due(now=at(last + timedelta(days=2))) == []
    assert Listing.everything.get().removed_at is not None
    assert Duty.everything.filter(direction="lift").count() == 3 * 8
    assert ended.events.last().actor is None


def test_a_fallen_decision_is_revoked_with_the_review(story):
    from conurb.sames.market.actions import keeping

    story.published()
    review = keeping.contest(
        story.officer,
        story.matter,
        kind="reconsideration",
        body="湘潭市人民政府",
        words="事实不清",
        begun_on=story.day,
        now=at(story.day),
    )
    assert state_of(story) == "published"  # it holds until it falls
    keeping.close_review(
        story.officer,
        review,
        overturned=True,
        words="撤销列入决定",
        ended_on=story.day,
        now=at(story.day),
    )
    assert state_of(story) == "revoked"


def test_a_decision_can_fall_before_it_is_published(story):
    from conurb.sames.market.actions import keeping
    from conurb.sames.market.models import Listing

    story.decided()
    keeping.revoke(story.officer, story.matter, "责令文书被撤销", now=at(story.day))
    assert state_of(story) == "revoked"
    assert not Listing.everything.exists()


def test_a_correction_supersedes_the_record_and_keeps_the_effects(story):
    from conurb.records.models import Record
    from conurb.sames.market.actions import keeping
    from conurb.sames.market.models import Duty, Listing

    story.published()
    asked = Duty.everything.count()
    party = story.matter.parties.get()
    keeping.correct(
        story.officer,
        story.matter,
        "名称登记有误",
        firm_name="湘潭甲乙丁建筑劳务有限公司（演示）",
        people={party.pk: "赵某某（演示）"},
        now=at(story.day, 16),
    )
    entry = Listing.everything.get()
    assert entry.firm_name.startswith("湘潭甲乙丁")
    assert entry.people[0]["name"] == "赵某某（演示）"
    states = Record.everything.filter(type="wage-arrears").values_list("state", flat=True)
    assert sorted(states) == ["superseded", "valid"]
    assert Duty.everything.count() == asked
    with pytest.raises(RefusedError):
        keeping.correct(story.officer, story.matter, "再改", now=at(story.day, 17))


def test_letters_say_what_the_law_asks_of_them(story):
    from io import BytesIO

    from docx import Document

    from conurb.journal import files
    from conurb.sames.market.actions import keeping
    from conurb.sames.market.models import MatterFile

    story.early()
    keeping.grant_early(story.officer, story.matter, "已核实支付凭证", now=at(story.day))
    texts = {}
    for file in MatterFile.everything.exclude(kind__in=["evidence", "firm"]):
        document = Document(BytesIO(files.read(file.sha256)))
        texts[file.kind] = "\n".join(paragraph.text for paragraph in document.paragraphs)
    notice, decision, removal = texts["notice"], texts["decision"], texts["removal"]
    assert "列入事先告知书" in notice
    assert "5个工作日内，可以向本机关提出异议" in notice
    assert "书面信用承诺" in notice
    for words in (FIRM, "法定代表人赵某", "期限三年", "招标投标", "申请提前移出", "行政复议"):
        assert words in decision
    assert "移出决定书" in removal
    assert "恢复列入状态" in removal
    assert resident_number(1975) not in notice + decision + removal


def test_numbers_of_documents_have_no_gaps_and_are_never_used_twice(story, labour):
    from conurb.sames.market.actions import inspecting

    numbers = []
    for at_number in range(1, 4):
        found = inspecting.Found(firm_code(at_number), "某公司（演示）", 100, 1, "事实")
        numbers.append(
            inspecting.open_matter(labour["zhuzhou"], found, now=at(date(2026, 3, 2))).number
        )
    assert numbers == [f"株人社监案〔2026〕{n}号" for n in (1, 2, 3)]


def test_evidence_is_judged_before_it_is_kept(story):
    from conurb.sames.market.actions import inspecting
    from conurb.sames.market.models import MatterFile

    story.found()
    with pytest.raises(RefusedError):
        inspecting.add_evidence(story.officer, story.matter, [HandedIn("表.exe", b"MZ")])
    inspecting.add_evidence(story.officer, story.matter, [HandedIn("考勤.pdf", PDF)])
    assert MatterFile.everything.get().filename == "考勤.pdf"


def test_nobody_is_added_after_the_notice(story):
    from conurb.sames.market.actions import inspecting

    story.noticed()
    person = inspecting.Person("manager", "孙某（演示）", resident_number(1980))
    with pytest.raises(RefusedError):
        inspecting.add_party(story.officer, story.matter, person)


def test_an_officer_takes_an_objection_down_for_the_employer(story):
    from conurb.sames.market.actions import deciding

    story.noticed()
    statement = deciding.object_to(
        story.officer, story.matter, "不服", said_by="赵某（演示）", now=at(story.day)
    )
    assert statement.made_by is None
    assert statement.taken_down_by == story.officer
    assert statement.made_by_name == "赵某（演示）"


def test_every_act_stands_in_the_journal_and_the_employer_reads_its_part(story):
    from conurb.journal.models import Entry

    story.published()
    verbs = list(
        Entry.everything.filter(object_urn=story.matter.urn)
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == [
        f"arrears.{verb}"
        for verb in (
            "open",
            "order",
            "find-unpaid",
            "notify",
            "object",
            "answer",
            "decide",
            "publish",
        )
    ]
    told = story.matter.events.filter(for_firm=True).values_list("verb", flat=True)
    assert list(told) == ["notify", "object", "answer", "decide", "publish"]


def test_events_are_never_changed(story):
    from django.db import DatabaseError, transaction

    story.found()
    event = story.matter.events.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        type(event).objects.filter(pk=event.pk).update(words="改")


def test_confirming_is_for_the_authority_that_was_asked(story, tender):
    from conurb.sames.market.actions import duties
    from conurb.sames.market.models import Duty

    story.published()
    duty = Duty.everything.get(effect="tendering", city_id="430100")
    assert duty.authority == tender["changsha"].authority
    with pytest.raises(NotCompetentError):
        duties.confirm(tender["zhuzhou"], duty, "done")
    with pytest.raises(RefusedError) as caught:
        duties.confirm(tender["changsha"], duty, "not-applicable")
    assert caught.value.field == "words"
    confirmed = duties.confirm(tender["changsha"], duty, "done", "已标注", now=at(story.day))
    assert confirmed.answered_by == tender["changsha"]


def test_help_goes_between_inspections_and_nobody_is_in_two_places(labour, story):
    from conurb.sames.market.actions import helping

    story.found()
    inspector = helping.add_inspector(labour["changsha"], "李某（演示）", "湘01001")
    with pytest.raises(RefusedError):
        helping.add_inspector(labour["zhuzhou"], "李某（演示）", "湘01001")
    first, last = timezone.localdate(), timezone.localdate() + timedelta(days=2)

    def ask(**changes):
        given = {
            "words": "取证",
            "number": 1,
            "first_day": first,
            "last_day": last,
            "matter": story.matter,
            **changes,
        }
        return helping.ask(labour["xiangtan"], labour["changsha"].authority, **given)

    asked, again = ask(), ask()
    with pytest.raises(RefusedError):
        ask(last_day=first - timedelta(days=1))
    with pytest.raises(NotCompetentError):
        helping.accept(labour["zhuzhou"], asked, [inspector])
    helping.accept(labour["changsha"], asked, [inspector])
    with pytest.raises(RefusedError):
        helping.accept(labour["changsha"], again, [inspector])
    helping.decline(labour["changsha"], again, "人手不足")
    done = helping.finish(labour["xiangtan"], asked, "核实工资表", 2)
    assert (done.state, done.person_days) == ("done", 2)
    with pytest.raises(NotCompetentError):
        helping.ask(
            labour["zhuzhou"],
            labour["changsha"].authority,
            words="x",
            number=1,
            first_day=first,
            last_day=last,
            matter=story.matter,
        )


def test_two_decisions_of_one_city_have_two_entries_of_its_log(labour, agreements):
    from conurb.records.models import Record

    for number, begins in ((7, date(2026, 3, 2)), (8, date(2026, 4, 1))):
        story = Story(labour, None, begins)
        story.agent = story.officer  # objections come on paper here
        story.found(firm=firm_code(number))
        _publish_from_found(story)
    indexes = Record.everything.values_list("city_id", "log_index")
    assert len(set(indexes)) == len(indexes) == 4


def _officer_of(authority):
    from conurb.region.models import User

    found = User.objects.filter(authority=authority).first()
    return found or User.objects.create_user(f"of-{authority.key}", authority=authority)


def _through_early(story: Story) -> None:
    from conurb.sames.market.actions import inspecting, keeping

    story.day += timedelta(days=5)
    inspecting.note_payment(
        story.officer, story.matter, story.matter.amount_fen, story.day, now=at(story.day)
    )
    story.day = date(story.day.year, story.day.month + 6, story.day.day)
    keeping.ask_early(
        story.agent,
        story.matter,
        "已付清",
        promised=True,
        files=[HandedIn("凭证.pdf", PDF)],
        now=at(story.day),
    )
    story.again()


def _publish_from_found(story: Story) -> None:
    from conurb.sames.market.actions import deciding, inspecting, keeping

    day = story.day
    story.matter = inspecting.order(
        story.officer, story.matter, served_on=day, pay_until=day + timedelta(days=5), now=at(day)
    )
    day += timedelta(days=6)
    inspecting.find_unpaid(story.officer, story.matter, "未付", now=at(day))
    deciding.notify(story.officer, story.matter, served_on=day, now=at(day, 12))
    day += timedelta(days=14)
    deciding.decide(story.officer, story.matter, now=at(day))
    keeping.publish(story.officer, story.matter, now=at(day, 12))
