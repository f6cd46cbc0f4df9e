"""Labelled pairs of firm names, made from rules, by which matchers are judged.

Everything here is drawn up apart from the matcher's own tables: the words, the places, the
look-alike and traditional characters and the trades are those of names_words.toml, and some of the
trades are in no table of the matcher. Slips fall anywhere in a name, on any character, also where
nobody could tell them from another firm's word; such pairs stay in the set and count as missed.
Left out is only what has no answer from names alone: a group (集团) beside the company of the same
words.

A pair is a name as somebody wrote it, a firm on the list (with its former names), and whether it is
meant. What is not meant is nearly always a close namesake: another number (八局, 六局), another
place, another word of the same length, a longer word, another trade, another form.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

WORDS = tomllib.loads(Path(__file__).with_name("names_words.toml").read_text(encoding="utf-8"))
PROVINCES: list[str] = WORDS["provinces"].split()
CITIES: dict[str, list[str]] = {name: cities.split() for name, cities in WORDS["cities"].items()}
LETTERS: str = "".join(WORDS["letters"].split())
TRADES: list[list[str]] = [line.split() for line in WORDS["trades"].split("\n") if line]
SHORTER: dict[str, str] = WORDS["shorter"]
FORMS = ["有限公司"] * 12 + ["有限责任公司"] * 5 + ["股份有限公司"] * 2 + ["集团有限公司"] * 2
OTHER_BODIES = ["经营部", "商行", "厂", "专业合作社", "工作室"]
BUREAUS = ["中国建筑第{}工程局有限公司", "中铁{}局集团有限公司", "中国水利水电第{}工程局有限公司"]
NUMBERED = ["{}第{}建筑工程有限公司", "{}第{}建筑安装工程有限公司", "{}第{}市政工程有限公司"]
NUMERALS = "一二三四五六七八九"
TRADITIONAL: dict[str, str] = {pair[0]: pair[1] for pair in WORDS["traditional"].split()}
ALIKE: list[str] = WORDS["alike"].split()


@dataclass(frozen=True)
class Firm:
    """A firm on the list, by the parts of its name."""

    place: str
    core: str
    trade: str
    form: str
    bracketed: bool = False
    whole: str = ""
    former: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name as registered."""
        if self.whole:
            return self.whole
        if self.bracketed:
            return f"{self.core}（{self.place}）{self.trade}{self.form}"
        return f"{self.place}{self.core}{self.trade}{self.form}"

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the former ones."""
        return (self.name, *self.former)


@dataclass(frozen=True)
class Pair:
    """A name as written, the place of a firm on the list, whether it is meant, and the rule."""

    written: str
    firm: int
    meant: bool
    rule: str


@dataclass(frozen=True)
class NamesSet:
    """The list and the pairs."""

    firms: list[Firm]
    pairs: list[Pair]
    rules: dict[str, int] = field(default_factory=dict)


def make(seed: int, firms: int = 1500, per_firm: int = 4) -> NamesSet:
    """Return a set of `firms` on the list and some `per_firm` pairs each; same seed, same set."""
    draw = random.Random(seed)
    made: list[Firm] = []
    taken: set[str] = set()
    while len(made) < firms:
        firm = _firm(draw)
        if firm.name not in taken:
            taken |= set(firm.names)
            made.append(firm)
    pairs: list[Pair] = []
    for at, firm in enumerate(made):
        for _ in range(per_firm):
            meant = draw.random() < 0.5
            rules = MEANT if meant else NOT_MEANT
            written, rule = "", rules[0][0]
            while not written:
                rule = draw.choices([each for each, _w in rules], [weight for _e, weight in rules])[
                    0
                ]
                written = rule(firm, draw)
            if not meant and written in taken:
                continue
            if draw.random() < 0.15:
                written = _harmless(written, draw)
            pairs.append(Pair(written, at, meant, rule.__name__.strip("_")))
    counted: dict[str, int] = {}
    for pair in pairs:
        counted[pair.rule] = counted.get(pair.rule, 0) + 1
    return NamesSet(made, pairs, counted)


def names(seed: int, number: int) -> list[str]:
    """Return registered names alone, all different, for measuring."""
    draw = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < number:
        made[_firm(draw).name] = None
    return list(made)


def _firm(draw: random.Random) -> Firm:
    kind = draw.random()
    if kind < 0.03:
        return Firm("", "", "", "", whole=draw.choice(BUREAUS).format(draw.choice(NUMERALS)))
    if kind < 0.07:
        place = _place(draw)
        whole = draw.choice(NUMBERED).format(_long(place), draw.choice(NUMERALS))
        return Firm("", "", "", "", whole=whole)
    place, core, trade = _place(draw), _core(draw), draw.choice(draw.choice(TRADES))
    firm = Firm(place, core, trade, draw.choice(FORMS), bracketed=draw.random() < 0.08)
    if draw.random() < 0.1:
        old = Firm(place, _core(draw), trade, "有限公司").name
        return Firm(place, core, trade, firm.form, firm.bracketed, former=(old,))
    return firm


def _place(draw: random.Random) -> str:
    province = draw.choice(PROVINCES) if draw.random() < 0.5 else "湖南"
    if province not in CITIES or draw.random() < 0.4:
        return province
    return draw.choice(CITIES[province])


def _long(place: str) -> str:
    if place in PROVINCES:
        return {"广西": "广西壮族自治区"}.get(place, place + "省")
    return place if place.endswith(("市", "县")) else place + "市"


def _core(draw: random.Random) -> str:
    size = draw.choices((2, 3, 4), (60, 22, 18))[0]
    return "".join(draw.sample(LETTERS, size))


# ——— what is meant ———


def _as_registered(firm: Firm, _draw: random.Random) -> str:
    return firm.name


def _other_hand(firm: Firm, draw: random.Random) -> str:
    """Other widths, scripts, spaces, numerals."""
    return _harmless(firm.name, draw)


def _former_name(firm: Firm, draw: random.Random) -> str:
    return draw.choice(firm.former) if firm.former else ""


def _moved_brackets(firm: Firm, draw: random.Random) -> str:
    if firm.whole:
        return ""
    opening, closing = draw.choice(["（）", "()", "【】", "〔〕"])
    place = draw.choice([firm.place, _long(firm.place)])
    return draw.choice(
        [
            f"{firm.core}{opening}{place}{closing}{firm.trade}{firm.form}",
            f"{opening}{place}{closing}{firm.core}{firm.trade}{firm.form}",
            f"{firm.core}{firm.trade}{opening}{place}{closing}{firm.form}",
            f"{place}{firm.core}{firm.trade}{firm.form}",
        ]
    )


def _longer_place(firm: Firm, _draw: random.Random) -> str:
    if firm.whole or firm.bracketed:
        return ""
    province = next((p for p, cities in CITIES.items() if firm.place in cities), "")
    before = _long(province) if province else ""
    return f"{before}{_long(firm.place)}{firm.core}{firm.trade}{firm.form}"


def _without_form(firm: Firm, draw: random.Random) -> str:
    if firm.whole:
        return firm.name.removesuffix("有限公司")
    if firm.form.startswith("集团"):
        return firm.name.removesuffix("有限公司")
    return firm.name.removesuffix(firm.form) + draw.choice(["", "", "公司"])


def _without_place(firm: Firm, draw: random.Random) -> str:
    if firm.whole:
        return ""
    return firm.core + firm.trade + draw.choice([firm.form, "", "公司"])


def _without_trade(firm: Firm, draw: random.Random) -> str:
    if firm.whole:
        return ""
    return firm.place + firm.core + draw.choice([firm.form, ""])


def _shorter_trade(firm: Firm, draw: random.Random) -> str:
    short = SHORTER.get(firm.trade)
    if not short:
        return ""
    return firm.place + firm.core + short + draw.choice([firm.form, firm.form, ""])


def _short_bureau(firm: Firm, _draw: random.Random) -> str:
    whole = firm.whole
    if whole.startswith("中国建筑第"):
        return f"中建{whole[5]}局"
    if whole.startswith("中铁"):
        return whole[:4]
    if "第" in whole and "建筑工程" in whole and not whole.startswith("中国"):
        head, _, tail = whole.partition("第")
        return f"{head.removesuffix('市')}{tail[0]}建"
    return ""


def _branch(firm: Firm, draw: random.Random) -> str:
    place = draw.choice(CITIES["湖南"])
    return firm.name + draw.choice([f"{place}分公司", "第二分公司", f"{place}项目部"])


def _one_slip(firm: Firm, draw: random.Random) -> str:
    return one_slip(firm.name, draw)


def _slip_and_short(firm: Firm, draw: random.Random) -> str:
    return one_slip(draw.choice([_without_form, _longer_place])(firm, draw) or firm.name, draw)


# ——— what is not meant ———


def _other_number(firm: Firm, draw: random.Random) -> str:
    if not firm.whole:
        return ""
    number = next(sign for sign in firm.whole if sign in NUMERALS)
    other = draw.choice(NUMERALS.replace(number, ""))
    return firm.whole.replace(number, other, 1)


def _other_place(firm: Firm, draw: random.Random) -> str:
    if firm.whole:
        return ""
    place = _place(draw)
    while place == firm.place:
        place = _place(draw)
    return Firm(place, firm.core, firm.trade, firm.form, firm.bracketed).name


def _other_word(firm: Firm, draw: random.Random) -> str:
    """Another word that shares all its characters but one."""
    if firm.whole:
        return ""
    at = draw.randrange(len(firm.core))
    sign = draw.choice([each for each in LETTERS if each not in firm.core])
    core = firm.core[:at] + sign + firm.core[at + 1 :]
    if any({sign, firm.core[at]} == set(pair) for pair in ALIKE):
        return ""
    return Firm(firm.place, core, firm.trade, firm.form, firm.bracketed).name


def _stranger(firm: Firm, draw: random.Random) -> str:
    """Place, trade and form agree, the word does not."""
    if firm.whole:
        return ""
    return Firm(firm.place, _core(draw), firm.trade, firm.form, firm.bracketed).name


def _longer_word(firm: Firm, draw: random.Random) -> str:
    if firm.whole or len(firm.core) > 3:
        return ""
    sign = draw.choice([each for each in LETTERS if each not in firm.core])
    core = draw.choice([firm.core + sign, sign + firm.core])
    return Firm(firm.place, core, firm.trade, firm.form, firm.bracketed).name


def _other_trade(firm: Firm, draw: random.Random) -> str:
    if firm.whole:
        return ""
    groups = [group for group in TRADES if firm.trade not in group]
    trade = draw.choice(draw.choice(groups))
    return Firm(firm.place, firm.core, trade, firm.form, firm.bracketed).name


def _other_body(firm: Firm, draw: random.Random) -> str:
    if firm.whole or firm.bracketed:
        return ""
    return firm.place + firm.core + firm.trade + draw.choice(OTHER_BODIES)


Rule = Callable[[Firm, random.Random], str]
MEANT: list[tuple[Rule, int]] = [
    (_as_registered, 6), (_other_hand, 12), (_former_name, 12), (_moved_brackets, 10),
    (_longer_place, 8), (_without_form, 10), (_without_place, 8), (_without_trade, 5),
    (_shorter_trade, 8), (_short_bureau, 8), (_branch, 6), (_one_slip, 22), (_slip_and_short, 6),
]  # fmt: skip
NOT_MEANT: list[tuple[Rule, int]] = [
    (_other_number, 20), (_other_place, 18), (_other_word, 18), (_stranger, 12),
    (_longer_word, 10), (_other_trade, 16), (_other_body, 6),
]  # fmt: skip


# ——— slips and hands ———


def one_slip(name: str, draw: random.Random) -> str:
    """One slip of typing anywhere: on any character, of any kind."""
    at = draw.randrange(len(name))
    match draw.choice(["alike", "alike", "other", "lost", "added", "doubled", "swapped"]):
        case "alike":
            places = [
                (place, pair) for place, sign in enumerate(name) for pair in ALIKE if sign in pair
            ]
            if not places:
                return one_slip(name, draw)
            at, pair = draw.choice(places)
            return name[:at] + pair.replace(name[at], "")[:1] + name[at + 1 :]
        case "other":
            return name[:at] + draw.choice(LETTERS) + name[at + 1 :]
        case "lost":
            return name[:at] + name[at + 1 :]
        case "added":
            return name[:at] + draw.choice(LETTERS) + name[at:]
        case "doubled":
            return name[:at] + name[at] + name[at:]
        case _:
            at = min(at, len(name) - 2)
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _harmless(name: str, draw: random.Random) -> str:
    """Write the name in another hand; it stays the same name to whoever reads it."""
    match draw.choice(["traditional", "brackets", "spaces", "width", "numerals", "signs"]):
        case "traditional":
            return "".join(TRADITIONAL.get(sign, sign) for sign in name)
        case "brackets":
            return name.replace("（", "(").replace("）", ")")
        case "spaces":
            at = draw.randrange(1, len(name))
            return f" {name[:at]}{draw.choice([' ', '　', '  '])}{name[at:]}\t"
        case "width":
            return name.replace("（", "［").replace("）", "］")
        case "numerals":
            for figure, numeral in enumerate(NUMERALS, start=1):
                name = name.replace(f"第{numeral}", f"第{figure}")
            return name
        case _:
            return name + draw.choice(["。", "，", "、", " ·", "\u200b"])
