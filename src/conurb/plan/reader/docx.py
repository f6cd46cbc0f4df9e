"""The text of a Word file, with the numbers that Word prints but does not store in the text.

Headings come out as in Markdown (``## 规划同图``), automatic numbers as printed (``（一）``),
bullets as ``- ``; a task table comes out as one numbered line a row with its duties in brackets.
So the extracted text says all that the layout said, and can be read again without the file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .errors import DocumentError
from .tables import AS_ABOVE, columns_of, task_lines

_MAX_EXPANDED = 200 * 1024 * 1024
_MAX_RATIO = 200  # a plain document is rarely pressed to less than a hundredth
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"^(?:heading|标题)\s*(\d)$", re.IGNORECASE)
_TITLE = re.compile(r"^(?:title|标题|文章标题|文件标题)$", re.IGNORECASE)
_CONTENTS = re.compile(r"^(?:toc|目录)\b", re.IGNORECASE)


def docx_text(data: bytes, filename: str) -> str:
    """The text of a docx file; raises :class:`DocumentError` where it is none."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    _refuse_bomb(data, filename)
    try:
        document = docx.Document(io.BytesIO(data))
        lines = _Body(document).lines()
        return "\n".join(lines)
    except (PackageNotFoundError, XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError):
        raise _corrupt(filename) from None
    except (KeyError, ValueError, TypeError, AttributeError, NotImplementedError):
        # the library's own words for a package whose parts are not what they should be
        raise _corrupt(filename) from None


def _corrupt(filename: str) -> DocumentError:
    return DocumentError(
        "corrupt",
        f"“{filename}”已损坏或不是 Word 文档，请用 Word 打开后另存为 docx 再提交。",
        f"{filename}: the file is damaged or no Word document. Open it in Word and save it as "
        "docx again.",
    )


def _refuse_bomb(data: bytes, filename: str) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _corrupt(filename) from None
    if any(part.flag_bits & 1 for part in parts):
        raise DocumentError(
            "encrypted",
            f"“{filename}”已加密，请去除密码后再提交。",
            f"{filename}: the file is encrypted. Remove the password.",
        )
    expanded = sum(part.file_size for part in parts)
    if expanded > _MAX_EXPANDED or expanded > max(len(data), 50_000) * _MAX_RATIO:
        size = expanded / 1024 / 1024
        raise DocumentError(
            "zip-bomb",
            f"“{filename}”展开后达 {size:.0f} MB，与正常文档不符，未予读取。"
            "请另存为新的 docx 文件。",
            f"{filename}: it expands to {size:.0f} MB, which no ordinary document does; it was "
            "not read. Save it as a new docx file.",
        )


@dataclass(slots=True)
class _Level:
    """One level of an automatic list: how its number is printed and where it begins."""

    form: str = "decimal"
    words: str = "%1."
    start: int = 1


@dataclass(slots=True)
class _List:
    """One automatic list and the numbers it has reached."""

    levels: dict[int, _Level]
    reached: dict[int, int] = field(default_factory=dict)

    def label(self, depth: int) -> str:
        """The next number at a depth, as Word prints it."""
        level = self.levels.get(depth, _Level())
        for deeper in [at for at in self.reached if at > depth]:
            del self.reached[deeper]
        self.reached[depth] = self.reached.get(depth, level.start - 1) + 1
        if level.form == "bullet":
            return "- "
        if level.form == "none":
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            other = self.levels.get(at, _Level())
            return _printed(self.reached.get(at, other.start), other.form)

        label = re.sub(r"%(\d)", number, level.words).strip()
        return label + " " if label[-1:].isascii() and label else label


