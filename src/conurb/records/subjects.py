"""Whom or what a record is about, and the name by which the logs of the cities know it.

A firm and a vehicle stand in the logs under their numbers. A resident does not: the number of a
resident is personal data and short enough to be guessed, so the logs carry a keyed hash of it (an
HMAC under a secret that the nodes of the region share and the logs do not hold).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal, get_args

from conurb.region.numbers import check_firm, check_plate, check_resident

SubjectKind = Literal["resident", "firm", "vehicle", "parcel", "project", "layer"]
KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)
PERSONAL: frozenset[SubjectKind] = frozenset({"resident"})
_OPAQUE = re.compile(r"[\w.:-]{1,64}", re.ASCII)


class SubjectError(ValueError):
    """A number that no subject of this kind can have."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        self.message_zh = message_zh
        self.message_en = message_en
        super().__init__(message_en)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject by its kind and number; `name` is for people to read and may be empty.

    Make one from what people type with `parse`, which checks the number and writes it one way.
    """

    kind: SubjectKind
    number: str
    name: str = ""


def parse(kind: str, number: str, name: str = "") -> Subject:
    """Return the subject with its number as the standard writes it.

    Residents by GB 11643, firms by GB 32100, vehicles by GA 36 (plates, new-energy ones too);
    parcels, projects and layers have identifiers of up to 64 letters, digits, `.`, `:`, `-`, `_`.
    Raises NumberError (which says what is wrong in both languages) or SubjectError.
    """
    match kind:
        case "resident":
            return Subject("resident", check_resident(number).text, name)
        case "firm":
            return Subject("firm", check_firm(number), name)
        case "vehicle":
            return Subject("vehicle", check_plate(number).text, name)
        case "parcel" | "project" | "layer":
            text = number.strip()
            if not _OPAQUE.fullmatch(text):
                raise SubjectError(
                    "编号应为1至64位字母、数字或 . : - _",
                    "an identifier has 1 to 64 letters, digits or . : - _",
                )
            return Subject(kind, text, name)
        case _:
            raise SubjectError(
                f"主体类型“{kind}”不存在，可用：{'、'.join(KINDS)}",
                f"there is no kind of subject “{kind}”; there are: {', '.join(KINDS)}",
            )


def handle(subject: Subject, secret: bytes) -> str:
    """Return the name of the subject in logs and indexes: its number, or a keyed hash of it.

    `secret` is the region's (32 bytes, see `records.keys`). A hash is 43 characters of base64url
    without padding, of HMAC-SHA-256 over the kind and the number.
    """
    if subject.kind not in PERSONAL:
        return subject.number
    message = f"{subject.kind}:{subject.number}".encode()
    return urlsafe_b64encode(hmac.digest(secret, message, hashlib.sha256)).rstrip(b"=").decode()
