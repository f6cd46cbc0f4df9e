"""The kind of a task: it decides the ladder of stages that the task climbs."""

# ruff: noqa: SIM905  (long lists of words are easier to read and to keep without quotes)
from __future__ import annotations

import re
from collections.abc import Callable

from .model import Kind

_PETITION_VERBS = frozenset("争取 力争 申报 申请 申建 申办 申创 报请 提请 呈报".split())
_PETITION = re.compile(
    r"纳入.{0,24}(?:范围|集群|名单|目录|规划|计划|试点|盘子|清单|项目库|体系)|纳入(?:国家|省|全国)"
    r"|加强与.{1,16}(?:协调|沟通|对接|汇报|衔接)$|向(?:国家|省|上级|部委).{0,20}(?:汇报|申请"
    r"|反映)|^协调(?:国家|省|上级)"
)

_STUDY_VERBS = frozenset("研究 调研 论证 评估 调查 普查 摸底 摸清 摸排 勘察 分析".split())
_STUDY = re.compile(
    r"前期(?:研究|论证)*工作|前期(?:研究|论证)|可行性|预可|可研|(?:论证|研究|调研|摸底调查"
    r"|环境影响评价|普查)(?:工作)?$"
)

_PLAN_VERBS = frozenset(
    """
    绘制 编制 制订 制定 修编 修订 修改 起草 拟订 拟定 草拟 出台 谋划 规划 设计 划定 编写 编印 印发
    细化
    """.split()
)
_PLAN_OBJECT = re.compile(
    r"(?:规划|方案|清单|计划|办法|标准|意见|指南|目录|导则|细则|条例|规程|纲要|蓝图|一张图"
    r"|规划图|预案|规划编制.*)(?:编制|修编)?(?:工作)?$"
)
_PLANNING = frozenset(
    """
    公布 梳理 提出 发布 完善 统筹 启动 开展 加强 加快 推进 推动 做好 组织 形成 明确 优化 统一
    """.split()
)

_FOUNDING_VERBS = frozenset(
    """
    建立 组建 设立 成立 健全 创建 创办 搭建 构建 打造 完善 签订 签署 筹建 共建 探索 牵头 支持
    推动 推进 争创 创成 形成 实行 构筑
    """.split()
)
_INSTITUTION = re.compile(
    r"(?:机制|制度|联盟|协会|基金|专项资金|专班|委员会|联合体|共同体|联席会议|工作组|领导小组"
    r"|协议|公约|(?:协同|协作|服务|救治)网络|组织|合作社|法庭"
    r"|智库|专家库|推进办公室|队伍|示范区|试验区|先行区|先导区|医学中心|区域医疗中心|研究院|合作中心|(?:交易"
    r"|合作|协作|协调|交流|转化|投融资)平台)$"
)

_SERVICE = re.compile(
    r"养老|社保|社会保险|医保|医疗保险|公积金|结算|政务服务|公共服务|通办|户籍|户口|就医|就诊"
    r"|挂号|就业|便民|惠民|证照|通行证"
    r"|互认|办理|审批|健康卡|社保卡|一卡通|市民卡|乘车码|医疗资源|经办|惠企|助企|法律援助"
    r"|志愿服务|窗口|热线|救助|托育|入学|随迁"
    r"|家庭医生|掌上|可办|专窗|自助服务|通借|一证通|同价|优惠|年卡|电子卡|高校毕业生"
    r"|志愿者|居民|办事|服务指南|开办企业|企业上市|企上市|老年人|残疾人|零工|招聘会|异地"
)

_RUNNING_VERBS = frozenset(
    """
    管控 管理 监管 治理 整治 举办 承办 主办 召开 开行 开辟 推广 复制推广 运营 运行 维护 宣传 宣讲
    培育 招引 引进 引导 发展 督导 督查 检查 巡查 查处 打击 执法 监测 交流 互访 轮岗 培训 培养 选派
    攻关 研发 实施专项 加大 发挥 保护 管护 管养
    """.split()
)
_RUNNING = re.compile(
    r"班列|班线|航线|公交线路|班车|专项行动|产业发展|(?:联合)?攻关$|赛事|马拉松|品牌|博览会"
    r"|交易会|论坛|展会|综合治理|开发利用$"
)
_MEANS = re.compile(r"(?:来源|渠道|空间|领域|视野|范围|途径)$")
_ZONE = re.compile(
    r"(?:示范区|试验区|自贸区|自由贸易试验区|先行区|经济区|都市圈|城市群|营商环境"
    r"|一体化)(?:.{0,4}片区)?(?:建设)?$"
)

