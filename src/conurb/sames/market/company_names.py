"""Chinese names of firms taken apart.

A registered name is place, word of its own (字号), trade and form, in this order (企业名称登记管理
规定, State Council order 734, in force 2021-03-01, art. 6): 湖南 · 恒通 · 建设工程 · 有限公司.
People leave parts out, put the place in brackets behind the word (恒通（湖南）有限公司), and
mistype. `parse` finds the parts whatever is missing; it never fails. What a branch is of stands
before its own name (art. 13). The word of its own is called the core.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from conurb.sames.market.company_places import CHINA, Gazetteer
from conurb.sames.market.edits import one_slip
from conurb.sames.market.trades import GENERAL, LONGEST, sectors
from conurb.sames.market.writing import fold


class Form(StrEnum):
    """What kind of body a firm is, as far as its name tells."""

    COMPANY = "company"  # 有限责任公司, 有限公司, and 公司 without more
    STOCK = "stock"  # 股份有限公司
    PARTNERSHIP = "partnership"  # 合伙企业, 事务所
    COOPERATIVE = "cooperative"  # 合作社
    FACTORY = "factory"  # 厂
    SHOP = "shop"  # 店, 经营部, 商行: as a rule of one person
    OTHER = "other"  # 中心, 研究院, 学校
    UNSAID = ""


COMPANIES = frozenset({Form.COMPANY, Form.STOCK})

# the longest first among those with the same last character
_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "股份有限责任公司": Form.STOCK,
        "股份有限公司": Form.STOCK,
        "有限责任公司": Form.COMPANY,
        "责任有限公司": Form.COMPANY,
        "股份公司": Form.STOCK,
        "有限公司": Form.COMPANY,
        "总公司": Form.COMPANY,
        "公司": Form.COMPANY,
        "股份": Form.STOCK,
        "有限责任": Form.COMPANY,
        "有限": Form.COMPANY,
        "有限合伙企业": Form.PARTNERSHIP,
        "合伙企业": Form.PARTNERSHIP,
        "律师事务所": Form.PARTNERSHIP,
        "会计师事务所": Form.PARTNERSHIP,
        "事务所": Form.PARTNERSHIP,
        "专业合作社联合社": Form.COOPERATIVE,
        "农民专业合作社": Form.COOPERATIVE,
        "专业合作社": Form.COOPERATIVE,
        "股份经济合作社": Form.COOPERATIVE,
        "经济合作社": Form.COOPERATIVE,
        "合作社": Form.COOPERATIVE,
        "总厂": Form.FACTORY,
        "加工厂": Form.FACTORY,
        "厂": Form.FACTORY,
        "个体工商户": Form.SHOP,
        "经营部": Form.SHOP,
        "销售部": Form.SHOP,
        "服务部": Form.SHOP,
        "经销部": Form.SHOP,
        "门市部": Form.SHOP,
        "批发部": Form.SHOP,
        "工程部": Form.SHOP,
        "加工部": Form.SHOP,
        "维修部": Form.SHOP,
        "工程队": Form.SHOP,
        "施工队": Form.SHOP,
        "专卖店": Form.SHOP,
        "便利店": Form.SHOP,
        "商店": Form.SHOP,
        "商行": Form.SHOP,
        "店": Form.SHOP,
        "工作室": Form.SHOP,
        "加工坊": Form.SHOP,
        "作坊": Form.SHOP,
        "个人独资企业": Form.OTHER,
        "服务中心": Form.OTHER,
        "中心": Form.OTHER,
        "研究院": Form.OTHER,
        "设计院": Form.OTHER,
        "研究所": Form.OTHER,
        "学校": Form.OTHER,
        "幼儿园": Form.OTHER,
        "医院": Form.OTHER,
        "协会": Form.OTHER,
    }
)
_BY_LAST: dict[str, tuple[str, ...]] = {}
for _words in sorted(_FORMS, key=len, reverse=True):
    _BY_LAST[_words[-1]] = (*_BY_LAST.get(_words[-1], ()), _words)
_NEAR_FORMS = (
    ("有限责任公司", Form.COMPANY),
    ("股份有限公司", Form.STOCK),
    ("有限公司", Form.COMPANY),
)
_SIGNS_OF_FORM = frozenset("有限公司责任股份")
_REST_OF_FORM = frozenset("有限责任股份")
_IN_BRACKETS: Mapping[str, Form] = MappingProxyType(
    {
        "有限": Form.COMPANY,
        "有限公司": Form.COMPANY,
        "有限责任公司": Form.COMPANY,
        "股份": Form.STOCK,
        "有限合伙": Form.PARTNERSHIP,
        "普通合伙": Form.PARTNERSHIP,
        "特殊普通合伙": Form.PARTNERSHIP,
        "个体工商户": Form.SHOP,
        "个体": Form.SHOP,
        "个人独资": Form.OTHER,
    }
)
# what is written beside a name and is no part of it
_REMARKS = re.compile(
    r"演示|筹|筹建|已注销|注销|吊销|已吊销|在业|存续|盖章|公章|签章|新|原名.*|原.*|曾用名.*|现.*|更名.*|以下简称.*|简称.*"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_BRANCHES = "分公司|分店|分厂|分社|分所|分行|支行|分部|分校|办事处|项目部|项目经理部|营业部|代表处"
_BRANCH_ENDS = frozenset(words[-1] for words in _BRANCHES.split("|"))
_BRANCH = tuple(sorted(_BRANCHES.split("|"), key=len, reverse=True))
_HEADS = ("公司", "银行", "集团", "合作社", "事务所")
_GROUP = "集团"

# short and long ways of great state firms: the numbered bureaus have both in daily use
_SHORTER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"中国建筑第(\d+)工程局"), r"中建\1局"),
    (re.compile(r"中国建筑(\d+)局"), r"中建\1局"),
    (re.compile(r"中国水利水电第(\d+)工程局"), r"中国水电\1局"),
    (re.compile(r"中铁第(\d+)工程局"), r"中铁\1局"),
    (re.compile(r"第(\d+)公路工程局"), r"\1公局"),
    (re.compile(r"第(\d+)航务工程局"), r"\1航局"),
    (re.compile(r"第(\d+)工程局"), r"\1局"),
    (re.compile(r"第(\d+)建筑(安装)?(?=工程|$)"), r"\1建"),
    (re.compile(r"(?<!第)(?<=\D)(\d)建筑(?=工程|$)"), r"\1建"),
    (re.compile(r"第(\d+)建(?=工程|集团|建设|$)"), r"\1建"),
)
_DIGITS = re.compile(r"\d+")
_LOOSE = re.compile(r"(..)[省市](?![政场容])(..)")
_WEAK = re.compile(r"[0-9第建局公安冶航]*")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name and its parts, folded.

    `places` are codes of divisions (see `company_places`), `place` their bare names as written
    together; `core` is never empty unless the whole name is; `trades` are the words of trade,
    `numbers` those within core and trade; `branch` is what follows the name of the firm whose
    branch this is. `slip` tells that the form was mistyped. `stem` is what stands before the form,
    as written, in names of which `body` says it otherwise (with brackets, numbers or 集团), "" in
    others.
    """

    text: str
    folded: str
    place: str
    places: tuple[str, ...]
    core: str
    trades: tuple[str, ...]
    sectors: frozenset[str]
    numbers: tuple[str, ...]
    form: Form
    group: bool
    branch: str
    slip: bool
    stem: str

    @property
    def trade(self) -> str:
        """The words of trade in one."""
        return "".join(self.trades)

    @property
    def body(self) -> str:
        """Place, core and trade: what tells firms apart."""
        return self.place + self.core + self.trade

    @property
    def flat(self) -> str:
        """The whole name without brackets."""
        return self.folded.replace("(", "").replace(")", "")

    @property
    def is_weak(self) -> bool:
        """Whether the core tells nothing without its place: 第一建筑工程公司."""
        return _WEAK.fullmatch(self.core) is not None


