"""A letter as a Word document, laid out as GB/T 9704-2012 asks of official documents.

A4 with margins of 37, 26, 35 and 28 mm; the authority in red over a red rule, the number beneath;
the title in 小标宋 of 22 pt; text in 仿宋 of 16 pt on lines of 28 pt; signature and day at the
right, where the seal is set.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, TypeAlias

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from conurb.plan.writers.docx import ALTERNATIVES, BODY, CONTROL, MASTHEAD, TITLE, Face
from conurb.sames.market.letters import LIST, Letter, chinese_day

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
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        self._name_alternatives()

    def masthead(self, letter: Letter) -> None:
        size = 36 if len(letter.authority) <= LONG_NAME else 28
        face = Face(MASTHEAD.chinese, size, bold=True, colour=MASTHEAD.colour)
        self.line(letter.authority, face, Alignment.CENTER, lead=46, after=12)
        number = self.line(letter.number, BODY, Alignment.CENTER, after=8)
        borders = (
            f"<w:pBdr {nsdecls('w')}>"
            '<w:bottom w:val="single" w:sz="18" w:space="6" w:color="C8102E"/></w:pBdr>'
        )
        number._p.get_or_add_pPr().append(parse_xml(borders))

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
        run = paragraph.add_run(CONTROL.sub("", text))
        run.font.size = Pt(face.size)
        run.font.bold = face.bold
        run.font.color.rgb = face.colour or RGBColor(0, 0, 0)
        run.font.name = "Times New Roman"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face.chinese)
        return paragraph

    def saved(self, letter: Letter) -> bytes:
        properties = self.document.core_properties
        properties.title = f"{LIST}{letter.subject}"
        properties.author = letter.authority
        properties.language = "zh-CN"
        properties.comments = ""
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _name_alternatives(self) -> None:
        """Tell the reading program which fonts to take where one is missing."""
        part = self.document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
        fonts = parse_xml(part.blob)
        for name, others in ALTERNATIVES.items():
            fonts.append(
                parse_xml(
                    f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{others}"/>'
                    '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/>'
                    "</w:font>"
                )
            )
        from lxml import etree

        part._blob = etree.tostring(fonts, xml_declaration=True, encoding="UTF-8", standalone=True)