_BUILDING_VERBS = frozenset(
    """
    建设 新建 续建 扩建 改建 改造 扩容 拓宽 延伸 延长 贯通 打通 拉通 连通 接通 修建 兴建 修缮 修复
    整修 加固 铺设 架设 安装 加装 开工 动工 建成 竣工 完工 共建 疏通 升级 提质 配建 通车 共建共享
    布局 拆除 布设 绿化 复垦
    """.split()
)
_WORKS = re.compile(
    r"工程(?!机械|师|技术|造价)|项目(?:[建改]|实施|$)|设施|高速|公路|大道|铁路|轨道|地铁|机场"
    r"|港口|港区|码头|园区|产业园|科技园|公园|博览园|医院|学校|中学|小学|校区"
    r"|国道|省道|电网|改扩建|改造提升|引水|修复|(?:平台|中心|基地|网络|走廊|通道|枢纽|管网|片区|新区|核心区|拓展区|新城"
    r"|港口群)(?:.{0,2}建设|布局)?$|示范村|乡村建设"
    r"|[一二三四五六七八九十]中(?=在|$)|布局$|建设试点$|^建设|小区|智能化|电站|水厂|管廊|桥"
    r"|隧道|场馆|建设$|产业园|充电桩|加固$|改造$|造林|管线|主体结构"
)


_COUNTED = re.compile(r"(?:[，,]?(?:规模|首期规模)?)?\d+(?:\.\d+)?[万亿]?[个家项条支元处]+$")


def kind_of(verb: str, object_text: str, text: str) -> Kind:
    """The kind of a task from its verb, its object and its words; the first rule that fits wins.

    1. petition: to ask a higher authority (争取, 申报 …), or to be taken up by one (纳入国家…).
    2. study: preliminary work, feasibility, research; 探索 unless of a service.
    3. plan: to write a plan, scheme, list or standard, or work on one.
    4. institute: to found a mechanism, system of rules, alliance, fund, zone or body.
    5. operate: a line, a fair, an action, a zone or a treatment that runs on.
    6. serve: services to people and firms.
    7. build: works, or anything that ends in 建设.
    8. operate: all else.
    """
    words = _COUNTED.sub("", object_text or text) or text
    fitting = (kind for kind, fits in _RULES if fits(verb, words, text))
    return next(fitting, None) or _english_kind(text) or "operate"


def _is_petition(verb: str, words: str, text: str) -> bool:
    taken_up = _PETITION.search(words) or _PETITION.search(text)
    if verb in ("支持", "鼓励", "推动", "组织") and re.search(r"申报|申请|争取", words):
        return True
    return verb in _PETITION_VERBS or bool(taken_up and verb not in _PLAN_VERBS)


def _is_study(verb: str, words: str, text: str) -> bool:
    if verb == "探索":
        return not _SERVICE.search(words)
    return verb in _STUDY_VERBS or _STUDY.search(words) is not None


def _is_planning(verb: str, words: str, text: str) -> bool:
    if verb in _PLAN_VERBS:
        return True
    planned = _PLAN_OBJECT.search(words) is not None or "规划编制" in words
    return planned and (verb in _PLANNING or not verb)


def _is_founding(verb: str, words: str, text: str) -> bool:
    founded = _INSTITUTION.search(words) is not None and not words.endswith("建设")
    if verb in ("组建", "成立"):
        return True
    return verb in _FOUNDING_VERBS and founded


def _is_running(verb: str, words: str, text: str) -> bool:
    if verb == "拓宽" and _MEANS.search(words):
        return True
    if verb == "取消" or words.endswith("开放共享"):
        return not _SERVICE.search(words)
    if verb in _RUNNING_VERBS or _RUNNING.search(words):
        return not words.endswith("工程")
    return _ZONE.search(words) is not None and not _SERVICE.search(words)


def _is_service(verb: str, words: str, text: str) -> bool:
    return _SERVICE.search(words) is not None


def _is_building(verb: str, words: str, text: str) -> bool:
    return verb in _BUILDING_VERBS or _WORKS.search(words) is not None


_RULES: tuple[tuple[Kind, Callable[[str, str, str], bool]], ...] = (
    ("petition", _is_petition),
    ("study", _is_study),
    ("plan", _is_planning),
    ("institute", _is_founding),
    ("operate", _is_running),
    ("serve", _is_service),
    ("build", _is_building),
)

_ENGLISH: tuple[tuple[str, Kind], ...] = (
    (r"apply (?:for|to)|seek|petition|request|lobby", "petition"),
    (r"feasibility|stud(?:y|ies)|research|survey|assess|preliminary work", "study"),
    (r"(?:draft|draw up|prepare an?|prepare the|revise)\b.*\b(?:plan|scheme|list|rules)", "plan"),
    (r"(?:plan|scheme|strategy|guidelines?)\s*$", "plan"),
    (
        r"(?:establish|set up|found|create)\b.*\b(?:mechanism|alliance|fund|committee|system)",
        "institute",
    ),
    (r"(?:establish|set up|found|create)\b.*\b(?:council|association|office)", "institute"),
    (r"^\s*(?:establish|set up|found)\b", "institute"),
    (r"recogni[sz]e|services?|residents|pension|insurance|permits?|one-stop|recognition", "serve"),
    (r"build|construct|extend|widen|upgrade|complete|expand|renovate", "build"),
)
_ENGLISH_RULES = tuple(
    (re.compile(rf"\b(?:{source})", re.IGNORECASE), kind) for source, kind in _ENGLISH
)


def _english_kind(text: str) -> Kind | None:
    return next((kind for pattern, kind in _ENGLISH_RULES if pattern.search(text)), None)
