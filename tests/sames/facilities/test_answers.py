"""On a large network questions are worked out once, in the background, and kept."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from conurb.background.models import Job
from conurb.background.running import carry_out
from conurb.network.graph import GraphError
from conurb.refusal import RefusedError
from conurb.sames.facilities.actions import answering
from conurb.sames.facilities.models import Answer
from conurb.sames.facilities.queries import answers, reaching, runs
from conurb.sames.facilities.queries import network as networks

pytestmark = pytest.mark.django_db
TWO = {"project": ["south-ring", "riverside"], "travel": "car"}


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def queued(monkeypatch):
    """Jobs stay in the queue until `work` does them."""
    monkeypatch.setattr(answers, "LARGE", 0)
    with mock.patch("conurb.background.actions.hand_on") as queue:
        yield queue


def work() -> None:
    for key in Job.everything.filter(state=Job.State.WAITING).values_list("key", flat=True):
        carry_out.func(key)


def test_the_schematic_network_is_not_large_and_nothing_is_kept(browser):
    assert not answers.is_large(networks.in_use())
    assert browser.get(reverse("facilities-together"), TWO).context["whole"]
    assert browser.get(reverse("facilities-network"), {"zone": "furong-wuyi"}).context["reached"]
    assert not Answer.objects.exists()
    assert not Job.everything.filter(kind=answers.KIND).exists()


def test_projects_together_are_asked_for_worked_out_and_kept(browser, queued):
    page = browser.get(reverse("facilities-together"), TWO)
    assert b'data-state="unasked"' in page.content
    answer = browser.post(reverse("facilities-answer"), TWO)
    assert answer.status_code == 302
    page = browser.get(answer.url)
    assert b'data-state="working"' in page.content
    # whoever asks the same, in another order, waits for the same
    browser.post(reverse("facilities-answer"), {**TWO, "project": TWO["project"][::-1]})
    assert Job.everything.filter(kind=answers.KIND).count() == 1
    waiting = page.context["waiting"]
    told = reverse("facilities-answer-progress", args=[waiting.key])
    assert "HX-Redirect" not in browser.get(told, headers={"hx-request": "true"}).headers
    work()
    done = browser.get(told, headers={"hx-request": "true"})
    assert done.headers["HX-Redirect"] == waiting.question.address
    with mock.patch.object(runs, "together", side_effect=AssertionError("worked out again")):
        whole = browser.get(answer.url).context["whole"]
    state = networks.in_use()
    now = runs.together(state, "car", tuple(TWO["project"]))
    assert whole["hours"] == pytest.approx(now.hours_saved, rel=1e-12)
    assert Answer.objects.count() == 1
    assert answering.ask(None, waiting.question) is None


def test_what_is_reached_is_kept_as_it_is_worked_out_at_once(browser, queued):
    state = networks.in_use()
    asked = {"zone": "tianyuan-shennong", "travel": "car"}
    address = browser.post(reverse("facilities-answer"), asked).url
    page = browser.get(address)
    assert page.context["reached"] is None
    assert b'data-testid="waiting"' in page.content
    work()
    place = reaching.place_of(state, reaching.Asked(zone="tianyuan-shennong"))
    found = browser.get(address).context["reached"]
    assert found == reaching.told(place, reaching.computed(state, "car", place))


def test_the_api_says_where_the_answer_is_asked_for(browser, queued):
    for name, query in (
        ("together", "project=south-ring&project=riverside"),
        ("isochrones", "zone=furong-wuyi"),
    ):
        answer = browser.get(f"/api/facilities/{name}?{query}")
        assert answer.status_code == 409
        assert "/facilities/" in answer.json()["detail"]


def test_nobody_can_fill_the_queue_and_a_wrong_question_is_refused(browser, queued):
    state = networks.in_use()
    with mock.patch.object(answering, "MOST_WAITING", 2):
        for key in ("zhushao", "s4"):
            answering.ask(None, answers.about_projects(state, "car", ["riverside", key]))
        with pytest.raises(RefusedError):
            answering.ask(None, answers.about_projects(state, "car", ["riverside", "tuantou"]))
    for wrong in ({"project": ["no-such"]}, {"zone": "no-such"}, {"at": "100,10"}, {}):
        assert browser.post(reverse("facilities-answer"), wrong).status_code == 422
    assert browser.get(reverse("facilities-answer-progress", args=["x"])).status_code == 404


def test_a_failure_is_told_and_can_be_tried_again(browser, queued):
    address = browser.post(reverse("facilities-answer"), TWO).url
    with mock.patch.object(runs, "together", side_effect=GraphError("图断开", "graph is apart")):
        work()
    page = browser.get(address)
    assert b'data-state="failed"' in page.content
    assert page.context["waiting"].job.problem_en == "graph is apart"
    assert b'data-testid="work-out"' in page.content


def test_another_network_makes_another_question():
    state = networks.in_use()
    one = answers.about_projects(state, "car", ["riverside", "s4"])
    assert one == answers.about_projects(state, "car", ["s4", "riverside"])
    assert one.digest != answers.about_projects(state, "truck", ["s4", "riverside"]).digest
    state.digest = "0" * 64
    assert one.digest != answers.about_projects(state, "car", ["s4", "riverside"]).digest
    assert answers.Question.read(one.plain) == one
