"""Divisions of China by the names that firms put before or within their own.

Names are those of GB/T 2260 through the years, as python-stdnum brings them (`stdnum/cn/loc.dat`).
A division is named by the significant digits of its code: "43" Hunan, "4301" Changsha, "430121"
Changsha County; so what lies in what is a question of prefixes. "00" is China as a whole.

Provinces and prefectures are known with and without 省, 市 and the like, since firms write them
both ways. A county is known by its full name alone, for many a bare one (东方, 朝阳, 和平) is more
often a word of a firm's own; in the cities given as `home`, counties and county-level cities are
known without 县 or 市 as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from conurb.sames.market.writing import fold

CHINA = "00"

_PROVINCE = re.compile(r'^(\d\d) province="([^"]+)"')
_COUNTY = re.compile(r'^\s+(\d{4}) county="([^"]+)"')
_YEARS = re.compile(r"\[[-\d]*\]")
_ENDED = re.compile(r"\[\d*-\d+\]")
_PEOPLES = (
    "维吾尔|哈萨克|柯尔克孜|蒙古族|蒙古|回族|藏族|壮族|苗族|彝族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|"
    "傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|"
    "仡佬族|锡伯|普米族|怒族|鄂温克族|保安族|独龙族|鄂伦春|各族"
)
_ENDING = re.compile(
    rf"(?:(?:维吾尔|壮族|回族)?自治区|(?:{_PEOPLES})*(?:自治州|自治县)"
    "|特别行政区|省|市|地区|盟|州|区|县|旗)$"
)
_ZONES = (
    "高新技术产业开发区|经济技术开发区|高新技术开发区|经济开发区|高新区|经开区|开发区|新区|示范区|工业园|工业园区|"
    "产业园区"
)


class Gazetteer:
    """The divisions by name; `home` are codes of the cities whose counties are known bare."""

    def __init__(self, home: Iterable[str] = ()) -> None:
        self._codes: dict[str, tuple[str, ...]] = {}
        self.shorts: dict[str, str] = {}
        near = self._near = tuple(code[:4] for code in home)
        latest: dict[tuple[str, str], str] = {}
        named = [(*each, _ENDING.sub("", each[1])) for each in _named()]
        for code, _name, current, bare in named:
            # a county that became a city or a district got another code and is the same place
            if current or (code[:4], bare) not in latest:
                latest[code[:4], bare] = code
        for old, name, _current, bare in named:
            code = latest[old[:4], bare] if len(old) == 6 else old
            short = bare if len(bare) >= 2 else name
            self._add(name, code, short)
            if len(code) < 6 or (code[:4] in near and not name.endswith("区")):
                self._add(short, code, short)
        self._add("中国", CHINA, "中国")
        self._add("全国", CHINA, "全国")
        self._by_first: dict[str, tuple[str, ...]] = {}
        for name in sorted(self._codes, key=len, reverse=True):
            self._by_first[name[0]] = (*self._by_first.get(name[0], ()), name)
        self.zones = tuple(
            sorted((fold(zone) for zone in _ZONES.split("|")), key=len, reverse=True)
        )
        self._nearly: dict[str, set[str]] = {}
        for name, codes in self._codes.items():
            short = self.shorts[name]
            if len(codes[0]) < 6 and len(short) == 2 and codes[0] != CHINA:
                for pattern in (short[0] + "?", "?" + short[1]):
                    self._nearly.setdefault(pattern, set()).add(short)

    def _add(self, name: str, code: str, short: str) -> None:
        name = fold(name)
        self.shorts.setdefault(name, fold(short))
        known = self._codes.get(name, ())
        # a province before its prefecture of the same name: 吉林 is the province
        if code not in known:
            self._codes[name] = tuple(sorted((*known, code), key=lambda each: (len(each), each)))

    def at_start(self, text: str, within: str = "") -> tuple[str, str]:
        """Return (name, code) of the longest division that `text` begins with; ("", "") if none.

        Within a division (a code) only those that lie in it are found.
        """
        for name in self._by_first.get(text[:1], ()):
            if text.startswith(name):
                code = self._resolved(name, within)
                if code:
                    return name, code
        return "", ""

    def code_of(self, name: str, within: str = "") -> str:
        """Return the code of a division by its whole name; "" where there is none."""
        return self._resolved(name, within) if name in self._codes else ""

    def may_be_a_word(self, name: str, code: str) -> bool:
        """Whether a name, as written, may as well be a firm's own word: a bare one from afar."""
        return len(code) >= 4 and self.shorts[name] == name and not code.startswith(self._near)

    def nearly(self, two: str) -> set[str]:
        """Return the divisions whose bare names two characters are but for one of them."""
        return self._nearly.get(two[:1] + "?", set()) | self._nearly.get("?" + two[1:2], set())

    def meant(self, two: str, within: str = "") -> tuple[str, str]:
        """Return the only division (name, code) that two characters can mean; ("", "") if none."""
        able = {name: code for name in self.nearly(two) if (code := self._resolved(name, within))}
        return next(iter(able.items())) if len(able) == 1 else ("", "")

    def _resolved(self, name: str, within: str) -> str:
        codes = self._codes[name]
        if within and within != CHINA:
            return next((code for code in codes if code.startswith(within) and code != within), "")
        if len(codes) == 1 or len(codes[0]) < 6:
            return codes[0]
        near = [code for code in codes if code.startswith(self._near)] if self._near else []
        if len(near) == 1:
            return near[0]
        # one of several counties of a name, and nobody knows which
        return "?" + name


@cache
def gazetteer(home: tuple[str, ...] = ()) -> Gazetteer:
    """Return the divisions with the counties of `home` known bare; made once a home."""
    return Gazetteer(home)


def related(one: str, other: str) -> bool:
    """Whether one division lies in the other."""
    return one.startswith(other) or other.startswith(one)


def _named() -> Iterator[tuple[str, str, bool]]:
    """Yield code, name and whether it still stands, of every division that ever had a code."""
    text = files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    province = ""
    for line in text.splitlines():
        if found := _PROVINCE.match(line):
            province = found[1]
            yield province, found[2], True
            continue
        found = _COUNTY.match(line)
        if found is None or found[1] == "0000":
            continue
        code = province + (found[1][:2] if found[1].endswith("00") else found[1])
        for raw in found[2].split(","):
            name = _YEARS.sub("", raw)
            tells = len(_ENDING.sub("", name)) >= 2 or (len(name) == 2 and name.endswith("县"))
            if tells and not name.startswith(("市辖", "省直辖", "自治区直辖")):
                yield code, name, not _ENDED.match(raw)
