"""Numbers that people, firms and vehicles are known by, checked by each standard's own rule.

Input is read as people write it: full-width digits, lower case and spaces are put right before
anything is judged. What is refused is refused with a reason in Chinese and English.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from conurb.region import adcode

__all__ = [
    "NumberError",
    "Plate",
    "ResidentNumber",
    "check_adcode",
    "check_firm",
    "check_plate",
    "check_resident",
    "firm_check_character",
    "resident_check_digit",
]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_RESIDENT = re.compile(r"\d{17}[\dX]")
_OLD_RESIDENT = re.compile(r"\d{15}")
_FIRST_BIRTH = date(1800, 1, 1)

_FIRM_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FIRM_CHARACTER = re.compile(rf"[{_FIRM_CHARACTERS}]{{18}}")
_FIRM = re.compile(rf"[1-9ANY][{_FIRM_CHARACTERS}]\d{{6}}[{_FIRM_CHARACTERS}]{{10}}")

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTERS = "A-HJ-NP-Z"
_ORDINARY = re.compile(rf"[{_PROVINCES}][{_LETTERS}](?=[{_LETTERS}\d]*\d)[{_LETTERS}\d]{{5}}")
_SMALL_ENERGY = re.compile(rf"[{_PROVINCES}][{_LETTERS}][ABCDEFGHJK][{_LETTERS}\d]\d{{4}}")
_LARGE_ENERGY = re.compile(rf"[{_PROVINCES}][{_LETTERS}]\d{{5}}[ABCDEFGHJK]")


class NumberError(ValueError):
    """A number is not well formed; ``message_zh`` and ``message_en`` say what is wrong."""

    def __init__(self, code: str, message_zh: str, message_en: str) -> None:
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en
        super().__init__(message_en)

    def message(self, language: str = "zh-hans") -> str:
        """The message in Chinese where ``language`` starts with "zh", else in English."""
        return self.message_zh if language.startswith("zh") else self.message_en


@dataclass(frozen=True)
class ResidentNumber:
    """A resident number, and what it says: where it was first issued, when its holder was born.

    ``county`` is the division code in use when and where the number was issued; it never
    changes with the holder's residence, and codes are withdrawn, so it is a hint at most.
    """

    text: str
    county: str
    born: date
    sequence: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Plate:
    """A vehicle's plate: its text, the issuing office ("湘A"), and whether for new energy."""

    text: str
    office: str
    new_energy: bool

    def __str__(self) -> str:
        return self.text


def check_resident(text: str, today: date | None = None) -> ResidentNumber:
    """The resident number (公民身份号码) in ``text``, by GB 11643-1999.

    Six digits of division, eight of birth, three of sequence, and a check digit by ISO 7064
    MOD 11-2. Whether the division existed is not asked: codes are withdrawn, numbers are not.
    With ``today``, a birth after it is refused. Raises NumberError; the numbers of 15 digits
    issued until 1999 are refused with a reason of their own, for they lost force in 2013.
    """
    number = _normalised(text)
    if _OLD_RESIDENT.fullmatch(number):
        raise NumberError(
            "resident-old",
            "这是15位旧身份证号码，自2013年1月1日起停止使用，请填写18位公民身份号码",
            "this is a number of 15 digits, out of use since 2013: give the one of 18 digits",
        )
    if not _RESIDENT.fullmatch(number):
        raise NumberError(
            "resident-form",
            "公民身份号码应为18位：17位数字加1位数字或X",
            "a resident number has 18 characters: 17 digits, then a digit or X",
        )
    born = _birth(number, today)
    if number[17] != resident_check_digit(number[:17]):
        raise NumberError(
            "resident-check",
            "公民身份号码校验位不符，请核对是否有误",
            "the check digit does not fit: look for a mistyped digit",
        )
    return ResidentNumber(number, number[:6], born, int(number[14:17]))


def resident_check_digit(first_seventeen: str) -> str:
    """The check digit of a resident number by ISO 7064 MOD 11-2, as GB 11643 sets it."""
    total = sum(w * int(digit) for w, digit in zip(_WEIGHTS, first_seventeen, strict=True))
    return _CHECK_DIGITS[total % 11]


