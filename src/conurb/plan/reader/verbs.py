"""The verbs of official documents, and the words that stand around them.

Sources: the wording of Chinese plans, task lists and their GB/T 9704 official style. The lists
are closed: what they do not hold is taken for a noun.
"""

# ruff: noqa: SIM905  (long lists of words are easier to read and to keep without quotes)
from __future__ import annotations

from .gazetteer import any_of

# Verbs that name an action one can ask of: is it done?
ACTIONS = tuple(
    """
    编制 制订 制定 修编 修订 修改 起草 拟订 拟定 草拟 出台 印发 发布 公布 审定 审批 报批 批复 编印
    新开工
    编写 绘制 规划 设计 谋划 策划 布局 选址 勘察 测绘 划定 划分 明确 确定 界定 研究 调研 论证 评估
    普查 调查 摸排 摸清 摸底 梳理 排查 分析 启动 开工 动工 建设 新建 续建 扩建 改建 改造 扩容 拓宽
    延伸 延长 贯通 打通 拉通 连通 接通 开通 通车 建成 竣工 完工 完成 投产 投运 投用 交付 验收 修建
    兴建 修缮 修复 整修 升级 提质 加固 拆除 铺设 架设 安装 配备 配置 装备 对接 接入 联通 衔接 整合
    归集 汇聚 共建 共享 共用 共治 建立 组建 设立 成立 搭建 构筑 创建 创办 筹建 筹办 筹备 健全 完善
    优化 改进 规范 统一 统筹 整治 治理 管控 管理 监管 监测 监督 检查 督查 督办 督促 巡查 执法 查处
    打击 取缔 清理 清退 关停 淘汰 搬迁 腾退 保护 养护 管护 绿化 造林 植树 推进 推动 推行 推广 推出
    推介 落实 实施 执行 贯彻 履行 开展 组织 举办 承办 主办 召开 参加 参与 协办 协同 协调 协商 会商
    沟通 争取 申报 申请 申办 申建 报请 提请 呈报 报送 上报 提出 提交 签订 签署 缔结 达成 引进 引入
    引导 招引 招募 吸引 培育 培养 培训 选派 选拔 选树 扶持 支持 鼓励 资助 奖励 补助 补贴 发放 拨付
    安排 筹集 募集 筹措 拓展 拓宽 开辟 开发 开放 开设 开办 开行 增开 增设 增加 新增 增补 扩大 加密
    加大 加强 强化 深化 细化 压实 落地 布设 部署 划转 移交 下放 赋予 取消 废止 调整 压减 压缩 简化
    精简 减免 降低 控制 限制 禁止 办理 受理 审核 核验 核查 互认 认定 认证 评选 评定 考核 测评 试点
    试行 试验 示范 应用 运用 使用 利用 盘活 复制 复制推广 运营 运行 维护 管养 服务 提供 保障 供应
    供给 储备 救助 帮扶 慰问 宣传 宣讲 展示 推选 命名 创新 探索 攻关 研发 研制 转化 孵化 生产 种植
    养殖 发展 壮大 做大做强 做强做优 做优做强 做大 做强 做优 做好 抓好 搞好 办好 建好 用好 管好
    落实好 承接 承担 转移 上市 发行 融资 投入 投放 补齐 填补 突破 攻克 解决 破解 化解 消除 疏通
    疏解 缓解 纳入 列入 融入 对标 学习 借鉴 交流 互访 互派 轮岗 挂职 合作 联合 联动 携手 牵头 配合
    协助 负责 督导 指导 进行 实行 施行 采取 采用 设置 建设运营 打造 构建 形成 营造 塑造 树立 创造
    实现 促进 提升 提高 增强 改善 巩固 夯实 带动 助推 助力 确保 保证 发挥 激发 释放 彰显 满足 维持
    保持 稳定 缩短 减少 遏制 防范 防治 防控 预防 应对 处置 处理 处罚 惩戒 限行 收取 征收 征集 采集
    录入 更新 公开 共建共享 共商 赴 编列 落户 入驻 选聘 聘请 招聘 招生 开学 招商 出让 收储 征拆
    流转 回收 补偿 结算 清算 兑付 减排 达标 创优 争创 力争 创成 获批 授予 加快 加速 持续推进
    强化落实 分解 拟建 联建 联办 联手 互通 互联 普及 下沉 植入 嵌入 配建 复垦 退出 整改 复工 恢复
    修通 续签 试运行 编排 上线 建档 立项 报建 加装 增补 投放 制作 推选 清零
    """.split()
)

# Of these, verbs that as a rule say what the action before them is good for.
RESULTS = frozenset(
    """
    实现 促进 提升 提高 增强 改善 打造 形成 构建 营造 塑造 树立 彰显 确保 保证 保障 带动 助推 助力
    发挥 激发 释放 满足 维持 保持 缩短 减少 降低 遏制 巩固 夯实 创造 壮大 破解 化解 缓解 消除 构筑
    做大 做强 做优 做大做强 做强做优 做优做强
    """.split()
)

