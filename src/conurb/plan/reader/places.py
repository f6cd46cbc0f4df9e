"""Places in the words of a task: those the gazetteer knows, and names that look like places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from .cities import CITIES
from .gazetteer import Gazetteer, any_of
from .verbs import ACTIONS, ADVERBS, NOUNISH, SCENES

_WHOLE_SUFFIX = (
    r"自治区|自治州|自治县|新片区|新区|开发区|经开区|高新区|片区|示范区|保税区|自贸区|港区|大道"
    r"|快速路|快速通道|过江通道|疏港通道|高铁|大走廊|产业走廊|生态廊道|绿道|航道|经济带|文化旅游带"
    r"|收费站|景观桥|新干线|大湾区|综合保税区|森林公园|[东西南北]站枢纽|号线"
    r"|大街|高速公路|高速|公路|铁路|城际|环线|快线"
    r"|特大桥|大桥|隧道|机场|火车站|高铁站|[东西南北]站|港口(?!群)|公园|产业园|科技园|工业园"
    r"|博览园|植物园|大学|学院|医院|中学|小学|学校"
    r"|[一二三四五六七八九]中|水库|流域|湿地|(?<!联)互通|立交|街道"
)
# A single character that ends a place name, unless what follows makes it another word.
_SHORT_SUFFIX = (
    r"省(?![级市委政])|市(?![场群民州政级域区际委长容])|县(?![域级委乡市])|区(?![域间位划级])"
    r"|镇(?![区级化村])|乡(?![村镇])"
    r"|路(?![网线桥面段灯径由])|街(?![区镇])|港(?![口务澳股区群])|湖(?![泊南北])"
    r"|江(?![南西苏北])|河(?![湖流道长南北东西])|谷|岛(?!屿)"
    r"|(?<!株)洲(?![际岛])|山(?![区东西体水]|至)"
)
_NAME = re.compile(
    rf"[\u4e00-\u9fff]{{2,14}}(?:{_WHOLE_SUFFIX})|[\u4e00-\u9fff]{{2,6}}\d{{1,2}}号线|[\u4e00-\u9fff]{{2,6}}(?:{_SHORT_SUFFIX})"
)
_CODE = re.compile(
    r"(?:国道|省道|县道)?(?<![A-Za-z0-9])[GSXYC]\d{1,4}(?![\dA-Za-z])(?:[\u4e00-\u9fff]{0,4}?(?:高速公路|高速|公路"
    r"|国道|省道|县道))?"
    r"(?:[(（][\u4e00-\u9fff]{2,6}[线路][)）])?"
)
# Words that no proper name holds: a phrase with one of them is a common noun.
_COMMON = re.compile(
    r"国家级|省级|地区|城区|市区|社区|园区|灾区|景区|校区|小区|街区|辖区|老区"
    r"|[核心规划拓展功能控制]{2}区|城市|都市|道路|出路|思路|门路|线路|一体化|通用"
    r"|企业|技术|先进|制造|数据|医疗|政府|发展|监管|区域|条件|体系|机制|业务|级|上市|整市"
    r"|[分调扩跨全整][区市县域]|各|三市|两市|全[国省市县]|机构|中心或"
    r"|联通|互联|更多|特殊|交界|条堵|两岸|沿线|一批|示范乡|美丽|主题|示范村|综合|专业|公共|重点"
    r"|若干|新型|现代|特色|红绿|花卉|园艺|中部|农村|城乡|其他|有关|相关"
)
_COMMON_START = re.compile(
    r"(?:高新|经开|开发|自贸|保税|示范|工业)区$|国家|省(?!会)|市|县|区|批|个|条|年|等|第|该|本"
    r"|我|新建|同|上|下|大型|小型|老旧|高水平|示范"
)
_BREAKS = re.compile(
    r"[^\u4e00-\u9fff0-9]|\d+(?!号线)|(?<=\d)\d+|[和与及至到赴在于对从由向往将把的各等处]|对接|延至|[东西南北]延|延伸|拓宽"
    r"|改造|连通|扩容|途经|前期|配套|企业|项目|"
    r"纳入|续建|条件|范围|修复|布局|建设|整体|沿线|直达|通往|之间|周边|获批|三市|各地|一批"
)
_COUNTY = re.compile(r"[\u4e00-\u9fff]{2,3}[区县]")
_CITY = any_of(CITIES)
_VERBS = any_of(verb for verb in ACTIONS if len(verb) > 1 and verb not in NOUNISH)
_OPENINGS = any_of(word for word in (*ACTIONS, *ADVERBS, *SCENES) if len(word) > 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place name at the characters [start, end)."""

    start: int
    end: int
    ref: str | None


def spots(text: str, gazetteer: Gazetteer) -> list[Spot]:
    """Places from left to right; the parts of a longer name follow it.

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
            chosen.extend(_nested(text, spot, known, gazetteer))
    return chosen


def _nested(text: str, spot: Spot, known: list[Spot], gazetteer: Gazetteer) -> Iterator[Spot]:
    """The ends of 甲至乙, and the county before the name: places of their own."""
    words = text[spot.start : spot.end]
    if "至" in words:
        middle = spot.start + words.index("至")
        for start, end in ((spot.start, middle), (middle + 1, spot.end)):
            yield from (
                Spot(start + left, start + right, ref)
                for left, right, ref in gazetteer.find_places(text[start:end])
            )
        return
    county = _COUNTY.match(words)
    if county is not None and county.end() < len(words):
        ref = gazetteer.place_refs.get(county.group())
        if ref is not None:
            yield Spot(spot.start, spot.start + county.end(), ref)


def _merged(spot: Spot, known: list[Spot]) -> Spot:
    at = bisect_right(known, spot.start, key=lambda other: other.start)
    for other in known[max(0, at - 1) : at + 8]:
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
        if text.startswith(("中国(", "中国（"), max(0, city.start() - 3)):
            continue  # 中国（湖南）自由贸易试验区: the province is part of the name
        yield city.start(), city.end() + text.startswith(("省", "市"), city.end())


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
    """The name at the head of a chunk, verbs and adverbs before it left out."""
    opening = _OPENINGS.match(text, start, end)
    while opening is not None:
        start = opening.end()
        opening = _OPENINGS.match(text, start, end)
    found = _NAME.match(text, start, end)
    if found is None:
        return
    words = found.group()
    if not (_COMMON.search(words) or _COMMON_START.match(words)):
        yield found.start(), found.end()
