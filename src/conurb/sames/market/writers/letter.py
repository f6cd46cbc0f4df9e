"""A letter as a Word document, laid out as official documents are (see `conurb.journal.paper`).

The authority in red over a red rule with the number beneath; the title in two lines; the text;
signature and day at the right, where the seal is set.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, TypeAlias

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from conurb.journal.paper import (
    CONTROL,
    RED,
    Face,
    name_alternatives,
    page_number,
    rule_below,
    set_font,
    set_page,
)
from conurb.sames.market.letters import LIST, Letter, chinese_day

TITLE = Face("方正小标宋简体", 22, bold=True)
BODY = Face("仿宋", 16)
PAGE = Face("宋体", 14)
LINE = 28  # points
LONG_NAME = 14
"""Names of authorities longer than this are set smaller, to stay on one line."""

Alignment: TypeAlias = WD_ALIGN_PARAGRAPH


def write(letter: Letter) -> bytes:
    """Return the letter as docx."""
    paper = _Paper()
    paper.masthead(letter)
    paper.line(LIST, TITLE, Alignment.CENTER, lead=34, before=22)
    paper.line(letter.subject, TITLE, Alignment.CENTER, lead=34, after=16)
    paper.line(letter.addressee, BODY, Alignment.LEFT)
    for paragraph in letter.paragraphs:
        paper.line(paragraph, BODY, Alignment.JUSTIFY, indent=True)
    paper.line(letter.authority, BODY, Alignment.RIGHT, before=42, keep=True)
    paper.line(chinese_day(letter.day), BODY, Alignment.RIGHT, keep=True)
    return paper.saved(letter)


class _Paper:
    """Writes a document from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        section = self.document.sections[0]
        set_page(section)
        name_alternatives(self.document)
        footer = section.footer.paragraphs[0]
        footer.alignment = Alignment.CENTER
        self._run(footer, "— ", PAGE)
        page_number(footer, PAGE)
        self._run(footer, " —", PAGE)

    def masthead(self, letter: Letter) -> None:
        size = 36 if len(letter.authority) <= LONG_NAME else 28
        face = Face("方正小标宋简体", size, bold=True, colour=RED)
        self.line(letter.authority, face, Alignment.CENTER, lead=46, after=12)
        rule_below(self.line(letter.number, BODY, Alignment.CENTER, after=8))

    def line(
        self,
        text: str,
        face: Face,
        align: Alignment,
        *,
        lead: float = LINE,
        before: float = 0,
        after: float = 0,
        indent: bool = False,
        keep: bool = False,
    ) -> Any:
        paragraph = self.document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.alignment = align
        layout.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
        layout.line_spacing = Pt(lead)
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.keep_with_next = keep
        if indent:
            layout.first_line_indent = Pt(face.size * 2)
        self._run(paragraph, text, face)
        return paragraph

    def saved(self, letter: Letter) -> bytes:
        properties = self.document.core_properties
        properties.title = f"{LIST}{letter.subject}"
        properties.author = letter.authority
        properties.language = "zh-CN"
        properties.comments = ""
        # by its language a word processor chooses the shapes of shared characters and stops
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _run(self, paragraph: Any, text: str, face: Face) -> None:
        run = paragraph.add_run(CONTROL.sub("", text))
        run.font.size = Pt(face.size)
        run.font.bold = face.bold
        run.font.color.rgb = face.colour or RGBColor(0, 0, 0)
        set_font(run, face.chinese)
