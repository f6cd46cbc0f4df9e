"""A person listed with an employer that it does not act for: what it reads, and what it can say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conurb.desk.models import Notice
from conurb.journal.uploads import HandedIn
from conurb.records.models import Record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Identity, User
from conurb.sames.market import listing
from conurb.sames.market.actions import deciding, keeping
from conurb.sames.market.models import Listing, MatterFile, Party, Statement
from conurb.sames.market.queries import persons
from tests.sames.market.conftest import PDF, at, resident_number

pytestmark = pytest.mark.django_db


def somebody(name: str, year: int) -> User:
    """A resident whose identity was verified."""
    user = User.objects.create_user(name)
    Identity.everything.create(
        user=user, number=resident_number(year), name="赵某（演示）", source="demonstration"
    )
    return user


@pytest.fixture
def person(db):
    """The legal representative of the story's firm, who is not entered as acting for it."""
    return somebody("listed-person", 1975)


@pytest.fixture
def other(db):
    return somebody("somebody-else", 1976)


def page(user, matter):
    browser = Client()
    browser.force_login(user)
    return browser.get(reverse("market-listed", args=[matter.key]))


def test_the_page_is_there_from_the_notice_on_and_for_nobody_else(story, person, other, agent):
    story.unpaid()
    assert page(person, story.matter).status_code == 404
    story.matter = deciding.notify(
        story.officer, story.matter, served_on=story.day, now=at(story.day, 11)
    )
    shown = page(person, story.matter)
    assert shown.status_code == 200
    for words in ("法定代表人", "列入事先告知书", "达到认定拒不支付劳动报酬罪数额标准"):
        assert words in shown.content.decode()
    for user in (other, agent, story.officer):
        assert page(user, story.matter).status_code == 404
    mine = Client()
    mine.force_login(person)
    assert 'data-testid="listed"' in mine.get(reverse("market-mine")).content.decode()


def test_the_page_tells_nothing_of_others(story, person):
    inspecting_words, own = "向工人核实", "工程款未到位，并非无故拖欠"
    story.objected()
    deciding.object_to(person, story.matter, "本人已于去年辞任", now=at(story.day, 15))
    text = page(person, story.matter).content.decode()
    assert "本人已于去年辞任" in text
    assert inspecting_words not in text
    assert own not in text
    assert resident_number(1975) not in text


def test_files_are_the_letters_to_the_parties_and_what_one_handed_in(story, person, other):
    story.objected()
    deciding.object_to(
        person,
        story.matter,
        "已辞任",
        files=[HandedIn("免职文件.pdf", PDF)],
        now=at(story.day, 15),
    )
    for _each in range(2):
        deciding.answer_objection(
            story.officer, story.matter, upheld=False, answer="不成立", now=at(story.day, 15)
        )
    deciding.decide(story.officer, story.matter, now=at(story.day, 16))
    keeping.publish(story.officer, story.matter, now=at(story.day, 16))
    keeping.revoke(story.officer, story.matter, "文书被撤销", now=at(story.day, 17))
    (own,) = MatterFile.everything.filter(statement__party__isnull=False)
    seen = MatterFile.objects.visible_to(person)
    assert set(seen.values_list("kind", flat=True)) == {"notice", "decision", "removal", "firm"}
    assert own in seen
    assert own not in MatterFile.objects.visible_to(story.agent)
    assert not MatterFile.objects.visible_to(other).exists()


@pytest.mark.parametrize("first", ["firm", "person"])
def test_each_party_objects_once_for_itself(story, person, first):
    story.noticed()
    who = [story.agent, person] if first == "firm" else [person, story.agent]
    for speaker in who:
        deciding.object_to(speaker, story.matter, "不服", now=at(story.day, 15))
        with pytest.raises(RefusedError, match="提出过异议"):
            deciding.object_to(speaker, story.matter, "再次不服", now=at(story.day, 16))
    for state in ("objected", "considered"):
        story.matter = deciding.answer_objection(
            story.officer, story.matter, upheld=False, answer="不成立", now=at(story.day, 17)
        )
        assert story.matter.state == state
    said = list(story.matter.statements.order_by("pk"))
    assert [each.outcome for each in said] == ["rejected", "rejected"]
    assert [each.party is not None for each in said] == [each is person for each in who]


def test_a_hearing_is_called_for_all_and_answers_all(story, person):
    story.objected(asks_hearing=True)
    deciding.object_to(person, story.matter, "已辞任", now=at(story.day, 11))
    day = story.day + timedelta(days=14)
    deciding.call_hearing(
        story.officer, story.matter, at=at(day, 9), place="二楼", chair="钱某", now=at(story.day)
    )
    assert Notice.everything.filter(to=person, title_zh__startswith="听证通知").count() == 1
    story.matter = deciding.hold_hearing(
        story.officer, story.matter, "笔录", upheld=False, answer="均不成立", now=at(day, 17)
    )
    assert story.matter.state == "considered"
    assert {each.answer for each in story.matter.statements.all()} == {"均不成立"}


def test_the_inspection_reads_what_waits_for_its_answer(story, person):
    story.noticed()
    deciding.object_to(person, story.matter, "本人已辞任", now=at(story.day, 15))
    browser = Client()
    browser.force_login(story.officer)
    shown = browser.get(reverse("market-act", args=[story.matter.key, "answer"])).content.decode()
    assert "本人已辞任" in shown


