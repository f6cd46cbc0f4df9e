"""What may be handed in with a report: by extension, content and size, and under which name.

A file is accepted only where its extension is on the list and its content is what the extension
says. Files that carry programs (macros, scripts, HTML, SVG) and packed files that would unpack to
something huge are refused. Nothing is unpacked or rendered here; files are served as downloads.

Sources: ISO/IEC 10918-1, 15948 and 32000-1 (signatures of JPEG, PNG and PDF), ECMA-376 part 2 (the
package of docx, xlsx and pptx), UTS 39 and UAX 9 (characters that disguise a name).
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_FILES = 10
MAX_SIZE = 20 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 10_000
MAX_NAME = 120

ALLOWED = ("pdf", "docx", "xlsx", "pptx", "jpg", "jpeg", "png", "csv", "txt")
ALLOWED_WORDS = "pdf, docx, xlsx, pptx, jpg, png, csv, txt"

_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "csv": "text/csv",
    "txt": "text/plain",
}
MAIN_PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}

_SCRIPT = re.compile(
    r"<\s*(?:script|html|svg|iframe|object|embed|body|head|!doctype|\?php|\?xml)|javascript:", re.I
)
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile)\b")
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.I)
_FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True)
class HandedIn:
    """A file as it was handed in."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: its cleaned name, its type by content, its content."""

    filename: str
    media_type: str
    content: bytes


class UploadError(ValueError):
    """A file may not be handed in. `code` names the rule; the message says what to do instead."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.message_zh = zh
        self.message_en = en


def check_all(files: Sequence[HandedIn]) -> tuple[Accepted, ...]:
    """Return the files as they may be kept. Raises UploadError for the first that may not."""
    if len(files) > MAX_FILES:
        raise UploadError(
            "too-many",
            f"一次最多提交{MAX_FILES}个文件，本次为{len(files)}个，请分次报送。",
            f"At most {MAX_FILES} files go with a report; these are {len(files)}. "
            "Hand the rest in with another report.",
        )
    return tuple(check(file) for file in files)


def check(file: HandedIn) -> Accepted:
    """Return the file as it may be kept. Raises UploadError where it may not."""
    name = clean_name(file.filename)
    extension = extension_of(name)
    if extension not in MEDIA_TYPES:
        raise UploadError(
            "type",
            f"“{name}”的类型不在允许范围内，请转换为以下格式之一：{ALLOWED_WORDS}。",
            f"“{name}” is of a type that is not taken. Convert it to one of: {ALLOWED_WORDS}.",
        )
    if not file.content:
        raise UploadError(
            "empty",
            f"“{name}”是空文件，请检查后重新选择。",
            f"“{name}” is empty. Check the file and choose it again.",
        )
    if len(file.content) > MAX_SIZE:
        raise UploadError(
            "too-large",
            f"“{name}”超过20 MB，请压缩图片或拆分文件后再提交。",
            f"“{name}” is larger than 20 MB. Shrink its pictures or split it.",
        )
    _CHECKS[extension](name, extension, file.content)
    return Accepted(name, MEDIA_TYPES[extension], file.content)


def clean_name(filename: str) -> str:
    """Return the name under which a file is kept and offered.

    Raises UploadError for a name that is a path, that hides its extension behind characters
    which turn or hide text, or that is empty.
    """
    name = unicodedata.normalize("NFC", filename).strip()
    if "/" in name or "\\" in name or "\x00" in name or name.startswith(".."):
        raise UploadError(
            "name-path",
            "文件名不得包含路径，请只提交文件本身。",
            "A file name must not contain a path. Hand in the file by its own name.",
        )
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in name):
        raise UploadError(
            "name-disguised",
            "文件名含有不可见的控制字符，请重命名后再提交。",
            "The file name contains invisible control characters. Rename the file.",
        )
    name = _FORBIDDEN_IN_NAMES.sub("_", name).lstrip(". ").rstrip(". ")
    if _RESERVED.match(name):
        name = "_" + name
    if not name:
        raise UploadError(
            "name-empty",
            "文件没有名称，请重命名后再提交。",
            "The file has no name. Rename it and choose it again.",
        )
    stem, dot, extension = name.rpartition(".")
    if dot and len(name) > MAX_NAME:
        name = stem[: MAX_NAME - len(extension) - 1] + dot + extension
    return name


def extension_of(name: str) -> str:
    """Return what follows the last dot, in lower case; "" where there is no dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _differs(name: str, extension: str) -> UploadError:
    return UploadError(
        "content",
        f"“{name}”的内容不是{extension}格式，请用原程序另存为{extension}后再提交。",
        f"The content of “{name}” is not {extension}. Save it as {extension} in its own program.",
    )


def _active(name: str) -> UploadError:
    return UploadError(
        "active",
        f"“{name}”含有宏、脚本或嵌入程序，请另存为不含宏的文件或导出为不含脚本的pdf。",
        f"“{name}” carries macros, scripts or embedded programs. Save it without them.",
    )


def _check_signature(*signatures: bytes) -> Callable[[str, str, bytes], None]:
    def check_it(name: str, extension: str, content: bytes) -> None:
        if not content.startswith(signatures):
            raise _differs(name, extension)

    return check_it


def _check_pdf(name: str, extension: str, content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        raise _differs(name, extension)
    if _ACTIVE_PDF.search(content):
        raise _active(name)


def _check_text(name: str, extension: str, content: bytes) -> None:
    text = _decoded(content)
    if text is None or any(ord(char) < 32 and char not in "\t\r\n\f" for char in text):
        raise _differs(name, extension)
    if text.startswith("#!") or _SCRIPT.search(text):
        raise _active(name)


def _decoded(content: bytes) -> str | None:
    marked = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encodings = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_package(name: str, extension: str, content: bytes) -> None:
    if not content.startswith(b"PK\x03\x04"):
        raise _differs(name, extension)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            _check_unpacked_size(name, parts, len(content))
            with package.open("[Content_Types].xml") as opened:
                types = opened.read(1_000_000).lower()
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise _differs(name, extension) from None
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if any(part.startswith("/") or ".." in part.split("/") for part in names):
        raise _differs(name, extension)
    if not any(part.startswith(MAIN_PARTS[extension]) for part in names):
        raise _differs(name, extension)
    carried = ("vbaproject", "vbadata", "/activex/", "oleobject")
    if b"macroenabled" in types or any(word in part for part in names for word in carried):
        raise _active(name)


def _check_unpacked_size(name: str, parts: Sequence[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    small = unpacked <= 10 * 1024 * 1024
    bounded = len(parts) <= MAX_PARTS and unpacked <= MAX_UNPACKED
    if bounded and (small or unpacked <= MAX_RATIO * size):
        return
    raise UploadError(
        "bomb",
        f"“{name}”解压后异常庞大，不予接收，请重新生成该文件。",
        f"“{name}” would unpack to an abnormal size and is not taken. Make the file anew.",
    )


_CHECKS: dict[str, Callable[[str, str, bytes], None]] = {
    "pdf": _check_pdf,
    "docx": _check_package,
    "xlsx": _check_package,
    "pptx": _check_package,
    "jpg": _check_signature(b"\xff\xd8\xff"),
    "jpeg": _check_signature(b"\xff\xd8\xff"),
    "png": _check_signature(b"\x89PNG\r\n\x1a\n"),
    "csv": _check_text,
    "txt": _check_text,
}
