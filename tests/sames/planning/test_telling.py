"""Officers are told of a review: who, of what, once, in the list and by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from conurb.desk.models import Notice
from conurb.region.models import Authority, User
from conurb.region.tables import Bilingual
from conurb.sames.planning import letters
from conurb.sames.planning.actions import comments, reminding, reviews
from conurb.sames.planning.letters import Facts, letter
from conurb.sames.planning.models import Review
from tests.sames.planning.makers import (
    CHANGSHA,
    FACTORY,
    FAR,
    PARK,
    XIANGTAN,
    ZHUZHOU,
    draft,
    planner,
    renewed,
    submitted,
)

pytestmark = pytest.mark.django_db

MORNING = timezone.make_aware(datetime(2026, 3, 2, 9, 0))
DAY_BEFORE = timezone.make_aware(datetime(2026, 3, 20, 8, 0))  # a Friday; due on Monday the 23rd
LATE = timezone.make_aware(datetime(2026, 3, 24, 8, 0))
Commits = Any


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    return django_capture_on_commit_callbacks


@pytest.fixture(autouse=True)
def people() -> dict[str, User]:
    """A planner of every city with an address."""
    made = {}
    for city in (CHANGSHA, ZHUZHOU, XIANGTAN):
        made[city] = planner(city)
        made[city].email = f"{city}@example.org"
        made[city].save()
    return made


def told(mark: datetime | None = None) -> set[tuple[str, str]]:
    """Who was told what: (city, beginning of the heading)."""
    rows = Notice.everything.select_related("to__authority")
    return {(each.to.authority.city_id, each.title_zh.split("：")[0]) for each in rows}


def told_since(act: Any) -> set[tuple[str, str]]:
    """Who was told what by an act."""
    Notice.everything.all().delete()
    act()
    return told()


def begun(commits: Commits) -> Review:
    with commits(execute=True):
        return reviews.submit(planner(CHANGSHA), draft(FACTORY), title="用地规划", now=MORNING)


def test_parties_are_told_on_the_page_and_by_mail_where_to_answer(
    commits: Commits, people: dict[str, User]
) -> None:
    review = begun(commits)
    assert told() == {(ZHUZHOU, "请审核"), (XIANGTAN, "请审核")}
    assert {each.to[0] for each in mail.outbox} == {
        people[ZHUZHOU].email,
        people[XIANGTAN].email,
    }
    sent = mail.outbox[0]
    assert "2026年3月23日" in sent.body
    assert "2026-03-23" in sent.body
    assert f"/planning/reviews/{review.key}/" in sent.body
    assert Notice.everything.filter(mailed_at=None).count() == 0


def test_every_act_tells_those_whom_it_concerns_and_not_who_acted(commits: Commits) -> None:
    review = submitted(commits, FACTORY, FAR)
    zhuzhou, xiangtan, changsha = planner(ZHUZHOU), planner(XIANGTAN), planner(CHANGSHA)
    assert told_since(lambda: reviews.object_to(zhuzhou, review, words="请退回", round_read=1)) == {
        (CHANGSHA, "有异议"),
        (XIANGTAN, "有异议"),
    }
    assert told_since(lambda: reviews.sign(xiangtan, review, round_read=1)) == {
        (CHANGSHA, "已签署")
    }
    # the change lies near Zhuzhou alone
    assert told_since(lambda: renewed(commits, review, PARK, FAR)) == {
        (ZHUZHOU, "请审核新版本"),
        (XIANGTAN, "新版本，原签署继续有效"),
    }
    current = Review.everything.get(pk=review.pk)
    assert told_since(lambda: reviews.sign(zhuzhou, current, round_read=2)) == {
        (CHANGSHA, "已签署"),
        *((city, "审核通过") for city in (CHANGSHA, ZHUZHOU, XIANGTAN)),
    }
    another = submitted(commits, FACTORY)
    assert told_since(lambda: reviews.withdraw(changsha, another, words="另行研究")) == {
        (ZHUZHOU, "已撤回"),
        (XIANGTAN, "已撤回"),
    }


def test_remarks_are_told_to_those_in_the_thread(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    zhuzhou, xiangtan, changsha = planner(ZHUZHOU), planner(XIANGTAN), planner(CHANGSHA)
    first = comments.comment(zhuzhou, review, "此处不妥")
    assert (CHANGSHA, "有新意见") in told()
    assert (XIANGTAN, "有新意见") not in told()
    assert told_since(lambda: comments.comment(changsha, review, "将改", answers=first)) == {
        (ZHUZHOU, "意见有回复")
    }
    assert told_since(lambda: comments.comment(xiangtan, review, "也请我市", answers=first)) == {
        (CHANGSHA, "意见有回复"),
        (ZHUZHOU, "意见有回复"),
    }
    assert told_since(lambda: comments.comment(changsha, review, "说明如下")) == {
        (ZHUZHOU, "有新意见"),
        (XIANGTAN, "有新意见"),
    }


def test_limits_are_told_once_a_working_day_before_and_when_missed(commits: Commits) -> None:
    review = begun(commits)
    reviews.sign(planner(XIANGTAN), review, round_read=1, now=MORNING)
    Notice.everything.all().delete()
    assert reminding.remind_all(DAY_BEFORE - timedelta(days=1)) == reminding.Reminded(0, 0)
    assert reminding.remind_all(DAY_BEFORE) == reminding.Reminded(1, 0)
    assert reminding.remind_all(DAY_BEFORE + timedelta(days=3)) == reminding.Reminded(0, 0)
    assert told() == {(ZHUZHOU, "答复期限将至")}
    assert reminding.remind_all(LATE) == reminding.Reminded(0, 2)
    assert reminding.remind_all(LATE + timedelta(days=1)) == reminding.Reminded(0, 0)
    assert told() == {
        (ZHUZHOU, "答复期限将至"),
        (ZHUZHOU, "答复已逾期"),
        (CHANGSHA, "答复已逾期"),
    }


def test_silence_that_is_consent_is_told_as_such(commits: Commits) -> None:
    review = begun(commits)
    Review.everything.filter(pk=review.pk).update(silence=Review.Silence.CONSENT)
    Notice.everything.all().delete()
    out = StringIO()
    call_command("planningday", stdout=out)
    assert "silence counted in 1 reviews" in out.getvalue()
    counted = "逾期未答复，视为同意"
    assert {(CHANGSHA, counted), (ZHUZHOU, counted), (XIANGTAN, counted)} <= told()
    assert (ZHUZHOU, "答复已逾期") not in told()


def test_only_officers_in_service_of_a_competent_authority_are_told(commits: Commits) -> None:
    away = planner(ZHUZHOU, "zhuzhou-gone")
    away.is_active = False
    away.save()
    colleague = planner(ZHUZHOU, "zhuzhou-second")
    review = begun(commits)
    assert {each.to.username for each in Notice.everything.filter(to__authority__city=ZHUZHOU)} == {
        f"planner-{ZHUZHOU}",
        colleague.username,
    }
    authority = Authority.objects.get(pk=colleague.authority_id)
    authority.subjects.remove("spatial-planning")
    Notice.everything.all().delete()
    reviews.withdraw(planner(CHANGSHA), review, words="另行研究")
    assert {city for city, _title in told()} == {XIANGTAN}


@given(
    st.sampled_from(letters.KINDS),
    st.text(max_size=120),
    st.text(max_size=700),
    st.booleans(),
)
def test_every_letter_reads_in_both_languages(
    kind: letters.Kind, title: str, words: str, consents: bool
) -> None:
    facts = Facts(
        "2026-001", title, 3, Bilingual("甲市", "City A"), words, MORNING.date(), consents
    )
    said = letter(kind, facts)
    for text in (said.title, said.words):
        assert title in text.zh
        assert title in text.en
    assert len(said.words.zh) < 1200
