"""Why a record is suspended or revoked: a code for the log, which other cities read.

The words that an officer writes stay in the city; only the code leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping

from conurb.region.tables import Bilingual

REASONS: Mapping[str, Bilingual] = {
    "violation": Bilingual("违反规定", "rules were broken"),
    "conditions-ceased": Bilingual("不再符合条件", "the conditions are no longer met"),
    "false-statement": Bilingual("以虚假材料取得", "obtained by a false statement"),
    "error": Bilingual("签发有误", "issued in error"),
    "request": Bilingual("持有人申请", "at the holder's request"),
    "term": Bilingual("期限届满或移出名单", "its term ended"),
    "investigation": Bilingual("正在核查", "under investigation"),
    "decision": Bilingual("依复议、诉讼结果", "by the outcome of a review or a court"),
    "other": Bilingual("其他", "other"),
}
