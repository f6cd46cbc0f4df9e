"""Who acts: authorities, firms and bodies named in a task, leading or in support."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .gazetteer import Gazetteer
from .model import Role

_STEMS = (
    r"发展(?:和)?改革|发改|经济和信息化|工业和信息化|工信|经信|自然资源(?:和规划)?|资规"
    r"|交通运输|交通|住房和城乡建设|住房城乡建设|住建"
    r"|生态环境|水利|水务|农业农村|商务|文化和?旅游(?:广电(?:体育)?|体育)?|文旅(?:广体|广电)?"
    r"|卫生健康|卫健|应急管理|应急|审计"
    r"|市场监督管理|市场监管|体育|统计|医疗保障|医保|信访|林业|数据(?:资源)?|大数据"
    r"|政务服务(?:和大数据)?|行政审批(?:服务)?|城市管理(?:和综合执法)?"
    r"|城管|公安|民政|司法|财政|人力资源和?社会保障|人社|教育|科学技术|科技|民族宗教(?:事务)?"
    r"|退役军人事务|国有资产监督管理"
    r"|国资|金融工作|金融|地方金融(?:监督)?管理|税务|气象|邮政管理|海事|铁路|国防动员|知识产权"
    r"|乡村振兴|能源|口岸|投资促进|港航|公路"
    r"|机关事务管理|宣传|组织|统战|网信|编办"
)
_SEAT = r"(?:[\u4e00-\u9fff]{2,3}(?:省|市|县|区|州)|国家|省|市|县|区|州|各市|三市|两市)"
_DEPARTMENT = rf"{_SEAT}?(?:{_STEMS})(?:厅|局|委员会|委|办公室|办|部)"
_OTHERS = (
    rf"(?<!市){_SEAT}(?:人民)?政府(?:办公厅|办公室)?|[省市县区]委(?!员|托|派)|国务院"
    rf"|国家(?:铁路局|民航局)|民航局|国铁集团|广铁集团|广铁"
    r"|[\u4e00-\u9fff]{2,10}(?:管委会|管理委员会)"
)
_NAMED = re.compile(rf"{_OTHERS}|{_DEPARTMENT}")
_HOUSE = re.compile(
    r"(?<=推动|支持|鼓励|引导|依托|发挥|联合|会同)(?P<name>[\u4e00-\u9fff]{2,12}?(?:大学|学院"
    r"|医院|研究院|研究所|协会|商会|学会|服务中心|股交所|交易所|银行))"
)
_FIRM = re.compile(
    r"(?!上市|国有|有限|各|等|重点|股份)[\u4e00-\u9fffA-Za-z]{2,14}?(?:集团有限公司"
    r"|股份有限公司|有限责任公司|有限公司|集团公司|集团|公司)"
)
_ROLE_WORDS = (
    r"(?:责任|牵头|主办|承办|实施|负责|配合|协办|参与|协同|协作|支持)(?:责任)?(?:单位|部门|地区|主体)"
    r"\s*[:：]|(?:完成|办结)(?:时限|时间|期限)\s*[:：]"
)
_DUTY = re.compile(
    r"(?P<role>责任|牵头|主办|承办|实施|负责|配合|协办|参与|协同|协作|支持)(?:责任)?(?:单位"
    r"|部门|地区|主体)\s*[:：]\s*"
    r"(?P<names>(?:(?!" + _ROLE_WORDS + r")[^；;。\n)）】\]])*)"
)
_DUTY_TAIL = re.compile(
    r"[(（【](?P<names>[^()（）【】]{2,60}?)(?P<role>牵头|负责|配合)(?=[，,；;、)）】])"
)
_DUTY_NAME = re.compile(r"[^、，,；;\s和及与]{2,24}")
_SUPPORTING = ("配合", "协办", "参与", "协同", "协作", "支持")

_ANY_HOUSE = re.compile(r"[厅局委办府部会院所行院学]|集团|公司|广铁|中心")
_BEFORE_NAME = re.compile(
    r"配合|协助|争取|会同|联合|协调|报请|提请|支持|推动|鼓励|引导|依托|发挥|充分|积极|继续|共同"
    r"|加强|前?报(?!业)|前|由|和|与|及|向|同|请|在|经"
)
_FOUNDED = re.compile(r"组建|建立|设立|成立|培育|打造|引进")  # what is founded does not act
_LEADS_BEFORE = re.compile(r"(?:由|配合|协助|推动|支持|鼓励|引导|依托)\s*$")
_SUPPORTS_BEFORE = re.compile(
    r"(?:争取|会同|联合|协调|报请|提请|商请|商|与|同|向|指导|利用|发挥|对接)\s*$"
)
_LEADS_AFTER = re.compile(r"^(?:牵头|负责|主办|会同|要|应|组织|推动|推进|编制|制定|建立)")
_SUPPORTS_AFTER = re.compile(r"^(?:配合|协助|协同|参与|支持)")


@dataclass(frozen=True, slots=True)
class Party:
    """A name at the characters [start, end), its part, and the gazetteer's ref where known."""

    start: int
    end: int
    role: Role
    ref: str | None


