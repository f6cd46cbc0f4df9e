"""The engine: what it finds through its index is what a look at every pair finds; codes; input."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from conurb.region.numbers import firm_check_character
from conurb.sames.market.company_names import parse
from conurb.sames.market.company_places import gazetteer
from conurb.sames.market.matching import THRESHOLD, compare
from conurb.sames.market.reasons import Part
from conurb.sames.market.screening import CODE_CHARACTERS, Asked, Entry, ScreeningList, Way
from conurb.sames.market.screening_input import MOST, InputError, from_file, from_text
from tests.sames.market import names_set
from tests.sames.market.conftest import firm_code

PLACES = gazetteer(("430100", "430200", "430300"))
CODE, OTHER_CODE = firm_code(7), firm_code(8)
FIRMS = [
    Entry("a", "湖南恒通建设工程有限公司", CODE, ("湖南旧名建设工程有限公司",)),
    Entry("b", "长沙盛华装饰工程有限公司", OTHER_CODE),
    Entry("c", "中国建筑第八工程局有限公司"),
]
TEXTS = st.text(
    st.sampled_from("湖南恒通建设工程有限公司（）长沙盛华装饰中国建筑第八局 a\x00"), max_size=24
)


@pytest.fixture(scope="module")
def firms() -> ScreeningList:
    return ScreeningList(FIRMS, PLACES)


def keys(firms: ScreeningList, *asked: Asked, threshold: float = THRESHOLD) -> list[list[str]]:
    return [
        [firms.entries[hit.entry].key for hit in hits] for hits in firms.screen(asked, threshold)
    ]


@pytest.mark.parametrize("threshold", [0.75, THRESHOLD, 0.9])
def test_the_index_finds_what_comparing_every_pair_finds(threshold):
    """99.5 % of it: what a slip hides from every key of the index is rare, and never invented."""
    labelled = names_set.make(31, firms=300, per_firm=3)
    firms = ScreeningList(
        (Entry(str(at), firm.name, "", firm.former) for at, firm in enumerate(labelled.firms)),
        PLACES,
    )
    rows = [
        (at, parse(each, PLACES)) for at, firm in enumerate(labelled.firms) for each in firm.names
    ]
    asked = [Asked(pair.written) for pair in labelled.pairs]
    wanted = found = 0
    for one, hits in zip(asked, firms.screen(asked, threshold), strict=True):
        name = parse(one.name, PLACES)
        every = {at for at, row in rows if compare(name, row).score >= threshold}
        through_index = {hit.entry for hit in hits}
        assert through_index <= every
        wanted += len(every)
        found += len(through_index)
    assert wanted > 300
    assert found / wanted >= 0.995


def test_every_listed_name_finds_itself():
    listed = names_set.names(5, 3000)
    firms = ScreeningList((Entry(name, name) for name in listed), PLACES)
    for name, hits in zip(listed, firms.screen([Asked(name) for name in listed]), strict=True):
        assert firms.entries[hits[0].entry].key == name
        assert hits[0].score == 1.0


@given(TEXTS, TEXTS)
def test_no_input_breaks_it(name, code):
    firms = ScreeningList(FIRMS, PLACES)
    asked = Asked(name, code)
    (hits,) = firms.screen([asked], 0.75)
    for hit in hits:
        explained = firms.explain(asked, hit)
        assert explained.reasons
        assert 0.75 <= explained.score <= 1


def test_an_empty_list_finds_nothing():
    assert ScreeningList([], PLACES).screen([Asked("湖南恒通建设工程有限公司")]) == [[]]


def test_by_code_whatever_the_name(firms):
    asked = Asked("某某公司", CODE)
    ((hit,),) = firms.screen([asked])
    assert (hit.way, hit.score) == (Way.CODE, 1.0)
    reasons = {each.part: each for each in firms.explain(asked, hit).reasons}
    assert reasons[Part.CODE].tone == "agrees"
    assert reasons[Part.NAME].state == "other"
    assert keys(firms, Asked("", CODE)) == [["a"]]
    assert keys(firms, Asked("", CODE.lower())) == [["a"]]


@given(st.integers(0, 17), st.sampled_from(CODE_CHARACTERS))
@settings(max_examples=60)
def test_a_code_mistyped_in_one_character_is_found(at, sign):
    firms = ScreeningList(FIRMS, PLACES)
    code = CODE[:at] + sign + CODE[at + 1 :]
    (hits,) = firms.screen([Asked("", code)])
    ways = {firms.entries[hit.entry].key: hit.way for hit in hits}
    assert ways.pop("a") == (Way.CODE if code == CODE else Way.CODE_SLIP)
    # the slip may lie as near to another firm's code; the clerk is shown both
    slips = [at for at in range(18) if code[at] != OTHER_CODE[at]]
    assert set(ways) <= {"b"}
    assert not ways or len(slips) <= 2


@pytest.mark.parametrize(
    "code",
    [CODE[:5] + CODE[6:], CODE[:5] + "X" + CODE[5:], CODE[:9] + CODE[10] + CODE[9] + CODE[11:]],
)
def test_a_code_with_a_character_lost_added_or_swapped_is_found(firms, code):
    assert keys(firms, Asked("", code)) == [["a"]]


def test_another_valid_code_is_another_firm(firms):
    """Alike names with two valid codes are two firms; only the same full name is asked about."""
    stem = "91430100MA9A99999"
    stranger = stem + firm_check_character(stem)
    assert keys(firms, Asked("湖南恒通建设有限公司", stranger)) == [[]]
    asked = Asked("湖南恒通建设工程有限公司", stranger)
    ((hit,),) = firms.screen([asked])
    assert hit.score == 0.85
    assert firms.explain(asked, hit).reasons[0].state == "other"


def test_a_firm_without_a_code_is_found_by_name_alone(firms):
    assert keys(firms, Asked("中建八局", CODE)) == [["a", "c"]]
    assert keys(firms, Asked("中建八局")) == [["c"]]


def test_former_names(firms):
    asked = Asked("湖南旧名建设工程公司")
    ((hit,),) = firms.screen([asked])
    explained = firms.explain(asked, hit)
    assert hit.way == Way.FORMER
    assert explained.name == "湖南旧名建设工程有限公司"
    assert "曾用名" in explained.reasons[0].words.zh


def test_a_firm_hits_once_by_its_best_name():
    twice = ScreeningList([Entry("a", "湖南恒通建设有限公司", "", ("恒通建设有限公司",))], PLACES)
    ((hit,),) = twice.screen([Asked("湖南恒通建设有限公司")])
    assert (hit.score, hit.way) == (1.0, Way.NAME)


def test_order_and_threshold(firms):
    asked = [Asked("湖南宏图恒元建设有限公司"), Asked("湖南恒通建设")]
    many = ScreeningList([*FIRMS, Entry("d", "湖南宏图恒远建设有限公司")], PLACES)
    assert keys(many, *asked) == [[], ["a"]]
    assert keys(many, *asked, threshold=0.75) == [["d"], ["a"]]
    assert keys(many, *asked, threshold=0.95) == [[], []]


# ——— reading what was handed in ———


def test_pasted_lines():
    text = (
        "序号\t企业名称\t统一社会信用代码\n"
        f"1\t湖南恒通建设工程有限公司\t{CODE}\n"
        "\n"
        f"2,{CODE.lower()}\n"
        "  株洲盛华装饰有限公司 \n"
        "湖南恒通（长沙）有限公司；备注\n"
    )
    assert from_text(text) == [
        Asked("湖南恒通建设工程有限公司", CODE, 2),
        Asked("", CODE, 4),
        Asked("株洲盛华装饰有限公司", "", 5),
        Asked("湖南恒通（长沙）有限公司", "", 6),
    ]


def test_what_no_database_keeps_is_taken_out():
    assert from_text("湖南\x00恒通\u200b建设") == [Asked("湖南恒通建设", "", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_in_any_encoding(encoding):
    content = f"名称,代码\n湖南恒通建设工程有限公司,{CODE}\n".encode(encoding)
    assert from_file("名单.csv", content) == [Asked("湖南恒通建设工程有限公司", CODE, 2)]
    assert from_file("名单.TXT", content) == [Asked("湖南恒通建设工程有限公司", CODE, 2)]


def test_a_sheet():
    book = Workbook()
    book.active.append(["单位名称", "统一社会信用代码", "备注"])
    book.active.append(["湖南恒通建设工程有限公司", CODE, 12])
    book.active.append([None, None])
    book.active.append([None, OTHER_CODE])
    out = io.BytesIO()
    book.save(out)
    assert from_file("名单.xlsx", out.getvalue()) == [
        Asked("湖南恒通建设工程有限公司", CODE, 2),
        Asked("", OTHER_CODE, 4),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名单.xlsx", b"PK\x03\x04 broken"),
        ("名单.xlsx", b""),
        ("名单.doc", b"x"),
        ("名单.csv", b"\xff\xfe\x00\xd8x"),
    ],
)
def test_what_cannot_be_read_says_why(name, content):
    with pytest.raises(InputError) as refused:
        from_file(name, content)
    assert refused.value.message_zh
    assert str(refused.value)


def test_no_more_than_ten_thousand():
    lines = "\n".join(f"湖南恒通{at}建设有限公司" for at in range(MOST + 1))
    with pytest.raises(InputError):
        from_text(lines)
    assert len(from_text(lines.rpartition("\n")[0])) == MOST


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    for one in from_text(text):
        assert one.name or one.code
        assert "\x00" not in one.name + one.code


def test_ten_thousand_firms_in_one_go():
    """Not a measurement: only that the size asked for works, and finds what was put in."""
    draw = random.Random(3)
    listed = names_set.names(5, 5000)
    firms = ScreeningList((Entry(name, name) for name in listed), PLACES)
    strangers = [name for name in names_set.names(77, MOST) if name not in set(listed)]
    planted = dict(
        zip(draw.sample(range(len(strangers)), 50), draw.sample(listed, 50), strict=True)
    )
    asked = [Asked(planted.get(at, name)) for at, name in enumerate(strangers)]
    found = firms.screen(asked)
    assert all(found[at][0].score == 1.0 for at in planted)
    assert sum(map(bool, found)) < len(asked) / 10