# Verbs that carry another: the verb that follows says what is done.
CARRIERS = frozenset(
    """
    加快 加速 组织 推进 推动 配合 协助 参与 牵头 联合 负责 统筹 力争 规划 支持 鼓励 引导 督促 指导
    协同 联手 携手
    """.split()
)
# Of these, verbs that keep their own sense when somebody else is named before the next verb.
FOREGROUND = frozenset("支持 鼓励 引导 督促 指导 推动 推进 争取 力争".split())

# Verbs that are nouns as often: after another noun they are not taken for the head.
NOUNISH = frozenset(
    """
    创新 服务 开放 发展 交流 合作 生产 规划 设计 监管 管理 保障 运行 应用 试点 示范 建设 修复 治理
    保护 培训 转化 研发 运营 供给 供应 融资 改造 扩建 扩容 研究 论证 评估 调查 监测 安排 共享 共用
    统一 统筹 协调 联动 联合 合作 补偿 结算 采集 处理 整治 投入 投资 检查 审批 审核 核验 监督 监测
    检测 宣传 展示 交易 流转 转移 孵化 养护 维护 绿化 控制 限制 招商 招生 开发 利用 使用 种植 养殖
    救助 补助 补贴 奖励 处置 防治 防控 预防 应对 认证 认定 执法 巡查 规范 升级 提质 加固 延伸 互认
    互通 互联 普及 上市 发行 落地 惩戒 公开 更新 征收 储备 对接 衔接 沟通 协商 减排 回收 配套 办理
    受理 整合 考核 测评 试验 验收 选址 测绘 命名 突破 攻关 提升 促进 协同 协作 分析 调整 引导 加工
    下沉
    """.split()
)

# Verbs that open a further stage after 并: 编制方案并启动实施.
STAGES = tuple(
    """
    启动 开工 推进 推动 实施 组织 开展 建立 建成 投入 投用 投运 举办 出台 编制 发布 设立 推广 报送
    提交 申报 争取 运行 运营 印发 签订 完成 上线 开通 试点 试运行 落实
    """.split()
)

ADVERBS = tuple(
    """
    切实 积极 继续 持续 共同 统筹 加快 加速 稳步 有序 扎实 深入 全面 大力 着力 努力 进一步 高标准
    高水平 高质量 高起点 高效 分区分级 分级 分类 分步 分批 分期 分层次 分阶段 逐步 率先 适时 尽快
    尽早 抓紧 及时 定期 按期 按时 如期 同步 联合 联动 协同 合力 联手 携手 科学 合理 依法 严格 从严
    重点 主动 充分 不断 有效 有力 切合实际 因地制宜 统一 集中 协力 广泛 精心 认真 全力 基本 全部
    如数 各自 各 分别 均 都 也 还 再 更 更好 更快 更多 优先 先行 先期 前期 近期 远期 重新 整体
    全域 全程 系统 积极稳妥 稳妥 审慎 有条件 择优 择机 视情 相互 互相 三市 两市 共 并 且 而 又
    同时 另外 此外 首先 其次 再次 最后 要 将 应 应当 须 必须 需 拟 可 确保 力争 协调 大胆 创新
    探索性 常态化 规范 统筹规划 年内 年底前 深度 探索开展 牢牢 坚决 实质性 突出 全方位 多渠道
    多方式 区域性 跨区域 跨部门 一体化 一体 互
    """.split()
)

# Words before a noun phrase that only set the scene; the action comes after it.
SCENES = tuple(
    """
    以 依托 依靠 通过 结合 利用 按照 遵照 根据 依据 围绕 针对 借助 借鉴 对照 参照 充分发挥 发挥
    坚持 随着 立足 聚焦 紧扣 紧抓 抓住 把握 抢抓 贯彻落实 着眼 瞄准 面向 对标 充分利用 凭借 基于
    鉴于 为 除 遵循 秉持 本着 顺应 适应
    """.split()
)
_SCENE_ENDS = tuple(
    """
    为契机 为抓手 为重点 为主 为核心 为目标 为导向 为基础 为载体 为牵引 为引领 为依托 为平台
    为支撑 为纽带 为主线 为突破口 为龙头 为样板 为原则 为前提 为中心 为主体 为指导 为根本 作用
    优势 基础上 前提下 框架下 过程中 的同时 机遇 契机 原则 要求 功能
    """.split()
)

# 加强协调 before a comma only prepares the action after it.
PREPARATIONS = ("协调", "衔接", "沟通", "对接", "联系", "配合", "协商", "会商", "协作", "统筹")

PREPOSITIONS = tuple(
    "在 对 对于 与 同 和 向 从 由 就 将 把 被 于 为 给 到 自 往 沿 跟 替 依 据 会同 联合".split()
)

VERB = any_of(ACTIONS)
ADVERB = any_of(ADVERBS)
STAGE = any_of(STAGES)


def is_scene(clause: str) -> bool:
    """以…为契机, 依托…, 充分发挥…作用: the clause sets the scene and names no action."""
    return clause.startswith(SCENES) or clause.endswith(_SCENE_ENDS)
