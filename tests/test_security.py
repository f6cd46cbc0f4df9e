"""What a hostile visitor tries: scripts in pages, forms from elsewhere, files that are no files."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from docx import Document as Word

from tests import permissions
from tests.test_permissions import (
    PAGE_ROWS,
    World,
    asked,
    body_of,
    browser,
    drain,
    fingerprint,
    input_of,
    outcome_of,
    path_of,
    world,
)

__all__ = ["world"]  # the fixture

pytestmark = pytest.mark.django_db

SHOWN = sorted({row.name for row in PAGE_ROWS if row.method == "GET"} - {"account_logout"})
POSTED = sorted({row.name for row in PAGE_ROWS if row.method == "POST"} - {"demo-login"})
FILES = {"evidence", "import-file"}.union(
    *(getattr(module, "FILES", ()) for module in permissions.MODULES)
)
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"`{{7*7}}"


@pytest.fixture
def undone(world: World) -> Iterator[World]:
    """The world, with everything that a test does to it taken back."""
    with transaction.atomic():
        yield world
        transaction.set_rollback(True)


def policy_of(answer: Any) -> dict[str, list[str]]:
    directives = answer.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (each.split() for each in directives) if words}


SOURCES = {"script": "src", "link": "href", "img": "src", "iframe": "src", "form": "action"}


class Inline(HTMLParser):
    """Finds what the policy would stop, and what comes from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append(f"<script> {given}")
        for name, value in attrs:
            words = (value or "").strip().lower()
            if name == "style" or name.startswith("on") or words.startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value!r}>")
        source = given.get(SOURCES.get(tag, "")) or ""
        if source.startswith(("http:", "https:", "//")):
            self.found.append(f"<{tag}> from {source}")


def inline_in(text: str) -> list[str]:
    parser = Inline()
    parser.feed(text)
    return parser.found


def is_page(answer: Any) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/html")


@pytest.mark.parametrize("role", ["nobody", "changsha", "office"])
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_page_is_under_the_strict_policy(undone, role, lang):
    """The header stands on every answer, and no page has anything inline that it would stop."""
    client = browser(undone, role)
    client.cookies["conurb_language"] = lang
    faults = []
    for route in SHOWN:
        answer = client.get(path_of(route, undone))
        if route.startswith("demo") or answer.status_code == 405:
            continue
        policy = policy_of(answer)
        said = json.dumps(policy)
        if "sandbox" in policy:
            # a download, which no page needs to show
            assert policy["default-src"] == ["'none'"], route
            assert answer.headers["Content-Disposition"].startswith("attachment"), route
            continue
        assert route.partition("@")[0] not in FILES or answer.status_code != 200, route
        styles = policy.pop("style-src")
        # swagger-ui styles its own elements; ninja dresses the page and its document alike
        relaxed = route in {"api:openapi-view", "api:openapi-json"}
        assert styles == ["'self'", "'unsafe-inline'"][: 1 + relaxed], route
        assert "unsafe" not in json.dumps(policy), said
        assert policy["script-src"] == policy["default-src"] == ["'self'"], said
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff", route
        assert answer.headers["X-Frame-Options"] == "DENY", route
        assert answer.headers["Referrer-Policy"] == "same-origin", route
        if is_page(answer):
            faults += [(route, fault) for fault in inline_in(drain(answer).decode())]
    assert faults == []


