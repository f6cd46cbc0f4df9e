"""The text of a pdf file with a text layer: wrapped lines joined, page headers and numbers gone."""

from __future__ import annotations

import io
import logging
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .boilerplate import ends_sentence, is_page_mark
from .errors import DocumentError
from .markers import marker_at

_MAX_PAGES = 400
_DIGITS = re.compile(r"\d+")
_RADICALS = re.compile(r"[\u2f00-\u2fdf\uf900-\ufaff]")
# Printers write some characters as the radicals they look like; Unicode knows no folding of these.
_ALIKE = str.maketrans(
    "⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⻁⻒⻖⻗⻟⺟⺎⺝⺫⺩⻌⺮",
    "民西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟虎镸阝雨食母兀月罒王辶竹",
)
logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font without a box


@dataclass(frozen=True, slots=True)
class _Line:
    """One printed line: its words, its edges in points, and the size of its characters."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        return max(self.bottom - self.top, 1.0)


def pdf_text(data: bytes, filename: str) -> str:
    """The text of a pdf; raises :class:`DocumentError` where it is locked, scanned or damaged."""
    pages = _pages(data, filename)
    if not any(pages):
        raise DocumentError(
            "scanned",
            f"“{filename}”没有文字层，应为扫描件。请先作文字识别，或提供 Word、txt 原文。",
            f"{filename}: there is no text layer, so this is a scan. Run character recognition "
            "first, or provide the Word or txt original.",
        )
    return "\n".join(_paragraphs(_without_running_lines(pages)))


def _pages(data: bytes, filename: str) -> list[list[_Line]]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfminer.psparser import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > _MAX_PAGES:
                raise _too_long(filename, len(document.pages))
            return [list(_lines(page)) for page in document.pages]
    except (PdfminerException, PSException, PDFSyntaxError) as trouble:
        causes = (trouble, *trouble.args, trouble.__cause__, trouble.__context__)
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in causes):
            raise _encrypted(filename) from None
        raise _corrupt(filename) from None
    except (KeyError, TypeError, AttributeError, IndexError, AssertionError, RecursionError):
        # the parser's own words for a file whose objects are not what they should be
        raise _corrupt(filename) from None


def _too_long(filename: str, pages: int) -> DocumentError:
    return DocumentError(
        "too-large",
        f"“{filename}”共 {pages} 页，超过 {_MAX_PAGES} 页上限，请拆分后再提交。",
        f"{filename}: {pages} pages are more than the limit of {_MAX_PAGES}. Split the file.",
    )


def _encrypted(filename: str) -> DocumentError:
    return DocumentError(
        "encrypted",
        f"“{filename}”已加密，请去除密码后再提交。",
        f"{filename}: the file is encrypted. Remove the password.",
    )


def _corrupt(filename: str) -> DocumentError:
    return DocumentError(
        "corrupt",
        f"“{filename}”已损坏或不是 pdf 文件，请重新导出后再提交。",
        f"{filename}: the file is damaged or no pdf. Export it again.",
    )


def _lines(page: Any) -> Iterator[_Line]:
    for line in page.extract_text_lines(return_chars=False, y_tolerance=5):
        text = _RADICALS.sub(_plain, line["text"]).translate(_ALIKE)
        if text.strip():
            yield _Line(text.strip(), line["x0"], line["x1"], line["top"], line["bottom"])


def _plain(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())


def _without_running_lines(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Pages without page numbers and without what most of them repeat at head or foot."""
    counts = Counter(
        _DIGITS.sub("#", line.text)
        for page in pages
        for line in {line.text: line for line in (*page[:2], *page[-2:])}.values()
    )
    often = max(2, len(pages) * 0.5)
    kept: list[list[_Line]] = []
    for number, page in enumerate(pages):
        edges = {id(line) for line in (*page[:2], *page[-2:])}
        kept.append(
            [
                line
                for line in page
                if id(line) not in edges
                or not (is_page_mark(line.text) or _repeats(line, counts, often, number))
            ]
        )
    return kept


def _repeats(line: _Line, counts: Counter[str], often: float, page: int) -> bool:
    # on the first page the repeated line may be the title itself
    return counts[_DIGITS.sub("#", line.text)] > often - (page > 0) and page > 0


def _paragraphs(pages: list[list[_Line]]) -> Iterator[str]:
    lines = [line for page in pages for line in page]
    if not lines:
        return
    size = statistics.median(line.size for line in lines)
    body = [line for line in lines if abs(line.size - size) <= 0.15 * size]
    left = min(line.left for line in body)
    right = max(line.right for line in body)
    gaps = [after.top - before.bottom for page in pages for before, after in pairwise(page)]
    usual_gap = statistics.median(gaps) if gaps else 0.0
    current = lines[0].text
    for before, after in pairwise(lines):
        if _continues(before, after, left, right, usual_gap):
            current += _glue(current, after.text) + after.text
        else:
            yield current
            current = after.text
    yield current


def _continues(before: _Line, after: _Line, left: float, right: float, gap: float) -> bool:
    """The line before reached the right edge, and the next one begins as a wrapped line does."""
    full = before.right >= right - 2.2 * before.size
    indented = after.left > left + 1.2 * after.size
    apart = after.top - before.bottom > gap + 0.8 * after.size and after.top > before.top
    if not full or apart or abs(after.size - before.size) > 0.12 * before.size:
        return False
    if indented and not before.left > left + 1.2 * before.size:
        return False
    numbered = marker_at(after.text, 0, len(after.text)) is not None
    return not (numbered and (ends_sentence(before.text) or before.text.endswith(("：", ":"))))


def _glue(before: str, after: str) -> str:
    """A space between Latin words; none inside a figure or a hyphenated word."""
    last, first = before[-1:], after[:1]
    if not (last.isascii() and first.isascii()) or last == "-":
        return ""
    return "" if last.isdigit() and first.isdigit() else " "
