"""The number on a receipt, and the code by which anybody who holds the receipt follows the case.

A number is `430200-20261126-000017-3`: the city that took the application in (GB/T 2260), the day
(GB/T 7408.1), its place among those of that city and day, and a check digit over the twenty digits
before it by ISO 7064 MOD 11,10 (GB/T 17710), which notices every wrong digit and nearly every pair
of neighbours swapped. There is no national form of a case number that binds a platform of several
cities; this one is the platform's own. Cities that stand alone never give the same number, since
their codes differ; gaps mean nothing.

The code on the receipt has 60 random bits in Crockford's base 32 (no I, L, O, U), so that it can
be read out and typed; its hash is kept, never the code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import date

__all__ = [
    "CaseNumberError",
    "check_digit",
    "code_hash",
    "code_matches",
    "compose",
    "new_code",
    "parse",
    "plain_code",
    "receipt_address",
    "shown_code",
]

MOST_A_DAY = 999_999
CODE_LENGTH = 12
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("ILOU", "110V")
_HYPHENS = re.compile(r"[\s\-‐‑‒–—−－_./]+")
_DIGITS = re.compile(r"\d{21}", re.ASCII)


class CaseNumberError(ValueError):
    """What was typed is no case number; the messages say what is wrong."""

    def __init__(self, code: str, message_zh: str, message_en: str) -> None:
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en
        super().__init__(message_en)


def check_digit(digits: str) -> str:
    """Return the check digit of a string of digits by ISO 7064 MOD 11,10."""
    left = 10
    for digit in digits:
        total = (left + int(digit)) % 10 or 10
        left = total * 2 % 11
    return str((11 - left) % 10)


def compose(city: str, day: date, sequence: int) -> str:
    """Return the number of the case that is `sequence`-th (from 1) in a city on a day."""
    if not 1 <= sequence <= MOST_A_DAY:
        raise ValueError(f"a city takes in at most {MOST_A_DAY} cases a day, not {sequence}")
    digits = f"{city}{day:%Y%m%d}{sequence:06d}"
    return f"{city}-{day:%Y%m%d}-{sequence:06d}-{check_digit(digits)}"


def parse(text: str) -> str:
    """Return a case number as it is written, from what people type or scan.

    Full-width digits, spaces and hyphens of every kind are put right. Raises CaseNumberError.
    """
    digits = _HYPHENS.sub("", unicodedata.normalize("NFKC", text))
    if not _DIGITS.fullmatch(digits):
        raise CaseNumberError(
            "form",
            "办件编号应为21位数字，如 430200-20261126-000017-3，请对照回执核对",
            "a case number has 21 digits, as in 430200-20261126-000017-3: see the receipt",
        )
    if check_digit(digits[:20]) != digits[20]:
        raise CaseNumberError(
            "check",
            "办件编号校验位不符，请对照回执核对是否有误",
            "the check digit does not fit: look for a mistyped digit",
        )
    return f"{digits[:6]}-{digits[6:14]}-{digits[14:20]}-{digits[20]}"


def new_code() -> str:
    """Return a new code for anonymous follow-up: twelve characters, 60 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """Return a code in groups of four, for reading."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain_code(text: str) -> str:
    """Return a code as it was made from what people type: look-alikes and hyphens put right."""
    bare = _HYPHENS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return bare.translate(_LOOK_ALIKES)


def code_hash(key: str, code: str) -> str:
    """Return what is kept of a code: 64 hexadecimal digits, bound to the case by its key.

    A secret of 60 random bits needs no stretching; the key keeps two cases with the same code
    apart.
    """
    return hashlib.sha256(f"{key}:{code}".encode()).hexdigest()


def code_matches(key: str, kept: str, typed: str) -> bool:
    """Tell whether what was typed is the code whose hash is kept, in the same time either way."""
    return hmac.compare_digest(code_hash(key, plain_code(typed)), kept or "0" * 64)


def receipt_address(site: str, path: str, number: str, code: str) -> str:
    """Return the address that the receipt's QR holds.

    The code stands in the fragment, which browsers do not send: it is in no log of a server.
    """
    return f"{site}{path}?number={number}#{code}"
