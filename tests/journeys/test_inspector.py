"""An inspector in the street: by camera, picture, text and number, with and without a network."""

from __future__ import annotations

import re
import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import CHROMIUM, FLAGS, Node, Visit, Visitor
from tests.journeys.showing import ask
from tests.journeys.test_accessibility import AXE, LOOKS, look


@pytest.fixture(scope="module")
def made(node: Node) -> dict[str, str]:
    """Records of a resident and codes of every fate, on the shared node."""
    found: dict[str, str] = ask(node.data, "wallet")
    return found


@pytest.fixture(scope="module")
def codes(made: dict[str, str]) -> dict[str, str]:
    """Codes of records of every fate."""
    return {
        name.removeprefix("code-"): text for name, text in made.items() if name.startswith("code-")
    }


def ready(visitor: Visitor, city: str = "430100") -> Page:
    """Open the page and wait until it works without a network."""
    page = visitor.goto("/check/")
    expect(visitor.by("ready")).to_be_visible()
    visitor.by("city").select_option(city)
    return page


def paste(visitor: Visitor, text: str) -> tuple[str, str]:
    """Check the text of a code; return verdict and reason."""
    page = visitor.page
    if not visitor.by("text").is_visible():
        page.locator("details:has([data-testid=text]) summary").click()
    if visitor.by("verdict").is_visible():
        page.locator("[data-part=again]").click()
    visitor.by("text").fill(text)
    visitor.by("check-text").click()
    return answer(visitor)


def answer(visitor: Visitor) -> tuple[str, str]:
    card = visitor.by("verdict")
    expect(card).to_be_visible()
    return card.get_attribute("data-verdict") or "", card.get_attribute("data-reason") or ""


def tampered(code: str) -> str:
    """The code with its signature changed, so that it still reads as a code."""
    place = len(code) - 10
    other = "A" if code[place] != "A" else "B"
    return code[:place] + other + code[place + 1 :]


def picture(text: str, file: Path) -> Path:
    segno.make(text, error="Q", micro=False, boost_error=False).save(str(file), scale=6, border=4)
    return file


def test_every_fate_of_a_code_is_told(visit: Visit, codes: dict[str, str]) -> None:
    visitor = visit(width=375)
    page = ready(visitor)
    assert paste(visitor, codes["valid"]) == ("valid", "agreement")
    card = visitor.by("verdict")
    for words in ("有效", "湘B0A501", "道路运输证", "9800千克", "株洲市 → 长沙市"):
        expect(card).to_contain_text(words)
    assert paste(visitor, codes["revoked"]) == ("invalid", "revoked")
    expect(visitor.by("verdict")).to_contain_text("凭证已撤销")
    assert paste(visitor, codes["suspended"]) == ("invalid", "suspended")
    verdict, reason = paste(visitor, tampered(codes["valid"]))
    assert verdict == "invalid"
    assert reason in {"bad-signature", "malformed"}
    assert paste(visitor, "https://example.org") == ("unknown", "not-a-code")
    visitor.by("city").select_option("430200")
    assert paste(visitor, codes["valid"]) == ("valid", "own")
    # the city is remembered
    page.reload()
    expect(visitor.by("city")).to_have_value("430200")


def test_a_picture_is_read(visit: Visit, codes: dict[str, str], tmp_path: Path) -> None:
    visitor = visit()
    ready(visitor)
    visitor.by("picture").set_input_files(picture(codes["valid"], tmp_path / "code.png"))
    assert answer(visitor) == ("valid", "agreement")
    visitor.page.locator("[data-part=again]").click()
    expect(visitor.by("result")).to_be_hidden()
    blank = tmp_path / "blank.png"
    Image.new("RGB", (400, 300), "white").save(blank)
    visitor.by("picture").set_input_files(blank)
    expect(visitor.by("note")).to_contain_text("图片中未找到二维码")


def test_a_withdrawn_record_is_refused_by_the_next_check(
    visit: Visit, node: Node, made: dict[str, str]
) -> None:
    visitor = visit()
    ready(visitor)
    holder = visit(made["holder"])
    holder.goto(f"/wallet/{made['certificate']}/show/")
    holder.by("draw").click()
    code = holder.by("code").get_attribute("data-text") or ""
    assert paste(visitor, code) == ("valid", "agreement")
    ask(node.data, "revoke", made["certificate"])
    assert paste(visitor, code) == ("invalid", "revoked")