def parse(text: str, gazetteer: Gazetteer) -> CompanyName:
    """Return the parts of a name. Any text gives some; an empty one gives empty parts."""
    folded = fold(text)
    rest, form = folded, Form.UNSAID
    inner: tuple[tuple[str, str], ...] = ()
    whole = ""
    if "(" in folded or ")" in folded:
        rest, inner, form = _unbracketed(folded, gazetteer)
        whole = folded.replace("(", "").replace(")", "")
    rest, branch = _without_branch(rest)
    rest, said, slip = _without_form(rest)
    form = said or form
    group = rest.endswith(_GROUP) and len(rest) > len(_GROUP)
    stem = rest if group else ""
    if group:
        rest = rest[: -len(_GROUP)]
    if _DIGITS.search(rest):
        stem = stem or rest
        for pattern, short in _SHORTER:
            rest = pattern.sub(short, rest)
    if whole:
        stem = _without_form(_without_branch(whole)[0])[0]
    places: tuple[str, ...]
    place, places, rest = _without_place(rest, gazetteer)
    if not rest:
        # nothing but a place: that is what it is called
        place, places, rest = "", (), place
    for name, code in inner:
        place += name
        if code not in places:
            places += (code,)
    core, trades = _split(rest)
    known = sectors()
    return CompanyName(
        text=text,
        folded=folded,
        place=place,
        places=places,
        core=core,
        trades=trades,
        sectors=frozenset(known[word] for word in trades) - {GENERAL},
        numbers=tuple(_DIGITS.findall(rest)),
        form=form,
        group=group,
        branch=branch,
        slip=slip,
        stem=stem,
    )


