"""Letters of a case as Word documents, laid out as an office would send them (GB/T 9704-2012).

The acceptance, the notice of what is missing and the decision are the written forms that the
procedure asks for (行政许可法 2019, art. 32, 38): each names the applicant, the service, the case,
what was decided, why, and how it can be contested. The Chinese letter counts; the English one is a
translation for whoever reads it. Whether a service is a licence (行政许可) its basis says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Literal, get_args

from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from conurb.desk.models import Case
from conurb.desk.stages import Verb
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
from conurb.region.models import Authority, in_language

Kind = Literal["acceptance", "completion", "decision"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

MASTHEAD = Face("方正小标宋简体", 30, bold=True, colour=RED)
TITLE = Face("方正小标宋简体", 22, bold=True)
BODY = Face("仿宋", 16)
SECOND = Face("黑体", 16)
NOTE = Face("仿宋", 12)
PAGE = Face("宋体", 14)
ENGLISH = 0.75
"""Latin letters are read at three quarters of the size the standard asks of Chinese."""


@dataclass(frozen=True)
class Offered:
    """A letter that a case has got to: its kind, for the address, and its name."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Text:
    """What a letter says: its title, its mark, paragraphs; those with a head stand under it."""

    title: str
    mark: str
    to: str
    paragraphs: Sequence[tuple[str, str]]
    signed: str
    day: str


def letters_of(case: Case) -> list[Offered]:
    """Return the letters that can be written for a case as it stands."""
    offered = []
    if case.number:
        offered.append(Offered("acceptance", _("Notice of acceptance (docx)")))
    if case.events.filter(verb=Verb.ASK.value).exists():
        offered.append(Offered("completion", _("Notice of what is missing (docx)")))
    if case.outcome:
        offered.append(Offered("decision", _("Decision (docx)")))
    return offered


def write(kind: Kind, case: Case, authority: Authority) -> bytes:
    """Return a letter in the language of the moment."""
    english = in_language("", "en") == "en"
    text = (_english if english else _chinese)(kind, case, authority)
    return _Paper(ENGLISH if english else 1).written(authority.name, text, english=english)


def file_name(kind: Kind, case: Case) -> str:
    """Return the name of a letter's file."""
    names = {
        "acceptance": _("Notice of acceptance"),
        "completion": _("Notice of what is missing"),
        "decision": _("Decision"),
    }
    return f"{names[kind]} {case.number}.docx"


def is_licence(case: Case) -> bool:
    """Tell whether what is decided is an administrative licence: its basis says so."""
    service = case.declared
    return service is not None and "许可" in service.basis.zh + service.name.zh


def _chinese(kind: Kind, case: Case, authority: Authority) -> Text:
    service = case.declared
    name = service.name.zh if service else case.service
    licence = "行政许可" if is_licence(case) else ""
    city = authority.city or case.accepted_in
    handed_in = _day_zh(_local(case.submitted_at))
    opening = f"你（单位）于{handed_in}提出的“{name}”申请（办件编号：{case.number}）"
    match kind:
        case "acceptance":
            return Text(
                title="受理通知书",
                mark=_mark_zh(authority, case, "受"),
                to=case.applicant_name,
                paragraphs=[
                    (
                        "",
                        f"{opening}，申请材料齐全、符合法定形式，属于本机关职权范围，本机关决定予以受理。",
                    ),
                    (
                        "",
                        f"本事项承诺办理期限为{case.limit}个工作日"
                        + (f"，至{_day_zh(case.due_on)}届满" if case.due_on else "")
                        + "。依法需要补正材料、听取有关部门意见的时间按规定处理。",
                    ),
                    (
                        "",
                        f"本申请由{case.accepted_in.name_zh}收件，收件地点不影响办理标准、期限和结果。",
                    ),
                ],
                signed=authority.name_zh,
                day=_day_zh(_local(case.submitted_at)),
            )
        case "completion":
            asked = case.events.filter(verb=Verb.ASK.value).last()
            until = str(asked.detail.get("until", "")) if asked else ""
            last = date.fromisoformat(until) if until else case.complete_by
            return Text(
                title="补正材料通知书",
                mark=_mark_zh(authority, case, "补"),
                to=case.applicant_name,
                paragraphs=[
                    ("", f"{opening}，经审查需要补正，现将需要补正的全部内容一次性告知如下："),
                    *(("", line) for line in _lines(asked.words_zh if asked else "")),
                    (
                        "",
                        (
                            f"请于{_day_zh(last)}前补正。补正期间不计入办理期限；逾期未补正的，"
                            "本次申请终止，可以重新申请。"
                        ),
                    ),
                ],
                signed=authority.name_zh,
                day=_day_zh(_local(asked.at if asked else None)),
            )
        case "decision":
            granted = case.outcome == case.Outcome.GRANTED
            verdict = "准予" if granted else "不予"
            how = "系统按规则自动核查" if case.automatic else "审查"
            article = "第三十八条第一款" if granted else "第三十八条第二款"
            ground = f"根据《中华人民共和国行政许可法》{article}的规定，" if licence else ""
            closing = (
                [("", "本决定同时形成电子凭证，与纸质凭证具有同等效力，可在互认城市核验。")]
                if case.record_key
                else []
            )
            return Text(
                title=f"{verdict}{licence or '办理'}决定书",
                mark=_mark_zh(authority, case, "准" if granted else "不准"),
                to=case.applicant_name,
                paragraphs=[
                    ("", f"{opening}，经{how}，{ground}本机关决定{verdict}{licence or '办理'}。"),
                    ("理由", ""),
                    *(("", line) for line in _lines(case.reasons_zh)),
                    *closing,
                    (
                        "",
                        (
                            f"如不服本决定，可自收到本决定书之日起60日内向{city.name_zh}人民政府申请行政复议，"
                            "或自收到本决定书之日起6个月内依法向人民法院提起行政诉讼。"
                        ),
                    ),
                ],
                signed=authority.name_zh,
                day=_day_zh(_local(case.decided_at)),
            )