def test_a_number_is_checked_by_an_officer(visit: Visit, made: dict[str, str]) -> None:
    visitor = visit(made["officer"], lang="en")
    page = ready(visitor)
    page.select_option("[name=type]", "road-transport-certificate")
    expect(page.locator("[data-part=purpose]")).to_be_hidden()
    page.fill("[name=number]", "湘b0a501")
    visitor.by("check-number").click()
    assert answer(visitor) == ("valid", "agreement")
    expect(visitor.by("verdict")).to_contain_text("Zhuzhou City → Changsha City")
    page.select_option("[name=type]", "residence-permit")
    expect(page.locator("[data-part=purpose]")).to_be_visible()
    page.fill("[name=number]", "43020219900307000X")
    visitor.by("check-number").click()
    expect(page.locator("[data-part=purpose]")).to_contain_text("Say for what purpose")
    assert page.url.endswith("/check/")


@pytest.fixture(scope="module")
def filming(
    chromium: Browser, codes: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A Chromium whose camera sees the valid code."""
    file = picture(codes["valid"], tmp_path_factory.mktemp("film") / "code.png")
    film = file.with_suffix(".y4m")
    width, height = 640, 480
    frame = Image.new("L", (width, height), 200)
    code = Image.open(file).convert("L")
    code = code.resize((440, 440), Image.Resampling.LANCZOS)
    frame.paste(code, ((width - 440) // 2, (height - 440) // 2))
    grey = bytes([128]) * (width * height // 2)
    with film.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode())
        for _ in range(10):
            out.write(b"FRAME\n" + frame.tobytes() + grey)
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = chromium.browser_type.launch(executable_path=path, args=flags)
    yield browser
    browser.close()


@pytest.mark.parametrize("allowed", [True, False])
def test_the_camera(filming: Browser, node: Node, allowed: bool) -> None:
    context = filming.new_context(permissions=["camera"] if allowed else [])
    visitor = Visitor(node, context)
    page = ready(visitor)
    if not allowed:
        page.evaluate(
            "() => { navigator.mediaDevices.getUserMedia = () => "
            "Promise.reject(new DOMException('no', 'NotAllowedError')) }"
        )
    visitor.by("camera").click()
    if allowed:
        assert answer(visitor) == ("valid", "agreement")
        expect(page.locator("[data-part=camera]")).to_be_hidden()
    else:
        expect(visitor.by("note")).to_contain_text("未允许本页使用摄像头")
    assert visitor.complaints == []
    context.close()


# —— without a network ——————————————————————————————————————————————————————


class Door(socketserver.ThreadingTCPServer):
    """A port of its own before a node; shut, the node is gone for whoever came through it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, node: Node) -> None:
        self.behind = int(node.address.rpartition(":")[2])
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), Passage)
        self.node = Node(f"http://localhost:{self.server_address[1]}", node.log, node.data)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def shut(self) -> None:
        """Let nobody through any more."""
        self.shutdown()
        self.server_close()
        for each in list(self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Passage(socketserver.BaseRequestHandler):
    """One connection through the door, until either side closes it."""

    server: Door

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind)) as inner:
            pair = {self.request, inner}
            self.server.open |= pair
            back = threading.Thread(target=self.pass_on, args=(inner, self.request), daemon=True)
            back.start()
            self.pass_on(self.request, inner)
            back.join()
            self.server.open -= pair

    @staticmethod
    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def door(node: Node) -> Iterator[Door]:
    """A way to the shared node that can be shut while a browser goes on."""
    opened = Door(node)
    yield opened
    with suppress(OSError):
        opened.shut()


def later(page: Page, **more: float) -> None:
    """Put the clock of the page forward."""
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(**more))


NETWORK = re.compile(r"net::ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|FAILED)")