def test_what_people_write_is_shown_as_words(undone):
    """Script in reports, reasons, names and introductions comes out escaped on every page."""
    from conurb.plan.actions import bulletin, keys, life
    from conurb.plan.actions.supervising import remind
    from conurb.plan.bulletins import Month

    office, officer = undone.people["office"], undone.people["changsha"]
    officer.full_name = XSS
    officer.save()
    life.report(officer, undone.task, words=XSS, words_en=XSS, obstacle=XSS)
    life.give_back(officer, undone.lead, XSS)
    life.withdraw(office, undone.unproposed, XSS)
    remind(office, undone.case, XSS)
    keys.create(office, officer.authority, XSS[:90])
    bulletin.write_introduction(
        office,
        undone.written.plan,
        Month(*undone.month),
        zh=XSS,
        en=XSS,
        version=undone.written.version,
    )
    client = browser(undone, "office")
    seen, faults = set(), []
    paths = {route: path_of(route, undone) for route in SHOWN}
    paths["search"] = f"{reverse('plan')}?q=%3Cscript%3Ealert(1)%3C/script%3E"
    paths["task withdrawn"] = reverse("task", args=[undone.unproposed.key])
    for route, path in paths.items():
        answer = client.get(path)
        if not is_page(answer) or answer.status_code != 200:
            continue
        text = body_of(answer)
        faults += [(route, fault) for fault in inline_in(text)]
        if "alert(1)" in text:
            seen.add(route)
    assert faults == []
    assert {"task", "bulletin@draft", "supervision-case", "authority-keys", "search"} <= seen


def faulty(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """A view that fails while it holds somebody's data."""
    person = {"name": request.POST.get("name"), "number": "430104199001011234"}
    raise RuntimeError(f"broken with {len(person)} fields")


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-hans", "系统出现故障"), ("en", "Something went wrong here")]
)
def test_a_fault_tells_nobodys_data(undone, monkeypatch, caplog, lang, words):
    """Neither the page nor the log of a 500 holds what was sent or what the view held."""
    from django.urls import get_resolver, resolve

    match = resolve("/language/")
    pattern = next(each for each in every_pattern(get_resolver()) if each.callback is match.func)
    monkeypatch.setattr(pattern, "callback", faulty)
    client = Client(raise_request_exception=False)
    client.cookies["conurb_language"] = lang
    number = "430104199001011234"
    sent = {"name": "张三丰", "number": number, "next": f"/?resident={number}"}
    with caplog.at_level(logging.DEBUG, logger="django.request"):
        answer = client.post("/language/", sent)
    assert answer.status_code == 500
    page = answer.content.decode()
    assert words in page
    log = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "broken with 2 fields" in log
    for secret in ("张三丰", number):
        assert secret not in page
        assert secret not in log
    assert "Traceback" not in page
    assert "RuntimeError" not in page
    assert inline_in(page) == []


def every_pattern(resolver: Any) -> Iterator[Any]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from every_pattern(pattern)
        else:
            yield pattern


def test_without_its_database_the_node_says_so(undone):
    """The page of a 500 needs no database."""

    def gone(*_args: object) -> Any:
        raise OperationalError("no database")

    with connection.execute_wrapper(gone):
        answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "系统出现故障" in answer.content.decode()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("path", "status"), [("/no-such-page/", 404), ("/plan/2021/99.9/", 404), ("/tasks/x/", 404)]
)
def test_pages_of_refusal_are_pages(undone, lang, path, status):
    client = browser(undone, "office")
    client.cookies["conurb_language"] = lang
    answer = client.get(path)
    assert answer.status_code == status
    assert "<h1" in answer.content.decode()
    assert inline_in(answer.content.decode()) == []


def test_strange_hosts_are_refused(undone):
    answer = Client(headers={"host": "evil.example"}).get("/")
    assert answer.status_code == 400


@pytest.mark.parametrize("route", POSTED)
def test_forms_from_elsewhere_are_refused(undone, route):
    """Without this site's token no form does anything, whoever is logged in."""
    client = Client(enforce_csrf_checks=True)
    if route != "account_login":
        client.force_login(undone.people["office"], "conurb.portal.backends.Backend")
    answer = client.post(path_of(route, undone), input_of(route, "office", undone))
    assert answer.status_code == 403
    assert fingerprint() == undone.fingerprint


def test_the_api_takes_no_session_without_the_token(undone):
    client = Client(enforce_csrf_checks=True)
    client.force_login(undone.people["office"], "conurb.portal.backends.Backend")
    answer = client.post(
        f"/api/tasks/{undone.task.key}/reports", {"words": "x"}, content_type="application/json"
    )
    assert answer.status_code == 403
    assert fingerprint() == undone.fingerprint


