"""Administrative division codes of six digits, GB/T 2260.

Two digits each for the province, the prefecture-level division and the county-level division;
what a code does not reach down to is zero: 430000 is Hunan, 430100 Changsha, 430112 Wangcheng.
Whether a well-formed code is in use, only a list of the year in question can say.
"""

from __future__ import annotations

import re

__all__ = ["city_of", "is_city", "is_county", "is_province", "is_well_formed", "province_of"]

_PROVINCE = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])0000")
_CODE = re.compile(r"[1-8]\d{5}")


def is_well_formed(code: str) -> bool:
    """Whether ``code`` has the form of a division code of any level, in a province that exists."""
    if not _CODE.fullmatch(code) or not _PROVINCE.fullmatch(province_of(code)):
        return False
    return code[4:] == "00" or code[2:4] != "00"


def is_province(code: str) -> bool:
    """Whether ``code`` has the form of a province, autonomous region or municipality."""
    return is_well_formed(code) and code.endswith("0000")


def is_city(code: str) -> bool:
    """Whether ``code`` has the form of a prefecture-level division."""
    return is_well_formed(code) and code.endswith("00") and not code.endswith("0000")


def is_county(code: str) -> bool:
    """Whether ``code`` has the form of a county-level division."""
    return is_well_formed(code) and not code.endswith("00")


def province_of(code: str) -> str:
    """The code of the province that ``code`` lies in."""
    return f"{code[:2]}0000"


def city_of(code: str) -> str:
    """The code of the prefecture-level division that ``code`` lies in."""
    return f"{code[:4]}00"
