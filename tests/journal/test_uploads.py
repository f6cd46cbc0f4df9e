"""What may be handed in with a report."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.journal import uploads
from conurb.journal.uploads import HandedIn, UploadError, check, check_all, clean_name

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 32


def package(folder: str, *more: tuple[str, bytes], types: bytes = b"<Types/>") -> bytes:
    """An Office package with the parts that tell its kind, and others."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("[Content_Types].xml", types)
        opened.writestr(f"{folder}/document.xml", b"<w/>")
        for name, content in more:
            opened.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("进展.pdf", PDF, "application/pdf"),
        ("现场.PNG", PNG, "image/png"),
        ("现场.jpeg", JPG, "image/jpeg"),
        ("现场.jpg", JPG, "image/jpeg"),
        ("清单.csv", "编号,名称\r\n1,芙蓉大道\r\n".encode(), "text/csv"),
        ("清单.csv", "编号,名称\r\n1,芙蓉大道\r\n".encode("gb18030"), "text/csv"),
        ("纪要.txt", "会议纪要\n".encode("utf-16"), "text/plain"),
        ("方案.docx", package("word"), uploads.MEDIA_TYPES["docx"]),
        ("台账.xlsx", package("xl"), uploads.MEDIA_TYPES["xlsx"]),
        ("汇报.pptx", package("ppt"), uploads.MEDIA_TYPES["pptx"]),
    ],
)
def test_what_is_what_it_says_is_taken(name: str, content: bytes, media_type: str) -> None:
    taken = check(HandedIn(name, content))
    assert (taken.filename, taken.media_type, taken.content) == (name, media_type, content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        ("页.html", b"<html></html>", "type"),
        ("程序.exe", b"MZ\x90", "type"),
        ("宏.docm", package("word"), "type"),
        ("包.zip", package("word"), "type"),
        ("无扩展名", PDF, "type"),
        ("进展.pdf.exe", PDF, "type"),
        ("空.pdf", b"", "empty"),
        ("大.txt", b"a" * (uploads.MAX_SIZE + 1), "too-large"),
        ("假.pdf", PNG, "content"),
        ("假.png", PDF, "content"),
        ("假.jpg", b"GIF89a" + b"\x00" * 10, "content"),
        ("假.docx", PDF, "content"),
        ("假.docx", b"PK\x03\x04 and then nothing of a package", "content"),
        ("表.docx", package("xl"), "content"),
        ("旧.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "content"),
        ("二进制.txt", b"\x00\x01\x02", "content"),
        ("含宏.docx", package("word", ("word/vbaProject.bin", b"x")), "active"),
        ("含宏.xlsx", package("xl", types=b"<x macroEnabled='1'/>"), "active"),
        ("控件.docx", package("word", ("word/activeX/activeX1.bin", b"x")), "active"),
        ("嵌入.docx", package("word", ("word/embeddings/oleObject1.bin", b"x")), "active"),
        ("脚本.pdf", PDF + b"<< /S /JavaScript /JS (app.alert(1)) >>", "active"),
        ("启动.pdf", PDF + b"<< /S /Launch >>", "active"),
        ("网页.txt", b"hello <ScRiPt>alert(1)</script>", "active"),
        ("网页.csv", b"a,b\n<svg onload=alert(1)>", "active"),
        ("壳.txt", b"#!/bin/sh\nrm -rf /", "active"),
        ("穿越.docx", package("word", ("../../etc/passwd", b"x")), "content"),
        ("../../etc/passwd.pdf", PDF, "name-path"),
        ("..\\..\\boot.pdf", PDF, "name-path"),
        ("/etc/cron.pdf", PDF, "name-path"),
        ("a\x00.pdf", PDF, "name-path"),
        ("报告\u202efdp.exe.pdf", PDF, "name-disguised"),
        ("行\n.pdf", PDF, "name-disguised"),
        ("   ", PDF, "name-empty"),
    ],
)
def test_what_is_not_is_refused_with_a_reason(name: str, content: bytes, code: str) -> None:
    with pytest.raises(UploadError) as refused:
        check(HandedIn(name, content))
    assert refused.value.code == code
    assert refused.value.message_zh
    assert refused.value.message_en


def test_a_package_that_unpacks_to_something_huge_is_refused() -> None:
    bomb = package("word", ("word/media/zeros.bin", b"\x00" * 60_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(UploadError) as refused:
        check(HandedIn("炸弹.docx", bomb))
    assert refused.value.code == "bomb"


def test_at_most_ten_files_go_with_a_report() -> None:
    assert len(check_all([HandedIn("a.pdf", PDF)] * 10)) == 10
    with pytest.raises(UploadError) as refused:
        check_all([HandedIn("a.pdf", PDF)] * 11)
    assert refused.value.code == "too-many"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        (" 进展 报告.pdf ", "进展 报告.pdf"),
        (".hidden.pdf", "hidden.pdf"),
        ('a<b>:"c|d?e*.pdf', "a_b___c_d_e_.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=300), st.binary(max_size=200))
def test_no_name_and_no_content_break_the_check(name: str, content: bytes) -> None:
    try:
        taken = check(HandedIn(name, content))
    except UploadError:
        return
    assert "/" not in taken.filename
    assert len(taken.filename) <= uploads.MAX_NAME
    assert uploads.extension_of(taken.filename) in uploads.ALLOWED
