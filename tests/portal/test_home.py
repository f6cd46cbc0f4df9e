"""The home page, and the pages that answer when something is refused or fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from conurb.plan import ladder
from conurb.plan.actions import life
from conurb.plan.lights import LIGHTS
from conurb.plan.models import Plan, Task
from conurb.plan.progress import light_then
from conurb.plan.queries import overview as seen
from conurb.plan.queries.kept import KEPT
from conurb.plan.queries.overview import courses, overview
from conurb.portal import queries, views


@pytest.fixture(autouse=True)
def nothing_kept():
    """Some of these tests change tasks without the journal, which the kept counts go by."""
    KEPT.clear()
    yield
    KEPT.clear()


@pytest.fixture
def life_of_one(actors, plan):
    """A task proposed, accepted and reported on today by the Changsha officer's authority."""
    cache.clear()
    task = Task.everything.filter(kind="build").first()
    officer = actors["officer-changsha"]
    life.accept(officer, life.propose_lead(actors["office"], task, officer.authority, "按职责"))
    second = ladder.ladder_of("build")[1].key
    life.report(officer, task, words="前期研究已完成并通过评审", stage=second)
    task.refresh_from_db()
    return task


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["nobody", "resident", "officer-changsha", "office", "admin"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_home_opens_for_everybody_in_both_languages(client_of, role, language):
    page = client_of(role).get(reverse("home"), {"lang": language})
    assert page.status_code == 200
    assert page["Content-Language"] == language


@pytest.mark.django_db
def test_the_ten_fields_hold_every_task_once(client, plan):
    home = client.get(reverse("home")).context["home"]
    assert len(home.overview.fields) == 10
    assert sum(state.tally.total for state in home.overview.fields) == home.overview.tally.total
    assert home.overview.tally.total == Task.everything.filter(item__field__plan=plan).count()
    assert home.overview.without_owner == home.overview.tally.total


@pytest.mark.django_db
def test_a_report_of_this_week_is_what_moved(client, life_of_one):
    home = client.get(reverse("home")).context["home"]
    assert (home.moves.reports, home.moves.tasks, home.moves.authorities) == (1, 1, 1)
    assert "前期研究已完成并通过评审" in client.get(reverse("home")).content.decode()
    assert home.overview.without_owner == home.overview.tally.total - 1


@pytest.mark.django_db
def test_reports_older_than_a_week_do_not_move(actors, plan, life_of_one):
    later = timezone.now() + timedelta(days=8)
    assert queries.home(actors["nobody"], later).moves.reports == 0


@pytest.mark.django_db
def test_due_soon_and_late_are_told_apart(actors, life_of_one):
    today = timezone.localdate()
    life.set_dates(actors["office"], life_of_one, today + timedelta(days=9), "按计划明确时限")
    home = queries.home(actors["office"], timezone.now())
    assert life_of_one in home.soon
    assert life_of_one not in home.late
    after = queries.home(actors["office"], timezone.now() + timedelta(days=10))
    assert life_of_one not in after.soon
    dues = [dot for dot in home.dues.dots if dot.url.endswith(f"/{life_of_one.key}/")]
    assert [dot.day for dot in dues] == [(today + timedelta(days=9)).isoformat()]


@pytest.mark.django_db
def test_the_lights_worked_out_from_reports_are_those_of_today(actors, plan, life_of_one):
    today = timezone.localdate()
    again = dict.fromkeys(LIGHTS, 0)
    for course in courses(actors["nobody"], plan):
        again[light_then(course, today)] += 1
    assert again == dict(overview(actors["nobody"], plan, today).tally.counts)


@pytest.mark.django_db
def test_progress_ends_with_today(client, life_of_one):
    home = client.get(reverse("home")).context["home"]
    assert len(home.progress.categories) == 13
    last = {one.light: one.values[-1] for one in home.progress.series}
    assert last == {light: home.overview.tally.count(light) for light in last}


@pytest.mark.django_db
def test_past_months_are_worked_out_once_until_something_changes_them(
    actors, client, life_of_one, monkeypatch
):
    worked_out = []

    def counted(*asked):
        worked_out.append(asked)
        return courses(*asked)

    monkeypatch.setattr(seen, "courses", counted)
    officer = actors["officer-changsha"]
    cache.clear()
    client.get(reverse("home"))
    client.get(reverse("home"))
    assert len(worked_out) == 1
    life.report(officer, life_of_one, words="继续推进相关手续")
    client.get(reverse("home"))
    assert len(worked_out) == 1
    past = timezone.now() - timedelta(days=40)
    life.report(officer, life_of_one, words="补报上月情况", now=past, made_on=past.date())
    client.get(reverse("home"))
    assert len(worked_out) == 2
    life.set_dates(actors["office"], life_of_one, timezone.localdate(), "按计划明确时限")
    client.get(reverse("home"))
    assert len(worked_out) == 3


@pytest.mark.django_db
def test_what_is_kept_between_two_looks_is_what_is_counted_anew(actors, client, life_of_one):
    first = client.get(reverse("home")).context["home"]
    kept = client.get(reverse("home")).context["home"]
    KEPT.clear()
    anew = client.get(reverse("home")).context["home"]
    assert first.overview == kept.overview == anew.overview
    assert first.dues == kept.dues == anew.dues
    today = timezone.localdate()
    life.set_dates(actors["office"], life_of_one, today - timedelta(days=1), "按计划明确时限")
    changed = client.get(reverse("home")).context["home"]
    assert changed.overview.tally.late == kept.overview.tally.late + 1


@pytest.mark.django_db
def test_a_crowded_plan_shows_due_days_by_month(actors, plan, monkeypatch):
    today = timezone.localdate()
    first = Task.everything.filter(kind="build")[:3]
    Task.everything.filter(pk__in=[task.pk for task in first]).update(due=today)
    monkeypatch.setattr(queries, "DAYS_SHOWN", 1)
    home = queries.home(actors["nobody"], timezone.now())
    assert {dot.day[8:] for dot in home.dues.dots} == {"01"}
    assert sum(dot.count for dot in home.dues.dots) == 3


@pytest.mark.django_db
def test_a_node_without_a_plan_says_what_to_do(client_of):
    Plan.objects.update(is_current=False)
    assert "尚无规划清单" in client_of("nobody").get(reverse("home")).content.decode()
    office = client_of("office").get(reverse("home")).content.decode()
    assert f'href="{reverse("imports")}"' in office
    assert client_of("nobody").get(reverse("map")).status_code == 200


@pytest.mark.django_db
def test_pages_carry_no_inline_script_or_style(client, life_of_one):
    for name in ("home", "map"):
        page = client.get(reverse(name)).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        scripts = [tag.split(">")[0] for tag in page.split("<script")[1:]]
        assert all("src=" in tag or 'type="application/json"' in tag for tag in scripts)


@pytest.mark.django_db
def test_what_is_not_there_is_a_page_that_says_so(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "页面不存在" in answer.content.decode()
    assert "There is nothing here" in client.get("/no/such/page/?lang=en").content.decode()


@pytest.mark.django_db
def test_a_form_without_this_sites_token_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post(reverse("language"), {"language": "en"})
    assert answer.status_code == 403
    assert "表单已失效" in answer.content.decode()


@pytest.mark.django_db
def test_programs_are_answered_in_json(rf, actors):
    request = rf.get("/api/nothing")
    request.user = actors["nobody"]
    answer = views.not_found(request, Exception())
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "系统出现故障"), ("en", "went wrong")])
def test_the_page_of_a_failure_needs_no_database(language, words):
    # no django_db mark: any query would raise
    request = RequestFactory().get("/")
    request.LANGUAGE_CODE = language
    answer = views.server_error(request)
    assert answer.status_code == 500
    assert words in answer.content.decode()