def test_an_objection_after_another_was_answered_opens_it_again(story, person):
    story.considered()
    deciding.object_to(person, story.matter, "已辞任", now=at(story.day, 15))
    assert story.again().matter.state == "objected"
    with pytest.raises(RefusedError):
        deciding.decide(story.officer, story.matter, now=at(story.day, 16))


def test_who_is_heard_for_itself_is_left_off_and_the_employer_is_not_spared(story, person):
    story.considered()
    number = resident_number(1980)
    inspectors = story.matter.parties.create(capacity="principal", name="钱某", number=number)
    deciding.object_to(person, story.matter, "已辞任", now=at(story.day, 15))
    deciding.answer_objection(
        story.officer, story.matter, upheld=True, answer="确已辞任", now=at(story.day, 16)
    )
    story.matter = deciding.decide(story.officer, story.matter, now=at(story.day, 17))
    entry = keeping.publish(story.officer, story.matter, now=at(story.day, 18))
    assert [each["name"] for each in entry.people] == ["钱某"]
    party = Party.everything.get(matter=story.matter, number=resident_number(1975))
    assert party.left_off
    assert not party.record_key
    inspectors.refresh_from_db()
    assert Record.everything.filter(key=inspectors.record_key).exists()
    text = page(person, story.matter).content.decode()
    assert "您未被列入" in text
    assert 'data-testid="entails"' not in text
    titles = Notice.everything.filter(to=person).values_list("title_zh", flat=True)
    assert [title.partition("：")[0] for title in titles.order_by("pk")] == [
        "列入事先告知",
        "异议核实结果",
    ]


def test_a_correction_is_asked_for_and_answered(story, person):
    story.published()
    asked = keeping.ask_correction(person, story.matter, "姓名有误", now=at(story.day, 15))
    assert (asked.party.name, asked.kind) == ("赵某（演示）", "correction")
    with pytest.raises(RefusedError):
        keeping.ask_correction(person, story.matter, "姓名有误", now=at(story.day, 15))
    keeping.refuse_correction(story.officer, story.matter, "与证件一致", now=at(story.day, 16))
    asked.refresh_from_db()
    assert (asked.outcome, asked.answer) == ("rejected", "与证件一致")
    assert Notice.everything.filter(to=person, title_zh__startswith="更正申请答复").count() == 1
    again = keeping.ask_correction(person, story.matter, "姓名有误", now=at(story.day, 17))
    keeping.correct(
        story.officer,
        story.matter,
        "姓名录入有误",
        people={again.party_id: "赵某某（演示）"},
        now=at(story.day, 18),
    )
    again.refresh_from_db()
    assert again.outcome == "upheld"
    assert Listing.everything.get(matter=story.matter).people[0]["name"] == "赵某某（演示）"
    with pytest.raises(RefusedError):
        keeping.refuse_correction(story.officer, story.matter, "无", now=at(story.day, 19))


def test_what_is_the_employers_to_ask_a_person_listed_does_not(story, person, other):
    story.noticed()
    with pytest.raises(NotCompetentError):
        deciding.promise(person, story.matter, "保证", now=at(story.day, 15))
    with pytest.raises(NotCompetentError):
        deciding.object_to(other, story.matter, "不服", now=at(story.day, 15))


def test_what_it_entails_is_what_hits_people(story, person):
    story.published()
    rows = persons.person_page(person, persons.rows_of(person)[0], story.day)
    named = {name for each in rows.holds for name in each.effects}
    assert "交通出行" in named
    assert "招标投标" not in named


def test_who_runs_an_individual_business_is_the_employer(story, person, monkeypatch):
    """Its operator reads the whole matter and asks for what the employer asks for."""
    assert listing.is_employer("92430300MA9A00001A", listing.Capacity.PRINCIPAL)
    assert not listing.is_employer("92430300MA9A00001A", listing.Capacity.MANAGER)
    assert not listing.is_employer("91430300MA9A00001A", listing.Capacity.LEGAL)
    story.noticed()
    story.matter.firm = "92" + story.matter.firm[2:]
    story.matter.save(update_fields=["firm"])
    statement = deciding.promise(person, story.matter, "已付清", now=at(story.day, 15))
    assert statement.party is None
    browser = Client()
    browser.force_login(person)
    address = reverse("market-mine-matter", args=[story.matter.key])
    assert browser.get(address).status_code == 200
    assert page(person, story.matter).status_code == 404
    assert persons.rows_of(person) == []


def test_a_person_acts_at_the_page(story, person):
    story.day = timezone.localdate() - timedelta(days=19)
    story.unpaid()
    deciding.notify(story.officer, story.matter, served_on=timezone.localdate())
    browser = Client()
    browser.force_login(person)
    address = reverse("market-listed-act", args=[story.matter.key, "object"])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"words": ""}).status_code == 422
    assert browser.post(address, {"words": "已辞任", "asks_hearing": "on"}).status_code == 302
    said = Statement.objects.get(matter=story.matter)
    assert (said.party.number, said.asks_hearing, said.made_by) == (
        resident_number(1975),
        True,
        person,
    )
    missing = reverse("market-listed-act", args=[story.matter.key, "promise"])
    assert browser.get(missing).status_code == 404
