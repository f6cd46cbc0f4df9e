"""What official documents in Word have in common: faces of type, fonts, rules, page numbers.

Source: GB/T 9704-2012, the layout of official documents of Party and government organs: A4 with
margins of 37, 26, 35 and 28 mm; the issuing organ in red over a red rule; the title in 小标宋 of
22 pt, text in 仿宋 of 16 pt on lines of 28 pt; page numbers between dashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

RED = RGBColor(0xC8, 0x10, 0x2E)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")

# what stands in for a font that a machine does not have, the most alike first
ALTERNATIVES = {
    "方正小标宋简体": "FZXiaoBiaoSong-B05S;SimSun;Noto Serif CJK SC",
    "仿宋": "FangSong;仿宋_GB2312;STFangsong;Noto Serif CJK SC",
    "黑体": "SimHei;STHeiti;Noto Sans CJK SC",
    "楷体": "KaiTi;楷体_GB2312;STKaiti;Noto Serif CJK SC",
    "宋体": "SimSun;STSong;Noto Serif CJK SC",
}


@dataclass(frozen=True)
class Face:
    """A face of type: the font for Chinese, its size in points, and how it is set."""

    chinese: str
    size: float
    bold: bool = False
    colour: RGBColor | None = None


def set_page(section: Any) -> None:
    """Give a section the paper and the margins of the standard."""
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)


def name_alternatives(document: Any) -> None:
    """Tell the reading program which fonts to take where one is missing."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = parse_xml(part.blob)
    for name, others in ALTERNATIVES.items():
        fonts.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{others}"/>'
                '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/>'
                "</w:font>"
            )
        )
    part._blob = written(fonts)


def written(element: Any) -> bytes:
    """Return an element as a file of its own."""
    from lxml import etree

    made: bytes = etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made


def set_font(run: Any, chinese: str) -> None:
    """Set the font of Chinese characters; letters and figures stand in Times New Roman."""
    run.font.name = "Times New Roman"
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), chinese)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def rule_below(paragraph: Any) -> None:
    """Draw the red rule below the issuing organ."""
    borders = parse_xml(
        f"<w:pBdr {nsdecls('w')}>"
        '<w:bottom w:val="single" w:sz="18" w:space="6" w:color="C8102E"/></w:pBdr>'
    )
    paragraph._p.get_or_add_pPr().append(borders)


def page_number(paragraph: Any, face: Face) -> None:
    """Add the number of the page as a field that the reading program fills."""
    run = paragraph.add_run()
    run.font.size = Pt(face.size)
    set_font(run, face.chinese)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