def _english(kind: Kind, case: Case, authority: Authority) -> Text:
    service = case.declared
    name = service.name.en if service else case.service
    city = authority.city or case.accepted_in
    opening = (
        f"Your application for “{name}” of {_day_en(_local(case.submitted_at))} "
        f"(case number {case.number})"
    )
    mark = f"No. {case.number}"
    match kind:
        case "acceptance":
            until = f" and ends on {_day_en(case.due_on)}" if case.due_on else ""
            return Text(
                "Notice of acceptance",
                mark,
                case.applicant_name,
                [
                    ("", f"{opening} is complete and in due form, and has been accepted."),
                    ("", f"The promised limit is {case.limit} working days{until}."),
                    (
                        "",
                        (
                            f"It was handed in in {case.accepted_in.name_en}; where that is "
                            "changes neither the standard, nor the limit, nor the outcome."
                        ),
                    ),
                ],
                authority.name_en or authority.name_zh,
                _day_en(_local(case.submitted_at)),
            )
        case "completion":
            asked = case.events.filter(verb=Verb.ASK.value).last()
            until = str(asked.detail.get("until", "")) if asked else ""
            last = date.fromisoformat(until) if until else case.complete_by
            return Text(
                "Notice of what is missing",
                mark,
                case.applicant_name,
                [
                    ("", f"{opening} has to be completed. This is all that is missing:"),
                    *(("", line) for line in _lines(asked.words_en if asked else "")),
                    (
                        "",
                        (
                            f"Complete it by {_day_en(last)}. The limit stands still until then. "
                            "If you do not, the application lapses; you may apply anew."
                        ),
                    ),
                ],
                authority.name_en or authority.name_zh,
                _day_en(_local(asked.at if asked else None)),
            )
        case "decision":
            granted = case.outcome == case.Outcome.GRANTED
            return Text(
                "Decision: granted" if granted else "Decision: not granted",
                mark,
                case.applicant_name,
                [
                    ("", f"{opening} is {'' if granted else 'not '}granted."),
                    ("Reasons", ""),
                    *(("", line) for line in _lines(case.reasons_en or case.reasons_zh)),
                    (
                        "",
                        (
                            f"You may ask the people's government of {city.name_en} for "
                            "reconsideration within 60 days of receiving this decision, or sue "
                            "within six months."
                        ),
                    ),
                    ("", "The Chinese letter counts; this is a translation."),
                ],
                authority.name_en or authority.name_zh,
                _day_en(_local(case.decided_at)),
            )


def _mark_zh(authority: Authority, case: Case, act: str) -> str:
    moment = case.decided_at or case.submitted_at or timezone.now()
    return f"{authority.short_zh}{act}字〔{timezone.localdate(moment).year}〕{case.number}号"


def _local(moment: Any) -> date | None:
    return timezone.localdate(moment) if moment else None


def _day_zh(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _day_en(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.split("\n") if line.strip()]


class _Paper:
    """Writes a letter from top to bottom; `scale` is that of its faces."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.document = Document()
        name_alternatives(self.document)
        section = self.document.sections[0]
        set_page(section)
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(footer, "— ", PAGE)
        page_number(footer, PAGE)
        self._run(footer, " —", PAGE)

    def written(self, organ: str, text: Text, *, english: bool) -> bytes:
        rule_below(self._line(organ, MASTHEAD, "center", lead=44, after=4))
        self._line(text.mark, BODY, "right", before=8)
        self._line(text.title, TITLE, "center", lead=34, before=26, after=20)
        self._line(text.to + (":" if english else "："), BODY)
        for head, words in text.paragraphs:
            if head:
                self._line(head, SECOND, indent=True, keep=True)
            else:
                self._line(words, BODY, "both", indent=True)
        self._line(text.signed, BODY, "right", before=48, keep=True, inset=2)
        self._line(text.day, BODY, "right", keep=True, inset=4)
        self._line("(Seal)" if english else "（印章）", NOTE, "right", inset=4)
        return self._saved(text, organ, english=english)

    def _line(
        self,
        words: str,
        face: Face,
        align: str = "left",
        *,
        lead: float = 28,
        before: float = 0,
        after: float = 0,
        indent: bool = False,
        keep: bool = False,
        inset: int = 0,
    ) -> Any:
        paragraph = self.document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.alignment = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
            "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
        }[align]
        layout.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
        layout.line_spacing = Pt(lead * self.scale)
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.keep_with_next = keep
        if indent:
            layout.first_line_indent = Pt(face.size * self.scale * 2)
        if inset:
            layout.right_indent = Pt(face.size * self.scale * inset)
        self._run(paragraph, words, face)
        return paragraph

    def _run(self, paragraph: Any, words: str, face: Face) -> None:
        run = paragraph.add_run(CONTROL.sub("", words))
        run.font.size = Pt(face.size * self.scale)
        run.font.bold = face.bold or (self.scale != 1 and face is SECOND)
        run.font.color.rgb = face.colour or RGBColor(0, 0, 0)
        set_font(run, face.chinese)

    def _saved(self, text: Text, organ: str, *, english: bool) -> bytes:
        properties = self.document.core_properties
        properties.title, properties.author = text.title, organ
        properties.language = "en-GB" if english else "zh-CN"
        properties.comments = ""
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()


__all__ = ["DOCX", "KINDS", "Kind", "Offered", "file_name", "letters_of", "write"]
