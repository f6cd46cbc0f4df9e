"""The pass as a record: what stands on it, and what of it everybody may read.

Public is what an inspector in the street needs; who owns and drives the vehicle and what it carries
is held. The values in the code are short, so that it reads from a printed sheet (QR version 13 at
ECC Q at most).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from conurb.records.types import Claim, RecordType
from conurb.region.tables import Bilingual
from conurb.sames.platform.vehicles import MASS_WORDS, PLATE_WORDS

SLUG = "truck-pass"
PURPOSES: Mapping[str, Bilingual] = {
    "livelihood": Bilingual("民生物资配送", "Livelihood goods"),
    "express": Bilingual("邮政快递", "Post and express"),
    "construction": Bilingual("工程运输", "Construction"),
    "other": Bilingual("其他货物运输", "Other goods"),
}
DAY_NAMES: Mapping[str, Bilingual] = {
    "every": Bilingual("每日", "Every day"),
    "workdays": Bilingual("工作日", "Working days"),
    "days-off": Bilingual("休息日和节假日", "Days off"),
}


def _words(named: Mapping[str, Bilingual]) -> dict[str, dict[str, str]]:
    return {key: {"zh": words.zh, "en": words.en} for key, words in named.items()}


def _one_of(named: Mapping[str, Bilingual]) -> dict[str, object]:
    return {"type": "string", "enum": list(named), "x-words": _words(named)}


def _text(longest: int) -> dict[str, object]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


TRUCK_PASS = RecordType(
    slug=SLUG,
    version=1,
    code=1,
    name=Bilingual("货运车辆通行证", "Freight vehicle pass"),
    summary=Bilingual(
        "准许货运车辆在限行时段驶入所列限行区域，三市互认",
        "Lets a goods vehicle into the restricted zones listed in the restricted hours; recognised "
        "in the three cities",
    ),
    subject="vehicle",
    issuer="traffic-police",
    claims=(
        Claim(
            "zones",
            Bilingual("准入区域", "Zones opened"),
            {
                "type": "array",
                "items": {"type": "string", "pattern": "^[A-Z][0-9]{1,3}$"},
                "minItems": 1,
                "maxItems": 40,
                "uniqueItems": True,
            },
            public=True,
            compact=1,
        ),
        Claim(
            "hours",
            Bilingual("通行时段", "Hours"),
            {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"},
            public=True,
            compact=2,
        ),
        Claim("days", Bilingual("通行日", "Days"), _one_of(DAY_NAMES), public=True, compact=3),
        Claim(
            "purpose", Bilingual("通行事由", "Purpose"), _one_of(PURPOSES), public=True, compact=4
        ),
        Claim(
            "mass",
            Bilingual("车型", "Mass class"),
            _one_of({str(key): words for key, words in MASS_WORDS.items()}),
            public=True,
            compact=5,
        ),
        Claim(
            "plate_class",
            Bilingual("号牌种类", "Class of plate"),
            _one_of({str(key): words for key, words in PLATE_WORDS.items()}),
            public=True,
        ),
        Claim(
            "route",
            Bilingual("通行路线", "Route"),
            {"type": "array", "items": _text(20), "maxItems": 20},
            public=True,
            required=False,
        ),
        Claim("owner", Bilingual("车辆所有人", "Owner"), _text(200), compact=6),
        Claim("owner_number", Bilingual("所有人证件号码", "Number of the owner"), _text(18)),
        Claim("driver", Bilingual("驾驶人", "Driver"), _text(100), required=False, compact=7),
        Claim(
            "driver_number",
            Bilingual("驾驶人公民身份号码", "Number of the driver"),
            _text(18),
            required=False,
        ),
        Claim(
            "driver_phone",
            Bilingual("驾驶人电话", "Phone of the driver"),
            _text(20),
            required=False,
            compact=8,
        ),
        Claim("cargo", Bilingual("所运货物", "Cargo"), _text(200), required=False, compact=9),
    ),
    longest=timedelta(days=400),
    stale_after=timedelta(hours=24),
    open_to_all=True,
)
