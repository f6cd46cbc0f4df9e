"""The table of a Shapefile (.dbf): how many rows it has, and in which encoding its texts are.

A .cpg file often lies: programs copy it from another layer, or write UTF-8 and keep the texts as
they were. So what is stated is believed only as far as the texts bear it out. Fields have a fixed
number of bytes and cut the last character of a long text in half; that alone is no evidence.

Sources: dBASE III PLUS and FoxPro, structure of a table file; ESRI on .cpg and the language byte;
RFC 3629 (UTF-8); GB 18030-2022.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["Table", "decode", "encoding_of", "read_table", "stated_encoding"]

MB = 1024 * 1024
SAMPLE = 8 * MB
"""Bytes of rows that are looked at."""
MOST_TEXTS = 20_000
"""Different texts that are looked at."""
ENOUGH = 3
"""Different characters of three bytes that make a text UTF-8 whatever is stated: bytes of GBK that
happen to be UTF-8 hardly ever make so many."""

_HEAD, _DESCRIPTOR = 32, 32
_END_OF_FIELDS = 0x0D
_CUT = 3
"""Bytes of a character that may stand cut at the end of a text."""
# language byte of dBASE, where no .cpg says it; that of the West often stands over Chinese
_LANGUAGES = {0x4D: "gb18030", 0x78: "big5"}
_GUESSES = ("utf-8", "gb18030")


@dataclass(frozen=True)
class Table:
    """A table: rows that its head names, rows that are there, its language byte, some texts."""

    rows: int
    rows_there: int
    language: int
    texts: tuple[bytes, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether the file ends after the rows that its head names, not before."""
        return self.rows_there >= self.rows


def read_table(path: Path) -> Table | None:
    """Return what a .dbf file holds; None where it is no table."""
    size = path.stat().st_size
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
        if len(head) < _HEAD:
            return None
        rows, start, row_size = struct.unpack_from("<IHH", head, 4)
        if start < _HEAD or row_size < 1 or start > size:
            return None
        names, places = _fields(opened.read(start - _HEAD))
        texts = dict.fromkeys(names)
        _gather(opened, row_size, places, texts)
    there = (size - start) // row_size
    return Table(rows, there, head[29], tuple(texts))


def stated_encoding(words: bytes) -> str:
    """Return the codec that a .cpg file names; "" for one that says nothing of Chinese texts."""
    stated = words[:40].decode("ascii", "ignore").strip().lower()
    digits = "".join(char for char in stated if char.isdigit())
    if "utf" in stated or digits == "65001":
        return "utf-8"
    if stated.startswith(("gb", "cp936", "ansi 936")) or digits in {
        "936",
        "2312",
        "18030",
        "54936",
    }:
        return "gb18030"
    if "big5" in stated or digits == "950":
        return "big5"
    return ""


def encoding_of(table: Table, stated: str) -> tuple[str, str]:
    """Return the encoding of a table's texts, and how it is known: by "cpg", "dbf", "guess".

    `stated` is what a .cpg file names, "" where there is none.
    """
    wide = [text for text in table.texts if not text.isascii()]
    by_byte = _LANGUAGES.get(table.language, "")
    said, known = (stated, "cpg") if stated else (by_byte, "dbf")
    if said and not wide:
        return said, known
    if _is_utf8(wide):
        return "utf-8", known if said == "utf-8" else "guess"
    if said and said != "utf-8" and _bears(wide, said):
        return said, known
    for guess in _GUESSES:
        if _bears(wide, guess):
            return guess, known if guess == said else "guess"
    return "gb18030", "guess"


def decode(raw: bytes, encoding: str) -> str:
    """Return a text; half a character at its end is left out, other faults are marked."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as fault:
        if fault.start >= len(raw) - _CUT:
            return raw[: fault.start].decode(encoding)
        return raw.decode(encoding, "replace")


def _fields(descriptors: bytes) -> tuple[list[bytes], list[tuple[int, int]]]:
    """Return the names of fields, and where in a row those of texts begin and end."""
    names, places, at = [], [], 1  # a row begins with the mark of deletion
    for start in range(0, len(descriptors) - _DESCRIPTOR + 1, _DESCRIPTOR):
        one = descriptors[start : start + _DESCRIPTOR]
        if one[0] == _END_OF_FIELDS:
            break
        names.append(one[:11].split(b"\0")[0])
        kind = one[11:12]
        length = one[16] if kind in b"NF" else one[16] + 256 * one[17]
        if kind == b"C":
            places.append((at, at + length))
        at += length
    return names, places


def _gather(
    opened: BinaryIO,
    row_size: int,
    places: list[tuple[int, int]],
    texts: dict[bytes, None],
) -> None:
    held = opened.read(SAMPLE)
    for start in range(0, len(held) - row_size + 1, row_size):
        row = held[start : start + row_size]
        for begin, end in places:
            text = row[begin:end].rstrip(b" \0")
            if text:
                texts[text] = None
        if len(texts) > MOST_TEXTS:
            return


def _bears(texts: Iterable[bytes], encoding: str) -> bool:
    """Tell whether texts can be of an encoding, cut characters at their ends aside."""
    for text in texts:
        try:
            text.decode(encoding)
        except UnicodeDecodeError as fault:
            if fault.start < len(text) - _CUT:
                return False
    return True


def _is_utf8(texts: Iterable[bytes]) -> bool:
    """Tell whether texts are UTF-8 beyond doubt."""
    found: set[str] = set()
    for text in texts:
        try:
            read = text.decode("utf-8")
        except UnicodeDecodeError as fault:
            if fault.start < len(text) - _CUT:
                return False
            read = text[: fault.start].decode("utf-8")
        found.update(char for char in read if char > "\u07ff")
    return len(found) >= ENOUGH
