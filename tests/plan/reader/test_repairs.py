"""Each general repair on text of its own, and the decisions a person takes on them."""

from __future__ import annotations

import pytest

from conurb.plan.reader import Reading, read_text, reread

FRAME = (
    "甲乙两市合作清单（2024年）\n\n一、交通\n\n{items}\n\n二、民生\n\n（一）推进医保异地结算。\n"
)


def read_items(*items: str) -> Reading:
    return read_text(FRAME.format(items="\n\n".join(items)))


def texts(reading: Reading) -> list[str]:
    return [item.text for item in reading.fields[0].items]


def codes(reading: Reading) -> set[str]:
    return {repair.code for repair in reading.repairs}


@pytest.mark.parametrize(
    ("printed", "read", "code", "applied"),
    [
        ("推进港口运营-体化。", "推进港口运营一体化。", "dash-for-yi", True),
        ("加快-批重点项目建设。", "加快一批重点项目建设。", "dash-for-yi", True),
        ("加快推 进东江大道建设。", "加快推进东江大道建设。", "stray-space", True),
        ("受理退休个,人事项。", "受理退休个人事项。", "stray-comma", True),
        ("建设3X 600MW燃气电站。", "建设3×600MW燃气电站。", "lookalike", True),
        ("促进城市与港口深度融台。", "促进城市与港口深度融合。", "lookalike", True),
        ("促进两市交通互连互通。", "促进两市交通互联互通。", "lookalike", True),
        ("依托统的平台推进共享。", "依托统一的平台推进共享。", "char-missing", True),
        ("推进两市体化发展。", "推进两市一体化发展。", "char-missing", True),
        ("编制州岛保护名录。", "编制州岛保护名录。", "lookalike", False),
        ("拓宽道路，，开通公交。", "拓宽道路，开通公交。", "punctuation-repeated", True),
    ],
)  # fmt: skip
def test_slips_inside_words(printed: str, read: str, code: str, applied: bool) -> None:
    reading = read_items(f"（一）{printed}", "（二）开通城际公交。")
    assert texts(reading)[0] == read
    assert [(r.code, r.applied) for r in reading.repairs] == [(code, applied)]


@pytest.mark.parametrize(
    "sound",
    [
        "启动东延工程（河口北-河口站-滨江西站）前期工作。",
        "落实方案明确的任务，深度合作推进项目。",
        "推进立体化交通网络和系统的整体化改造。",
        "日前印发的目录经入口审核，扩大人口覆盖。",
        "到2025年，争取A、B两个项目开工。",
        "推进一批项目，同步，推进改革。",
        "责任单位：市发改委 市交通局 市财政局",
    ],
)
def test_sound_text_is_left_alone(sound: str) -> None:
    reading = read_items(f"（一）{sound}", "（二）开通城际公交。")
    assert reading.repairs == ()


def test_a_wrong_number() -> None:
    reading = read_items("（一）开通公交。", "（二十一）修建大桥。", "（三）疏通河道。")
    assert [item.number for item in reading.fields[0].items] == ["1.1", "1.2", "1.3"]
    assert [(r.code, r.found, r.read) for r in reading.repairs] == [
        ("number-wrong", "（二十一）", "（二）")
    ]


def test_a_number_left_out_on_purpose_is_kept() -> None:
    reading = read_items(
        "（一）开通公交。", "（三）修建大桥。", "（四）疏通河道。", "（五）绿化岸线。"
    )
    assert [item.number for item in reading.fields[0].items] == ["1.1", "1.3", "1.4", "1.5"]


def test_a_lost_number() -> None:
    reading = read_items("（一）开通公交线路。", "修建跨江大桥工程。", "（三）疏通河道。")
    assert [item.number for item in reading.fields[0].items] == ["1.1", "1.2", "1.3"]
    assert codes(reading) == {"number-missing"}


def test_a_missing_bracket() -> None:
    reading = read_items("（一）开通公交。", "二）修建大桥。", "（三疏通河道。", "（四）绿化岸线。")
    assert len(texts(reading)) == 4
    assert codes(reading) == {"bracket-unbalanced"}


