"""What the employer and the persons listed with it are told of each act, where and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client

from conurb.desk.models import Notice
from conurb.region.models import Identity, Representation, User
from conurb.region.tables import Bilingual
from conurb.sames.market.notices import PARTIES, TOLD, Facts, told
from conurb.sames.market.procedure import BY_FIRM, Verb
from tests.sames.market.conftest import FIRM, FIRM_NAME, at, resident_number

FACTS = Facts(
    firm=FIRM_NAME,
    authority=Bilingual("湘潭市人力资源和社会保障局", "Xiangtan Human Resources Bureau"),
    number="潭人社监案〔2026〕1号",
    document="潭人社监告〔2026〕1号",
    words="工资已核实",
    until=date(2026, 4, 2),
    hearing="2026-04-02 09:00 二楼会议室",
    days=5,
)


@pytest.mark.parametrize("verb", sorted(TOLD))
def test_every_notice_is_filled_in_both_languages(verb):
    made = told(verb, FACTS)
    for text in (made.title.zh, made.title.en, made.words.zh, made.words.en):
        assert text
        assert "{" not in text
        assert "None" not in text
    assert FIRM_NAME in made.words.zh
    assert len(made.title.zh) <= 200


def test_what_the_employer_does_itself_is_not_told_it():
    assert not TOLD & BY_FIRM
    assert PARTIES <= TOLD


def test_a_notice_before_listing_says_what_art_6_asks_for():
    words = told(Verb.NOTIFY, FACTS).words
    for said in ("潭人社监告〔2026〕1号", "5个工作日", "2026年4月2日", "提出异议", "可以不予列入"):
        assert said in words.zh
    assert "until 2026-04-02" in words.en


@pytest.mark.parametrize("verb", [Verb.DECIDE, Verb.REFUSE_EARLY, Verb.RESTORE])
def test_who_is_burdened_reads_how_to_contest_it(verb):
    words = told(verb, FACTS).words
    assert "六十日" in words.zh
    assert "六个月" in words.zh


# —— on the database —————————————————————————————————————————————————————————


def titles(user: User) -> list[str]:
    return [each.title_zh.partition("：")[0] for each in Notice.everything.filter(to=user)][::-1]


@pytest.mark.django_db
def test_the_firm_is_told_of_everything_up_to_the_removal(story, agent):
    from conurb.sames.market.actions import keeping

    story.early()
    keeping.grant_early(story.officer, story.matter, "已核实", now=at(story.day))
    assert titles(agent) == [
        "列入事先告知",
        "异议核实结果",
        "列入决定",
        "名单已公开",
        "移出名单",
    ]
    notice = Notice.everything.filter(to=agent).last()
    assert notice.address == f"/market/mine/{story.matter.key}/"
    removed = Notice.everything.filter(to=agent).first()
    assert story.again().matter.removal_number in removed.words_zh


@pytest.mark.django_db
def test_the_hearing_and_a_matter_dropped_are_told(story, agent):
    from conurb.sames.market.actions import inspecting

    story.hearing()
    hearing = Notice.everything.filter(to=agent).first()
    assert "湘潭市人社局二楼会议室" in hearing.words_zh
    inspecting.drop(story.officer, story.matter, "责令支付文书已被撤销", now=at(story.day, 16))
    assert titles(agent)[-1] == "终止办理，不予列入"
    assert "责令支付文书已被撤销" in Notice.everything.filter(to=agent).first().words_zh
    statement = story.again().matter.statements.get()
    assert statement.outcome == "upheld"
    assert statement.answer == "责令支付文书已被撤销"


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["end", "revoke", "restore", "refuse-early"])
def test_every_way_off_the_list_and_back_is_told(story, agent, ends):
    from conurb.sames.market.actions import keeping

    story.early()
    officer, matter, now = story.officer, story.matter, at(story.day, 15)
    if ends == "end":
        keeping.end_due(now=at(matter.listed_until + timedelta(days=1)))
    elif ends == "revoke":
        keeping.revoke(officer, matter, "责令支付文书被撤销", now=now)
    elif ends == "refuse-early":
        keeping.refuse_early(officer, matter, "证据不足", now=now)
    else:
        matter = keeping.grant_early(officer, matter, "已核实", now=now)
        keeping.restore(officer, matter, "支付凭证系伪造", now=at(story.day, 16))
    title = {"restore": "恢复列入", "refuse-early": "不予提前移出"}.get(ends, "移出名单")
    assert titles(agent)[-1] == title
    if ends == "restore":
        letter = story.again().matter.files.filter(kind="decision").last()
        assert "撤销提前移出决定书" in letter.filename
        assert letter.for_firm


@pytest.mark.django_db
def test_nobody_is_told_before_the_notice(story, agent):
    story.unpaid()
    assert not Notice.everything.filter(to=agent).exists()


@pytest.mark.django_db
def test_a_person_listed_is_told_once_and_reads_a_page_of_its_own(story, agent):
    person = User.objects.create_user("listed-person")
    Identity.everything.create(
        user=person, number=resident_number(1975), name="赵某（演示）", source="demonstration"
    )
    story.published()
    assert titles(person) == ["列入事先告知", "列入决定"]
    notice = Notice.everything.filter(to=person).first()
    assert "您作为该单位的法定代表人" in notice.words_zh
    assert "as its Legal representative" in notice.words_en
    assert notice.address == f"/market/listed/{story.matter.key}/"
    # who acts for the firm as well is told as such, and not twice
    Representation.everything.create(
        user=person, firm=FIRM, firm_name=FIRM_NAME, capacity="authorised"
    )
    from conurb.sames.market.actions import keeping

    keeping.revoke(story.officer, story.matter, "责令支付文书被撤销", now=at(story.day, 16))
    assert titles(person)[2:] == ["移出名单"]


@pytest.mark.django_db
def test_whoever_left_the_firm_or_the_platform_is_not_told(story, agent):
    agent.is_active = False
    agent.save()
    story.noticed()
    assert not Notice.everything.exists()


@pytest.mark.django_db
def test_a_refused_act_tells_nobody(story, agent):
    from conurb.refusal import RefusedError
    from conurb.sames.market.actions import deciding

    story.noticed()
    before = Notice.everything.count()
    with pytest.raises(RefusedError):
        deciding.decide(story.officer, story.matter, now=at(story.day, 12))
    assert Notice.everything.count() == before


@pytest.mark.django_db
def test_it_is_mailed_after_the_commit(story, agent, django_capture_on_commit_callbacks):
    agent.email = "agent@example.org"
    agent.save()
    with django_capture_on_commit_callbacks(execute=True):
        story.noticed()
    (sent,) = mail.outbox
    assert sent.to == ["agent@example.org"]
    assert "列入事先告知" in sent.subject
    assert f"/market/mine/{story.matter.key}/" in sent.body
    assert Notice.everything.get(to=agent).mailed_at is not None


@pytest.mark.django_db
def test_opening_the_matter_reads_its_notices(story, agent):
    story.noticed()
    browser = Client()
    browser.force_login(agent)
    path = f"/market/mine/{story.matter.key}/"
    assert path in browser.get("/notices/").content.decode()
    page = browser.get(path).content.decode()
    assert 'data-testid="told"' in page
    about = story.matter.urn_for_firm
    assert browser.post("/notices/seen/", {"about": about}).status_code == 200
    assert Notice.everything.get(to=agent).read_at is not None
    assert 'data-testid="told"' not in browser.get(path).content.decode()
