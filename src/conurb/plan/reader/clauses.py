"""Sentences and clauses of an item, and what each clause does: act, result, set the scene.

A clause is what stands between commas. Its head verb is looked for after conjunctions, adverbs,
a subject and prepositional phrases; what it does follows from the verb and from its position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .boilerplate import has_han
from .verbs import (
    ADVERB,
    CARRIERS,
    FOREGROUND,
    NOUNISH,
    PREPARATIONS,
    PREPOSITIONS,
    RESULTS,
    STAGE,
    VERB,
    is_scene,
)

Form = Literal["action", "result", "scene", "rest"]

_BRACKETS = "(（【[〔"
_PAIRS = ("()", "（）", "(）", "（)", "“”", "「」", "《》", "【】", "[]", "〔〕")
_LONGEST_BRACKET = 200
_BRACKETED = re.compile(
    "|".join(
        f"{re.escape(left)}[^{re.escape(right)}\n]{{0,{_LONGEST_BRACKET}}}{re.escape(right)}"
        for left, right in (tuple(pair) for pair in _PAIRS)
    )
)
_HEAD_REACH = 200  # characters in which the head verb of a clause is looked for
HIDDEN = "\ue000"  # stands for a character in brackets
QUOTED = "\ue001"  # stands for a character in quotation marks

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_ENGLISH_SENTENCE = re.compile(r"(?:[^.;!?\n]|[.](?=\S))+")
_CLAUSE = re.compile(r"[^，,]+")
_COUNT = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,2}是要?|第[一二三四五六七八九十][，、,:：]?"
    r"|[(（]?\d{1,2}[)）]|[①-⑳]"
    r"|其[一二三四五][是，、]?|[-—·•]\s*)?"
)
_WHEN = re.compile(
    r"(?:在|到|至|于|自|从)?(?:(?:20\d\d|本|今|当|明|次)年(?:底|末|初|内|度|以?前"
    r"|\d{1,2}月(?:份|底|末|初)?)?"
    r"(?:之?前|内|以内|起)?|\d{1,2}月(?:\d{1,2}日|份|底|末|初)?(?:之?前|内|起)?|年(?:底|末"
    r"|内)(?:之?前)?"
    r"|(?:上|下)半年(?:之?前|内)?|第?[一二三四1234]季度(?:末|前|内)*"
    r"|[“”]?十[三四五六]五[“”]?(?:期间|时期|末)?"
    r"|春季|夏季|秋季|冬季|近期|远期|当前|目前)+"
)
_SUBJECT_END = re.compile(
    r"(?:市|区|县|州|省|局|厅|委|办|部|部门|政府|单位|公司|集团|医院|学校|高校|企业|中心|银行"
    r"|委员会|三市|两市|各地|双方|三方|我市)$"
)
_ACTOR_ENDS = "级省市区县州厅局委办部门府位司团家院校"
_GOAL_VERB = re.compile(
    r"建成|完成|完工|竣工|投产|投运|投用|投入(?:使用|运营)|开工|通车|开学|开业|开园|贯通|交付"
    r"|获得|获批|取得|开通|验收|达到|达|实现|超过|突破|落地|见效"
)
_ABSTRACT_END = re.compile(r"(?:发展|融合|见效|协同|进步|繁荣)$")
_DUTY_WORDS = (
    r"(?:责任|牵头|配合|协办|主办|承办|实施|参与|协同|协作|支持|负责|联系)(?:领导|单位|部门"
    r"|地区|主体|人)"
    r"|(?:完成|办结|推进|起止)(?:时限|时间|期限|节点)|时间(?:节点|要求|安排)|时限(?:要求)?"
)
_DUTY_BRACKET = re.compile(
    rf"[(（【\[][^()（）【】\[\]]*?(?:(?:{_DUTY_WORDS})\s*[:：]?|[^()（）]{{1,40}}(?:牵头|负责"
    rf"|配合)(?=[，,；;、)）】\]]))"
    r"[^()（）【】\[\]]*[)）】\]]"
)
_DUTY_SENTENCE = re.compile(rf"(?:^|(?<=[。；;\n]))\s*(?:{_DUTY_WORDS})\s*[:：][^。\n]*")


_OUTPUTS = ("落实", "新增", "增加", "覆盖", "惠及", "带动", "达到", "完成", "建成", "修复")
_FIGURE_END = re.compile(r"\d+(?:\.\d+)?[万亿千百]?[\u4e00-\u9fff%]{1,2}(?:以上|左右)?$")
_MILESTONE = re.compile(
    r"建成|完成|完工|竣工|投产|投运|投用|投入|开工|通车|开学|贯通|交付|验收|达到|实现|突破|印发"
    r"|形成"
)
_OPENING = re.compile(r"开通|开放|获得|取得|获批")
_OPENED = re.compile(r"(?:试?运[营行]|使用|交通|通车|.{0,6}批复|.{0,4}审批)?$")
_WORKS_STEP = re.compile(r"主体|封顶|土建|线下工程|路基|可研|批复|初步设计|施工图")
_NAMED_WORKS = re.compile(r"[^\d]{2,}(?:[桥路站园馆院校线区厂库场港]|隧道|工程|中心|基地|平台)$")
# Wholes that the works before them fit into: 完善…网络 after a line to be built names no task.
_FABRIC = ("网络", "体系", "格局", "环境", "布局")
_ASKING = ("争取", "力争", "申报", "申请", "报请", "提请")
_GRANT = re.compile(
    r"(?:[^，,]{0,12}?(?:政府|省委|市委|国务院|部委|厅|局|委|办|部门|国家|省"
    r"|部))+?(?:[、和及]?[^，,]{0,10}(?:厅|局|委|办|部门))*"
    r"(?:启动|同意|批准|批复|出台|开展|赋予|支持(?=.{2})|实施|将|把|下放|授权|编制|修编"
    r"|制[订定]|建设|布局|安排)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The head verb of a clause and where its object begins."""

    verb: str
    start: int
    after: int
    bare: bool  # no adverb, subject or phrase before it


