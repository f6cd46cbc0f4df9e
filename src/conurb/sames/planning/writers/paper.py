"""The record of a review as a Word document: who, when, which versions, what was found and said.

Laid out as official documents are (GB/T 9704-2012), with a picture of the whole and of the gravest
findings of every rule. Written in the language of the moment; the Chinese one is the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
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
from conurb.region.models import User, in_language
from conurb.region.templatetags.looks import day as day_words
from conurb.region.templatetags.looks import moment as moment_words
from conurb.sames.planning.models import Party, Review
from conurb.sames.planning.queries import adoption, conflicts, reviews
from conurb.sames.planning.queries.adoption import Adoption
from conurb.sames.planning.queries.conflicts import FindingFilter, Row, RuleCount
from conurb.sames.planning.queries.pictures import Album, Picture

MASTHEAD = Face("方正小标宋简体", 26, bold=True, colour=RED)
TITLE = Face("方正小标宋简体", 20, bold=True)
HEADING = Face("黑体", 15)
BODY = Face("仿宋", 14)
CELL = Face("仿宋", 10.5)
NOTE = Face("仿宋", 10.5)
LEGEND = Face("仿宋", 9)
FIXED_SPACE = "\N{NO-BREAK SPACE}"
PAGE = Face("宋体", 12)
PICTURED_A_RULE = 3
"""Findings of a rule that get a picture of their own: the gravest first."""
TABLED_A_RULE = 40
"""Findings of a rule that are written out; the workbook has all."""
TEXT_WIDTH_MM = 156
FINDING_WIDTH_MM = 118
"""Of the picture of one finding: two stand on a page with their legends."""
CODE_MM = 50


def write(actor: User, review: Review, moment: datetime) -> bytes:
    """Return the document as the review stands at a moment."""
    page = reviews.page(actor, review, timezone.localdate(moment))
    summary = conflicts.summary(actor, review)
    rows = [
        *conflicts.listed(actor, review, FindingFilter()),
        *conflicts.listed(actor, review, FindingFilter(standing="resolved")),
    ]
    paper = _Paper()
    paper.head(review, moment)
    paper.facts(review)
    paper.parties(page.parties)
    for each in adoption.adoptions_of(review):
        paper.adoption(each, moment)
    paper.rounds(page, conflicts.counts_of_rounds(actor, review))
    paper.findings(summary, rows, Album(actor, review))
    paper.remarks(page.threads)
    paper.history(page.events)
    paper.foot(moment)
    return paper.saved(review)


class _Paper:
    """Writes the record from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        name_alternatives(self.document)
        section = self.document.sections[0]
        set_page(section)
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        page_number(footer, PAGE)
        self.headings = 0

    def head(self, review: Review, moment: datetime) -> None:
        """The masthead, the number and the title."""
        issuer = self._line(review.authority.name, MASTHEAD, align="center")
        rule_below(issuer)
        self._line(review.number, BODY, align="center", before=6)
        self._line(_("Record of a joint review"), TITLE, align="center", before=12)
        self._line(review.title, HEADING, align="center", after=12)
        if review.layer.is_demo:
            self._line(
                _("This layer is invented for demonstration and shows no real plan."),
                NOTE,
                align="center",
                after=6,
            )

    def facts(self, review: Review) -> None:
        """What was reviewed and how it ended."""
        self._heading(_("What is reviewed"))
        rows = [
            [_("Layer"), review.layer.name],
            [_("Kind of map"), str(review.layer.get_kind_display())],
            [_("Submitted by"), review.authority.name],
            [_("Submitted at"), moment_words(review.submitted_at)],
            [_("State"), str(review.get_state_display())],
            [_("Closed"), moment_words(review.closed_at) or "—"],
            [_("In force from"), day_words(review.effective_on) or "—"],
            [
                _("Time limit to answer"),
                _("%(days)s working days; %(silence)s")
                % {"days": review.limit_days, "silence": review.get_silence_display()},
            ],
            [_("Version"), str(review.version.number)],
            ["SHA-256", review.version.sha256],
        ]
        self._table(None, rows, [36, 120])

    def parties(self, parties: Sequence[reviews.Standing]) -> None:
        """Every party with its stand: the signatures."""
        self._heading(_("Parties"))
        rows = [
            [
                each.party.authority.name,
                str(each.party.get_stand_display()),
                self._signed(each),
                day_words(each.party.due_on),
                each.party.words or "—",
            ]
            for each in parties
        ]
        head = [
            _("Authority"),
            _("Stand"),
            _("By whom, when"),
            _("Time limit to answer"),
            _("Opinion or note"),
        ]
        self._table(head, rows, [40, 18, 36, 26, 36])

    def adoption(self, found: Adoption, moment: datetime) -> None:
        """A signed record of the adoption, with a code that any phone checks."""
        self._heading(_("Signed record of the adoption"))
        record = found.record
        rows = [
            [_("Name of the record"), record.urn],
            [_("State"), found.card.words],
            *(
                [
                    in_language(each.label.zh, each.label.en),
                    in_language(each.words.zh, each.words.en),
                ]
                for each in found.claims
            ),
            [_("Issuing authority"), record.authority.name],
            [_("Time of issue"), moment_words(record.issued_at)],
            [_("In the log of the city"), f"{record.city_id} # {record.log_index}"],
            [
                _("Where it holds"),
                _(", ").join(each.city.name for each in found.card.places) or "—",
            ],
        ]
        self._table(None, rows, [36, 120])
        text = adoption.code(found, moment)
        if text:
            paragraph = self.document.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_before = Pt(8)
            drawn = BytesIO()
            # level M: what is printed is scanned at rest, and smaller dots would be worse than dirt
            segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
            drawn.seek(0)
            shape = paragraph.add_run().add_picture(drawn, width=Mm(CODE_MM))
            shape._inline.docPr.set("descr", _("QR code of the record"))
        self._line(
            _("Check the record or a file at %(check)s and %(verify)s.")
            % {
                "check": settings.SITE_ADDRESS + reverse("check"),
                "verify": f"{settings.SITE_ADDRESS}{reverse('planning-verify')}"
                f"?sha256={record.public.get('sha256', '')}",
            },
            NOTE,
            align="center",
        )

    def rounds(self, page: reviews.Page, counts: dict[int, dict[str, int]]) -> None:
        """Every version with its hash and how many findings it had."""
        self._heading(_("Versions"))
        rows = [
            [
                str(each.number),
                str(each.version.number),
                moment_words(each.submitted_at),
                each.version.sha256,
                str(sum(counts[each.version_id].values())) if each.version_id in counts else "—",
                each.words or "—",
            ]
            for each in reversed(page.rounds)
        ]
        head = [_("Round"), _("Version"), _("Submitted at"), "SHA-256", _("Findings"), _("Note")]
        self._table(head, rows, [13, 14, 28, 50, 17, 34])

    def findings(self, summary: conflicts.Summary, rows: Sequence[Row], album: Album) -> None:
        """What was found, rule by rule, with pictures."""
        self._heading(_("Findings"))
        if summary.pending:
            self._text(summary.pending)
            return
        self._line(
            _("Compared: %(layers)s.") % {"layers": _("; ").join(album.names())}, NOTE, after=6
        )
        if not summary.rules:
            self._text(_("Nothing was found: the maps fit together."))
        ordered = [row for rule in summary.rules for row in rows if row.rule == rule.rule]
        numbers = {row.key: number for number, row in enumerate(ordered, 1)}
        self._table(
            [_("Rule"), _("Now"), _("New in this round"), _("Resolved in this review")],
            [
                [each.name, str(each.now), str(each.fresh), str(each.resolved)]
                for each in summary.rules
            ],
            [66, 24, 32, 34],
        )
        self._picture(
            album.overview(numbers),
            _("The whole; dashed: borders of cities; figures: findings that stand."),
            TEXT_WIDTH_MM,
        )
        for rule in summary.rules:
            self._rule(rule, [row for row in ordered if row.rule == rule.rule], numbers, album)

    def remarks(self, threads: Sequence[reviews.Thread]) -> None:
        """What was said, thread by thread."""
        self._heading(_("Remarks of the parties"))
        if not threads:
            self._text(_("Nobody has remarked on anything yet."))
        for thread in threads:
            first = thread.first
            place = ""
            if first.longitude is not None and first.latitude is not None:
                place = f" [{first.longitude:.5f}, {first.latitude:.5f}]"
            state = _("resolved") if thread.resolved else _("open")
            self._text(
                f"{thread.number}. {first.authority.short} {first.author_name} "
                f"{moment_words(first.at)}{place} ({state})"
            )
            self._text(first.words, indent=True)
            for answer in thread.answers:
                self._text(
                    f"↳ {answer.authority.short} {answer.author_name} {moment_words(answer.at)}: "
                    f"{answer.words}",
                    indent=True,
                )

    def history(self, events: Sequence[Any]) -> None:
        """Every act with its moment."""
        self._heading(_("History"))
        rows = [
            [
                moment_words(each.at),
                each.authority.short if each.authority else "—",
                str(each.get_act_display()),
                each.words or "—",
            ]
            for each in reversed(events)
        ]
        self._table(
            [_("When"), _("Authority"), _("Act"), _("Opinion or note")], rows, [36, 40, 34, 46]
        )

    def foot(self, moment: datetime) -> None:
        """When this was written and what counts."""
        self._line(
            _("Written from the platform on %(moment)s. The entries of the journal count.")
            % {"moment": moment_words(moment)},
            NOTE,
            before=18,
        )

    def saved(self, review: Review) -> bytes:
        """The file."""
        english = (get_language() or "").startswith("en")
        properties = self.document.core_properties
        properties.title = _plain(f"{review.number} {review.title}")
        properties.author = review.authority.name
        properties.language = "en-GB" if english else "zh-CN"
        properties.comments = ""
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _rule(
        self, rule: RuleCount, rows: Sequence[Row], numbers: Mapping[str, int], album: Album
    ) -> None:
        """A rule's findings by the numbers that they have on the picture of the whole."""
        self._line(rule.name, HEADING, before=12, after=4, keep=True)
        written = rows[:TABLED_A_RULE]
        self._table(
            [_("No."), _("Cities"), _("What is wrong"), _("Size"), _("Standing")],
            [
                [
                    str(numbers[row.key]),
                    row.cities,
                    f"{row.reason}\n{row.source}",
                    row.size,
                    row.standing_name,
                ]
                for row in written
            ],
            [11, 25, 73, 23, 24],
        )
        if len(rows) > len(written):
            self._line(
                _("%(number)s more stand in the workbook of the review.")
                % {"number": len(rows) - len(written)},
                NOTE,
            )
        standing = [row for row in rows if row.standing != "resolved"]
        for row in standing[:PICTURED_A_RULE]:
            picture = album.of(row)
            if picture is not None:
                caption = _("%(number)s. %(rule)s: %(cities)s, %(size)s") % {
                    "number": numbers[row.key],
                    "rule": rule.name,
                    "cities": row.cities,
                    "size": row.size,
                }
                self._picture(picture, caption, FINDING_WIDTH_MM)

    def _signed(self, each: reviews.Standing) -> str:
        party = each.party
        if party.stand == Party.Stand.ASKED:
            return _("late") if each.is_late else "—"
        who = _("by silence") if party.by_silence else str(party.answered_by or "")
        told = f"{who} {moment_words(party.answered_at)}"
        if party.is_carried:
            told += " " + _("(round %(number)s)") % {"number": party.round}
        return told

    def _heading(self, words: str) -> None:
        self.headings += 1
        self._line(f"{self.headings}. {words}", HEADING, before=14, after=4, keep=True)

    def _text(self, words: str, *, indent: bool = False) -> None:
        paragraph = self._line(words, BODY)
        if indent:
            paragraph.paragraph_format.left_indent = Mm(8)

    def _line(
        self,
        words: str,
        face: Face,
        *,
        align: str = "",
        before: float = 0,
        after: float = 2,
        keep: bool = False,
    ) -> Any:
        paragraph = self.document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.keep_with_next = keep
        if align == "center":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set(paragraph.add_run(_plain(words)), face)
        return paragraph

    def _table(
        self, head: Sequence[str] | None, rows: Sequence[Sequence[str]], widths: Sequence[float]
    ) -> None:
        """Write a table; widths in millimetres, the head repeated on every page."""
        if not rows:
            return
        table = self.document.add_table(rows=0, cols=len(widths))
        table.style, table.autofit = "Table Grid", False
        # Word goes by the cells, LibreOffice and WPS by the columns
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        if head is not None:
            cells = table.add_row()
            cells._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
            self._fill(cells, head, widths, bold=True)
        for row in rows:
            made = table.add_row()
            made._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
            self._fill(made, row, widths)

    def _fill(
        self, row: Any, texts: Sequence[str], widths: Sequence[float], *, bold: bool = False
    ) -> None:
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            _set(paragraph.add_run(_plain(text)), CELL, bold=bold)

    def _picture(self, picture: Picture, caption: str, width_mm: float) -> None:
        """A picture with its caption and what its colours mean, kept together."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(8)
        shape = paragraph.add_run().add_picture(BytesIO(picture.png), width=Mm(width_mm))
        # whoever cannot see the picture is told what it shows
        shape._inline.docPr.set("descr", _plain(caption))
        self._line(caption, NOTE, align="center", keep=bool(picture.legend))
        if picture.legend:
            legend = self.document.add_paragraph()
            legend.alignment = WD_ALIGN_PARAGRAPH.CENTER
            legend.paragraph_format.space_after = Pt(8)
            for name, colour in picture.legend:
                # a name stays beside its colour, in one line
                swatch = legend.add_run(f"■{FIXED_SPACE}")
                _set(swatch, LEGEND)
                swatch.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
                _set(legend.add_run(_plain(name).replace(" ", FIXED_SPACE) + "  "), LEGEND)


def _set(run: Any, face: Face, *, bold: bool = False) -> None:
    run.font.size = Pt(face.size)
    run.bold = face.bold or bold
    if face.colour is not None:
        run.font.color.rgb = face.colour
    set_font(run, face.chinese)


def _plain(words: str) -> str:
    """Text without the characters that a document cannot hold."""
    return CONTROL.sub("", words)