def test_cookies(undone):
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": "office", "password": "pass-office-4711"})
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


def test_behind_https_cookies_are_secure():
    """An https address of the node turns on secure cookies and strict transport security."""
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DEBUG")
    program = (
        "from django.conf import settings; import json;"
        f"print(json.dumps([getattr(settings, name) for name in {names!r}]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "conurb.config.settings",
            "CONURB_ADDRESS": "https://plan.example",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(said) == [True, True, 31_536_000, False]


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\t//evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "///evil.example",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_elsewhere(undone, address):
    """`next` leads to pages of this node alone: after the language, the login and every act."""
    office = browser(undone, "office")
    login = {"login": "office", "password": "pass-office-4711", "next": address}
    answers = [
        Client().post(reverse("language"), {"language": "en", "next": address}),
        Client().post(reverse("account_login"), login),
        browser(undone, "changsha").post(path_of("assignment-accept", undone), {"next": address}),
        office.post(path_of("task-withdraw", undone), {"reason": "并入另一任务", "next": address}),
        office.post(path_of("propose-all", undone), {"next": address}),
    ]
    for answer in answers:
        assert outcome_of(answer) == "goes"
        there = answer.headers["Location"]
        assert there.startswith("/")
        assert not there.startswith(("//", "/\\"))
        assert "evil" not in there


def test_guessing_passwords_is_slowed_down(undone):
    from django.core.cache import cache

    cache.clear()
    client = Client()
    for _attempt in range(10):
        client.post(reverse("account_login"), {"login": "office", "password": "wrong"})
    right = {"login": "office", "password": "pass-office-4711"}
    answer = client.post(reverse("account_login"), right)
    assert outcome_of(answer) != "goes"
    assert "_auth_user_id" not in client.session
    cache.clear()


def package(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return made.getvalue()


def word(extra: dict[str, bytes] | None = None) -> bytes:
    """A real docx, with parts put into it."""
    document = Word()
    document.add_paragraph("佐证材料")
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    return package({**parts, **(extra or {})})


def bomb() -> bytes:
    """A docx of some hundred kilobytes that would unpack to more than 300 megabytes."""
    return word({"word/media/big.bin": bytes(320 * 1024 * 1024)})


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
TOO_LARGE = settings.UPLOAD_LIMIT + 1

# what is handed in, as bytes or a function that makes them; what the refusal says in both languages
EVIDENCE: dict[str, tuple[str, Any, str, str]] = {
    "program": ("setup.exe", b"MZ" + bytes(64), "不在允许范围内", "of a type that is not taken"),
    "html": ("page.html", b"<html><script>1</script>", "不在允许范围内", "not taken"),
    "svg": ("drawing.svg", b"<svg onload='x'/>", "不在允许范围内", "not taken"),
    "archive": ("all.zip", package({"a.txt": b"a"}), "不在允许范围内", "not taken"),
    "no ending": ("report", PDF, "不在允许范围内", "not taken"),
    "double ending": ("photo.png.exe", PNG, "不在允许范围内", "not taken"),
    "turned name": ("会议\u202efdp.exe", PDF, "不在允许范围内", "not taken"),
    "macro docm": ("a.docm", word({"word/vbaProject.bin": b"x"}), "不在允许范围内", "not taken"),
    "html as pdf": ("a.pdf", b"<html></html>", "内容不是pdf", "is not pdf"),
    "program as png": ("a.png", b"MZ" + bytes(64), "内容不是png", "is not png"),
    "pdf as jpg": ("a.jpg", PDF, "内容不是jpg", "is not jpg"),
    "zip as docx": ("a.docx", package({"a.txt": b"a"}), "内容不是docx", "is not docx"),
    "docx as xlsx": ("a.xlsx", word(), "内容不是xlsx", "is not xlsx"),
    "macro in docx": (
        "a.docx",
        word({"word/vbaProject.bin": b"x"}),
        "含有宏、脚本",
        "carries macros, scripts",
    ),
    "object in docx": (
        "a.docx",
        word({"word/embeddings/oleObject1.bin": b"x"}),
        "含有宏、脚本",
        "carries macros, scripts",
    ),
    "script in pdf": (
        "a.pdf",
        PDF + b"<</S/JavaScript/JS(app.alert(1))>>",
        "含有宏、脚本",
        "carries macros, scripts",
    ),
    "script as txt": ("a.txt", b"<script>alert(1)</script>", "含有宏、脚本", "carries macros"),
    "shell as csv": ("a.csv", b"#!/bin/sh\nrm -rf x\n", "含有宏、脚本", "carries macros"),
    "binary as txt": ("a.txt", bytes(range(256)), "内容不是txt", "is not txt"),
    "empty": ("a.pdf", b"", "空文件", "is empty"),
    "too large": ("a.pdf", lambda: PDF.ljust(TOO_LARGE, b"\n"), "超过20 MB", "larger than 20 MB"),
    "bomb": ("a.docx", bomb, "解压后异常庞大", "abnormal size"),
}


def stored() -> set[Path]:
    """The files that the node keeps."""
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def content_of(given: Any) -> bytes:
    return given() if callable(given) else given


@pytest.mark.parametrize("case", EVIDENCE)
def test_evidence_that_is_refused(undone, case):
    """The form says why, in the language of the person; neither report nor file is kept."""
    name, given, zh, en = EVIDENCE[case]
    content, before = content_of(given), stored()
    for lang, words in (("zh-hans", zh), ("en", en)):
        client = browser(undone, "changsha")
        client.cookies["conurb_language"] = lang
        said = input_of("task-report", "changsha", undone)
        answer = client.post(
            path_of("task-report", undone), {**said, "files": [SimpleUploadedFile(name, content)]}
        )
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert stored() == before
    assert fingerprint() == undone.fingerprint


def test_one_bad_file_keeps_the_good_ones_out(undone):
    before = stored()
    said = input_of("task-report", "changsha", undone)
    files = [
        SimpleUploadedFile("好.pdf", PDF + b"%other"),
        SimpleUploadedFile("坏.svg", b"<svg/>"),
    ]
    answer = browser(undone, "changsha").post(
        path_of("task-report", undone), {**said, "files": files}
    )
    assert answer.status_code == 422
    assert stored() == before
    assert fingerprint() == undone.fingerprint


def test_more_files_than_a_report_takes(undone):
    said = input_of("task-report", "changsha", undone)
    files = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(11)]
    answer = browser(undone, "changsha").post(
        path_of("task-report", undone), {**said, "files": files}
    )
    assert answer.status_code == 422
    assert "最多提交10个文件" in answer.content.decode()


NAMES = {
    "../../../etc/x.pdf": "x.pdf",
    "..\\..\\x.pdf": "x.pdf",
    "/etc/passwd.pdf": "passwd.pdf",
    "C:\\Windows\\x.pdf": "x.pdf",
    "a\x00.pdf": "a.pdf",
    "会\u202e议\u200b纪要.pdf": "会议纪要.pdf",
    '现场"><img src=x>.pdf': None,
    "长" * 300 + ".pdf": None,
    "con.pdf": "_con.pdf",
    "-rf *.pdf": None,
    "=1+1.pdf": None,
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_names_that_are_tricks(undone, name):
    """A file is kept under its hash; the name that it is offered under is bare, short and plain."""
    from conurb.plan.models import Evidence

    before = stored()
    said = input_of("task-report", "changsha", undone)
    answer = browser(undone, "changsha").post(
        path_of("task-report", undone),
        {**said, "files": [SimpleUploadedFile(name, PDF + name.encode())]},
    )
    if outcome_of(answer) == "bad":
        assert stored() == before
        return
    assert outcome_of(answer) == "goes"
    kept = Evidence.everything.latest("pk")
    assert NAMES[name] is None or kept.filename == NAMES[name]
    assert len(kept.filename) <= 120
    assert not set(kept.filename) & set('/\\<>"\x00\u202e\u200b')
    (new,) = stored() - before
    assert new.name == kept.sha256
    offered = browser(undone, "changsha").get(reverse("evidence", args=[kept.key]))
    disposition = offered.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert disposition.isprintable()
    assert disposition.isascii()


def test_evidence_is_served_as_a_download(undone):
    answer = browser(undone, "changsha").get(path_of("evidence", undone))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%E4%BC%9A%E8%AE%AE" in disposition
    assert drain(answer).startswith(b"%PDF-")


# what is handed in for import, and what the refusal says
DOCUMENTS: dict[str, tuple[str, Any, str, str]] = {
    "program": ("plan.exe", b"MZ" + bytes(64), "不支持", "not supported"),
    "svg": ("plan.svg", b"<svg onload='x'/>", "不支持", "not supported"),
    "html": ("plan.html", b"<html><script>1</script>", "不支持", "not supported"),
    "macros": ("plan.docm", word({"word/vbaProject.bin": b"x"}), "不支持", "not supported"),
    "not a docx": ("plan.docx", b"not a zip", "内容与扩展名", "not what the extension"),
    "other zip": ("plan.docx", package({"a.txt": b"a"}), "已损坏", "damaged"),
    "not a pdf": ("plan.pdf", b"<html></html>", "内容与扩展名", "not what the extension"),
    "broken pdf": ("plan.pdf", PDF, "已损坏", "damaged"),
    "empty": ("plan.txt", b"", "没有文字", "no words"),
    "binary": ("plan.txt", bytes(range(256)) * 40, "无法识别字符编码", "cannot be decoded"),
    "blank": ("plan.txt", " \n\u3000\n".encode(), "没有文字", "no words"),
    "too large": ("plan.txt", lambda: b"x" * TOO_LARGE, "20 MB", "20 MB"),
    "bomb": ("plan.docx", bomb, "展开后达", "expands to"),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_documents_that_are_refused(undone, case):
    """The import page says why, in the language of the person; nothing is kept."""
    name, given, zh, en = DOCUMENTS[case]
    content, before = content_of(given), stored()
    for lang, words in (("zh-hans", zh), ("en", en)):
        client = browser(undone, "office")
        client.cookies["conurb_language"] = lang
        answer = client.post(
            reverse("imports"), {"file": SimpleUploadedFile(name, content), "year": "2032"}
        )
        assert answer.status_code == 422
        page = answer.content.decode()
        assert 'role="alert"' in page
        refusal = page[page.index('role="alert"') :][:600]
        assert words in refusal, refusal
    assert stored() == before
    assert fingerprint() == undone.fingerprint


def test_an_imported_file_comes_back_as_a_download(undone):
    answer = browser(undone, "office").get(path_of("import-file", undone))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("route", ["task-report", "imports"])
def test_files_of_strangers_are_not_even_looked_at(undone, route):
    """Whoever may not hand in anything is refused before the file is kept."""
    before = stored()
    files = {
        "files": [SimpleUploadedFile("a.pdf", PDF + b"%x")],
        "file": SimpleUploadedFile("b.md", b"x"),
    }
    answer = browser(undone, "xiangtan").post(path_of(route, undone), files)
    assert outcome_of(answer) == "no"
    assert stored() == before


def test_names_in_addresses_lead_nowhere(undone):
    """A hash in an address is no way into the store, and a path is no key."""
    office = browser(undone, "office")
    for key in (undone.evidence.sha256, "..%2f..%2fsecret-key", "%00", "a" * 500):
        assert office.get(f"/evidence/{key}/").status_code == 404
    outcome, left = asked(undone, next(r for r in PAGE_ROWS if r.name == "evidence"), "office")
    assert (outcome, left) == ("ok", False)
