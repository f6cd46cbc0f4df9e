"""A bulletin as a Word document, laid out as departments do.

Source: GB/T 9704-2012, the layout of official documents of Party and government organs: A4 with
margins of 37, 26, 35 and 28 mm; the issuing organ in red over a red rule; the title in 小标宋 of
22 pt, text in 仿宋 of 16 pt on lines of 28 pt, first headings in 黑体 and second in 楷体; page
numbers between dashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

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
from conurb.plan.bulletins import Content, FieldProgress, Progress, Row, Text, summary
from conurb.plan.lights import Light
from conurb.plan.writers.wording import Wording, wording

COLUMNS: tuple[Light, ...] = ("done", "on-course", "at-risk", "late", "not-begun", "withdrawn")
CHINESE_FIGURES = (22, 15, *([15] * 6), 14.5, 14.5)  # widths of columns in mm

MASTHEAD = Face("方正小标宋简体", 36, bold=True, colour=RED)
TITLE = Face("方正小标宋简体", 22, bold=True)
BODY = Face("仿宋", 16)
FIRST = Face("黑体", 16)
SECOND = Face("楷体", 16)
CELL = Face("仿宋", 10.5)
HEAD = Face("黑体", 10.5)
NOTE = Face("仿宋", 12)
PAGE = Face("宋体", 14)
SMALLEST = 9  # points
UNBROKEN_HYPHEN = "\u2011"


def write(content: Content, introduction: Text, language: str) -> bytes:
    """Return the document of a bulletin in a language ("zh-hans", "en")."""
    paper = _Paper(wording(language))
    paper.masthead(content)
    paper.overview(content, introduction)
    paper.progress(content.progress)
    paper.stuck(content)
    paper.coming(content)
    paper.signature(content)
    return paper.saved(content)


class _Paper:
    """Writes the parts of the document, top to bottom."""

    def __init__(self, words: Wording) -> None:
        self.words = words
        self.document = Document()
        name_alternatives(self.document)
        self._page()

    def masthead(self, content: Content) -> None:
        words = self.words
        self._line(words.masthead(content), MASTHEAD, align="center", lead=44, after=14)
        self._line(words.issue(content), BODY, align="center")
        office = content.office.read(words.language)
        day = words.day(content.issued_on or content.as_of)
        line = self._line(f"{office}\t{day}", BODY, after=10)
        stops = line.paragraph_format.tab_stops
        stops.add_tab_stop(Mm(156), alignment=2)
        rule_below(line)
        self._line(words.title(content), TITLE, align="center", lead=34, before=22, after=16)

    def overview(self, content: Content, introduction: Text) -> None:
        words = self.words
        for paragraph in introduction.read(words.language).split("\n"):
            if paragraph.strip():
                self._text(paragraph.strip())
        self._heading(1, words.overview)
        self._text(summary(content, words.language))
        self._caption(words.by_field)
        self._figures(words.field, content.fields, total=content)
        self._caption(words.by_city)
        self._figures(words.city, content.cities, total=None)
        self._line(words.cities_note, NOTE, lead=20, before=4, after=8)

    def progress(self, fields: Sequence[FieldProgress]) -> None:
        words = self.words
        self._heading(2, words.progress)
        if not fields:
            self._text(words.no_progress)
        for place, field in enumerate(fields, start=1):
            self._subheading(place, f"{field.name.read(words.language)}")
            for at, entry in enumerate(field.moved, start=1):
                self._text(self._told(at, entry))
            others = [entry.number for entry in field.unmoved]
            if others:
                numbers = ("、" if words.language != "en" else ", ").join(others)
                numbers = numbers.replace("-", UNBROKEN_HYPHEN)
                self._text(words.others.format(count=len(others), numbers=numbers))

    def stuck(self, content: Content) -> None:
        words = self.words
        self._heading(3, words.stuck)
        if not content.stuck:
            self._text(words.no_stuck)
            return
        candid = any(row.obstacle for row in content.stuck)
        head = [words.number, words.task, words.lead, words.due, words.reason]
        widths = [14, 60, 34, 24, 24]
        if candid:
            head.append(words.obstacle)
            widths = [14, 42, 26, 22, 20, 32]
        rows = [
            [
                row.number,
                row.task.read(words.language),
                self._name(row.lead),
                _plain_day(row.due),
                words.why_stuck(row),
                *([self._obstacle(row.obstacle, row.help_from)] if candid else []),
            ]
            for row in content.stuck
        ]
        self._table(head, rows, widths)

    def coming(self, content: Content) -> None:
        words = self.words
        self._heading(4, words.coming)
        if not content.coming:
            self._text(words.no_coming)
            return
        rows = [
            [
                row.number,
                row.task.read(words.language),
                self._name(row.lead),
                _plain_day(row.due),
                row.stage.read(words.language),
            ]
            for row in content.coming
        ]
        head = [words.number, words.task, words.lead, words.due, words.stage]
        self._table(head, rows, [14, 64, 32, 24, 22])

    def signature(self, content: Content) -> None:
        words = self.words
        office = content.office.read(words.language)
        day = words.day(content.issued_on or content.as_of)
        self._line(office, BODY, align="right", before=36, keep=True)
        self._line(day, BODY, align="right", keep=True)
        source = words.source.format(day=words.day(content.as_of))
        self._line(source, NOTE, before=24, lead=20)

    def saved(self, content: Content) -> bytes:
        properties = self.document.core_properties
        properties.title = self.words.title(content)
        properties.author = content.office.read(self.words.language)
        properties.language = "en-GB" if self.words.language == "en" else "zh-CN"
        properties.comments = ""
        # By its language a word processor chooses the shapes of shared characters and stops.
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _told(self, at: int, entry: Progress) -> str:
        language = self.words.language
        task = entry.task.read(language).rstrip("。.")
        stage = entry.stage.read(language)
        said = entry.words.read(language).strip()
        if language == "en":
            reached = "completed" if entry.completed else f"reached the stage “{stage}”"
            lead = f" ({entry.lead.read(language)})" if entry.lead else ""
            return f"{at}. {entry.number} {task}{lead}: {reached}. {said}"
        reached = "已办结" if entry.completed else f"进展至“{stage}”阶段"
        lead = f"牵头单位：{entry.lead.zh}；" if entry.lead else ""
        return f"{at}．{task}（{entry.number}；{lead}{reached}）。{said}"

    def _name(self, name: Text | None) -> str:
        return name.read(self.words.language) if name else "—"

    def _obstacle(self, obstacle: str, helper: Text | None) -> str:
        if helper is None:
            return obstacle
        asked = self.words.help_from
        colon = ": " if self.words.language == "en" else "："
        return f"{obstacle}\n{asked}{colon}{helper.read(self.words.language)}"

    def _figures(self, label: str, rows: Sequence[Row], *, total: Content | None) -> None:
        words = self.words
        lights = [words.light_name(light) for light in COLUMNS]
        head = [_two_lines(h) for h in (label, words.tasks, *lights, words.moved, words.completed)]
        narrow = [24, 11, *([14] * 5), 19, 16, 16] if words.language == "en" else CHINESE_FIGURES
        lines = [
            [
                row.name.read(words.language),
                str(row.figures.tasks),
                *(str(row.figures.of(light)) for light in COLUMNS),
                str(row.figures.moved),
                str(row.figures.completed),
            ]
            for row in rows
        ]
        if total is not None:
            figures = total.total
            lines.append(
                [
                    words.total,
                    str(figures.tasks),
                    *(str(figures.of(light)) for light in COLUMNS),
                    str(figures.moved),
                    str(figures.completed),
                ]
            )
        self._table(head, lines, narrow, numeric_from=1, sums=bool(total))

    def _table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        numeric_from: int | None = None,
        sums: bool = False,
    ) -> None:
        table = self.document.add_table(rows=1 + len(rows), cols=len(head), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        _narrow_margins(table)
        for place, width in enumerate(widths):
            table.columns[place].width = Mm(width)
        for at, (line, row) in enumerate(zip(table.rows, [head, *rows], strict=True)):
            is_head, is_last = at == 0, at == len(rows)
            _keep_row_whole(line)
            for place, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
                cell.width = Mm(widths[place])
                centred = numeric_from is not None and place >= numeric_from
                heavy = is_head or (sums and is_last)
                # a table of figures stays on one page, a list breaks between its rows
                together = is_head or (numeric_from is not None and not is_last)
                self._cell(cell, text, heavy=heavy, centred=centred, together=together)
        _repeat(table.rows[0])

    def _cell(self, cell: Any, text: str, *, heavy: bool, centred: bool, together: bool) -> None:
        cell.vertical_alignment = 1
        for place, part in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
            paragraph.paragraph_format.space_before = Pt(1.5)
            paragraph.paragraph_format.space_after = Pt(1.5)
            paragraph.paragraph_format.keep_with_next = together
            paragraph.paragraph_format.line_spacing = Pt(15)
            if centred or heavy:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self._run(paragraph, part, HEAD if heavy else CELL)

    def _heading(self, number: int, text: str) -> None:
        mark = f"{'一二三四'[number - 1]}、" if self.words.language != "en" else f"{number}. "
        self._line(mark + text, FIRST, indent=True, level=1, keep=True, before=6)

    def _subheading(self, number: int, text: str) -> None:
        mark = f"（{_chinese(number)}）" if self.words.language != "en" else f"({number}) "
        self._line(mark + text, SECOND, indent=True, level=2, keep=True)

    def _caption(self, text: str) -> None:
        self._line(text, HEAD, align="center", before=10, after=4, lead=18, keep=True)

    def _text(self, text: str) -> None:
        align = "left" if self.words.language == "en" else "both"
        self._line(text, BODY, indent=True, align=align)

    def _line(
        self,
        text: str,
        face: Face,
        *,
        align: str = "left",
        lead: float = 28,
        before: float = 0,
        after: float = 0,
        indent: bool = False,
        keep: bool = False,
        level: int | None = None,
    ) -> Any:
        style = f"Heading {level}" if level else None
        paragraph = self.document.add_paragraph(style=style)
        layout = paragraph.paragraph_format
        layout.alignment = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
            "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
        }[align]
        layout.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
        layout.line_spacing = Pt(lead * self._scale)
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.keep_with_next = keep
        if indent:
            layout.first_line_indent = Pt(self._size(face) * 2)
        self._run(paragraph, text, face)
        return paragraph

    @property
    def _scale(self) -> float:
        """Latin letters are read at three quarters of the size the standard asks of Chinese."""
        return 0.75 if self.words.language == "en" else 1

    def _size(self, face: Face) -> float:
        return max(face.size * self._scale, min(face.size, SMALLEST))

    def _run(self, paragraph: Any, text: str, face: Face) -> None:
        run = paragraph.add_run(CONTROL.sub("", text))
        run.font.size = Pt(self._size(face))
        run.font.bold = face.bold or (self.words.language == "en" and face in (FIRST, HEAD))
        run.font.italic = False
        run.font.color.rgb = face.colour or RGBColor(0, 0, 0)
        set_font(run, face.chinese)

    def _page(self) -> None:
        section = self.document.sections[0]
        set_page(section)
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, after = self.words.page.split("{page}")
        self._run(footer, before, PAGE)
        page_number(footer, PAGE)
        self._run(footer, after, PAGE)


def _repeat(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_row_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _two_lines(head: str) -> str:
    """Break a head of four Chinese characters in its middle, where words end: 正常/推进."""
    return f"{head[:2]}\n{head[2:]}" if len(head) == 4 and head[0] > "\u3400" else head


def _narrow_margins(table: Any) -> None:
    margins = "".join(f'<w:{side} w:w="45" w:type="dxa"/>' for side in ("left", "right"))
    table._tbl.tblPr.append(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))


def _plain_day(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _chinese(number: int) -> str:
    """Write 1 to 99 in Chinese figures."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens == 0:
        return digits[ones]
    head = "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones else "")