class _Body:
    """The blocks of one document from top to bottom."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.styles = {style.style_id: style for style in document.styles}
        self.lists_of = self._numbering()
        self.lists: dict[str, _List] = {}
        self.titled = any(
            _TITLE.match(self._style_name(p)) for p in document.element.body.iter(f"{_W}p")
        )

    def lines(self) -> Iterator[str]:
        """One line a paragraph or table row."""
        yield from self._blocks(self.document.element.body)

    def _blocks(self, parent: Any) -> Iterator[str]:
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                yield self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
                yield from self._blocks(child)

    def _paragraph(self, paragraph: Any) -> str:
        words = _words(paragraph).strip()
        style = self._style_name(paragraph)
        if not words or _CONTENTS.match(style):
            return ""
        label = self._label(paragraph)
        level = self._heading_level(paragraph, style)
        if level is None:
            return label + words
        return "#" * min(max(level + self.titled, 1), 6) + " " + label + " ".join(words.split("\n"))

    def _style_name(self, paragraph: Any) -> str:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        known = self.styles.get(style.get(f"{_W}val")) if style is not None else None
        return (known.name or "") if known is not None else ""

    def _heading_level(self, paragraph: Any, style: str) -> int | None:
        if _TITLE.match(style):
            return 0
        found = _HEADING.match(style)
        if found is not None:
            return int(found.group(1))
        outline = self._property(paragraph, "outlineLvl")
        value = outline.get(f"{_W}val") if outline is not None else None
        return int(value) + 1 if value is not None and value.isdigit() and int(value) < 6 else None

    def _property(self, paragraph: Any, name: str) -> Any:
        """A property of the paragraph, or of its style and what that is based on."""
        own = paragraph.find(f"{_W}pPr/{_W}{name}")
        if own is not None:
            return own
        reference = paragraph.find(f"{_W}pPr/{_W}pStyle")
        style = self.styles.get(reference.get(f"{_W}val")) if reference is not None else None
        for _ in range(10):
            if style is None:
                return None
            found = style.element.find(f"{_W}pPr/{_W}{name}")
            if found is not None:
                return found
            style = style.base_style
        return None

    # ---- numbers -----------------------------------------------------------------------------

    def _numbering(self) -> dict[str, dict[int, _Level]]:
        """The levels of each automatic list by its id."""
        part = next(
            (
                relation.target_part
                for relation in self.document.part.rels.values()
                if not relation.is_external and relation.reltype.endswith("/numbering")
            ),
            None,
        )
        if part is None:
            return {}
        root = part.element
        abstract = {
            str(definition.get(f"{_W}abstractNumId")): {
                int(level.get(f"{_W}ilvl")): _level(level)
                for level in definition.iterfind(f"{_W}lvl")
            }
            for definition in root.iterfind(f"{_W}abstractNum")
        }
        lists: dict[str, dict[int, _Level]] = {}
        for number in root.iterfind(f"{_W}num"):
            reference = number.find(f"{_W}abstractNumId")
            base = abstract.get(str(reference.get(f"{_W}val")), {}) if reference is not None else {}
            lists[str(number.get(f"{_W}numId"))] = _overridden(base, number)
        return lists

    def _label(self, paragraph: Any) -> str:
        properties = self._property(paragraph, "numPr")
        if properties is None:
            return ""
        identity = properties.find(f"{_W}numId")
        depth = properties.find(f"{_W}ilvl")
        name = str(identity.get(f"{_W}val")) if identity is not None else "0"
        if name == "0" or name not in self.lists_of:
            return ""
        running = self.lists.setdefault(name, _List(self.lists_of[name]))
        return running.label(int(depth.get(f"{_W}val")) if depth is not None else 0)

    # ---- tables ------------------------------------------------------------------------------

    def _table(self, table: Any) -> Iterator[str]:
        rows = [self._cells(row) for row in table.iterfind(f"{_W}tr")]
        rows = [row for row in rows if any(cell and cell != AS_ABOVE for cell in row)]
        if not rows:
            return
        columns = columns_of(rows[0])
        if "task" not in columns.values():
            for row in rows:
                yield "  ".join(cell for cell in row if cell and cell != AS_ABOVE)
            return
        yield from task_lines(rows[1:], columns)

    def _cells(self, row: Any) -> list[str]:
        cells: list[str] = []
        for cell in row.iterfind(f"{_W}tc"):
            lines = [line for line in self._blocks(cell) if line]
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            below = merged is not None and merged.get(f"{_W}val") != "restart"
            cells.append(AS_ABOVE if below else _in_one(lines))
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            wide = span.get(f"{_W}val") if span is not None else None
            cells.extend([""] * (min(int(wide), 64) - 1 if wide and wide.isdigit() else 0))
        return cells


_LEFT_OUT = frozenset(f"{_W}{name}" for name in ("moveFrom", "txbxContent", "pPr"))


def _words(paragraph: Any) -> str:
    """The words of a paragraph as finally printed: insertions in, deletions and boxes out."""
    pieces: list[str] = []
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if _left_out(node, paragraph):
            continue
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        else:
            pieces.append(" " if node.tag == f"{_W}tab" else "\n")
    return "".join(pieces)


def _left_out(node: Any, paragraph: Any) -> bool:
    for above in node.iterancestors():
        if above is paragraph:
            return False
        if above.tag in _LEFT_OUT:
            return True
    return False


def _level(level: Any) -> _Level:
    def value(name: str, default: str) -> str:
        found = level.find(f"{_W}{name}")
        return str(found.get(f"{_W}val", default)) if found is not None else default

    start = value("start", "1")
    return _Level(
        value("numFmt", "decimal"), value("lvlText", ""), int(start) if start.isdigit() else 1
    )


def _overridden(base: dict[int, _Level], number: Any) -> dict[int, _Level]:
    levels = dict(base)
    for override in number.iterfind(f"{_W}lvlOverride"):
        depth = int(override.get(f"{_W}ilvl"))
        whole = override.find(f"{_W}lvl")
        start = override.find(f"{_W}startOverride")
        if whole is not None:
            levels[depth] = _level(whole)
        elif start is not None:
            old = levels.get(depth, _Level())
            levels[depth] = _Level(old.form, old.words, int(start.get(f"{_W}val")))
    return levels


_CHINESE_FORMS = frozenset(
    """
    chineseCounting chineseCountingThousand japaneseCounting ideographDigital
    taiwaneseCountingThousand chineseLegalSimplified
    """.split()  # noqa: SIM905
)


def _printed(number: int, form: str) -> str:
    if form in _CHINESE_FORMS:
        return _chinese(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(0x245F + number)
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(number)
        return roman.lower() if form == "lowerRoman" else roman
    return str(number)


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    ten = "" if not tens else ("十" if tens == 1 else digits[tens] + "十")
    return ten + (digits[ones] if ones else "")


def _roman(number: int) -> str:
    words = ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            words += sign
            number -= value
    return words


def _in_one(lines: list[str]) -> str:
    """The lines of a cell as one: each is a sentence of its own."""
    flat = [" ".join(line.split("\n")).lstrip("#").strip() for line in lines]
    return "；".join(
        line.rstrip("；;") if at < len(flat) - 1 else line for at, line in enumerate(flat)
    )
