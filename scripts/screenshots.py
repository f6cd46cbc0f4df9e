"""Takes the pictures of README and docs from a fresh node with demonstration data.

    make screenshots

Pictures go to docs/screenshots. The node lives in a temporary folder and is stopped afterwards.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader"]


@dataclass(frozen=True)
class Shot:
    """One picture: an address, who looks, in which language, how wide, light or dark; `follow` is
    a link on the page that leads to what is to be seen."""

    name: str
    path: str
    user: str = ""
    lang: str = "zh-hans"
    width: int = 1280
    height: int = 860
    dark: bool = False
    follow: str = ""


SHOTS = (
    Shot("home-zh", "/"),
    Shot("home-en-dark", "/", lang="en", dark=True),
    Shot("plan-zh", "/plan/", user="office"),
    Shot("item-zh", "/plan/2021/2.2/"),
    Shot("item-en", "/plan/2021/2.4/", lang="en"),
    Shot("map-zh", "/map/"),
    Shot("work-zh", "/work/", user="changsha-transport-1"),
    Shot("supervision-zh", "/supervision/", user="office"),
    Shot("bulletins-zh", "/bulletins/"),
    Shot("services-zh", "/services/"),
    Shot("wallet-zh", "/wallet/", user="driver-zhuzhou"),
    Shot("check-phone", "/check/", width=375, height=800),
    Shot("agreements-en", "/agreements/", lang="en"),
    Shot("desk-zh", "/desk/", user="changsha-human-resources-1"),
    Shot("platform-zh", "/platform/"),
    Shot("market-zh", "/market/list/"),
    Shot("facilities-zh", "/facilities/"),
    Shot("project-zh", "/facilities/projects/south-ring/", height=1300),
    Shot("atlas-zh", "/atlas/map/#10.2/27.98/112.98"),
    Shot(
        "review-zh",
        "/planning/reviews/",
        user="zhuzhou-natural-resources-1",
        follow="长沙用地规划联合审核",
        height=1300,
    ),
    Shot("signals-en", "/facilities/signals/furong-avenue/", lang="en", height=1300),
    Shot("home-phone", "/", width=375, height=800),
    Shot("map-phone-dark", "/map/", width=375, height=800, dark=True),
)


@contextmanager
def node() -> Iterator[str]:
    """Serve the region with demonstration data; yield the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="conurb-shots-") as data:
        command = [sys.executable, "-m", "conurb.cli", "serve", "regions/changzhutan", "--demo"]
        process = subprocess.Popen([*command, "--data", data, "--port", str(port)], cwd=ROOT)
        address = f"http://localhost:{port}"
        try:
            wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(address: str) -> None:
    """Wait until the node answers; give up after three minutes."""
    for _attempt in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            return
    raise SystemExit("the node did not answer within three minutes")


def take(browser: Browser, address: str, shot: Shot) -> None:
    """Take one picture."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.dark else "light",
    )
    context.add_cookies([{"name": "conurb_language", "value": shot.lang, "url": address}])
    page = context.new_page()
    if shot.user:
        page.goto(f"{address}/account/login/")
        page.fill("input[name=login]", shot.user)
        page.fill("input[name=password]", "demo")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/account/login" not in url)
    page.goto(address + shot.path)
    if shot.follow:
        page.click(f"a:has-text('{shot.follow}')")
    page.wait_for_load_state("networkidle")
    # the map draws its marks after the page has settled
    page.wait_for_timeout(4000)
    page.screenshot(path=TARGET / f"{shot.name}.jpg", type="jpeg", quality=82)
    context.close()


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with node() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for shot in SHOTS:
            take(browser, address, shot)
            print(f"  {shot.name}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
