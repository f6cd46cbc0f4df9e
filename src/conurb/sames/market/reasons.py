"""What a likeness rests on, in words for the clerk who decides.

`matching` finds by codes; here they become sentences in Chinese and English that name the words
which agree or differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from conurb.region.tables import Bilingual
from conurb.sames.market.company_names import CompanyName
from conurb.sames.market.matching import Finding, Part

Tone = Literal["agrees", "silent", "differs"]


@dataclass(frozen=True)
class Reason:
    """One part of the comparison: whether it agrees, and a sentence."""

    part: Part
    state: str
    tone: Tone
    words: Bilingual


PART_NAMES: Mapping[Part, Bilingual] = MappingProxyType(
    {
        Part.CODE: Bilingual("统一社会信用代码", "Credit code"),
        Part.NAME: Bilingual("名称", "Name"),
        Part.PLACE: Bilingual("行政区划", "Place"),
        Part.CORE: Bilingual("字号", "Trade name"),
        Part.TRADE: Bilingual("行业", "Business"),
        Part.FORM: Bilingual("组织形式", "Form"),
        Part.GROUP: Bilingual("集团", "Group"),
        Part.BRANCH: Bilingual("分支机构", "Branch"),
        Part.NUMBER: Bilingual("序号", "Number"),
    }
)

_SAME: tuple[Tone, str, str] = ("agrees", "相同：{given}", "the same: {given}")
_SENTENCES: Mapping[tuple[Part, str], tuple[Tone, str, str]] = MappingProxyType(
    {
        (Part.CODE, "same"): ("agrees", "相同", "the same"),
        (Part.CODE, "slip"): (
            "differs",
            "所填代码校验位不符，与名单代码仅差一处：{given}／{listed}",
            "fails its check, and is one slip away from the listed one: {given} / {listed}",
        ),
        (Part.CODE, "other"): (
            "differs",
            "名称一致，但代码不同：{given}／{listed}，请核对所填代码",
            "the names agree but the codes differ: {given} / {listed}. Check the code given",
        ),
        (Part.NAME, "same"): ("agrees", "完全相同", "the same in full"),
        (Part.NAME, "former"): (
            "differs",
            "与该单位的曾用名相符：{listed}",
            "agrees with a former name of the firm: {listed}",
        ),
        (Part.NAME, "written"): (
            "agrees",
            "相同，仅括号、标点或简称写法不同",
            "the same but for brackets, signs or abbreviations",
        ),
        (Part.NAME, "other"): (
            "differs",
            "所填名称与名单名称不同：{given}／{listed}",
            "the name given is another: {given} / {listed}",
        ),
        (Part.PLACE, "same"): _SAME,
        (Part.PLACE, "moved"): (
            "agrees",
            "相同，位置不同：{given}",
            "the same, elsewhere: {given}",
        ),
        (Part.PLACE, "wider"): (
            "agrees",
            "一致，一方另写明上级区划：{given}／{listed}",
            "agrees; one names what it lies in as well: {given} / {listed}",
        ),
        (Part.PLACE, "more"): (
            "silent",
            "一方多写一处区划：{given}／{listed}，可能是同一企业，也可能是关联企业",
            "one names a further place: {given} / {listed}; the same firm or one close to it",
        ),
        (Part.PLACE, "silent"): (
            "silent",
            "一方未写：{given}／{listed}",
            "one does not say: {given} / {listed}",
        ),
        (Part.PLACE, "slip"): ("differs", "差一个字，疑为笔误", "differs in one character: a slip"),
        (Part.PLACE, "level"): (
            "differs",
            "层级不同：{given}／{listed}，一般不是同一企业",
            "of another level: {given} / {listed}, as a rule another firm",
        ),
        (Part.PLACE, "other"): (
            "differs",
            "不同：{given}／{listed}",
            "another: {given} / {listed}",
        ),
        (Part.CORE, "same"): _SAME,
        (Part.CORE, "looks"): (
            "differs",
            "有一个形近字：{given}／{listed}",
            "one character looks alike: {given} / {listed}",
        ),
        (Part.CORE, "swapped"): (
            "differs",
            "相邻两字颠倒：{given}／{listed}",
            "two neighbours are swapped: {given} / {listed}",
        ),
        (Part.CORE, "doubled"): (
            "differs",
            "重复或漏写一个相同的字：{given}／{listed}",
            "a character is doubled: {given} / {listed}",
        ),
        (Part.CORE, "slip"): (
            "differs",
            "较长，仅差一个字，疑为笔误：{given}／{listed}",
            "long, and differs in one character, a slip: {given} / {listed}",
        ),
        (Part.CORE, "doubt"): (
            "differs",
            "差一个字，可能是笔误，也可能是另一企业：{given}／{listed}",
            "differs in one character, a slip or another firm: {given} / {listed}",
        ),
        (Part.CORE, "weak"): (
            "silent",
            "可比对的内容很少，同名企业可能较多",
            "little is said besides; many firms may have it",
        ),
        (Part.CORE, "other"): ("differs", "不同：{given}／{listed}", "another: {given} / {listed}"),
        (Part.TRADE, "same"): _SAME,
        (Part.TRADE, "part"): (
            "agrees",
            "一方较简略：{given}／{listed}",
            "one is shorter: {given} / {listed}",
        ),
        (Part.TRADE, "silent"): (
            "silent",
            "一方未写：{given}／{listed}",
            "one does not say: {given} / {listed}",
        ),
        (Part.TRADE, "hidden"): (
            "silent",
            "一方未写，另一方为：{given}／{listed}",
            "one does not say; the other is {given} / {listed}",
        ),
        (Part.TRADE, "near"): (
            "differs",
            "相近：{given}／{listed}",
            "of the same sector: {given} / {listed}",
        ),
        (Part.TRADE, "slip"): ("differs", "差一个字，疑为笔误", "differs in one character: a slip"),
        (Part.TRADE, "other"): (
            "differs",
            "不同：{given}／{listed}",
            "another: {given} / {listed}",
        ),
        (Part.FORM, "same"): ("agrees", "相同", "the same"),
        (Part.FORM, "silent"): ("silent", "一方未写", "one does not say"),
        (Part.FORM, "slip"): ("differs", "写法有误，疑为笔误", "mistyped"),
        (Part.FORM, "kind"): (
            "differs",
            "一方为有限责任公司，一方为股份有限公司，可能改制",
            "one is a limited company, the other one with shares; it may have been converted",
        ),
        (Part.FORM, "other"): ("differs", "不同类主体", "another kind of body"),
        (Part.GROUP, "one"): (
            "differs",
            "仅一方名称有“集团”，可能是母子公司",
            "only one is called a group; they may be parent and subsidiary",
        ),
        (Part.BRANCH, "given"): (
            "differs",
            "所填为名单单位的分支机构（{given}）；分公司不具有法人资格，责任由总公司承担（公司法2023年修订第十三条）",
            "a branch ({given}) of the listed firm, which answers for it (Company Law, art. 13)",
        ),
        (Part.BRANCH, "listed"): (
            "differs",
            "名单上的是所填单位的分支机构（{listed}）",
            "listed is a branch ({listed}) of the firm given",
        ),
        (Part.BRANCH, "both"): (
            "differs",
            "同一单位的两个分支机构：{given}／{listed}",
            "two branches of one firm: {given} / {listed}",
        ),
        (Part.NUMBER, "other"): (
            "differs",
            "序号不同：{given}／{listed}，是两家单位",
            "another number: {given} / {listed}, which is another firm",
        ),
    }
)
_NONE = Bilingual("无", "none")


def explain(
    findings: tuple[Finding, ...], given: CompanyName, listed: CompanyName
) -> tuple[Reason, ...]:
    """Return the findings in words, the parts that differ with the words that do."""
    return tuple(_reason(each, given, listed) for each in findings)


def about_code(state: str, given: str, listed: str) -> Reason:
    """Return what was found of the codes, in words."""
    return _worded(Part.CODE, state, given, listed)


def about_name(state: str, given: str, listed: str) -> Reason:
    """Return what was found of the names as wholes, in words."""
    return _worded(Part.NAME, state, given, listed)


def _reason(finding: Finding, given: CompanyName, listed: CompanyName) -> Reason:
    part, state = finding
    if part == Part.BRANCH and state == "one":
        state = "given" if given.branch else "listed"
    return _worded(part, state, _said(part, state, given), _said(part, state, listed))


def _worded(part: Part, state: str, given: str, listed: str) -> Reason:
    tone, zh, en = _SENTENCES[part, state]
    return Reason(
        part,
        state,
        tone,
        Bilingual(
            zh.format(given=given or _NONE.zh, listed=listed or _NONE.zh),
            en.format(given=given or _NONE.en, listed=listed or _NONE.en),
        ),
    )


def _said(part: Part, state: str, name: CompanyName) -> str:
    match part:
        case Part.PLACE:
            return name.place
        case Part.CORE:
            return name.core
        case Part.TRADE:
            # the trade that no table knows stands at the end of the core
            return name.core + name.trade if state == "hidden" else name.trade
        case Part.BRANCH:
            return name.branch
        case Part.NUMBER:
            return "、".join(name.numbers)
        case _:
            return name.text