def test_after_one_visit_it_works_without_a_network(
    visit: Visit, door: Door, codes: dict[str, str]
) -> None:
    """First the browser has no network, then the server is gone: the answers are the same."""
    node = door.node
    visitor = visit(at=node, width=375)
    page = ready(visitor)
    # the page is loaded a second time with the network, as anybody may; then it is cut off
    page.reload()
    expect(visitor.by("state")).to_have_attribute("data-state", "online")
    unknown = ask(node.data, "strange")["code"]
    for cut in ("network", "server"):
        # shut first: a browser that is online again fetches the lists at once
        if cut == "server":
            door.shut()
        visitor.context.set_offline(cut == "network")
        page.goto(node.address + "/check/")
        expect(visitor.by("state")).to_have_attribute("data-state", "offline")
        expect(visitor.by("state")).to_contain_text("离线 · 名单时间")
        assert paste(visitor, codes["valid"]) == ("valid", "agreement")
        expect(visitor.by("verdict")).to_contain_text("离线核验，名单时间")
        assert paste(visitor, codes["revoked"]) == ("invalid", "revoked")
        assert paste(visitor, codes["suspended"]) == ("invalid", "suspended")
        assert paste(visitor, tampered(codes["valid"]))[0] == "invalid"
        assert paste(visitor, unknown) == ("unknown", "unknown-key")
        later(page, hours=23)
        assert paste(visitor, codes["valid"]) == ("valid", "agreement")
        later(page, hours=25)
        assert paste(visitor, codes["expiring"]) == ("invalid", "expired")
        assert paste(visitor, codes["valid"]) == ("stale", "stale-status")
        expect(visitor.by("verdict")).to_contain_text("请联网后重新核验")
        assert paste(visitor, codes["revoked"]) == ("invalid", "revoked")
        # a clock that is put back makes no list young again
        later(page, hours=1)
        assert paste(visitor, codes["valid"])[0] == "stale"
        page.evaluate("localStorage.removeItem('conurb-check-latest')")
        page.clock.set_fixed_time(datetime.now(UTC))
    # in the other language as well, which was never visited
    page.goto(node.address + "/check/?lang=en")
    expect(page.locator("h1")).to_have_text("Check a record")
    expect(visitor.by("state")).to_contain_text("Offline · lists of")
    # a number cannot be checked so, and the page says it
    page.fill("[name=number]", "91430100MA4L16JM74")
    visitor.by("check-number").click()
    assert answer(visitor) == ("unknown", "number-offline")
    # what a browser says of a network that is not there is no complaint
    visitor.complaints[:] = [each for each in visitor.complaints if not NETWORK.search(each)]


NOT_LET_IN = re.compile(r"status of 40[13]")


def go_on(visitor: Visitor, address: str) -> None:
    """Let the browser have its network again, and open the page anew."""
    visitor.context.set_offline(False)
    visitor.page.goto(address + "/check/")
    expect(visitor.by("state")).to_have_attribute("data-state", "online")


