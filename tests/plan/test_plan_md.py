"""The plan of Chang-Zhu-Tan, written anew: no repair, every fact kept, English beside it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from conurb.plan.english import EnglishPlan, match, parse_english
from conurb.plan.reader import Reading, read_document

REGION = Path(__file__).parents[2] / "regions" / "changzhutan"

FIELDS = {
    "1": ("规划同图", 6),
    "2": ("设施同网", 9),
    "3": ("三市同城", 3),
    "4": ("市场同治", 1),
    "5": ("产业同兴", 4),
    "6": ("生态同建", 6),
    "7": ("创新同为", 6),
    "8": ("开放同步", 1),
    "9": ("平台同体", 5),
    "10": ("服务同享", 8),
}

# What each item must name: bodies, places, works, dates, quantities. From the published list.
FACTS: dict[str, tuple[str, ...]] = {
    "1.1": ("空间规划", "沟通协调", "无缝对接", "联合审核"),
    "1.2": ("省政府", "省工信厅", "长株潭国家“智能制造湘江湾”专项规划", "高标准"),
    "1.3": (
        "湘江新区核心区、规划区、拓展区",
        "分区分级",
        "湘江新区九华新片区",
        "试点",
        "调区扩区",
        "湘潭九华",
        "雨湖区鹤岭镇",
        "拓展区研究范围",
    ),
    "1.4": (
        "省委、省政府及有关部门",
        "长株潭区域一体化规划纲要",
        "落实方案",
        "重点任务清单",
    ),
    "1.5": (
        "三市融城示范社区",
        "详细规划",
        "启动",
        "科研教育、初创孵化、品质居住、生态休闲",
        "未来社区",
        "融城新模式",
    ),
    "1.6": (
        "省政府和省交通运输厅",
        "省高速公路规划",
        "修编",
        "株洲湘潭城区南环线高速",
        "长株攸高速",
        "一批",
        "省高速公路网规划",
    ),
    "2.1": (
        "长株潭城际轨道交通西环线",
        "南延工程（湘潭北—湘潭站—株洲西站）",
        "前期研究论证",
        "株洲至韶山高速",
        "前期工作",
        "S4（长株快线）",
        "可行性研究",
        "三市交界处融城片区",
        "地铁网络",
        "跨市域",
        "《长株潭都市圈轨道交通规划》",
        "互联互通",
        "上位规划依据",
    ),
    "2.2": (
        "芦淞区X084拓宽改造工程",
        "长沙浏阳X016项目",
        "黄兴大道南延至田心大道",
        "长沙机场大道南延至华强路",
        "沪昆高速",
        "醴陵至娄底段扩容工程",
        "京港澳",
        "长株段扩容工程",
        "用地供给",
        "S21长株高速",
        "团头互通至S326公路",
        "5个区域内公路网有效衔接项目",
    ),
    "2.3": (
        "长株潭港口群",
        "长沙港铜官港区二期工程",
        "大唐华银株洲退城进郊2×1000MW煤电项目配套码头工程",
        "湘潭九华中心港提质改造及扩建工程",
    ),
    "2.4": (
        "芙蓉大道",
        "潭州大道",
        "洞株路",
        "配套设施",
        "红绿灯智能化升级",
        "堵点",
        "快捷通行实效",
        "三市联动",
        "“三干一轨”周边地块",
        "科学管控",
        "合理开发",
    ),
    "2.5": (
        "省政府、省交通运输厅启动全省高速公路规划的修编",
        "优化增加一批长株潭地区高速公路线网",
        "市州政府",
        "高速公路相关建设事权",
        "长株潭地区高速公路建设",
    ),
    "2.6": ("伏林大道", "长沙黄桥大道", "白云路东延线", "前期研究"),
    "2.7": ("响水大道", "望雷大道", "前期研究"),
    "2.8": (
        "株洲滨江路与湘潭滨江路连通工程",
        "前期工作",
        "株洲市高新区",
        "湘潭天易经开区",
        "互联互通",
    ),
    "2.9": (
        "续建新韶山路（万家丽路至湘潭边界）",
        "长沙河东城区",
        "湘潭城区",
        "快速联系通道",
    ),
    "3.1": (
        "教育、医疗、卫生、社保、户籍",
        "一体化",
        "政务服务对接共享",
        "异地享受基本公共服务",
        "便捷结算",
        "均衡分布、合理配置",
    ),
    "3.2": ("体育训练、教育基地", "共建共享", "“湘江马拉松赛”区域体育品牌"),
    "3.3": ("2021年", "长株潭一体化", "三十大标志工程"),
    "4.1": (
        "拖欠农民工工资“黑名单”",
        "共享和联合惩戒机制",
        "劳动保障监察",
        "资源共享、成果共认",
    ),
    "5.1": (
        "制造业",
        "工程机械、轨道交通、中小航空发动机、新能源、精品钢材及深加工、先进电传动及风电装备",
        "主特产业",
        "联盟或协会",
        "产业链间",
        "产业协同发展",
        "湘潭、长沙",
        "传感器产业园",
    ),
    "5.2": (
        "通用航空基础设施",
        "航空动力",
        "三市各启动1个通用机场",
        "长株潭通用航空网络",
        "在株洲建设低空飞行服务站等通航运营服务平台",
        "联结全省、辐射中南",
        "低空短途载客运输航线",
        "共享通航新业态",
    ),
    "5.3": (
        "工程机械、轨道交通",
        "长株潭国家级先进制造业高质量发展示范区",
        "先进硬质材料、先进储能材料、安全可靠计算机及创新应用、航空航天",
        "航空航天、先进电传动及风电装备、先进陶瓷",
        "国家先进制造业集群",
        "中南大学",
        "中车株机",
        "轨道交通世界级产业集群",
        "产融结合示范基地",
    ),
    "5.4": ("广铁", "2021年7月前", "韶山至井冈山", "铁路运营班列"),
    "6.1": ("工作衔接", "水系治理", "生态资源保护", "洲岛保护研究", "统一", "行动方案"),
    "6.2": (
        "清水塘",
        "竹埠港",
        "生态修复",
        "湘江流域水环境",
        "综合治理和开发利用",
        "河湖生态缓冲带修复试点示范",
    ),
    "6.3": (
        "配合省级",
        "长株潭城市群碳排放率先达峰",
        "目标和行动方案",
        "新建项目",
        "碳排放影响评价",
        "国有企业、上市公司",
        "碳排放信息披露制度",
        "国家气候投融资试点",
    ),
    "6.4": ("长株潭绿心中央公园", "国家级园艺博览园", "花卉博览园", "主题生态公园"),
    "6.5": ("绿心地区", "生态补偿", "资金来源", "力度"),
    "6.6": (
        "分层次",
        "长沙市整市全域",
        "株洲市、湘潭市条件较好的县、镇整域",
        "省市县三级联动",
        "一批美丽乡村示范村",
        "“两山”铁路美丽走廊",
    ),
    "7.1": (
        "省科技厅",
        "长株潭技术交易市场联盟",
        "技术转移转化和创新资源共享",
        "中国（长沙）科技成果转化交易会",
        "科技成果转化交易平台",
        "中国（湖南）知识产权保护中心",
    ),
    "7.2": (
        "长株潭主特产业科技创新联盟",
        "关键核心技术",
        "联合攻关",
        "深度融合",
        "粤港澳科创产业园",
    ),
    "7.3": (
        "长株潭国家自主创新示范区",
        "创新高地建设、产业技术创新、产业集群提升、高端人才集聚、双创生态优化",
        "专项行动",
        "长株潭科技创新中心",
    ),
    "7.4": (
        "长沙创新谷、株洲动力谷、湘潭智造谷",
        "智能制造总部经济、科创研发、场景展示、消费体验",
        "协调联动",
    ),
    "7.5": ("绿心地区项目", "审批流程"),
    "7.6": (
        "长株潭国家自主创新示范区",
        "国家创新型城市",
        "国家实验室",
        "国家重点实验室",
        "国家大科学装置",
    ),
    "8.1": (
        "高水平",
        "中国（湖南）自贸区长沙片区",
        "长沙临空经济示范区",
        "长株潭国家级经开区、高新区",
        "海关特殊监管区域",
        "湖南湘江新区、株洲、湘潭",
        "自贸区制度创新成果",
    ),
    "9.1": (
        "政府专项债券",
        "政府引导、吸引市场投资",
        "长株潭一体化发展专项支持基金",
        "长株潭一体化重大项目建设和产业发展",
    ),
    "9.2": (
        "长株潭生产服务型国家物流枢纽",
        "实施方案",
        "启动实施",
        "长沙、株洲、湘潭三市货运车辆通行证",
        "统一办理、三市互认",
    ),
    "9.3": ("全国文化和旅游消费试点示范", "长株潭城市", "国家首批示范试点"),
    "9.4": (
        "湖南省科技金融服务中心",
        "湖南股交所科技创新板",
        "科创湘企上市",
    ),
    "9.5": (
        "株洲国家二手车出口试点城市平台",
        "工程机械二手设备出口",
        "中部地区工程机械二手设备出口集散基地",
    ),
    "10.1": (
        "三市企业职工养老保险网上经办系统",
        "个人业务",
        "一网通办、同城通办",
    ),
    "10.2": (
        "长沙市一中株洲实验学校（小学部）",
        "小学部新校区",
        "2021年秋季",
        "建成开学",
        "长沙市雅礼中学在株洲、湘潭",
        "长郡中学在株洲、湘潭",
        "长沙一中在株洲、湘潭",
        "湖南师范大学附属中学在株洲、湘潭",
    ),
    "10.3": ("国家产教融合建设试点",),
    "10.4": (
        "湘雅医院",
        "优质医疗资源下沉",
        "株洲、湘潭布局综合性医院",
        "湖南省健康产业园核心区",
        "健康大数据中心",
        "中医区域医疗中心",
        "国家级和省级医学中心或区域医疗中心",
    ),
    "10.5": (
        "医疗联合体",
        "湘雅等高水平医院牵头",
        "优势专科联盟",
        "重大疾病",
        "协同救治网络",
        "电子健康卡（健康一卡通）",
    ),
    "10.6": (
        "居家社区养老服务工程",
        "智慧养老服务工程",
        "城市社区综合服务设施规范化建设工程",
    ),
    "10.7": (
        "政务管理一体化",
        "三市大数据网络平台",
        "采集处理、分析挖掘和创新应用",
        "统一的数据共享交换平台",
        "教育、医疗、卫生、社保、户籍",
        "跨部门、跨地域办理",
    ),
    "10.8": ("三市充电基础设施", "智能服务与管理平台", "互联互通"),
}

# Misprints of the published copy, none of which may come back.
MISPRINTS = ("融台", "-批", "-体化", "个,人", "互连互通", "统的数据", "州岛", "2X", "推 进")


@cache
def plan() -> Reading:
    return read_document((REGION / "plan.md").read_bytes(), "plan.md")


@cache
def english() -> EnglishPlan:
    return parse_english((REGION / "plan.en.md").read_text(encoding="utf-8"))


def text_of(number: str) -> str:
    return next(item.text for item in plan().items if item.number == number)


def test_the_plan_is_read_without_a_repair() -> None:
    assert plan().repairs == ()
    assert plan().year == 2021
    assert plan().title == "长株潭一体化十同任务清单（2021年）"


def test_it_has_ten_fields_with_their_items() -> None:
    found = {each.number: (each.name, len(each.items)) for each in plan().fields}
    assert found == FIELDS


def test_the_numbers_run_without_a_gap() -> None:
    wanted = [
        f"{field}.{item}" for field, (_, count) in FIELDS.items() for item in range(1, count + 1)
    ]
    assert [item.number for item in plan().items] == wanted
    assert list(FACTS) == wanted
    assert list(english().items) == wanted


@pytest.mark.parametrize("number", FACTS)
def test_one_sentence_is_one_task(number: str) -> None:
    item = next(item for item in plan().items if item.number == number)
    sentences = [each for each in item.text.split("。") if each]
    assert [task.text.rstrip("。") for task in item.tasks] == sentences


@pytest.mark.parametrize("number", FACTS)
def test_every_fact_of_the_item_is_kept(number: str) -> None:
    text = text_of(number)
    assert [fact for fact in FACTS[number] if fact not in text] == []


def test_no_misprint_of_the_published_copy_comes_back() -> None:
    assert [misprint for misprint in MISPRINTS if misprint in plan().text] == []


def test_the_english_stands_beside_the_chinese_task_by_task() -> None:
    assert match(plan().to_json(), english()) == ()


@pytest.mark.parametrize("number", FACTS)
def test_codes_and_figures_of_the_chinese_stand_in_the_english(number: str) -> None:
    item = english().items[number]
    figures = re.findall(r"[A-Z]*\d+(?![\d月])", text_of(number))
    for words in (item.text, " ".join(item.tasks)):
        assert [figure for figure in figures if figure not in words] == []


def test_the_english_is_in_english() -> None:
    words = (REGION / "plan.en.md").read_text(encoding="utf-8")
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", words) == []


def test_the_dates_of_the_plan_are_read() -> None:
    dues = {
        item.number: (task.due.start, task.due.end)
        for item in plan().items
        for task in item.tasks
        if task.due is not None
    }
    assert dues["5.4"] == (None, "2021-06-30")
    assert dues["10.2"] == ("2021-09-01", "2021-11-30")
    assert dues["3.3"] == ("2021-01-01", "2021-12-31")
    assert set(dues) == {"3.3", "5.4", "10.2"}
