"""A real node and a real Chromium: the node is started as `make run` starts it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT / "regions" / "changzhutan"
MAKE_OFFICE = """
import django
django.setup()
from conurb.region.models import Authority, User
office = Authority.objects.get(is_office=True)
User.objects.create_user("office", password="demo", full_name="统筹员", authority=office)
"""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REFUSED = re.compile(r"Failed to load resource: .* status of (404|409|422)")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
]


expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node:
    """A served node; `log` is what it printed, mails included."""

    def __init__(self, address: str, log: Path, data: Path) -> None:
        self.address = address
        self.log = log
        self.data = data


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the node stopped with status {process.returncode}:\n{log.read_text()}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"the node did not answer in 600 s:\n{log.read_text()}")


@contextmanager
def served(region: Path, data: Path, *options: str) -> Iterator[Node]:
    """Serve a region with `conurb serve`, on a port of its own, for as long as the block runs."""
    port = free_port()
    log = data / "log"
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONURB_", "DJANGO_", "DATABASE_URL"))
    }
    command = [sys.executable, "-m", "conurb.cli", "serve", str(region), *options]
    command += ["--data", str(data), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=surroundings, stdout=output, stderr=subprocess.STDOUT
        )
        address = f"http://localhost:{port}"
        try:
            wait_until_it_answers(address, process, log)
            yield Node(address, log, data)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """The region with its demonstration data, shared by all journeys that begin with a plan.

    CONURB_JOURNEY_NODE names the data folder of a demonstration node that runs already, and
    CONURB_JOURNEY_ADDRESS its address; nothing is started then.
    """
    running = os.environ.get("CONURB_JOURNEY_ADDRESS")
    if running:
        data = Path(os.environ["CONURB_JOURNEY_NODE"])
        yield Node(running, data / "log", data)
        return
    with served(REGION, tmp_path_factory.mktemp("node"), "--demo") as started:
        yield started


@pytest.fixture(scope="session")
def empty_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A region without a plan, and somebody of its office: what an office begins with."""
    region = tmp_path_factory.mktemp("region") / "changzhutan"
    shutil.copytree(REGION, region, ignore=shutil.ignore_patterns("plan*.md"))
    with served(region, tmp_path_factory.mktemp("empty")) as started:
        given = {"CONURB_REGION": str(region), "CONURB_DATA": str(started.data)}
        subprocess.run(
            [sys.executable, "-c", MAKE_OFFICE],
            env={**os.environ, **given, "DJANGO_SETTINGS_MODULE": "conurb.config.settings"},
            cwd=ROOT,
            check=True,
        )
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.fail("No Chromium found. Install it (apt-get install chromium) or set CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser; collects what the browser complains about."""

    def __init__(self, node: Node, context: BrowserContext) -> None:
        self.node = node
        self.context = context
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def goto(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.node.address + path)
        return self.page

    def become(self, username: str) -> Page:
        """Log in as a demonstration person, with password, as everybody does."""
        self.goto("/account/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", "demo")
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/account/login" not in url)
        return self.page

    def by(self, testid: str) -> Locator:
        """What the page marks for tests by this name."""
        return self.page.get_by_test_id(testid)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Visit]:
    """Return a function that opens a browser of its own: language, width, light or dark.

    It goes to the demonstration node unless it is told another. What its pages wrote to the console
    as errors fails the test.
    """
    visitors: list[Visitor] = []

    def open_browser(
        username: str = "",
        *,
        lang: str = "zh-hans",
        width: int = 1280,
        dark: bool = False,
        at: Node | None = None,
    ) -> Visitor:
        node: Node = at or request.getfixturevalue("node")
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.add_cookies([{"name": "conurb_language", "value": lang, "url": node.address}])
        visitor = Visitor(node, context)
        visitors.append(visitor)
        if username:
            visitor.become(username)
        return visitor

    yield open_browser
    complaints = [words for visitor in visitors for words in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    # what a page refuses on purpose stands in the console as well
    assert [words for words in complaints if not REFUSED.search(words)] == []
