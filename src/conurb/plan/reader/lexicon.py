"""Words by which slips of the pen and of character recognition are proved.

The words are those of official documents; the pairs are characters that look or sound alike.
"""

# ruff: noqa: SIM905  (long lists of words are easier to read and to keep without quotes)
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .verbs import ACTIONS

WORDS = frozenset(
    """
    融合 综合 整合 联合 合作 结合 组合 合理 合同 符合 配合 集合 合力 合并 台账 平台 后台 舞台
    台阶 出台 洲岛 绿洲 沙洲 流域 生态 环境 水系 河湖 湿地 岸线 绿心 公园 保护 修复 治理 污染
    排放 减排 降碳 碳达峰 未来 未能 末端 期末 年末 月末 已经 自己 已有 己方 人民 人口 人才 人员
    个人 工人 企业 产业 行业 农业 工业 商业 就业 创业 入口 入库 加入 纳入 进入 融入 收入 投入 引入
    列入 接入 准入 干部 骨干 若干 干线 千米 千瓦 千万 土地 国土 士气 战士 护士 人士 目标 目录 项目
    科目 日期 日常 工作日 每日 今日 大力 大道 大学 大桥 太阳 太湖 天然 天桥 夭折 帐户 账户 账号
    对账 贷款 信贷 货物 货车 货运 问题 访问 时间 空间 期间 区间 民间 间接 主导 主管 主要 主体 自主
    国王 治安 冶金 洽谈 政治 法治 恢复 灰色 分析 折算 打折 解析 拆迁 拆除 折扣 网络 网点 网上 网格
    山冈 建设 建成 建议 健康 健全 保健 稳健 关键 键盘 部门 干部 部署 布局 布点 发布 公布 计划 统计
    设计 记录 登记 标记 制度 机制 体制 控制 制定 编制 治污 沿线 沿江 延长 延伸 带动 带头 地带 代表
    代码 时代 代办 副主任 付款 支付 交付 境内 环境 竞争 究竟 边境 模型 模式 大型 小型 转型 类型
    新型 典型 形成 形式 图形 成立 完成 成果 城市 城区 城乡 都市 园区 公园 校园 圆满 圆桌 采购 采集
    采用 彩色 须知 必须 需要 需求 必需 及时 极大 积极 以及 级别 升级 即将 既有 截至 截止 振兴 振动
    地震 防震 身份 省份 月份 股份 分析 部分 充分 分工 练习 训练 锻炼 辩论 辨别 识别 户籍 书籍 慰藉
    服务 业务 任务 事务 公共 共享 共建 互认 互通 一体 政务 政府 政策 财政 行政 数据 信息 系统 标准
    规范 资源 资金 基金 基础 基地 设施 工程 交通 公路 铁路 高速 轨道 机场 港口 码头 航线 航空 物流
    枢纽 通道 线路 站点 车辆 客运 医院 医疗 医保 社保 养老 教育 学校 学生 校区 体育 文化 旅游 消费
    市场 开放 创新 科技 技术 研究 论证 前期 规划 方案 清单 重点 示范 试点 改革 发展 协调 协同 统一
    统筹 推进 推动 加快 实施 启动 落实 开展 组织 提升 完善 优化 深化 强化 加强 促进 争取 支持 建立
    探索 保障 监管 监测 监督 执法 惩戒 信用 评价 考核 审批 审核 办理 流程 便捷 居民 群众 社区 乡村
    农村 农民 农产品 粮食 耕地 林业 水利 水库 供水 排水 污水 垃圾 能源 电力 充电 新能源 智能 智慧
    数字 大数据 平等 公平 安全 应急 消防 防灾 风险 金融 上市 债券 专项 投资 招商 外贸 出口 进口
    海关 自贸区 会议 联席 领导 小组 专班 单位 责任 牵头 主办 报告
    """.split()
)

PHRASES = frozenset(
    """
    互联互通 共建共享 共享共用 互利共赢 深度融合 融合发展 产城融合 产教融合 军民融合 协同发展
    一网通办 一窗受理 一站式 一体化 一张网 一张图 跨省通办 同城通办 全程网办 统筹推进 统一规划
    统一标准 统一的 高质量发展 基础设施 公共服务 政务服务 互认共享 联防联控 联合执法 联合惩戒
    资源共享 优势互补 错位发展 数据共享 信息共享 综合治理 综合交通 综合执法 生态修复 生态环境
    绿色低碳 碳排放 碳达峰 碳中和 前期工作 可行性研究 实施方案 行动计划 重点任务 责任单位 牵头单位
    配合单位 完成时限 体制机制 长效机制 协调机制 联席会议 营商环境 先行先试 示范引领 科技创新
    科研院所 自主创新 创新驱动 产业集群 产业链 供应链 创新链 先进制造业 战略性新兴产业 现代服务业
    乡村振兴 美丽乡村 全域旅游 医疗联合体 分级诊疗 异地就医 养老服务 养老保险 医疗保险 社会保障
    职业教育 义务教育 充分发挥 切实加强 进一步 不断完善 有效衔接 无缝对接 无缝衔接 规划纲要
    国土空间 城乡融合 轨道交通 高速公路 城际铁路 提质改造 升级改造 扩容改造 交通拥堵 物流枢纽
    大气污染 水环境 黑臭水体 河湖长制 生态补偿 专项债券 专项资金 重大项目
    """.split()
)

