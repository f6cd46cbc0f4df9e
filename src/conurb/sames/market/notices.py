"""What the employer and the persons listed with it are told at once, in both languages.

A notice here is a push beside the document that is served (order 45, art. 6, 8, 14): it says what
happened, under which number, by when something can be done, and how it is contested (art. 18). It
starts no time: the times of art. 6 run from the service of the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from conurb.region.tables import Bilingual
from conurb.sames.market.procedure import Verb

WORDS_SHOWN = 1000
NONE = Bilingual("", "")

PARTIES = frozenset(
    {
        Verb.NOTIFY,
        Verb.CALL_HEARING,
        Verb.SPARE,
        Verb.DROP,
        Verb.DECIDE,
        Verb.CORRECT,
        Verb.GRANT_EARLY,
        Verb.END,
        Verb.REVOKE,
        Verb.RESTORE,
    }
)
"""Acts that persons listed with the employer are told as well: the parties of art. 5, 6 and 14."""


@dataclass(frozen=True)
class Facts:
    """What a notice speaks of.

    `until` is the last day of what can be done: an objection to the notice, else of the listing;
    `hearing` when and where; `capacity` that of the person who is told, none for the employer.
    """

    firm: str
    authority: Bilingual
    number: str
    document: str = ""
    words: str = ""
    until: date | None = None
    hearing: str = ""
    days: int = 0
    capacity: Bilingual | None = None


@dataclass(frozen=True)
class Told:
    """A heading and a text, paragraphs apart by a line feed."""

    title: Bilingual
    words: Bilingual


_CONTEST = Bilingual(
    "如不服，可以自收到决定书之日起六十日内依法申请行政复议，或者在六个月内依法提起行政诉讼。",
    "It can be contested: by reconsideration within 60 days of receiving the decision, or before "
    "the court within six months.",
)
_REASONS = Bilingual("理由：{words}", "Reasons: {words}")

_TEXTS: Mapping[Verb, tuple[Bilingual, tuple[Bilingual, ...]]] = {
    Verb.NOTIFY: (
        Bilingual("列入事先告知：{firm}", "Notice before listing: {firm}"),
        (
            Bilingual(
                "{authority}拟将{firm}及其有关责任人员列入拖欠农民工工资失信联合惩戒对象名单，列入事先"
                "告知书（{document}）已送达。",
                "{authority} intends to put {firm} and the persons responsible on the list of "
                "joint consequences for wage arrears. The notice ({document}) was served.",
            ),
            Bilingual(
                "自收到告知之日起{days}个工作日内{until}，可以提出异议并提交证据。",
                "Within {days} working days of receiving it{until} you may object and hand in "
                "evidence.",
            ),
            Bilingual(
                "列入决定作出前已经全额支付拖欠工资、并作出不再拖欠的书面信用承诺的，可以不予列入。",
                "Who pays all arrears and promises in writing not to owe wages again, before the "
                "decision, may be left off the list.",
            ),
        ),
    ),
    Verb.CALL_HEARING: (
        Bilingual("听证通知：{firm}", "Hearing called: {firm}"),
        (
            Bilingual(
                "{authority}就{firm}列入事项的异议举行听证：{hearing}。通知书见办件附件。",
                "{authority} holds a hearing on what was objected in the matter of {firm}: "
                "{hearing}. The notice is in the file.",
            ),
        ),
    ),
    Verb.ANSWER: (
        Bilingual("异议核实结果：{firm}", "Your objection was verified: {firm}"),
        (
            Bilingual(
                "{authority}已核实{firm}提出的异议：{words}",
                "{authority} has verified the objection of {firm}: {words}",
            ),
        ),
    ),
    Verb.SPARE: (
        Bilingual("不予列入：{firm}", "Not listed: {firm}"),
        (
            Bilingual(
                "{firm}已在列入决定作出前改正并作出书面信用承诺，{authority}不予列入。",
                "{firm} has corrected its violation and promised in writing before the decision; "
                "{authority} does not list it.",
            ),
            _REASONS,
        ),
    ),
    Verb.DROP: (
        Bilingual("终止办理，不予列入：{firm}", "Closed without listing: {firm}"),
        (
            Bilingual(
                "{authority}终止办理{number}，不将{firm}列入名单。",
                "{authority} has closed {number} and does not list {firm}.",
            ),
            _REASONS,
        ),
    ),
    Verb.DECIDE: (
        Bilingual("列入决定：{firm}", "Decision to list: {firm}"),
        (
            Bilingual(
                "{authority}以{document}决定将{firm}及其有关责任人员列入拖欠农民工工资失信联合惩戒对象"
                "名单{until}。决定书依法另行送达。",
                "{authority} has decided ({document}) to put {firm} and the persons responsible on "
                "the list{until}. The decision is served besides.",
            ),
            Bilingual(
                "列入期间，相关部门依法在各自职责范围内予以限制；符合条件的可以申请提前移出。",
                "While on the list the authorities concerned restrict it by law; early removal can "
                "be asked for where its conditions are met.",
            ),
            _CONTEST,
        ),
    ),
    Verb.PUBLISH: (
        Bilingual("名单已公开：{firm}", "Published: {firm}"),
        (
            Bilingual(
                "{firm}的列入信息（{document}）已公开并共享，相关部门依法实施联合惩戒。所载信息有误的，"
                "可以向{authority}申请更正。",
                "The entry of {firm} ({document}) was published and shared; the authorities "
                "concerned give it effect. What it says wrongly {authority} corrects.",
            ),
        ),
    ),
    Verb.CORRECT: (
        Bilingual("名单信息已更正：{firm}", "Entry corrected: {firm}"),
        (
            Bilingual(
                "{authority}已更正{firm}的公开信息：{words}",
                "{authority} has corrected what is published of {firm}: {words}",
            ),
        ),
    ),
    Verb.REFUSE_EARLY: (
        Bilingual("不予提前移出：{firm}", "Early removal refused: {firm}"),
        (
            Bilingual(
                "{authority}决定不予将{firm}提前移出名单。决定书依法另行送达。",
                "{authority} has decided not to remove {firm} early. The decision is served "
                "besides.",
            ),
            _REASONS,
            _CONTEST,
        ),
    ),
    Verb.RESTORE: (
        Bilingual("恢复列入：{firm}", "Put back on the list: {firm}"),
        (
            Bilingual(
                "{authority}以{document}撤销提前移出决定，恢复{firm}及其有关责任人员的列入状态，起止"
                "时间重新计算{until}。决定书依法另行送达。",
                "{authority} has revoked the early removal ({document}) and put {firm} and the "
                "persons responsible back on the list; the term begins anew{until}. The decision "
                "is served besides.",
            ),
            _REASONS,
            _CONTEST,
        ),
    ),
}
_OFF = Bilingual(
    "{firm}及其有关责任人员已移出拖欠农民工工资失信联合惩戒对象名单，停止公开，联合惩戒措施按照规定"
    "终止。",
    "{firm} and the persons responsible have left the list: the entry is no longer public, and the "
    "consequences end.",
)
_REMOVED: Mapping[Verb, Bilingual] = {
    Verb.GRANT_EARLY: Bilingual(
        "{authority}准予提前移出（{document}）。", "{authority} has removed it early ({document})."
    ),
    Verb.END: Bilingual("列入期限届满（{document}）。", "The term has ended ({document})."),
    Verb.REVOKE: Bilingual(
        "{authority}撤销列入决定（{document}）。",
        "{authority} has revoked the decision ({document}).",
    ),
}
_CAPACITY = Bilingual(
    "您作为该单位的{capacity}，是本事项的当事人。",
    "You are a party to this as its {capacity}.",
)
_ANSWERED: Mapping[str, tuple[Bilingual, Bilingual]] = {
    "objection": (
        Bilingual("异议核实结果：{firm}", "Your objection was verified: {firm}"),
        Bilingual(
            "{authority}已核实您就{firm}列入事项提出的异议：{words}",
            "{authority} has verified your objection in the matter of {firm}: {words}",
        ),
    ),
    "correction": (
        Bilingual("更正申请答复：{firm}", "Your request for correction: {firm}"),
        Bilingual(
            "{authority}已答复您就{firm}列入信息提出的更正申请：{words}",
            "{authority} has answered your request to correct the entry of {firm}: {words}",
        ),
    ),
}
"""What a person is told who objected, or asked for a correction, for itself."""
_SAME: Mapping[Verb, Verb] = {Verb.HOLD_HEARING: Verb.ANSWER}

TOLD: frozenset[Verb] = frozenset({*_TEXTS, *_REMOVED, *_SAME})
"""Acts of the authority, and of time, that the employer is told of."""


def told(verb: Verb, facts: Facts) -> Told:
    """Return what is told of an act; KeyError for one that is told nobody."""
    if verb in _REMOVED:
        title = Bilingual("移出名单：{firm}", "Off the list: {firm}")
        paragraphs: tuple[Bilingual, ...] = (_REMOVED[verb], _OFF)
    else:
        title, paragraphs = _TEXTS[_SAME.get(verb, verb)]
    if facts.capacity is not None:
        paragraphs = (*paragraphs, _CAPACITY)
    zh, en = _values(verb, facts, chinese=True), _values(verb, facts, chinese=False)
    return Told(
        Bilingual(title.zh.format(**zh), title.en.format(**en)),
        Bilingual(
            "\n".join(each.zh.format(**zh) for each in paragraphs),
            "\n".join(each.en.format(**en) for each in paragraphs),
        ),
    )


def answered(kind: str, authority: Bilingual, firm: str, words: str) -> Told:
    """Return what a person is told of the answer to an objection or a request for correction."""
    title, text = _ANSWERED[kind]
    said = {"firm": firm, "words": _shortened(words)}
    zh, en = said | {"authority": authority.zh}, said | {"authority": authority.en or authority.zh}
    return Told(
        Bilingual(title.zh.format(**zh), title.en.format(**en)),
        Bilingual(text.zh.format(**zh), text.en.format(**en)),
    )


def _shortened(words: str) -> str:
    return words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN]}…"


def _values(verb: Verb, facts: Facts, *, chinese: bool) -> dict[str, str]:
    def said(text: Bilingual) -> str:
        return text.zh if chinese else text.en or text.zh

    return {
        "firm": facts.firm,
        "authority": said(facts.authority),
        "number": facts.number,
        "document": facts.document,
        "words": _shortened(facts.words),
        "hearing": facts.hearing,
        "days": str(facts.days),
        "capacity": said(facts.capacity or NONE),
        "until": _until(verb, facts.until, chinese=chinese),
    }


def _until(verb: Verb, day: date | None, *, chinese: bool) -> str:
    if day is None:
        return ""
    if chinese:
        text = f"{day.year}年{day.month}月{day.day}日"
        return f"（截至{text}）" if verb == Verb.NOTIFY else f"，至{text}止"
    return f" (until {day.isoformat()})" if verb == Verb.NOTIFY else f", until {day.isoformat()}"