@dataclass(frozen=True, slots=True)
class Clause:
    """The characters [start, end) of an item between commas, and what they do."""

    start: int
    end: int
    form: Form
    head: Head | None


def masked(text: str) -> str:
    """The text, as long as before, with what stands in brackets and quotation marks blotted out."""
    return _BRACKETED.sub(_blot, text)


def _blot(found: re.Match[str]) -> str:
    sign = HIDDEN if found.group()[0] in _BRACKETS else QUOTED
    return sign * (found.end() - found.start())


def duties(text: str) -> Iterator[tuple[int, int]]:
    """Notes on who is responsible and by when, in brackets or sentences of their own."""
    for pattern in (_DUTY_BRACKET, _DUTY_SENTENCE):
        for found in pattern.finditer(text):
            yield found.start(), found.end()


def sentences(mask: str) -> Iterator[tuple[int, int]]:
    """Sentences of a masked text, without their stops."""
    pattern = _SENTENCE if has_han(mask) else _ENGLISH_SENTENCE
    for found in pattern.finditer(mask):
        start, end = _trimmed(mask, found.start(), found.end())
        if start < end:
            yield start, end


def clauses(mask: str, start: int, end: int) -> list[Clause]:
    """The clauses of one sentence, each with its form."""
    if not has_han(mask[start:end]):
        return [_english(mask, start, end)]
    bounds: list[tuple[int, int]] = []
    for found in _CLAUSE.finditer(mask, start, end):
        left, right = _trimmed(mask, found.start(), found.end())
        for bound in _stages(mask, *_trimmed(mask, _after_count(mask, left, right), right)):
            bounds.extend(_verb_pairs(mask, *bound))
    heads = [head_of(mask, *bound) for bound in bounds]
    result: list[Clause] = []
    asked: Clause | None = None  # the last action
    acted = False
    for index, ((left, right), head) in enumerate(zip(bounds, heads, strict=True)):
        last = index == len(bounds) - 1
        granted = asked is not None and head is not None and _is_granted(mask, asked, head)
        form = "result" if granted else _form(mask, left, right, head, acted, last)
        result.append(Clause(left, right, form, head))
        acted = acted or form in ("action", "result")
        asked = result[-1] if form == "action" else asked
    return result


def _after_count(mask: str, start: int, end: int) -> int:
    """Behind 一是, 二是, (1): the words that count the sentences of an item."""
    found = _COUNT.match(mask, start, end)
    return found.end() if found is not None and found.end() < end else start


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in "、：:"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "、：:."):
        end -= 1
    return start, end


def _english(mask: str, start: int, end: int) -> Clause:
    """The first word after any of “the cities shall” is taken for the verb."""
    opening = re.compile(
        r"\s*(?:(?:the|all|both|three|two|cities|city|parties|and|also|jointly|shall|will|must|"
        r"should|to|we)\s+)*",
        re.IGNORECASE,
    )
    found = opening.match(mask, start, end)
    at = found.end() if found is not None else start
    word = re.compile(r"[A-Za-z][A-Za-z-]*").match(mask, at, end)
    if word is None:
        return Clause(start, end, "rest", None)
    head = Head(word.group().lower(), at, min(end, word.end() + 1), at == start)
    return Clause(start, end, "action", head)