# Words with 一: a dash in its place is a slip of recognition.
YI_WORDS = tuple(
    """
    一体化 一体 一批 一网通办 一网统管 一网 一站式 一系列 一带一路 一件事 一卡通 一张图 一张网
    一张 一流 一致 一定 一般 一窗受理 一窗 一律 一次性 一次 一个 一种 一项 一条 一类 一期 一核
    一区 一轴 一城 一市 一县 一事一议 一企一策 一揽子 一盘棋 一把手 一票 一方 一步 一线 一级
    一二三 一号 一园 一江 一江两岸 一环 一路 一起 一并 一同 一如既往 一支 一台 一座 一家 一处 一年
    一季度 一月 一日 一是 一手 一端 一套 一码通 一码 一证 一照 一门 统一 同一 唯一 进一步 第一
    之一 逐一 单一 专一 万一 星期一 三位一体 合一 归一 新一轮 新一代 每一 某一 任一 十一五 统一的
    高一级 下一步 上一年 这一
    """.split()
)

# A 一 lost in print: the remainder, what may not stand before it, and how it is read.
LOST_YI = (
    (r"(?<![系传总血正道法笼体])统的(?=[\u4e00-\u9fff])", "统一的"),
    (
        r"(?<=[\u4e00-\u9fff])(?<![一立整集具实媒群个主客团全肉气形本载液固物母人肢客])体化(?![妆学验肥])",
        "一体化",
    ),
    (r"(?<!一)(?<![\u4e00-\u9fff]网)网通办(?![法])", "一网通办"),
    (r"(?<![一车驿网])站式(?=服务|办理|审批|平台)", "一站式"),
)

# Characters easily taken for each other by shape (recognition) or by sound (typing).
SHAPES = tuple(
    """
    合台 未末 已己巳 人入八 千干于 土士 大太天夭犬 日目曰 问间 贷货 治冶洽 析折拆 网冈 王主玉
    灰恢 微徽 拨拔 侯候 晴睛 戍戌戊 束柬 免兔 鸟乌 历厉 圆园 竟竞 健键 徒徙 壁璧 即既 密蜜 住往
    准淮 场扬 抓爪 风凤 仓仑 设没 推椎 理埋 施旋 洲州 博搏 库厍 础拙 枢抠 铁轶 航舷 诊珍 疗疔
    养羊 建律 划刘 协胁 务条
    """.split()
)
SOUNDS = tuple(
    """
    联连 帐账 制治置至 定订 做作 像象 成城 须需 截戒 振震 型形 份分 采彩 布部步 计记纪 练炼 沿延
    带代 付副 竞境竟 辨辩 籍藉 启起 以已 及级极 权全 级极 复覆 通同 绩积 和合 化划 园圆 洲州 即既
    建健 保堡 融溶 枢纽 衔贤 协谐 攻功 供共
    """.split()
)

# Both are words: nothing is proved by their likeness.
BOTH_RIGHT = frozenset(
    """
    人口 入口 日前 目前 千米 干部 大学 太学 天地 大地 土地 士地 定制 订制 制定 制订 定购 订购 工作
    作用 做用 成市 城市 治理 制理 截止 截至 必须 必需 须要 需要 界限 交代 交待 报道 报到 权利 权力
    公用 共用 公有 共有 以来 已来 公布 公部 分布 分部 连接 联接 连通 联通 连线 联线 连合 连系 化工
    划工 计划 合同 和同 通行 同行 通办 同办 通城 同城 通时 同时 合平 和平 共同 共通 互同 城立 成立
    形成 型成 建成 建城 生成 合成 合城 和谐 治度 制度 置换 至此 部署 步署 布置 布局 布点 部点 步行
    行政 定点 订单 定单 建制 建置 建立 编制 编治 设置 设治 体制 机制 保障 供应 共应 攻关 功关 公供
    提供 大道 天道 大力 天力 大桥 天桥 大气 天气 大人 天人 大使 天使 一连 关联 关连 互连 互联 主体
    王体 天然 大然 大型 人型 大形 人形 主导 玉导 间接 问接 起动 启动 启用 起用 像是 记录 纪录 纪要
    记要 纪念 级别 极限 及其 分工 份额 成分 成份 身分 身份 年份 年分 沿线 延线 外沿 外延 代办 带办
    付款 代码 带动 代理 时代 地带 代表 水城 成果 城乡 成效 完成 定期 订期 采集 采购 一级 积极 成绩
    全国 全部 产权 主权
    """.split()
)


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong form of a word, and how sure a reader may be by the form alone."""

    read: str
    sure: float


def slips() -> Iterator[tuple[str, Slip]]:
    """Every wrong form that one confused character makes of a known word or phrase."""
    words = WORDS | PHRASES | {word for word in ACTIONS if len(word) > 1}
    fragments = {phrase[i : i + 2] for phrase in PHRASES for i in range(len(phrase) - 1)}
    legal = words | BOTH_RIGHT | fragments
    for word in sorted(words, key=lambda word: (len(word), word)):
        for wrong, sure in _wrong_forms(word):
            if wrong not in legal:
                yield wrong, Slip(word, sure)


def _wrong_forms(word: str) -> Iterator[tuple[str, float]]:
    long = len(word) >= 4
    for group, short_sure in (
        *((group, 0.85) for group in SHAPES),
        *((group, 0.0) for group in SOUNDS),
    ):
        for at, char in enumerate(word):
            if char not in group:
                continue
            for other in group:
                if other != char and (long or short_sure):
                    sure = 0.9 if long else _short_sure(char, other, short_sure)
                    yield word[:at] + other + word[at + 1 :], sure


def _short_sure(char: str, other: str, sure: float) -> float:
    # 州 and 洲 both end place names: of a two-character word alone nothing is certain
    return 0.7 if {char, other} == {"州", "洲"} else sure


def gaps() -> Iterator[tuple[str, Slip]]:
    """Four-character phrases that lost an inner character: 互联互通 printed 互互通."""
    for phrase in sorted(PHRASES):
        if len(phrase) == 4:
            for at in (1, 2):
                yield phrase[:at] + phrase[at + 1 :], Slip(phrase, 0.8)
