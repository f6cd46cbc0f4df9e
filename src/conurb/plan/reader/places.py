"""Places in the words of a task: those the gazetteer knows, and names that look like places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .cities import CITIES
from .gazetteer import Gazetteer, any_of
from .verbs import ACTIONS, NOUNISH

_SUFFIX = (
    r"自治区|自治州|自治县|新片区|新区|开发区|经开区|高新区|片区|示范区|保税区|自贸区|港区|大道|大街|高速公路|高速|公路|铁路|城际|环线|快线|大桥"
    r"|特大桥|隧道|机场|火车站|高铁站|[东西南北]站|港口|公园|产业园|科技园|工业园|博览园|植物园|大学|学院|医院|中学|小学|学校|[一二三四五六七八九]中"
    r"|水库|流域|湿地|互通|立交|省|市|县|区|镇|乡|街道|路|街|港|湖|江|河|谷|岛|洲|山"
)
_NAME = re.compile(rf"[\u4e00-\u9fff]{{1,14}}(?:{_SUFFIX})")
_CODE = re.compile(
    r"(?<![A-Za-z0-9])[GSXYC]\d{1,4}(?![\dA-Za-z])(?:[\u4e00-\u9fff]{0,4}?(?:高速公路|高速|公路|国道|省道|县道))?"
    r"(?:[(（][\u4e00-\u9fff]{2,6}[线路][)）])?"
)
_GENERIC = re.compile(
    r".*(?:城市|地区|城区|市区|社区|园区|校区|小区|街区|景区|灾区|库区|林区|山区|核心区|规划区|拓展区|功能区|控制区|老区|辖区|聚集区|"
    r"道路|公路网|线路|铁路网|出路|思路|门路|网路|公路|高速公路|铁路|高速|机场|医院|学校|中学|小学|大学|学院|产业园|公园|博览园|市县|省市|县市区|市州)"
)
_GENERIC_START = re.compile(
    r"(?:国家级|省级|市级|区级|县级|全国|全省|全市|全域|全区|我[省市区县]|本[省市区县]|各|三|两|四|五|跨|一批|若干|新|大|小|老|城|都|超|同城|上"
    r"|综合|通用|示范|重点|条件|中部|东部|西部|南部|北部|农村|城乡|其他|有关|相关|现有|特色|主题|专业|公共|社会|红绿|花卉|园艺|居民|高水平)"
)
_KEPT_START = re.compile(r"新[\u4e00-\u9fff]{2,}(?:路|大道|街)|大[\u4e00-\u9fff]{1,4}(?:区|县|市|镇|山|湖|桥)")
_BREAKS = re.compile(
    r"[^\u4e00-\u9fff]|[和与及至到在于对从由向往经将把的各等]|对接|延至|[东西南北]延|延伸|拓宽|改造|连通|扩容|途经|前期|配套|企业|项目|"
    r"纳入|续建|条件|范围|修复|布局|推进|推动|支持|启动|实施|建设|整体|沿线|直达|通往|之间|周边|加快|省级|国家级|获批|争取|三市|各地|一批"
)
_CITY = any_of(CITIES)
_VERBS = any_of(verb for verb in ACTIONS if len(verb) > 1 and verb not in NOUNISH)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place name at the characters [start, end)."""

    start: int
    end: int
    ref: str | None


def spots(text: str, gazetteer: Gazetteer) -> list[Spot]:
    """Places from left to right, without overlap.

    A name the gazetteer knows wins over one that only looks like a place, unless that one is
    longer and holds it: then the longer name is the place, and keeps the ref where the known
    name is its last part.
    """
    known = [Spot(start, end, ref) for start, end, ref in gazetteer.find_places(text)]
    guessed = [Spot(start, end, None) for start, end in _guesses(text)]
    candidates = [_merged(spot, known) for spot in guessed] + known
    candidates.sort(key=lambda spot: (spot.start, -spot.end))
    chosen: list[Spot] = []
    for spot in candidates:
        if not chosen or spot.start >= chosen[-1].end:
            chosen.append(spot)
    return chosen


def _merged(spot: Spot, known: list[Spot]) -> Spot:
    for other in known:
        if other.start >= spot.start and other.end == spot.end:
            return Spot(spot.start, spot.end, other.ref)
        if other.start < spot.start < other.end or other.start < spot.end < other.end:
            return other
    return spot


def _guesses(text: str) -> Iterator[tuple[int, int]]:
    for code in _CODE.finditer(text):
        yield code.start(), code.end()
    for start, end in _chunks(text):
        yield from _names(text, start, end)
    for city in _CITY.finditer(text):
        end = city.end() + (text[city.end() : city.end() + 1] in "省市")
        yield city.start(), end if text[city.end() : end] else city.end()


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """What is left of the text between verbs, particles and signs."""
    cuts = [(cut.start(), cut.end()) for cut in _BREAKS.finditer(text)]
    cuts += [(cut.start(), cut.end()) for cut in _VERBS.finditer(text)]
    reached = 0
    for start, end in sorted(cuts):
        if start > reached:
            yield reached, start
        reached = max(reached, end)
    if reached < len(text):
        yield reached, len(text)


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    found = _NAME.match(text, start, end)
    if found is None:
        return
    words = found.group()
    generic = _GENERIC_START.match(words) and not _KEPT_START.fullmatch(words)
    short = _GENERIC.fullmatch(words) and len(words) <= 4
    vague = re.search(r"(?:地区|城区|社区|园区|市区|核心区|规划区|拓展区|线路|道路)$", words)
    if not (generic or short or vague or "国家级" in words):
        yield found.start(), found.end()
