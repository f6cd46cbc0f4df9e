"""Names of firms taken apart: what is found whatever is missing, and what never happens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.sames.market.company_names import Form, parse
from conurb.sames.market.company_places import gazetteer, related
from conurb.sames.market.edits import one_slip
from conurb.sames.market.trades import sectors
from conurb.sames.market.writing import fold, lookalikes
from tests.sames.market import names_set

PLACES = gazetteer(("430100", "430200", "430300"))
SIGNS = "湖南省长沙市恒通建筑工程有限责任公司集团分（）()第一二八十局0８ ABａ國華　·"
TEXTS = st.one_of(st.text(max_size=60), st.text(st.sampled_from(SIGNS), max_size=30))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("湖南ＸＸ（長沙）有限公司", "湖南XX(长沙)有限公司"),
        (" 湖南　恒通·建设 ", "湖南恒通建设"),
        ("中國建築第八工程局", "中国建筑第8工程局"),
        ("第十二工程局", "第12工程局"),
        ("第二十建筑公司", "第20建筑公司"),
        ("第三百二十一地质队", "第321地质队"),
        ("中铁十二局", "中铁12局"),
        ("三一重工", "31重工"),
        ("壹加壹", "1加1"),
        ("恒通【湖南】〔集团〕", "恒通(湖南)(集团)"),
        ("", ""),
    ],
)
def test_writings_become_one(text, folded):
    assert fold(text) == folded


@given(TEXTS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_any_text_has_parts(text):
    name = parse(text, PLACES)
    assert name.text == text
    if name.folded.strip("()"):
        assert name.body
    # the parts are made of what is written
    assert set(name.core + name.trade) <= set(fold(text)) | set("中建铁水电局公航")
    assert parse(text, PLACES) == name


@pytest.mark.parametrize(
    ("text", "places", "core", "trade", "form"),
    [
        ("湖南恒通建设工程有限公司", ("43",), "恒通", "建设工程", Form.COMPANY),
        ("湖南省长沙市恒通建设有限公司", ("4301",), "恒通", "建设", Form.COMPANY),
        ("湖南恒通（长沙）有限公司", ("43", "4301"), "恒通", "", Form.COMPANY),
        ("恒通(湖南)建设集团有限责任公司", ("43",), "恒通", "建设", Form.COMPANY),
        ("鑫隆（湖南株洲）机械租赁有限公司", ("4302",), "鑫隆", "机械租赁", Form.COMPANY),
        ("长沙市岳麓区恒通建材经营部", ("430104",), "恒通", "建材", Form.SHOP),
        ("长沙高新区恒通科技发展股份有限公司", ("4301",), "恒通", "科技发展", Form.STOCK),
        ("浏阳恒通烟花制造有限公司", ("430181",), "恒通", "烟花制造", Form.COMPANY),
        ("望城县恒通（演示）有限公司", ("430112",), "恒通", "", Form.COMPANY),
        ("湖南路桥建设集团有限责任公司", ("43",), "路桥", "建设", Form.COMPANY),
        ("大同建材有限公司", (), "大同", "建材", Form.COMPANY),
        ("东方建设有限公司", (), "东方", "建设", Form.COMPANY),
        ("长沙市第一建筑工程有限责任公司", ("4301",), "1建", "工程", Form.COMPANY),
        ("长沙一建", ("4301",), "1建", "", Form.UNSAID),
        ("中国建筑第八工程局有限公司", (), "中建8局", "", Form.COMPANY),
        ("中建八局", (), "中建8局", "", Form.UNSAID),
        ("湖南星沙物流（有限合伙）", ("43",), "星沙", "物流", Form.PARTNERSHIP),
        ("湖南恒通建设工程有线公司", ("43",), "恒通", "建设工程", Form.COMPANY),
        ("湖南恒通建设工程有限限公司", ("43",), "恒通", "建设工程", Form.COMPANY),
        ("湖南恒通建设工程份股有限公司", ("43",), "恒通", "建设工程", Form.STOCK),
        ("长沙", (), "长沙", "", Form.UNSAID),
        ("ABC Construction Ltd", (), "ABCCONSTRUCTIONLTD", "", Form.UNSAID),
    ],
)
def test_parts(text, places, core, trade, form):
    name = parse(text, PLACES)
    assert (name.places, name.core, name.trade, name.form) == (places, core, trade, form)


@pytest.mark.parametrize(
    ("text", "branch", "core"),
    [
        ("湖南恒通建设有限公司长沙分公司", "长沙分公司", "恒通"),
        ("湖南恒通建设有限公司第二项目部", "第2项目部", "恒通"),
        ("湖南恒通建设有限公司", "", "恒通"),
    ],
)
def test_branches(text, branch, core):
    name = parse(text, PLACES)
    assert (name.branch, name.core, name.places) == (branch, core, ("43",))


def test_a_mistyped_form_is_known_for_one():
    assert parse("湖南恒通建设有线公司", PLACES).slip
    assert not parse("湖南恒通建设有限公司", PLACES).slip


def test_numbers_in_chinese_and_arabic_are_the_same():
    assert parse("湖南第六工程有限公司", PLACES).numbers == ("6",)
    assert parse("湖南第６工程有限公司", PLACES).numbers == ("6",)


def test_a_county_that_became_a_city_is_the_same_place():
    assert PLACES.code_of("宁乡县") == PLACES.code_of("宁乡市") == "430182"
    assert PLACES.at_start("宁乡恒通")[1] == "430182"
    # far away it needs its 市, for the bare word is more often a firm's own
    assert gazetteer().at_start("宁乡恒通")[1] == ""


def test_what_lies_in_what():
    assert related("43", "4301")
    assert related("430104", "43")
    assert not related("4301", "4302")


@pytest.mark.parametrize(
    ("first", "second", "edit"),
    [
        ("恒通建设", "恒通建没", ("substitute", 3, "设", "没", False)),
        ("恒通建设", "恒建设", ("delete", 1, "通", "", False)),
        ("恒通建设", "恒恒通建设", ("insert", 1, "", "恒", True)),
        ("恒通建设", "通恒建设", ("swap", 0, "恒通", "通恒", False)),
        ("恒通建设", "恒通建设", None),
        ("恒通建设", "恒达建没", None),
        ("", "恒", ("insert", 0, "", "恒", False)),
    ],
)
def test_one_slip(first, second, edit):
    assert one_slip(first, second) == edit


@given(st.text(st.sampled_from("恒通建设工程"), max_size=8), st.data())
def test_one_slip_is_found_and_told(text, data):
    at = data.draw(st.integers(0, len(text)))
    new = data.draw(st.sampled_from("甲乙"))
    edit = one_slip(text, text[:at] + new + text[at:])
    assert edit == ("insert", at, "", new, False)
    back = one_slip(text[:at] + new + text[at:], text)
    assert back == ("delete", at, new, "", False)


def test_lookalikes_are_pairs_both_ways():
    assert {"己已", "已己", "治冶"} <= lookalikes()
    assert all(pair[::-1] in lookalikes() for pair in lookalikes())
    # a number is never taken for another
    assert not any(sign.isdigit() for pair in lookalikes() for sign in pair)


def test_some_trades_of_the_labelled_set_are_unknown_here():
    """The set does not repeat the matcher's table; what it must split by itself is in it."""
    known = sectors()
    whole = [word for group in names_set.TRADES for word in group]
    unknown = [word for word in whole if parse("湖南恒通" + word, PLACES).core != "恒通"]
    assert 4 <= len(unknown) < len(whole) / 3
    assert not any(word in known for word in unknown)
