"""What the applicant is told in writing, and the phrases from which officers start.

Each letter has the parts that the law asks for: a notice of what is missing names all of it and by
when (行政许可法 2019, art. 32); a refusal gives its reasons and says how it can be contested (art.
38); reconsideration within 60 days (行政复议法 2023, art. 20), a suit within six months (行政诉讼法
art. 46), or within 15 days of a reconsideration that upholds the decision (art. 45). The wording is
the platform's; a printed letter is drawn from the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from conurb.region.tables import Bilingual

__all__ = ["ASKING", "KINDS", "REASONS", "Facts", "Kind", "Letter", "Phrase", "letter"]

Kind = Literal[
    "submitted",
    "asked",
    "granted",
    "refused",
    "delivered",
    "withdrawn",
    "lapsed",
    "appealed",
    "upheld",
    "overturned",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


NONE = Bilingual("", "")


@dataclass(frozen=True)
class Facts:
    """What letters speak of; `words` is what an officer said, `until` the day he set."""

    number: str
    service: Bilingual
    authority: Bilingual
    city: Bilingual
    day: date
    limit: int = 0
    due_on: date | None = None
    until: date | None = None
    reasons: Bilingual = NONE
    words: str = ""
    automatic: bool = False
    organ: bool = False
    """Whether an organ for reconsideration decided on the appeal, and not a colleague."""
    to_deliver: bool = False
    """Whether what was granted has still to be delivered."""


@dataclass(frozen=True)
class Letter:
    """A letter: its heading, and its text, paragraphs apart by a line feed."""

    title: Bilingual
    words: Bilingual


_CONTEST = Bilingual(
    "如不服本决定，可自收到本决定之日起60日内向{city}人民政府申请行政复议，或自收到本决定之日起6个月内"
    "依法向人民法院提起行政诉讼；也可自收到本决定之日起60日内在本平台申请复核，复核不影响上述权利。",
    "You may ask the people's government of {city} for reconsideration within 60 days of receiving "
    "this decision, or sue within six months; or ask on this platform within 60 days that it be "
    "looked at again, which leaves both open.",
)

_SUE = Bilingual(
    "如不服本复议决定，可自收到本决定之日起15日内依法向人民法院提起行政诉讼。",
    "You may sue before the people's court within 15 days of receiving this decision on "
    "reconsideration.",
)
_CARRIED_OUT = Bilingual(
    "原准予决定继续有效，办理结果由{authority}依法送达。",
    "What was granted remains granted; {authority} delivers it.",
)

_TEXTS: Mapping[Kind, tuple[Bilingual, tuple[Bilingual, ...]]] = {
    "submitted": (
        Bilingual("收件回执：{service}", "Received: {service}"),
        (
            Bilingual(
                "您的“{service}”申请已收到，办件编号{number}，由{authority}办理。",
                "Your application for “{service}” was received under number {number}. "
                "{authority} decides on it.",
            ),
            Bilingual(
                "承诺办理期限为{limit}个工作日{due}。您可凭回执上的编号和查询码随时查询进度。",
                "The promised limit is {limit} working days{due}. With the number and the code on "
                "the receipt you can follow it at any time.",
            ),
        ),
    ),
    "asked": (
        Bilingual("补正告知书：{service}", "To be completed: {service}"),
        (
            Bilingual(
                "您的“{service}”申请（办件编号{number}）需要补正，现一次性告知全部内容：",
                "Your application for “{service}” (number {number}) has to be completed. This is "
                "all that is missing:",
            ),
            Bilingual("{words}", "{words}"),
            Bilingual(
                "请于{until}前补正。补正期间暂停计算办理期限；逾期未补正的，本次申请终止，您可以重新申请。",
                "Complete it by {until}. The limit stands still until then. If you do not, the "
                "application lapses; you may apply anew.",
            ),
        ),
    ),
    "granted": (
        Bilingual("准予决定书：{service}", "Granted: {service}"),
        (
            Bilingual(
                "您的“{service}”申请（办件编号{number}），经{examined}，{authority}决定准予。",
                "{authority} has granted your application for “{service}” (number {number})"
                "{examined}.",
            ),
            Bilingual("理由：{reasons}", "Reasons: {reasons}"),
        ),
    ),
    "refused": (
        Bilingual("不予批准决定书：{service}", "Not granted: {service}"),
        (
            Bilingual(
                "您的“{service}”申请（办件编号{number}），经审查，{authority}决定不予批准。",
                "{authority} has not granted your application for “{service}” (number {number}).",
            ),
            Bilingual("理由：{reasons}", "Reasons: {reasons}"),
            _CONTEST,
        ),
    ),
    "delivered": (
        Bilingual("送达通知：{service}", "Delivered: {service}"),
        (
            Bilingual(
                "您的“{service}”申请（办件编号{number}）的办理结果已于{day}送达。",
                "The outcome of your application for “{service}” (number {number}) was delivered "
                "on {day}.",
            ),
        ),
    ),
    "withdrawn": (
        Bilingual("已撤回：{service}", "Withdrawn: {service}"),
        (
            Bilingual(
                "您的“{service}”申请（办件编号{number}）已按您的请求撤回，不再办理。您可以重新申请。",
                "Your application for “{service}” (number {number}) was withdrawn as you asked. "
                "You may apply anew.",
            ),
        ),
    ),
    "lapsed": (
        Bilingual("申请终止：{service}", "Lapsed: {service}"),
        (
            Bilingual(
                "您的“{service}”申请（办件编号{number}）逾期未补正，本次申请终止。您可以重新申请。",
                "Your application for “{service}” (number {number}) was not completed in time and "
                "has lapsed. You may apply anew.",
            ),
        ),
    ),
    "appealed": (
        Bilingual("复核申请已收到：{service}", "Appeal received: {service}"),
        (
            Bilingual(
                "您对办件{number}（{service}）决定的复核申请已收到，将由作出决定的人员以外的人员审查，"
                "于60日内答复。",
                "Your appeal against the decision on case {number} ({service}) was received. "
                "Somebody other than who decided looks at it and answers within 60 days.",
            ),
        ),
    ),
    "upheld": (
        Bilingual("维持原决定：{service}", "Decision upheld: {service}"),
        (
            Bilingual(
                "经复核，办件{number}（{service}）的原决定予以维持。",
                "The decision on case {number} ({service}) was looked at again and stands.",
            ),
            Bilingual("理由：{words}", "Reasons: {words}"),
        ),
    ),
    "overturned": (
        Bilingual("撤销原决定：{service}", "Decision overturned: {service}"),
        (
            Bilingual(
                "经复核，办件{number}（{service}）的原决定予以撤销，由{authority}重新作出决定。",
                "The decision on case {number} ({service}) was overturned. {authority} decides "
                "anew.",
            ),
            Bilingual("理由：{words}", "Reasons: {words}"),
        ),
    ),
}


def letter(kind: Kind, facts: Facts) -> Letter:
    """Return a letter in both languages."""
    title, paragraphs = _TEXTS[kind]
    if kind == "upheld":
        paragraphs = (*paragraphs, *_after_upholding(facts))
    zh, en = _values(facts, chinese=True), _values(facts, chinese=False)
    return Letter(
        Bilingual(title.zh.format(**zh), title.en.format(**en)),
        Bilingual(
            "\n".join(each.zh.format(**zh) for each in paragraphs),
            "\n".join(each.en.format(**en) for each in paragraphs),
        ),
    )


def _after_upholding(facts: Facts) -> tuple[Bilingual, ...]:
    """What follows where a decision stands: its delivery, and the way that is still open."""
    contest = _SUE if facts.organ else _CONTEST
    return (_CARRIED_OUT, contest) if facts.to_deliver else (contest,)


def _values(facts: Facts, *, chinese: bool) -> dict[str, object]:
    def said(text: Bilingual) -> str:
        return text.zh if chinese else text.en or text.zh

    if chinese:
        examined = "系统按规则自动核查" if facts.automatic else "审查"
        due = f"（{_zh_day(facts.due_on)}前）" if facts.due_on else ""
    else:
        examined = ", by rule and without an officer" if facts.automatic else ""
        due = f" (until {facts.due_on.isoformat()})" if facts.due_on else ""
    return {
        "number": facts.number,
        "service": said(facts.service),
        "authority": said(facts.authority),
        "city": said(facts.city),
        "limit": facts.limit,
        "due": due,
        "until": (_zh_day(facts.until) if chinese else facts.until.isoformat())
        if facts.until
        else "",
        "day": _zh_day(facts.day) if chinese else facts.day.isoformat(),
        "reasons": said(facts.reasons),
        "words": facts.words,
        "examined": examined,
    }


def _zh_day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@dataclass(frozen=True)
class Phrase:
    """A phrase from which an officer starts; it is edited before it is sent."""

    key: str
    granted: bool
    text: Bilingual


REASONS: tuple[Phrase, ...] = (
    Phrase(
        "complete",
        True,
        Bilingual(
            "申请材料齐全、符合法定形式，经核查所填信息属实，符合办理条件。",
            "The application is complete and in due form; what it says was checked and is true; "
            "the conditions are met.",
        ),
    ),
    Phrase(
        "by-record",
        True,
        Bilingual(
            "所需信息经有效电子凭证核验一致，符合办理条件。",
            "What is needed was checked against valid records and agrees; the conditions are met.",
        ),
    ),
    Phrase(
        "not-within",
        False,
        Bilingual(
            "经核查，申请人不符合本事项规定的下列条件：（请写明条件及依据的条款）。",
            "The applicant does not meet this condition of the service: (name it, with the "
            "provision).",
        ),
    ),
    Phrase(
        "not-true",
        False,
        Bilingual(
            "经核查，所填信息与有关记录不一致：（请写明何处不一致、以何为准）。",
            "What was filled in does not agree with the records: (say where, and what counts).",
        ),
    ),
    Phrase(
        "not-proven",
        False,
        Bilingual(
            "补正后所提供的材料仍不能证明：（请写明待证事项及依据的条款）。",
            "The material does not prove, even as completed: (say what, with the provision).",
        ),
    ),
)

ASKING: tuple[Phrase, ...] = (
    Phrase(
        "illegible",
        False,
        Bilingual(
            "材料“（名称）”影像不清晰，请重新拍摄或扫描后上传。",
            "The material “(name)” is illegible: photograph or scan it again.",
        ),
    ),
    Phrase(
        "incomplete",
        False,
        Bilingual(
            "材料“（名称）”缺页或缺少签章，请补齐。",
            "The material “(name)” lacks pages, a signature or a seal: complete it.",
        ),
    ),
    Phrase(
        "differs",
        False,
        Bilingual(
            "所填“（栏目）”与材料不一致，请核对后更正。",
            "“(field)” does not agree with the material: check and correct it.",
        ),
    ),
)