def _unbracketed(text: str, gazetteer: Gazetteer) -> tuple[str, tuple[tuple[str, str], ...], Form]:
    """Return the text without brackets, the divisions that stood in some, the form if one did."""
    places: list[tuple[str, str]] = []
    form = Form.UNSAID

    def taken(found: re.Match[str]) -> str:
        nonlocal form
        words = found[1]
        place, codes, rest = _without_place(words, gazetteer)
        if codes and not rest and found.start() > 0:
            places.append((place, codes[-1]))
            return ""
        if words in _IN_BRACKETS:
            form = _IN_BRACKETS[words]
            return ""
        # at the very start stands the place, inside a word of the name, at the end often a remark
        return "" if _REMARKS.fullmatch(words) and found.start() > 0 else words

    while (shorter := _BRACKET.sub(taken, text)) != text:
        text = shorter
    return text.replace("(", "").replace(")", ""), tuple(places), form


def _without_branch(text: str) -> tuple[str, str]:
    """Return the name of the firm and what follows it where the text names a branch."""
    if text[-1:] not in _BRANCH_ENDS or not text.endswith(_BRANCH):
        return text, ""
    ending = next(words for words in _BRANCH if text.endswith(words))
    before = len(text) - len(ending)
    cut = max(
        (text.rfind(head, 0, before) + len(head) for head in _HEADS if head in text[:before]),
        default=0,
    )
    if cut == 0:
        return text[:before], ending
    return text[:cut], text[cut:]


def _without_form(text: str) -> tuple[str, Form, bool]:
    """Return the text without its form, the form, and whether it was mistyped."""
    for words in _BY_LAST.get(text[-1:], ()):
        if len(words) < len(text) and text.endswith(words):
            # what stands before 公司 or 有限公司 may be the rest of a longer form, mistyped
            doubtful = len(words) <= 4 and not _REST_OF_FORM.isdisjoint(text[-7 : -len(words)])
            if doubtful and (found := _mistyped_form(text, longer_than=len(words))):
                return found
            return text[: -len(words)], _FORMS[words], False
    return _mistyped_form(text) or (text, Form.UNSAID, False)


def _mistyped_form(text: str, longer_than: int = 0) -> tuple[str, Form, bool] | None:
    """Return the text without a form that is one edit away from what its end says."""
    if len(_SIGNS_OF_FORM.intersection(text[-7:])) < 2:
        return None
    found = None
    for words, form in _NEAR_FORMS:
        if len(words) <= longer_than:
            continue
        for length in (len(words), len(words) - 1, len(words) + 1):
            end = text[-length:]
            if len(text) - length < 2 or (end != words and one_slip(end, words) is None):
                continue
            # one that begins as the form begins leaves no letter of it to the trade
            if end[0] == words[0] or end[:2] == words[1::-1]:
                return text[:-length], form, True
            found = found or (text[:-length], form, True)
    return found


def _without_place(text: str, gazetteer: Gazetteer) -> tuple[str, tuple[str, ...], str]:
    """Return the bare names of the divisions at the start, their codes, and the rest.

    A prefecture without 市 is not taken where nothing would be left but words of trade: 大同建材
    has 大同 for its word. What the next division lies in goes without saying: of 湖南省长沙市 only
    Changsha counts, while 湖南 and 长沙 apart both do.
    """
    place, within = "", ""
    codes: tuple[str, ...] = ()
    while True:
        name, code = gazetteer.at_start(text, within)
        if not code or len(text) - len(name) == 1:
            break
        rest = text[len(name) :]
        if rest and not within and gazetteer.may_be_a_word(name, code) and _tells_nothing(rest):
            break
        if within and within != CHINA:
            codes = codes[:-1]
        place += gazetteer.shorts[name]
        codes += (code,)
        text, within = rest, code
        if not text:
            break
    if codes:
        for zone in gazetteer.zones:
            if text.startswith(zone) and len(text) - len(zone) >= 2:
                return place, codes, text[len(zone) :]
    if (near := _LOOSE.match(text)) and gazetteer.nearly(near[1]):
        name, code = gazetteer.meant(near[1], within)
        if code:
            return place + name, (*(codes[:-1] if within else codes), code), text[3:]
        # 湖楠省 may be 湖南 or 湖北: without its 省 it is one edit away from either
        text = near[1] + text[3:]
    return place, codes, text


def _tells_nothing(text: str) -> bool:
    """Whether a text is made of words of trade alone, so that the place must be the word."""
    known = sectors()
    while text:
        size = next((n for n in range(min(LONGEST, len(text)), 1, -1) if text[-n:] in known), 0)
        if size == 0:
            return False
        text = text[:-size]
    return True


def _split(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the word of its own and the words of trade, taken from the end, the longest first."""
    known = sectors()
    words: list[str] = []
    end = len(text)
    while end > 2:
        for size in range(min(LONGEST, end - 2), 1, -1):
            word = text[end - size : end]
            if word in known:
                words.append(word)
                end -= size
                break
        else:
            break
    return text[:end], tuple(reversed(words))