def check_firm(text: str) -> str:
    """The unified social credit code (统一社会信用代码) in ``text``, by GB 32100-2015.

    Eighteen digits and capitals without I, O, S, V and Z: the registry (a digit, or A, N and Y
    for the army's, the rural and other registries), the kind of body, a division code, nine
    characters of organisation code, and a check character by MOD 31. Raises NumberError.

    python-stdnum agrees on the check character, but demands a digit for the registry and so
    refuses rural collectives, whose codes begin with N.
    """
    number = _normalised(text)
    if not _FIRM_CHARACTER.fullmatch(number):
        raise NumberError(
            "firm-form",
            "统一社会信用代码应为18位数字或大写字母（不使用 I、O、S、V、Z）",
            "a unified social credit code has 18 digits or capitals, never I, O, S, V or Z",
        )
    if not _FIRM.fullmatch(number):
        raise NumberError(
            "firm-structure",
            "统一社会信用代码结构不符：第1位为登记管理部门代码，第3至8位为6位数字的行政区划代码",
            "not a unified social credit code: the first character is the registry, and the "
            "third to eighth are six digits of division",
        )
    if number[17] != firm_check_character(number[:17]):
        raise NumberError(
            "firm-check",
            "统一社会信用代码校验位不符，请核对是否有误",
            "the check character does not fit: look for a mistyped character",
        )
    return number


def firm_check_character(first_seventeen: str) -> str:
    """The check character of a unified social credit code: MOD 31, weights 3^(i-1) mod 31."""
    total = sum(
        pow(3, position, 31) * _FIRM_CHARACTERS.index(character)
        for position, character in enumerate(first_seventeen)
    )
    return _FIRM_CHARACTERS[-total % 31]


def check_plate(text: str) -> Plate:
    """The vehicle plate (机动车号牌) in ``text``, by GA 36-2018 for plates of civil vehicles.

    Ordinary plates are a province, a letter of the issuing office and five digits or letters
    with a digit among them; those for new energy have six, the first (small vehicles, with at
    most one letter after it) or the last (large ones) being A to K. Never I or O. Plates of
    the police, of trailers, of learners, of embassies and of Hong Kong and Macao end in a
    Chinese character and are not read. Raises NumberError.
    """
    number = _normalised(text).replace("·", "").replace("•", "").replace("-", "")
    small_or_large = _SMALL_ENERGY.fullmatch(number) or _LARGE_ENERGY.fullmatch(number)
    if small_or_large or _ORDINARY.fullmatch(number):
        return Plate(number, number[:2], new_energy=bool(small_or_large))
    if number[1:] and set(number[1:]) & set("IO"):
        raise NumberError(
            "plate-letter",
            "机动车号牌不使用字母 I 和 O，请核对是否为数字 1 和 0",
            "plates never have the letters I and O: look whether 1 and 0 are meant",
        )
    raise NumberError(
        "plate-form",
        "机动车号牌格式不符：普通号牌如 湘A12345，新能源号牌如 湘AD12345 或 湘A12345D",
        "not a plate: ordinary plates look like 湘A12345, those for new energy like 湘AD12345 "
        "or 湘A12345D",
    )


def check_adcode(text: str) -> str:
    """The administrative division code in ``text``, well formed by GB/T 2260.

    Raises NumberError.
    """
    number = _normalised(text)
    if not adcode.is_well_formed(number):
        raise NumberError(
            "adcode-form",
            "行政区划代码应为6位数字：省、市、县各两位，如 430112",
            "a division code has six digits, two each for province, city and county, as 430112",
        )
    return number


def _normalised(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _birth(number: str, today: date | None) -> date:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    try:
        born = date(year, month, day)
    except ValueError as error:
        raise _wrong_birth() from error
    if born < _FIRST_BIRTH or (today is not None and born > today):
        raise _wrong_birth()
    return born


def _wrong_birth() -> NumberError:
    return NumberError(
        "resident-birth",
        "公民身份号码第7至14位不是有效的出生日期",
        "digits 7 to 14 of the number are not a date of birth",
    )
