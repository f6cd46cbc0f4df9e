"""How items are split into tasks, what kind a task is, and what is told of it."""

from __future__ import annotations

import pytest

from conurb.plan.reader import Gazetteer, Task, read_text
from conurb.plan.reader.kinds import kind_of
from conurb.plan.reader.tasks import split_tasks

GAZETTEER = Gazetteer.of(
    [
        ("city/1", ("东江市", "东江"), "city"),
        ("road/1", ("东江大道",), "road"),
        ("port/1", ("青石塘",), "site"),
        ("rail/1", ("S9（东西快线）",), "rail"),
    ],
    [("authority/1", ("东江市发展和改革委员会", "市发改委"), "department")],
)


def split(text: str) -> list[str]:
    return [task.text for task in split_tasks(text)]


def tasks(text: str) -> list[Task]:
    reading = read_text(
        f"计划（2024年）\n一、交通\n（一）{text}\n（二）开通公交。", gazetteer=GAZETTEER
    )
    return list(reading.fields[0].items[0].tasks)


@pytest.mark.parametrize(
    ("item", "parts"),
    [
        ("启动东江大道北延、凤凰路南延项目前期工作。", None),
        (
            "启动东江大道、凤凰路项目前期工作。",
            ["启动东江大道项目前期工作", "启动凤凰路项目前期工作"],
        ),
        (
            "加快实施甲港二期工程、乙水厂取水工程和丙桥加固工程。",
            ["加快实施甲港二期工程", "加快实施乙水厂取水工程", "加快实施丙桥加固工程"],
        ),
        ("持续深化路网布局的会商研判、衔接校核、同步更新。", None),
        ("推进文化、体育、养老等公共服务均等化。", None),
        ("建立联席会议制度，实现信息共享。", None),
        (
            "编制物流枢纽建设实施方案并启动实施。",
            ["编制物流枢纽建设实施方案", "启动实施物流枢纽建设"],
        ),
        ("以评估为契机，打造示范区。", None),
        ("依托统一平台，推进数据共享。", None),
        ("拓宽解放路、打通滨河路断头路段。", ["拓宽解放路", "打通滨河路断头路段"]),
        ("加快建设新校区，力争2024年秋季建成开学。", None),
        ("推动甲园、乙园、丙园协调联动，发挥核心功能。", None),
        (
            "争取省政府启动路网规划修编，增加一批线路；开通城际公交。",
            ["争取省政府启动路网规划修编，增加一批线路", "开通城际公交"],
        ),
        ("开展连通工程前期工作（牵头单位：市交通局）。", ["开展连通工程前期工作"]),
        ("优化审批流程。", None),
        ("Build a bridge. Set up a joint fund.", ["Build a bridge", "Set up a joint fund"]),
    ],
)  # fmt: skip
def test_splits(item: str, parts: list[str] | None) -> None:
    """None: the item is one task as a whole."""
    assert split(item) == (parts or [item.removesuffix("。")])


@pytest.mark.parametrize(
    ("item", "verb"),
    [
        ("加快推进东江大道建设。", "推进"),
        ("积极争取专项债券支持。", "争取"),
        ("配合省水利厅建立流域信息平台。", "建立"),
        ("组织编制详细规划。", "编制"),
        ("在两市范围内开展影响评价。", "开展"),
        ("东江市牵头组建产业联盟。", "组建"),
        ("加快东西高速扩容工程建设。", "加快"),
    ],
)
def test_verbs(item: str, verb: str) -> None:
    assert split_tasks(item)[0].verb == verb


@pytest.mark.parametrize(
    ("verb", "object_text", "kind"),
    [
        ("启动", "东江大道项目前期工作", "study"),
        ("进行", "可行性研究", "study"),
        ("编制", "国土空间规划", "plan"),
        ("提出", "统一行动方案", "plan"),
        ("建设", "东江大桥", "build"),
        ("加快", "高速公路扩容工程建设", "build"),
        ("争取", "专项债券支持", "petition"),
        ("推进", "本地瓷器纳入国家非遗名录", "petition"),
        ("建立", "生态补偿机制", "institute"),
        ("组建", "产业联盟", "institute"),
        ("开通", "铁路运营班列", "operate"),
        ("举办", "科技成果交易会", "operate"),
        ("推动", "货运车辆通行证三市互认", "serve"),
        ("推进", "居家社区养老服务工程", "serve"),
        ("优化", "项目审批流程", "serve"),
    ],
)
def test_kinds(verb: str, object_text: str, kind: str) -> None:
    assert kind_of(verb, object_text, verb + object_text) == kind


def test_places_are_matched_and_guessed() -> None:
    (task,) = tasks("启动东江大道对接青石塘工程项目前期工作。")
    assert [(p.name, p.ref) for p in task.places][:2] == [
        ("东江大道", "road/1"),
        ("青石塘", "port/1"),
    ]
    (other,) = tasks("对S9(东西快线)进行可行性研究。")
    assert [(p.name, p.ref) for p in other.places] == [("S9(东西快线)", "rail/1")]


def test_places_without_a_gazetteer() -> None:
    reading = read_text(
        "计划\n一、路\n（一）推进凤凰大道、白鹭湖隧道建设。\n（二）改造G320国道长沙段。"
    )
    names = [place.name for item in reading.items for task in item.tasks for place in task.places]
    assert names == ["凤凰大道", "白鹭湖隧道", "G320国道", "长沙"]


def test_actors_and_their_parts() -> None:
    (task,) = tasks("由市发改委牵头，会同市财政局编制投资计划。")
    assert [(a.name, a.role, a.ref) for a in task.actors] == [
        ("市发改委", "lead", "authority/1"),
        ("市财政局", "support", None),
    ]
    (other,) = tasks("争取省交通运输厅支持路网建设。")
    assert [(a.name, a.role) for a in other.actors] == [("省交通运输厅", "support")]
    (third,) = tasks("建设绿道（责任单位：市自然资源和规划局、市林业局；配合单位：各区县）。")
    assert [(a.name, a.role) for a in third.actors] == [
        ("市自然资源和规划局", "lead"),
        ("市林业局", "lead"),
        ("各区县", "support"),
    ]


def test_quantities_with_units() -> None:
    (task,) = tasks("建设公路12.5公里、泊位4个，投资3.2亿元，装机2×1000MW。")
    assert [(q.value, q.unit) for q in task.quantities] == [
        (12.5, "公里"),
        (4, "个"),
        (320_000_000, "元"),
        (2000, "MW"),
    ]


def test_a_deadline_in_the_notes_is_for_all_tasks() -> None:
    found = tasks("建设绿道。编制导则。（完成时限：2024年9月底前）")
    assert [task.due.end if task.due else None for task in found] == ["2024-09-30", "2024-09-30"]


def test_spans_hold_the_printed_words() -> None:
    text = "计划\n一、路\n（一）加快推 进凤凰大道、白鹭路项目前期工作。\n（二）通车。"
    reading = read_text(text)
    first, second = reading.fields[0].items[0].tasks
    assert text[slice(*first.span)] == "加快推 进凤凰大道"
    assert first.text == "加快推进凤凰大道项目前期工作"
    assert text[slice(*second.span)] == "白鹭路项目前期工作"
