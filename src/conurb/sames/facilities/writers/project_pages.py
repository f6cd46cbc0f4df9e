"""Projects as a Word document, a page each: figures, map, plan, times, who gains.

Laid out as working material for a meeting, denser than an official document; faces of type are
those of `conurb.journal.paper`. Texts are in the language of the moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor

from conurb.journal.paper import CONTROL, Face, name_alternatives, page_number, set_font
from conurb.region.models import in_language
from conurb.sames.facilities import shades
from conurb.sames.facilities.queries.maps import LegendClass
from conurb.sames.facilities.queries.projects import Project
from conurb.sames.facilities.queries.showing import Centres, Figure
from conurb.sames.facilities.templatetags.facilities import figure

TITLE = Face("黑体", 18, bold=True)
HEAD = Face("黑体", 11, bold=True)
TEXT = Face("宋体", 9.5)
SMALL = Face("宋体", 8)
SMALL_HEAD = Face("黑体", 8.5, bold=True)
NUMBER = Face("黑体", 14, bold=True)
Align: TypeAlias = WD_ALIGN_PARAGRAPH
WIDTH_MM = 174
PICTURE_MM = 150
FIGURES_A_ROW = 3
MOST_WORDS = 160
"""Characters of a note; longer ones are cut, so that a project keeps to its page."""


@dataclass(frozen=True)
class Page:
    """What stands on the page of a project."""

    project: Project
    travel: str
    figures: Sequence[Figure]
    picture: bytes
    legend: Sequence[LegendClass]
    centres: Centres
    gainers: Sequence[tuple[str, float]]
    no_effect: str
    provenance: str


@dataclass(frozen=True)
class Listed:
    """The list that stands before the pages: its title, what it rests on, its rows."""

    title: str
    about: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths_mm: Sequence[float]
    numbers: Sequence[bool]


def write(pages: Sequence[Page], listed: Listed | None = None) -> bytes:
    """Return the document as docx: the list where it is given, then a page a project."""
    paper = _Paper()
    if listed is not None:
        paper.listed(listed)
    for number, page in enumerate(pages):
        if number or listed is not None:
            paper.turn()
        paper.project(page)
    return paper.saved(listed.title if listed else pages[0].project.name)


class _Paper:
    """Writes the document from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(16)
        section.left_margin = section.right_margin = Mm(18)
        section.footer_distance = Mm(8)
        name_alternatives(self.document)
        footer = section.footer.paragraphs[0]
        footer.alignment = Align.CENTER
        self._run(footer, "— ", SMALL)
        page_number(footer, SMALL)
        self._run(footer, " —", SMALL)

    def turn(self) -> None:
        """Begin another page."""
        self.document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)

    def listed(self, listed: Listed) -> None:
        """Write the list of all projects."""
        self._line(listed.title, TITLE, Align.CENTER, after=4)
        for words in listed.about:
            self._line(words, TEXT, after=2)
        table = self._table(len(listed.rows) + 1, listed.widths_mm)
        # rows one by one: to ask a table for a cell reads the whole table again
        head, *rows = [row.cells for row in table.rows]
        aligned = [Align.RIGHT if number else Align.LEFT for number in listed.numbers]
        for cell, words, align in zip(head, listed.heads, aligned, strict=True):
            self._cell(cell, words, SMALL_HEAD, align=align, fill="EEF0F3")
        for cells, row in zip(rows, listed.rows, strict=True):
            for cell, value, align in zip(cells, row, aligned, strict=True):
                self._cell(cell, value, SMALL, align=align)
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        self._line("", SMALL)

    def project(self, page: Page) -> None:
        """Write a project; everything is measured so that it keeps to one page."""
        project = page.project
        self._line(project.name, TITLE, after=1)
        said = [_("Item %(number)s of the plan") % {"number": project.items_told}, project.kind]
        said += [project.stage.name, page.travel, project.cities_told]
        self._line(" · ".join(filter(None, said)), TEXT, after=4)
        if page.no_effect:
            self._line(page.no_effect, TEXT, after=3)
        self._figures(page.figures)
        self._line("", Face("宋体", 4))
        self.document.add_picture(BytesIO(page.picture), width=Mm(PICTURE_MM))
        self.document.paragraphs[-1].alignment = Align.CENTER
        self._spaced(self.document.paragraphs[-1], 0, 2)
        self._legend(page.legend)
        self._head(_("Words and tasks of the plan"))
        for task in project.tasks[:2]:
            self._line(f"{task.number} {_cut(task.text)}{_aside(task.stage)}", TEXT)
        if not project.tasks:
            self._line(_cut(project.words), TEXT)
        if project.assumed:
            self._line(f"{_('Assumed:')} {_cut(project.assumed)}", TEXT)
        if page.centres.names:
            self._head(_("Minutes between the city centres"))
            self._centres(page.centres)
        if page.gainers:
            self._head(_("Hours saved a day, by county"))
            told = [f"{name} {figure(hours, 0)}" for name, hours in page.gainers]
            self._line(in_language("，", ", ").join(told), TEXT)
        self._line(page.provenance, SMALL, before=4)

    def saved(self, title: str) -> bytes:
        """Return the document."""
        self.document.core_properties.title = CONTROL.sub("", title)
        self.document.core_properties.author = "Conurb"
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _figures(self, figures: Sequence[Figure]) -> None:
        if not figures:
            return
        rows = -(-len(figures) // FIGURES_A_ROW)
        table = self._table(rows, [WIDTH_MM / FIGURES_A_ROW] * FIGURES_A_ROW)
        for at, each in enumerate(figures):
            cell = table.cell(at // FIGURES_A_ROW, at % FIGURES_A_ROW)
            self._cell(cell, each.value, NUMBER, align=Align.CENTER)
            said = cell.add_paragraph()
            said.alignment = Align.CENTER
            self._spaced(said, 0, 1)
            self._run(said, f"{each.name}{_aside(each.more)}" if each.more else each.name, SMALL)

    def _legend(self, legend: Sequence[LegendClass]) -> None:
        drawn = self.document.add_paragraph()
        drawn.alignment = Align.CENTER
        self._spaced(drawn, 0, 1)
        self._run(drawn, "▬ ", SMALL, colour="C0392B")
        self._run(drawn, _("the project") + "  ", SMALL)
        self._run(drawn, "● ", SMALL, colour="1769AA")
        self._run(drawn, _("city centres"), SMALL)
        if not legend:
            return
        line = self.document.add_paragraph()
        line.alignment = Align.CENTER
        self._spaced(line, 0, 3)
        self._run(line, _("minutes saved on an average trip:") + " ", SMALL)
        for each in legend:
            self._run(line, "■\u00a0", SMALL, colour=shades.GAIN[each.shade].lstrip("#").upper())
            self._run(line, each.words.replace(" ", "\u00a0") + "  ", SMALL)

    def _centres(self, centres: Centres) -> None:
        number = len(centres.names)
        table = self._table(number + 1, [WIDTH_MM / (number + 1)] * (number + 1))
        self._cell(table.cell(0, 0), _("From \\ to"), SMALL, fill="EEF0F3")
        for at, name in enumerate(centres.names, start=1):
            self._cell(table.cell(0, at), name, SMALL, align=Align.RIGHT, fill="EEF0F3")
            self._cell(table.cell(at, 0), name, SMALL, fill="EEF0F3")
        for row, (_name, cells) in enumerate(centres.rows, start=1):
            for at, cell in enumerate(cells, start=1):
                said = "–" if cell is None else str(cell)
                self._cell(table.cell(row, at), said, SMALL, align=Align.RIGHT)

    def _table(self, rows: int, widths_mm: Sequence[float]) -> Any:
        table = self.document.add_table(rows, len(widths_mm))
        table.style = "Table Grid"
        table.autofit = False
        # Word goes by the cells, LibreOffice by the columns
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths_mm, strict=True):
                cell.width = Mm(width)
        return table

    def _cell(
        self,
        cell: Any,
        text: str,
        face: Face,
        *,
        align: Align = Align.LEFT,
        fill: str = "",
    ) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = align
        self._spaced(paragraph, 0, 0)
        self._run(paragraph, text, face)
        if fill:
            shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>'
            cell._tc.get_or_add_tcPr().append(parse_xml(shade))

    def _head(self, text: str) -> None:
        self._line(text, HEAD, before=4, after=1)

    def _line(
        self,
        text: str,
        face: Face,
        align: Align = Align.LEFT,
        *,
        before: float = 0,
        after: float = 0,
    ) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = align
        self._spaced(paragraph, before, after)
        self._run(paragraph, text, face)

    def _spaced(self, paragraph: Any, before: float, after: float) -> None:
        form = paragraph.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.0

    def _run(self, paragraph: Any, text: str, face: Face, *, colour: str = "") -> None:
        run = paragraph.add_run(CONTROL.sub("", text))
        run.font.size = Pt(face.size)
        run.font.bold = face.bold
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)
        set_font(run, face.chinese)


def _aside(words: str) -> str:
    """Put words in brackets, as the language of the moment sets them."""
    return in_language(f"（{words}）", f" ({words})")


def _cut(words: str) -> str:
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 1]}…"
