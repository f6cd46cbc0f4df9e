"""What the tests share: the real region and its plan, and somebody of every role.

Both are loaded once into the test database; each test runs in a transaction that is rolled back.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import settings as hypothesis_settings

# how long an example takes says nothing on a shared machine
hypothesis_settings.register_profile("conurb", deadline=None)
# what CI says of a change must not depend on luck; at the desk examples are drawn anew each time
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "conurb")

ROOT = Path(__file__).resolve().parent.parent
REGION = ROOT / "regions" / "changzhutan"
ROLES = (
    "nobody",
    "resident",
    "officer-changsha",
    "officer-zhuzhou",
    "officer-xiangtan",
    "office",
    "admin",
)


ON_DATABASES = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a second database run what can differ there, and no more."""
    parser.addoption(
        "--on-databases",
        action="store_true",
        help="run only tests that use a database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of pure rules where only those on databases are asked for."""
    if not config.getoption("--on-databases"):
        return
    kept, left = [], []
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        touches = names & ON_DATABASES or item.get_closest_marker("django_db")
        (kept if touches else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the region, adopt its plan and make one person of every role."""
    from conurb.config.starting import load_declared
    from conurb.plan.actions.starting import adopt_folder_plan
    from conurb.region.folder import load_region
    from conurb.region.loading import load
    from conurb.region.models import Authority, City, User

    with django_db_blocker.unblock():
        region = load_region(REGION)
        load(region)
        adopt_folder_plan(region)
        load_declared(region)
        User.objects.create_user("resident", full_name="居民甲")
        User.objects.create_superuser("admin", full_name="管理员")
        User.objects.create_user(
            "office", full_name="统筹员", authority=Authority.objects.get(is_office=True)
        )
        for city in City.objects.all():
            authority = Authority.objects.filter(city=city, subjects="road").first()
            User.objects.create_user(
                f"officer-{city.slug}", full_name=f"{city.short_zh}经办人", authority=authority
            )


@pytest.fixture
def plan(db):
    """The current plan: the region's own, adopted from plan.md."""
    from conurb.plan.models import Plan

    return Plan.objects.get(is_current=True)


@pytest.fixture
def actors(db):
    """One person of every role by the role's name; nobody is the anonymous visitor."""
    from conurb.region.models import User

    people = {user.username: user for user in User.objects.select_related("authority")}
    return {"nobody": AnonymousUser(), **{role: people[role] for role in ROLES if role in people}}


@pytest.fixture
def client_of(actors):
    """Return a function that gives a browser logged in as somebody of a role."""

    def client(role: str) -> Client:
        browser = Client()
        if role != "nobody":
            browser.force_login(actors[role], backend="conurb.portal.backends.Backend")
        return browser

    return client


@pytest.fixture(scope="session", autouse=True)
def indexes():
    """Let the local index follow at once, as no test ever commits, and lie in a folder of its own.

    The folder is made, and filled from the logs, when something first asks for the index.
    """
    from conurb.records import index

    made: list[Path] = []
    local = index.local

    def folder() -> Path:
        if not made:
            made.append(Path(tempfile.mkdtemp(prefix="conurb-index-")))
        return made[0]

    def filled() -> index.Index:
        first = not made
        found = local()
        if first:
            index.prepare()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "folder", folder)
        patch.setattr(index, "local", filled)
        patch.setattr(index, "when_committed", lambda work: work())
        yield made


@pytest.fixture(autouse=True)
def index_of_the_moment(indexes):
    """Give each test an index of its own."""
    yield
    if indexes:
        from conurb.records import index

        index.close()
        shutil.rmtree(indexes.pop(), ignore_errors=True)


@pytest.fixture(autouse=True)
def nothing_worked_out_before():
    """Drop what a test lets be worked out from versions: the next may hand in the same content."""
    yield
    from django.conf import settings

    for name in ("derived", "tiles"):
        shutil.rmtree(Path(settings.DATA_PATH) / name, ignore_errors=True)