def _stages(mask: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A clause, cut before 并 where a verb of a further stage follows: 编制方案并启动实施."""
    at = mask.find("并", start + 4, end - 2)
    while at > 0:
        after = _skip_adverbs(mask, at + 1, end)
        verb = STAGE.match(mask, after, end)
        if verb is not None and mask[at - 1] not in "合兼归一相" and end - verb.end() >= 2:
            yield start, at
            yield at + 1, end
            return
        at = mask.find("并", at + 1, end - 2)
    yield start, end


def _verb_pairs(mask: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A clause, cut at 、 between two verbs with an object each: 拓宽甲路、打通乙路."""
    at = start
    while True:
        at = mask.find("、", at + 4, min(end - 4, start + _HEAD_REACH))
        if at < 0:
            yield start, end
            return
        if _paired(mask, start, at, min(end, at + _HEAD_REACH)):
            yield start, at
            start = at + 1


def _paired(mask: str, start: int, stop: int, end: int) -> bool:
    """The verbs before and after the 、 at `stop` both have objects, which they do not share."""
    first, second = head_of(mask, start, stop), _direct(mask, stop + 1, end, stop + 1)
    if first is None or second is None or first.verb in NOUNISH or second.verb in NOUNISH:
        return False
    if "、" in mask[first.after : stop] or "的" in mask[second.after : end]:
        return False  # a phrase before 的 may hold both: 以政府引导、吸引投资的模式
    object_end = mask.find("、", second.after, end)
    object_end = end if object_end < 0 else object_end
    return stop - first.after >= 2 and object_end - second.after >= 2


def _skip_adverbs(mask: str, at: int, end: int) -> int:
    while True:
        found = ADVERB.match(mask, at, end)
        if found is None:
            return at
        at = found.end()


def head_of(mask: str, start: int, end: int) -> Head | None:
    """The head verb of the clause [start, end), or None where it has none."""
    found = _COUNT.match(mask, start, end)
    begin = found.end() if found is not None else start
    return _search(mask, begin, min(end, begin + _HEAD_REACH), begin)


def _search(mask: str, at: int, end: int, begin: int) -> Head | None:
    when = _WHEN.match(mask, at, end)
    if when is not None and when.end() > at:
        return _search(mask, when.end(), end, begin)
    while at < end and (mask[at].isspace() or mask[at] in (HIDDEN, "的")):
        at += 1
    adverb = ADVERB.match(mask, at, end)
    if adverb is not None:
        after = _direct(mask, adverb.end(), end, begin)
        if after is not None:
            return after
        if VERB.match(mask, at, end) is None:
            return _search(mask, adverb.end(), end, begin)
    direct = _direct(mask, at, end, begin)
    if direct is not None:
        return direct
    return _later(mask, at, end, begin)


def _direct(mask: str, at: int, end: int, begin: int) -> Head | None:
    """The verb that stands at `at`, adverbs aside; a carrier gives way to the verb it carries."""
    when = _WHEN.match(mask, at, end)
    if when is not None:
        at = when.end()
    adverb = ADVERB.match(mask, at, end)
    if adverb is not None:
        after = _direct(mask, adverb.end(), end, begin)
        if after is not None and after.after <= end:
            return after
    verb = VERB.match(mask, at, end)
    if verb is None:
        return None
    if verb.group() in CARRIERS:
        carried = _carried(mask, verb.group(), verb.end(), end, begin)
        if carried is not None:
            return carried
    return Head(verb.group(), at, verb.end(), at == begin)


def _carried(mask: str, carrier: str, at: int, end: int, begin: int) -> Head | None:
    adverb_end = _skip_adverbs(mask, at, end)
    if carrier in FOREGROUND and mask.startswith(("三市", "两市", "各", "多"), at):
        return None
    for place in (adverb_end, at):
        verb = VERB.match(mask, place, end)
        if verb is not None and end - verb.end() >= 2 and _carries(carrier, verb.group()):
            return _direct(mask, place, end, begin)
    if carrier in FOREGROUND or carrier in ("加快", "加速", "规划", "组织"):
        return None
    for stop in range(at + 2, min(end, at + 24)):
        if mask[stop - 1] in _ACTOR_ENDS and VERB.match(mask, stop, end):
            after = _direct(mask, stop, end, begin)
            if after is not None and after.verb not in NOUNISH and after.after < end:
                return Head(after.verb, after.start, after.after, False)
    return None


def _carries(carrier: str, verb: str) -> bool:
    if verb in NOUNISH:
        return carrier in ("加快", "加速", "组织", "统筹", "力争", "规划", "牵头", "负责", "联合")
    return True


def _later(mask: str, at: int, end: int, begin: int) -> Head | None:
    """The verb after a prepositional phrase or a subject."""
    led = mask.startswith(PREPOSITIONS, at)
    fallback: Head | None = None
    limit = end if led else min(end, at + 30)
    place = at + 1
    while place < limit:
        verb = VERB.match(mask, place, end)
        if verb is None:
            place += 1
            continue
        subject = bool(_SUBJECT_END.search(mask[at : _before_adverbs(mask, at, place)][-8:]))
        firm = verb.group() not in NOUNISH
        if firm and (led or subject):
            return _direct(mask, place, end, begin) or Head(verb.group(), place, verb.end(), False)
        if (
            fallback is None
            and end - verb.end() >= 2
            and (led or subject)
            and (_place_before(mask, place) or subject)
        ):
            fallback = Head(verb.group(), place, verb.end(), False)
        place = verb.end() if firm or verb.group() in NOUNISH else place + 1
    return fallback


def _before_adverbs(mask: str, at: int, place: int) -> int:
    """Step back over adverbs that stand before `place`."""
    for length in (4, 3, 2, 1):
        back = place - length
        if back > at and ADVERB.fullmatch(mask, back, place):
            return _before_adverbs(mask, at, back)
    return place


def _place_before(mask: str, place: int) -> bool:
    return mask[place - 1] not in "的、和及与"


def _form(mask: str, start: int, end: int, head: Head | None, acted: bool, last: bool) -> Form:
    if _is_setting(mask, start, end, head):
        return "scene"
    if head is None:
        return "rest"
    words = mask[head.after : end]
    if _is_goal(mask, start, end) or (acted and _is_measure(mask, start, end, head)):
        return "result"
    if not words.strip() and (acted or not last):
        return "rest"
    prepares = head.verb == "加强" and words.endswith(PREPARATIONS)
    if prepares and not last and words[0] not in "与同和":
        return "scene"
    return "result" if acted and _is_result(head, words) else "action"


def _is_setting(mask: str, start: int, end: int, head: Head | None) -> bool:
    body = _skip_adverbs(mask, start, end)
    setting = is_scene(mask[start:end]) or (body > start and is_scene(mask[body:end]))
    return setting and not _acts_in_scene(mask, body, end, head)


def _acts_in_scene(mask: str, start: int, end: int, head: Head | None) -> bool:
    """依托甲组建乙: an action follows in the same clause, with an object of its own."""
    if mask[start:end].endswith(("作用", "优势", "契机", "抓手", "功能")) or re.search(
        r"为.{1,4}$", mask[start:end]
    ):
        return False
    if mask.startswith("为", start) and "提供" in mask[start:end]:
        return False
    place = start + 2
    while place < end - 4:
        verb = VERB.match(mask, place, end)
        if verb is None:
            place += 1
            continue
        if verb.group() not in NOUNISH and verb.group() not in RESULTS:
            return end - verb.end() >= 3
        place = verb.end()
    return False


def _is_goal(mask: str, start: int, end: int) -> bool:
    """力争秋季建成开学: when the action before shall be complete, no action of its own."""
    found = re.compile(r"(?:并)?(?:力争|确保|争取|保证|预计|计划)").match(mask, start, end)
    if found is None:
        return False
    words = mask[found.end() : end]
    if found.group() in ("力争", "确保") and _FIGURE_END.search(words):
        return True
    when = re.search(r"年|月|季|日|如期|按期|期间|底前", words)
    return bool(when and _GOAL_VERB.search(words))


def _is_measure(mask: str, start: int, end: int, head: Head) -> bool:
    """年内建成15公里, 新增学位1800个: how much of the action before, or by when."""
    words = mask[head.after : end]
    when = _WHEN.match(mask, start, end)
    if when is not None and when.end() > start:
        if _OPENING.fullmatch(head.verb):
            return _OPENED.match(words) is not None
        if _MILESTONE.fullmatch(head.verb):
            step = _WORKS_STEP.search(words) or re.search(r"\d", words)
            return bool(step) or (len(words) <= 8 and not _NAMED_WORKS.match(words))
    return head.verb in _OUTPUTS and _FIGURE_END.search(words) is not None


def _is_result(head: Head, words: str) -> bool:
    if head.verb in RESULTS:
        return QUOTED not in words
    if head.verb in ("推进", "推动", "加快") and _ABSTRACT_END.search(words):
        return len(words) <= 24
    if head.verb in ("完善", "优化") and head.bare:
        return words.endswith(_FABRIC)
    if head.verb == "扩大" and head.bare:
        return words.endswith(("供给", "规模", "覆盖面", "影响力"))
    return head.verb in ("探索", "明确") and head.bare


def _is_granted(mask: str, asked: Clause, head: Head) -> bool:
    """争取省厅启动修编，增加线路: what follows is still what the one asked shall do."""
    if asked.head is None or not head.bare:
        return False
    if asked.head.verb not in ("争取", "力争") or head.verb in _ASKING:
        return False
    grant = _GRANT.match(mask, asked.head.after, asked.end)
    return grant is not None
