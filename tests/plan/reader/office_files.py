"""Word and pdf files made by the tests themselves; all text is invented."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

LEVELS = (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))


def numbered_docx(title: str, paragraphs: Sequence[tuple[int | None, str]]) -> bytes:
    """A docx whose numbers are automatic: (depth or None for plain, text)."""
    document = docx.Document()
    document.add_heading(title, 0)
    _define_list(document)
    for depth, text in paragraphs:
        paragraph = document.add_paragraph(text)
        if depth is not None:
            _number(paragraph, depth)
    return _bytes(document)


def headed_docx(title: str, sections: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A docx with headings by style and bullets by style."""
    document = docx.Document()
    document.add_heading(title, 0)
    for heading, items in sections:
        document.add_heading(heading, 1)
        for item in items:
            document.add_paragraph(item, style="List Bullet")
    return _bytes(document)


def table_docx(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """A docx with one table; an empty cell in the first column is merged with the one above."""
    document = docx.Document()
    document.add_paragraph(title)
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
        if at > 1 and not row[0]:
            table.cell(at - 1, 0).merge(table.cell(at, 0))
    return _bytes(document)


def _bytes(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _value(name: str, value: str) -> OxmlElement:
    element = OxmlElement(f"w:{name}")
    element.set(qn("w:val"), value)
    return element


def _define_list(document: docx.document.Document) -> None:
    root = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for depth, (form, words) in enumerate(LEVELS):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(depth))
        level.extend([_value("start", "1"), _value("numFmt", form), _value("lvlText", words)])
        abstract.append(level)
    root.insert(0, abstract)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), "77")
    number.append(_value("abstractNumId", "77"))
    root.append(number)


def _number(paragraph: docx.text.paragraph.Paragraph, depth: int) -> None:
    properties = OxmlElement("w:numPr")
    properties.extend([_value("ilvl", str(depth)), _value("numId", "77")])
    paragraph._p.get_or_add_pPr().append(properties)


_FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
    "/DescendantFonts [4 0 R] >>"
)
_CHARACTERS = (
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 5 0 R >>"
)
_SHAPE = (
    "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] "
    "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>"
)


def pdf(pages: Sequence[Sequence[tuple[float, float, float, str]]]) -> bytes:
    """A pdf whose lines stand at (x, y, size): one Chinese font that is not embedded."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", _FONT, _CHARACTERS, _SHAPE]
    kids = []
    for lines in pages:
        content = "\n".join(
            f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
            for x, y, size, text in lines
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _assembled(objects)


def _assembled(objects: Sequence[str]) -> bytes:
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    return (
        out
        + (
            f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF"
        ).encode()
    )


def printed_pages(title: str, text: str, width: int = 30, height: int = 14) -> bytes:
    """The text as an office prints it: indented paragraphs wrapped at `width` characters, pages
    of `height` lines with a header, and page numbers."""
    lines: list[tuple[int, str]] = []
    for paragraph in text.splitlines():
        words, indent = paragraph.strip(), 2
        while words:
            lines.append((indent, words[: width - indent]))
            words, indent = words[width - indent :], 0
    pages = []
    for number, at in enumerate(range(0, len(lines), height), 1):
        page = [(150.0, 800.0, 9.0, "内部资料 注意保存")]
        if number == 1:
            page.append((150.0, 770.0, 20.0, title))
        for row, (indent, words) in enumerate(lines[at : at + height]):
            page.append((90.0 + 14 * indent, 730.0 - 28 * row, 14.0, words))
        page.append((280.0, 40.0, 9.0, f"- {number} -"))
        pages.append(page)
    return pdf(pages)
