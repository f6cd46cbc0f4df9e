"""The records of the pack: a firm, and a person answerable for it, on the wage-arrears list."""

from datetime import timedelta

from conurb.records.types import Claim, RecordType
from conurb.region.tables import Bilingual

LISTED_FOR = timedelta(days=3 * 366 + 31)
"""Longer than three years and a restart's day; the exact end is the decision's (art. 11)."""

GROUNDS = {
    "amount": {"zh": "拖欠数额达到标准", "en": "amount of the arrears"},
    "incident": {"zh": "引发群体性或极端事件", "en": "incident with serious effect"},
    "both": {"zh": "拖欠数额达到标准且引发群体性或极端事件", "en": "amount and incident"},
}
CAPACITIES = {
    "legal": {"zh": "法定代表人", "en": "legal representative"},
    "principal": {"zh": "主要负责人", "en": "principal"},
    "manager": {"zh": "直接负责的主管人员", "en": "manager directly in charge"},
    "other": {"zh": "其他直接责任人员", "en": "other person directly responsible"},
}

FIRM = RecordType(
    slug="wage-arrears",
    version=1,
    code=2,
    name=Bilingual("拖欠农民工工资失信联合惩戒对象", "Wage-arrears list entry"),
    summary=Bilingual(
        "该用人单位已被列入拖欠农民工工资失信联合惩戒对象名单",
        "The employer stands on the joint-punishment list for wage arrears",
    ),
    subject="firm",
    issuer="labour",
    claims=(
        Claim(
            "name",
            Bilingual("用人单位名称", "Employer"),
            {"type": "string", "minLength": 1, "maxLength": 200},
            public=True,
            compact=1,
        ),
        Claim(
            "former_names",
            Bilingual("曾用名", "Former names"),
            {"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 20},
            public=True,
            required=False,
        ),
        Claim(
            "representative",
            Bilingual("法定代表人（主要负责人）", "Legal representative"),
            {"type": "string", "maxLength": 100},
            public=True,
            required=False,
        ),
        Claim(
            "ground",
            Bilingual("列入事由", "Ground"),
            {"enum": list(GROUNDS), "x-words": GROUNDS},
            public=True,
            compact=2,
        ),
        Claim(
            "decision",
            Bilingual("列入决定书文号", "Number of the decision"),
            {"type": "string", "minLength": 1, "maxLength": 80},
            public=True,
            compact=3,
        ),
        Claim(
            "decided_on",
            Bilingual("列入日期", "Listed on"),
            {"type": "string", "format": "date"},
            public=True,
            compact=4,
        ),
        Claim(
            "amount_fen",
            Bilingual("拖欠金额（分）", "Arrears, in fen"),
            {"type": "integer", "minimum": 0},
        ),
        Claim(
            "workers",
            Bilingual("涉及农民工人数", "Workers concerned"),
            {"type": "integer", "minimum": 0},
        ),
        Claim(
            "order_number",
            Bilingual("责令限期支付文书文号", "Number of the payment order"),
            {"type": "string", "minLength": 1, "maxLength": 80},
        ),
    ),
    longest=LISTED_FOR,
    open_to_all=True,
    title_claim="name",
    extra={"adverse": True},
)

PERSON = RecordType(
    slug="wage-arrears-person",
    version=1,
    code=20,
    name=Bilingual("拖欠农民工工资失信联合惩戒责任人员", "Person on the wage-arrears list"),
    summary=Bilingual(
        "该人员因所负责的用人单位拖欠农民工工资，已一并列入失信联合惩戒名单",
        "The person answers for an employer on the joint-punishment list and stands on it too",
    ),
    subject="resident",
    issuer="labour",
    claims=(
        Claim(
            "firm",
            Bilingual("用人单位统一社会信用代码", "Code of the employer"),
            {"type": "string", "pattern": "^[0-9A-Z]{18}$"},
            public=True,
        ),
        Claim(
            "decision",
            Bilingual("列入决定书文号", "Number of the decision"),
            {"type": "string", "minLength": 1, "maxLength": 80},
            public=True,
        ),
        Claim(
            "decided_on",
            Bilingual("列入日期", "Listed on"),
            {"type": "string", "format": "date"},
            public=True,
        ),
        Claim(
            "name",
            Bilingual("姓名", "Name"),
            {"type": "string", "minLength": 1, "maxLength": 100},
        ),
        Claim(
            "capacity",
            Bilingual("责任身份", "Capacity"),
            {"enum": list(CAPACITIES), "x-words": CAPACITIES},
        ),
    ),
    longest=LISTED_FOR,
    extra={"adverse": True},
)
