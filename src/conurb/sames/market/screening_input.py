"""Reading the firms that somebody asks about: pasted lines, a text or CSV file, a sheet.

Each line or row is one firm: a name, a code, or both in any order, between tabs, commas or
semicolons. A head line is found and left out, serial numbers and empty lines are passed over.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from conurb.sames.market.screening import Asked
from conurb.sames.market.writing import fold

MOST = 10_000
LONGEST = 200
FILES = ("txt", "csv", "xlsx")

_CODE = re.compile(r"[0-9A-Z]{15,20}")
_HEAD = re.compile(
    r"(企业|单位|公司|投标人|供应商|申请人|机构|主体)?名称|序号|编号|统1社会信用代码|社会信用代码|信用代码|代码|"
    r"NAME|COMPANY|FIRM|CODE|NO|USCC"
)
_SEPARATORS = re.compile(r"[\t,，;；|]")
# what no database keeps or no eye sees
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff\ud800-\udfff]"
)
_HAN = re.compile(r"[\u3400-\u9fff]")


class InputError(ValueError):
    """What was handed in cannot be read; the message says why and what to do instead."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message_zh = zh
        self.message_en = en


def from_text(text: str) -> list[Asked]:
    """Return the firms of pasted lines. Raises InputError where there are too many."""
    return _asked(_SEPARATORS.split(line) for line in text.splitlines())


def from_file(filename: str, content: bytes) -> list[Asked]:
    """Return the firms of a txt, csv or xlsx file. Raises InputError where it cannot be read."""
    match filename.rpartition(".")[2].lower():
        case "xlsx":
            return _asked(_sheet(content))
        case "csv":
            return _asked(csv.reader(io.StringIO(_decoded(content))))
        case "txt":
            return from_text(_decoded(content))
        case _:
            raise InputError(
                "请选择 txt、csv 或 xlsx 格式的文件。", "Choose a file of type txt, csv or xlsx."
            )


def _asked(rows: Iterable[Sequence[str]]) -> list[Asked]:
    found: list[Asked] = []
    begun = False
    for line, row in enumerate(rows, start=1):
        cells = [cell for cell in row if cell.strip()]
        head = not begun and _is_head(cells)
        begun = begun or bool(cells)
        one = None if head else _row(cells, line)
        if one is None:
            continue
        found.append(one)
        if len(found) > MOST:
            raise InputError(
                f"一次最多比对{MOST}家单位，请分批提交。",
                f"At most {MOST} firms are screened at once. Hand them in in several parts.",
            )
    return found


def _is_head(cells: Sequence[str]) -> bool:
    """Whether a first row names the columns: one of them as columns of firms are named."""
    folded = [fold(cell) for cell in cells]
    return any(map(_HEAD.fullmatch, folded)) and not any(map(_CODE.fullmatch, folded))


def cleaned(name: str, code: str, line: int) -> Asked:
    """Return a firm as it is asked about: without what no eye sees, the code as the standard's."""
    return Asked(" ".join(_UNSEEN.sub("", name).split())[:LONGEST], fold(code)[:20], line)


def _row(cells: Sequence[str], line: int) -> Asked | None:
    """Return the firm of a row; None where the row names none."""
    name = code = ""
    for cell in cells:
        folded = fold(cell)
        if not folded or _HEAD.fullmatch(folded):
            continue
        if _CODE.fullmatch(folded) and any(sign.isdigit() for sign in folded):
            code = code or folded
        elif len(folded) > len(name) and not folded.isdigit() and _better(cell, name):
            name = cell
    return cleaned(name, code, line) if name or code else None


def _better(cell: str, name: str) -> bool:
    """Whether a cell is more of a name than what was found: one with Chinese characters is."""
    return not name or bool(_HAN.search(cell)) >= bool(_HAN.search(name))


def _decoded(content: bytes) -> str:
    encodings = (
        ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    )
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        "无法识别文件的文字编码，请另存为 UTF-8 编码后再上传。",
        "The encoding of the file is not known. Save it as UTF-8 and hand it in again.",
    )


def _sheet(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError, TypeError) as fault:
        raise InputError(
            "无法打开该表格，请另存为 xlsx 格式后再上传。",
            "The sheet cannot be opened. Save it as xlsx and hand it in again.",
        ) from fault
    for row in sheet.iter_rows(values_only=True, max_col=20, max_row=MOST * 2):
        yield ["" if value is None else str(value) for value in row]
