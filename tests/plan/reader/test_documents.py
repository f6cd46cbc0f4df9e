"""Files: encodings, Word with automatic numbers and tables, pdf; and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from conurb.plan.reader import DocumentError, read_document, read_text, render_text, uncovered
from conurb.plan.reader.decode import MAX_BYTES, text_of

from .office_files import headed_docx, numbered_docx, pdf, printed_pages, table_docx

TITLE = "东江西河两市合作任务清单（2024年）"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings(encoding: str, invented: str) -> None:
    assert text_of(invented.encode(encoding), "plan.txt") == invented


def test_automatic_numbers_of_word() -> None:
    data = numbered_docx(
        TITLE,
        [
            (0, "交通互联"),
            (1, "启动东江大道北延项目前期工作。"),
            (1, "开通城际公交。"),
            (2, "开通东线。"),
            (2, "开通西线。"),
            (0, "生态共治"),
            (1, "建立河湖联防联控机制。"),
        ],
    )
    reading = read_document(data, "plan.docx")
    assert reading.title == TITLE
    assert [item.number for item in reading.items] == ["1.1", "1.2", "1.2.1", "1.2.2", "2.1"]
    assert [field.name for field in reading.fields] == ["交通互联", "生态共治"]
    assert "（二）开通城际公交。\n1. 开通东线。" in reading.text
    assert read_text(reading.text).to_json() == reading.to_json()


def test_headings_and_bullets_of_word() -> None:
    data = headed_docx(TITLE, [("交通互联", ["开通公交", "修建大桥"]), ("生态共治", ["疏通河道"])])
    reading = read_document(data, "plan.docx")
    assert [(f.name, len(f.items)) for f in reading.fields] == [("交通互联", 2), ("生态共治", 1)]


def test_a_task_table_of_word() -> None:
    data = table_docx(
        TITLE,
        [
            ("领域", "重点任务", "牵头单位", "配合单位", "完成时限"),
            ("交通互联", "修建跨江大桥", "市交通局", "市财政局", "2024年12月底前"),
            ("", "开通城际公交", "市交通局", "", "第三季度"),
            ("生态共治", "建立联防联控机制", "市生态环境局", "", ""),
        ],
    )
    reading = read_document(data, "plan.docx")
    assert [(f.name, len(f.items)) for f in reading.fields] == [("交通互联", 2), ("生态共治", 1)]
    bridge, bus = (item.tasks[0] for item in reading.fields[0].items)
    assert bridge.text == "修建跨江大桥"
    assert [(a.name, a.role) for a in bridge.actors] == [
        ("市交通局", "lead"),
        ("市财政局", "support"),
    ]
    assert bridge.due is not None
    assert bridge.due.end == "2024-12-31"
    assert [a.name for a in bus.actors] == ["市交通局"]


def test_pdf_as_an_office_prints_it(invented: str) -> None:
    title, body = invented.split("\n", 1)
    reading = read_document(printed_pages(title, body), "plan.pdf")
    assert uncovered(reading) == []
    assert [len(field.items) for field in reading.fields] == [3, 4, 3, 3, 5]
    plain = read_text(invented)
    assert [item.text for item in reading.items] == [item.text for item in plain.items]
    assert reading.repairs == ()
    assert "内部资料" not in reading.text.replace("\n", "")[40:]


def refused(data: bytes, name: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_document(data, name)
    error = caught.value
    assert name in error.message_zh
    assert name in error.message_en
    assert any("\u4e00" <= char <= "\u9fff" for char in error.message_zh)
    return error


def test_refusals(invented: str) -> None:
    assert refused(b"", "a.txt").code == "empty"
    assert refused(b" \n\t", "a.txt").code == "empty"
    assert refused(b"x", "a.exe").code == "unsupported"
    assert refused(b"x", "noname").code == "unsupported"
    assert refused(b"x" * (MAX_BYTES + 1), "a.txt").code == "too-large"
    assert refused(b"\xff\xfe\x00\xd8", "a.txt").code == "undecodable"
    assert refused(bytes(range(128, 256)) * 4, "a.txt").code == "undecodable"
    assert refused(invented.encode(), "a.docx").code == "corrupt"
    assert refused(invented.encode(), "a.pdf").code == "corrupt"
    assert refused(b"%PDF-1.4 but no more", "a.pdf").code == "corrupt"
    assert refused(b"PK\x03\x04 but no more", "a.docx").code == "corrupt"
    assert refused(b"%PDF-1.4 ...", "a.txt").code == "corrupt"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx").code == "encrypted"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc").code == "unsupported"


def test_a_scan_is_refused() -> None:
    assert refused(pdf([[]]), "scan.pdf").code == "scanned"


def test_a_zip_bomb_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 60_000_000)
    assert refused(stream.getvalue(), "bomb.docx").code == "zip-bomb"


def test_a_zip_that_is_no_word_document_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(stream.getvalue(), "a.docx").code == "corrupt"


def test_damaged_files_are_refused_or_read() -> None:
    whole = numbered_docx(TITLE, [(0, "交通互联"), (1, "开通城际公交。")])
    printed = printed_pages(TITLE, "一、交通互联\n（一）开通城际公交。")
    for data, name in ((whole, "a.docx"), (printed, "a.pdf")):
        for cut in range(5, len(data), max(1, len(data) // 40)):
            damaged = data[:cut] + b"\x00\xff" + data[cut + 2 :]
            for version in (data[:cut], damaged):
                assert outcome(version, name) in {
                    "read",
                    "corrupt",
                    "empty",
                    "scanned",
                    "encrypted",
                    "zip-bomb",
                }


def outcome(data: bytes, name: str) -> str:
    """The code of the refusal, or "read" where every character is accounted for."""
    try:
        reading = read_document(data, name)
    except DocumentError as error:
        return error.code
    return "lost" if uncovered(reading) else "read"


def test_the_outline_in_both_languages(invented: str) -> None:
    reading = read_text(invented)
    chinese, english = render_text(reading), render_text(reading, "en")
    assert "5 个领域，18 个条目" in chinese
    assert "5 fields, 18 items" in english
    assert "[规划编制]" in chinese
    assert "[plan]" in english