def test_offline_checks_of_people_are_sent_when_the_network_is_back(
    visit: Visit, node: Node, made: dict[str, str], codes: dict[str, str]
) -> None:
    """Kept over a reload, sent once, read by whoever was checked; the phone holds no name."""
    key = made["permit"]
    visitor = visit(made["officer"], width=375)
    page = ready(visitor)
    page.reload()
    expect(visitor.by("state")).to_have_attribute("data-state", "online")
    code = ask(node.data, "permit_code", key)["code"]
    before = ask(node.data, "looks", key, "offline")
    visitor.context.set_offline(True)
    page.goto(node.address + "/check/")
    expect(visitor.by("state")).to_have_attribute("data-state", "offline")
    visitor.by("city").select_option("430100")
    expect(visitor.by("unsent")).to_be_hidden()
    # nobody is told of a vehicle, nor of what is no record
    paste(visitor, codes["valid"])
    paste(visitor, tampered(code))
    expect(visitor.by("unsent")).to_be_hidden()
    assert paste(visitor, code)[0] == "valid"
    expect(visitor.by("unsent")).to_contain_text("尚未上报的对人离线核验：1次")
    assert paste(visitor, code)[0] == "valid"
    expect(visitor.by("unsent")).to_contain_text("2次")
    # they outlive the page
    page.goto(node.address + "/check/")
    expect(visitor.by("unsent")).to_contain_text("2次")
    kept = page.evaluate(
        """() => new Promise((done) => {
          indexedDB.open("conurb-check", 1).onsuccess = (event) => {
            const rows = event.target.result.transaction("unsent").objectStore("unsent").getAll();
            rows.onsuccess = () => { event.target.result.close(); done(rows.result); };
          };
        })"""
    )
    assert [sorted(each) for each in kept] == [
        ["at", "city", "in", "index", "key", "list", "verdict"]
    ] * 2
    assert "演示" not in str(kept)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert not look(page, 375, "light")
    # the page that was opened without a network sends them itself, once it has one
    visitor.context.set_offline(False)
    expect(visitor.by("unsent")).to_be_hidden(timeout=60_000)
    looks = ask(node.data, "looks", key, "offline")[len(before) :]
    assert [each["verdict"] for each in looks] == ["valid", "valid"]
    assert {each["city"] for each in looks} == {"430100"}
    assert {each["late"] for each in looks} == {"True"}
    assert all(each["authority"] for each in looks)
    # nothing is sent again
    go_on(visitor, node.address)
    expect(visitor.by("unsent")).to_be_hidden()
    assert len(ask(node.data, "looks", key, "offline")) == len(before) + 2
    # whoever was checked reads it
    holder = visit(made["holder"])
    holder.goto("/wallet/looks/")
    expect(holder.by("looks")).to_contain_text("手机离线核验")
    visitor.complaints[:] = [
        each
        for each in visitor.complaints
        if not NETWORK.search(each) and not NOT_LET_IN.search(each)
    ]


def test_an_online_check_is_noted_whatever_comes_out(
    visit: Visit, node: Node, made: dict[str, str]
) -> None:
    """Of a permit that stands and one that does not; a forged code writes nothing."""
    key = ask(node.data, "new_permit", made["holder"])["key"]
    visitor = visit(made["officer"])
    ready(visitor)
    code = ask(node.data, "permit_code", key)["code"]
    visitor.by("city").select_option("430100")
    assert paste(visitor, code) == ("valid", "agreement")
    paste(visitor, tampered(code))
    ask(node.data, "revoke", key)
    assert paste(visitor, code) == ("invalid", "revoked")
    noted = ask(node.data, "looks", key, "page")
    assert [each["verdict"] for each in noted] == ["valid", "invalid"]


def test_without_a_login_offline_checks_wait_for_one(
    visit: Visit, node: Node, made: dict[str, str]
) -> None:
    visitor = visit()
    page = ready(visitor)
    page.reload()
    expect(visitor.by("state")).to_have_attribute("data-state", "online")
    code = ask(node.data, "permit_code", made["permit"])["code"]
    visitor.context.set_offline(True)
    page.goto(node.address + "/check/")
    expect(visitor.by("state")).to_have_attribute("data-state", "offline")
    assert paste(visitor, code)[0] in {"valid", "invalid"}
    visitor.context.set_offline(False)
    expect(visitor.by("unsent")).to_contain_text("请经办人登录后上报")
    visitor.by("send").click()
    expect(visitor.by("unsent")).to_contain_text("1次")
    visitor.complaints[:] = [
        each
        for each in visitor.complaints
        if not NETWORK.search(each) and not NOT_LET_IN.search(each)
    ]


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_answer_is_accessible(visit: Visit, codes: dict[str, str], lang: str) -> None:
    visitor = visit(lang=lang)
    page = ready(visitor)
    found: list[str] = []
    for text in (codes["valid"], codes["revoked"], "nothing"):
        paste(visitor, text)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for width, scheme in LOOKS[lang]:
            found += look(page, width, scheme)
    later(page, hours=30)
    assert paste(visitor, codes["valid"])[0] in {"stale", "unknown"}
    for width, scheme in LOOKS[lang]:
        found += look(page, width, scheme)
    assert not found, "\n".join(found)


def test_the_page_is_used_by_keyboard(visit: Visit, codes: dict[str, str]) -> None:
    visitor = visit()
    page = ready(visitor)
    page.locator("details:has([data-testid=text]) summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(codes["valid"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert answer(visitor) == ("valid", "agreement")
    # the answer has the focus, and the next thing is to check another
    expect(visitor.by("result")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(visitor.by("camera")).to_be_focused()
