"""The adoption of a version of a layer as a record: which file, which cities signed, since when.

It says what was adopted so exactly that anybody who holds a file can tell whether it is that one:
`sha256` is the SHA-256 (FIPS 180-4) of the GeoParquet file as it is kept and handed out. All its
claims are public. The subject is the layer, by the opaque part of its URN.
"""

from __future__ import annotations

from typing import Any

from conurb.records.types import Claim, RecordType
from conurb.region.tables import Bilingual

SLUG = "plan-adoption"

# a published version of a type never changes, so its words do not follow those of the pages
KINDS = {
    "land-use": {"zh": "用地规划", "en": "Land-use plan"},
    "protected": {"zh": "保护与管控区", "en": "Protected ground"},
    "lines": {"zh": "道路、轨道、河流与绿道", "en": "Roads, rails, rivers and greenways"},
    "corridors": {"zh": "控制廊道", "en": "Control corridors"},
    "zones": {"zh": "分区分级", "en": "Zones and tiers"},
    "other": {"zh": "其他图层", "en": "Other map"},
}
LEVELS = {
    "national": {"zh": "国家级", "en": "National"},
    "provincial": {"zh": "省级", "en": "Provincial"},
    "city": {"zh": "市级", "en": "Municipal"},
    "county": {"zh": "县级", "en": "County"},
    "township": {"zh": "乡镇级", "en": "Township"},
}
CITY = {"type": "string", "pattern": "^[0-9]{6}$"}
DAY = {"type": "string", "format": "date"}


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _one_of(named: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"type": "string", "enum": list(named), "x-words": named}


# zh and en say a signature to people, the other members to programs
SIGNATURE = {
    "type": "object",
    "properties": {
        "city": CITY,
        "authority": _text(80),
        "on": DAY,
        "round": {"type": "integer", "minimum": 1},
        "by_silence": {"type": "boolean"},
        "zh": _text(300),
        "en": _text(400),
    },
    "required": ["city", "authority", "on", "round", "by_silence", "zh", "en"],
    "additionalProperties": False,
}

PLAN_ADOPTION = RecordType(
    slug=SLUG,
    version=1,
    code=30,
    name=Bilingual("规划图层联合审核通过凭证", "Adoption of a planning layer"),
    summary=Bilingual(
        "该图层的这一版本经相关各市联合审核，各方均已签署，审核通过",
        "This version of the layer was reviewed jointly; all cities asked have signed, it is "
        "adopted",
    ),
    subject="layer",
    issuer="spatial-planning",
    claims=(
        Claim("name", Bilingual("图层", "Layer"), _text(200), public=True, compact=1),
        Claim("kind", Bilingual("图层类别", "Kind of map"), _one_of(KINDS), public=True, compact=2),
        Claim(
            "version",
            Bilingual("版本号", "Version"),
            {"type": "integer", "minimum": 1},
            public=True,
            compact=3,
        ),
        Claim(
            "sha256",
            Bilingual("成果文件SHA-256", "SHA-256 of the file"),
            {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            public=True,
            compact=4,
        ),
        Claim("review", Bilingual("审核编号", "Review"), _text(20), public=True, compact=5),
        Claim("adopted_on", Bilingual("通过日期", "Adopted on"), DAY, public=True, compact=6),
        Claim("effective_on", Bilingual("生效日期", "In force from"), DAY, public=True, compact=7),
        Claim(
            "signatures",
            Bilingual("签署", "Signed by"),
            {"type": "array", "items": SIGNATURE, "minItems": 1, "maxItems": 60},
            public=True,
        ),
        Claim(
            "plan",
            Bilingual("所属规划", "Plan that it belongs to"),
            _text(200),
            public=True,
            required=False,
        ),
        Claim(
            "plan_level",
            Bilingual("规划层级", "Level of the plan"),
            _one_of(LEVELS),
            public=True,
            required=False,
        ),
        Claim(
            "invented",
            Bilingual("演示虚构", "Invented for demonstration"),
            {"type": "boolean"},
            public=True,
            required=False,
        ),
    ),
    open_to_all=True,
    title_claim="name",
)
