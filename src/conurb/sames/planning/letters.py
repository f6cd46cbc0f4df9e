"""What officers are told of a joint review, in both languages.

One text for each thing that happens. Whoever is asked reads by when he has to answer and what
follows from his silence; whoever is objected to reads the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from conurb.region.tables import Bilingual

Kind = Literal[
    "asked",
    "asked-again",
    "stands",
    "signed",
    "taken-back",
    "objected",
    "withdrawn",
    "remarked",
    "answered",
    "near",
    "late",
    "silent",
    "adopted",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
WORDS_SHOWN = 500


@dataclass(frozen=True)
class Facts:
    """What a letter speaks of: the review, whose act it is, its words, the day to answer by.

    `version` is the number of the version under review; `consents` whether silence is consent.
    """

    number: str
    title: str
    version: int
    who: Bilingual
    words: str = ""
    due_on: date | None = None
    consents: bool = False


@dataclass(frozen=True)
class Letter:
    """A heading and a text, paragraphs apart by a line feed."""

    title: Bilingual
    words: Bilingual


_ABOUT = Bilingual(
    "联合审核{number}《{title}》（第{version}版）",
    "joint review {number}, {title} (version {version})",
)
_SAYS = Bilingual("{who}：{words}", "{who}: {words}")
_ASKED = Bilingual(
    "请于{due}前签署同意或提出异议。{silence}",
    "Sign it or object to it by {due}. {silence}",
)
_TEXTS: Mapping[Kind, tuple[Bilingual, Bilingual]] = {
    "asked": (
        Bilingual("请审核：{title}", "To be reviewed: {title}"),
        Bilingual("{who}提交了{about}。", "{who} has submitted {about}."),
    ),
    "asked-again": (
        Bilingual("请审核新版本：{title}", "New version to be reviewed: {title}"),
        Bilingual(
            "{who}提交了{about}，涉及贵单位，需重新签署。",
            "{who} has submitted {about}. It touches your city; your authority is asked again.",
        ),
    ),
    "stands": (
        Bilingual("新版本，原签署继续有效：{title}", "New version, your signature stands: {title}"),
        Bilingual(
            "{who}提交了{about}，未涉及贵市边界，贵单位的签署继续有效；如有异议可以提出。",
            "{who} has submitted {about}. It does not touch your city: your signature stands. You "
            "can still object.",
        ),
    ),
    "signed": (
        Bilingual("已签署：{title}", "Signed: {title}"),
        Bilingual("{who}已签署{about}。", "{who} has signed in {about}."),
    ),
    "taken-back": (
        Bilingual("已撤回答复：{title}", "Answer taken back: {title}"),
        Bilingual("{who}撤回了对{about}的答复。", "{who} has taken its answer back in {about}."),
    ),
    "objected": (
        Bilingual("有异议：{title}", "Objection: {title}"),
        Bilingual("{who}对{about}提出异议。", "{who} objects in {about}."),
    ),
    "withdrawn": (
        Bilingual("已撤回：{title}", "Withdrawn: {title}"),
        Bilingual(
            "{who}撤回了{about}，无需再答复。",
            "{who} has withdrawn {about}. No answer is needed any more.",
        ),
    ),
    "remarked": (
        Bilingual("有新意见：{title}", "New remark: {title}"),
        Bilingual("{who}对{about}提出意见。", "{who} has remarked on {about}."),
    ),
    "answered": (
        Bilingual("意见有回复：{title}", "Remark answered: {title}"),
        Bilingual(
            "{who}回复了{about}中的意见。",
            "{who} has answered a remark on {about}.",
        ),
    ),
    "near": (
        Bilingual("答复期限将至：{title}", "Limit near: {title}"),
        Bilingual("{about}的答复期限将至。", "The limit to answer in {about} is near."),
    ),
    "late": (
        Bilingual("答复已逾期：{title}", "Answer late: {title}"),
        Bilingual(
            "{who}未在{due}前答复{about}，已逾期。逾期不视为同意，仍需答复。",
            "{who} was to answer by {due} in {about} and is late. Silence is no consent; the "
            "answer is still needed.",
        ),
    ),
    "silent": (
        Bilingual("逾期未答复，视为同意：{title}", "Silence counted as consent: {title}"),
        Bilingual(
            "{who}未在{due}前答复{about}，按本区域规则视为同意。",
            "{who} did not answer by {due} in {about}; by the rules of the region this is consent.",
        ),
    ),
    "adopted": (
        Bilingual("审核通过：{title}", "Adopted: {title}"),
        Bilingual("各方均已签署，{about}审核通过。", "All have signed: {about} is adopted."),
    ),
}
_ASKS: frozenset[Kind] = frozenset({"asked", "asked-again", "near"})
_SILENCE = {
    True: Bilingual("逾期未答复视为同意。", "Silence until then counts as consent."),
    False: Bilingual("逾期将予以标示，不视为同意。", "Silence is shown as late and is no consent."),
}


def letter(kind: Kind, facts: Facts) -> Letter:
    """Return what is told of `kind`, in both languages."""
    title, first = _TEXTS[kind]
    paragraphs = [first]
    if facts.words:
        paragraphs.append(_SAYS)
    if kind in _ASKS and facts.due_on is not None:
        paragraphs.append(_ASKED)
    zh, en = _values(facts, chinese=True), _values(facts, chinese=False)
    return Letter(
        Bilingual(title.zh.format(**zh), title.en.format(**en)),
        Bilingual(
            "\n".join(each.zh.format(**zh) for each in paragraphs),
            "\n".join(each.en.format(**en) for each in paragraphs),
        ),
    )


def _values(facts: Facts, *, chinese: bool) -> dict[str, str]:
    def said(text: Bilingual) -> str:
        return text.zh if chinese else text.en or text.zh

    due = facts.due_on
    words = facts.words
    values = {
        "number": facts.number,
        "title": facts.title,
        "version": str(facts.version),
        "who": said(facts.who),
        "words": words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN]}…",
        "due": "" if due is None else _day(due, chinese=chinese),
        "silence": said(_SILENCE[facts.consents]),
    }
    return {**values, "about": said(_ABOUT).format(**values)}


def _day(day: date, *, chinese: bool) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if chinese else day.isoformat()