def test_an_item_run_into_its_neighbour() -> None:
    reading = read_items("（一）开通公交。（二）修建大桥。", "（三）疏通河道。")
    assert texts(reading) == ["开通公交。", "修建大桥。", "疏通河道。"]
    assert codes(reading) == {"item-run-in"}


def test_the_next_item_printed_twice() -> None:
    frame = FRAME.replace("（一）推进", "(1)推进")
    text = frame.format(
        items="(1)开通公交线路。\n\n(2)修建跨江大桥。3疏通东江航道和河口。\n\n(3)疏通东江航道和河口。"
    )
    reading = read_text(text)
    assert texts(reading) == ["开通公交线路。", "修建跨江大桥。", "疏通东江航道和河口。"]
    assert codes(reading) == {"item-duplicated"}


def test_an_item_printed_twice_elsewhere() -> None:
    copied = "（三）疏通东江航道和河口沿线水道。"
    reading = read_items(
        "（一）开通公交线路。", copied, "（二）修建跨江大桥。", copied, "（四）绿化岸线。"
    )
    assert [item.number for item in reading.fields[0].items] == ["1.1", "1.2", "1.3", "1.4"]
    assert codes(reading) == {"item-duplicated"}


def test_a_passage_repeated_in_place() -> None:
    reading = read_items(
        "（一）加快建设东江大道西延线及配套管网，加快建设东江大道西延线及配套管网，完善绿化。",
        "（二）开通公交。",
    )
    assert texts(reading)[0] == "加快建设东江大道西延线及配套管网，完善绿化。"
    assert codes(reading) == {"text-repeated"}


def test_a_line_broken_in_mid_word() -> None:
    reading = read_items("（一）建\n\n立联席会议制度。", "（二）开通公交。")
    assert texts(reading)[0] == "建立联席会议制度。"
    assert codes(reading) == {"line-broken"}


def test_a_heading_without_its_number() -> None:
    text = FRAME.format(items="（一）开通公交。\n\n（二）修建大桥。").replace("二、民生", "民生")
    reading = read_text(text)
    assert [field.name for field in reading.fields] == ["交通", "民生"]
    assert codes(reading) == {"number-missing"}


def test_a_bracket_without_partner_is_put_to_the_person() -> None:
    reading = read_items("（一）建设东江大道（一期工程。", "（二）开通公交。")
    (repair,) = reading.repairs
    assert (repair.code, repair.applied) == ("bracket-unbalanced", False)


def test_a_person_decides() -> None:
    text = FRAME.format(
        items="（一）编制州岛保护名录。（二）修建大桥。\n\n（三）推进港口运营-体化。"
    )
    first = read_text(text)
    by_code = {repair.code: repair for repair in first.repairs}
    assert set(by_code) == {"lookalike", "item-run-in", "dash-for-yi"}
    second = reread(
        first,
        {
            by_code["lookalike"].id: True,
            by_code["item-run-in"].id: False,
            by_code["dash-for-yi"].id: False,
        },
    )
    assert texts(second)[0] == "编制洲岛保护名录。（二）修建大桥。"
    assert texts(second)[1] == "推进港口运营-体化。"
    assert {r.code: r.applied for r in second.repairs if r.code in by_code} == {
        "lookalike": True,
        "item-run-in": False,
        "dash-for-yi": False,
    }


def test_every_repair_says_why_in_both_languages() -> None:
    reading = read_items(
        "（一）推 进公共服务-体化，，建", "设大桥。二）开通公交。", "（31）疏通河道。"
    )
    assert reading.repairs
    for repair in reading.repairs:
        assert any("\u4e00" <= char <= "\u9fff" for char in repair.why)
        assert repair.why_en.isascii() or any(
            word in repair.why_en for word in repair.why_en.split()
        )
        assert repair.found == reading.text[repair.span[0] : repair.span[1]]