def duty_parties(text: str, gazetteer: Gazetteer) -> Iterator[Party]:
    """Parties in notes such as 责任单位：甲、乙；配合单位：丙, or （甲牵头，乙配合）."""
    for pattern in (_DUTY, _DUTY_TAIL):
        for found in pattern.finditer(text):
            role: Role = "support" if found["role"] in _SUPPORTING else "lead"
            for name in _names(found, gazetteer):
                ref = gazetteer.actor_refs.get(text[name[0] : name[1]])
                yield Party(name[0], name[1], role, ref)


def _names(found: re.Match[str], gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """The names in a list. A name may hold 和 itself: 自然资源和规划局."""
    text = found.string
    at, end = found.span("names")
    while at < end:
        known = _known_at(text, at, end, gazetteer)
        if known is not None:
            yield at, known
            at = known
            continue
        name = _DUTY_NAME.match(text, at, end)
        if name is None:
            at += 1
            continue
        stop = name.end()
        yield at, stop
        at = stop


def _known_at(text: str, at: int, end: int, gazetteer: Gazetteer) -> int | None:
    department = _NAMED.match(text, at, end)
    reached = department.end() if department is not None else None
    for start, stop, _ in gazetteer.find_actors(text[at : min(end, at + 30)]):
        if start == 0:
            reached = max(reached or 0, at + stop)
        break
    return reached


def parties(text: str, gazetteer: Gazetteer) -> list[Party]:
    """Parties named in the words of a task, from left to right, without overlap."""
    spans: list[tuple[int, int, str | None]] = list(gazetteer.find_actors(text))
    if not spans and _ANY_HOUSE.search(text) is None:
        return []
    for pattern in (_NAMED, _FIRM):
        for found in pattern.finditer(text):
            if not _FOUNDED.match(found.group()):
                ref = gazetteer.actor_refs.get(found.group())
                spans.append((found.start(), found.end(), ref))
    for found in _HOUSE.finditer(text):
        spans.append((*found.span("name"), gazetteer.actor_refs.get(found["name"])))
    spans = [(_after_verbs(text, start, end), end, ref) for start, end, ref in spans]
    spans.sort(key=lambda span: (span[0], -span[1]))
    chosen: list[Party] = []
    reached = 0
    for start, end, ref in spans:
        if start >= reached and "市州" not in text[start:end]:
            chosen.append(Party(start, end, _role(text, start, end, chosen), ref))
            reached = end
    return chosen


def _after_verbs(text: str, start: int, end: int) -> int:
    """A guessed name does not begin with the verb or preposition before it."""
    opening = _BEFORE_NAME.match(text, start, end)
    while opening is not None and opening.end() < end:
        start = opening.end()
        opening = _BEFORE_NAME.match(text, start, end)
    return start


def _role(text: str, start: int, end: int, before: list[Party]) -> Role:
    """By the words around the name; names joined by 、 or 和 share the part of the first."""
    opening, after = text[:start], text[end : end + 8]
    if before and opening[before[-1].end :] in ("、", "和", "及", "与", "，", ","):
        return before[-1].role
    if _SUPPORTS_AFTER.match(after) or opening.endswith(("会同", "联合")):
        return "support"
    if _LEADS_BEFORE.search(opening) or _LEADS_AFTER.match(after):
        return "lead"
    if _SUPPORTS_BEFORE.search(opening):
        return "support"
    return "lead" if not opening.strip() else "support"
