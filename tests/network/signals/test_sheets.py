"""Plans as data and as workbooks: what goes out comes back."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings

from conurb.network.signals.declaring import json_of, read_data, read_toml
from conurb.network.signals.plans import TimingPlan
from conurb.network.signals.programmes import plain
from conurb.network.signals.sheets import csv_of, read_workbook, workbook_of
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual
from tests.network.signals.corridors import arterial, arterials


def placed(plan: TimingPlan) -> TimingPlan:
    return replace(
        plan, intersections=tuple(replace(at, city="430100") for at in plan.intersections)
    )


@given(arterials(4))
@settings(max_examples=10, deadline=None)
def test_a_plan_comes_back_from_json_and_from_a_workbook_in_either_language(
    plan: TimingPlan,
) -> None:
    plan = placed(plan)
    programme = plain(plan)
    assert read_data(json.loads(json_of(plan))) == programme
    pattern = programme.patterns[0]
    for language in ("zh", "en"):
        read = read_workbook(workbook_of(programme, pattern, language), programme)
        assert read.first.offsets == plan.offsets
    assert read_workbook(workbook_of(programme, pattern), programme) == programme


def test_a_name_is_never_a_formula() -> None:
    plan = placed(arterial([300]))
    name = '=HYPERLINK("http://x","y")'
    first = replace(plan.intersections[0], name=Bilingual(name, name))
    plan = replace(plan, intersections=(first, *plan.intersections[1:]))
    programme = plain(plan)
    book = workbook_of(programme, programme.patterns[0])
    cell = openpyxl.load_workbook(io.BytesIO(book))["路口"]["B2"]
    assert cell.data_type == "s"
    assert read_workbook(book, programme).first.intersections[0].name.zh == name
    assert "'=HYPERLINK" in csv_of(plan)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("cycle_s = 60", 'cycle_s = "a"'), "cycle_s"),
        (("side = 0.4", "side = nan"), "intersection[1].side"),
        (("left = [0.2, 0.2]", "left = [0.2]"), "intersection[1].left"),
        (('order = "lead-lag"', 'order = "first"'), "intersection[1].order"),
        (("metres = 300", "metres = 0"), "intersection[2]"),
        (('key = "1"', 'keys = "1"'), "intersection[1].key"),
        (('city = "430100"', 'city = "439999"'), "intersection[1].city"),
    ],
)
def test_a_wrong_file_is_told_by_key(change: tuple[str, str], key: str) -> None:
    good = """key = "t"
name = { zh = "测试路", en = "Test Road" }
outbound = { zh = "东行", en = "Eastbound" }
inbound = { zh = "西行", en = "Westbound" }
cycle_s = 60
[[intersection]]
key = "1"
name = { zh = "甲", en = "A" }
city = "430100"
metres = 0
offset_s = 0
side = 0.4
left = [0.2, 0.2]
order = "lead-lag"
speed = [40, 40]
[[intersection]]
key = "2"
name = { zh = "乙", en = "B" }
city = "430100"
metres = 300
offset_s = 30
side = 0.4
"""
    cities = frozenset({"430100"})
    assert read_toml(good, "signals/t.toml", cities).first.cycle == 60
    with pytest.raises(RegionError) as refused:
        read_toml(good.replace(*change, 1), "signals/t.toml", cities)
    assert key in [problem.key for problem in refused.value.problems]
