"""From the bytes of a file to its text, by the type its name says and its content confirms."""

from __future__ import annotations

import codecs
from pathlib import PurePath

from .errors import DocumentError

MAX_BYTES = 20 * 1024 * 1024
SUFFIXES = (".txt", ".md", ".markdown", ".docx", ".pdf")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(data: bytes, filename: str) -> str:
    """The text of a txt, md, docx or pdf file of at most 20 MB; raises :class:`DocumentError`."""
    suffix = PurePath(filename).suffix.lower()
    _refuse_size(data, filename)
    if suffix not in SUFFIXES:
        raise DocumentError(
            "unsupported",
            f"不支持“{filename}”的文件类型，请提供 txt、md、docx 或有文字层的 pdf 文件。",
            f"{filename}: this type of file is not supported. Provide txt, md, docx, or a pdf "
            "with a text layer.",
        )
    _refuse_disguise(data, filename, suffix)
    if suffix == ".docx":
        from .docx import docx_text

        text = docx_text(data, filename)
    elif suffix == ".pdf":
        from .pdf import pdf_text

        text = pdf_text(data, filename)
    else:
        text = decode(data, filename)
    if not text.strip():
        raise _empty(filename)
    return text


def decode(data: bytes, filename: str) -> str:
    """UTF-8, UTF-16 or UTF-32 by their marks, else UTF-8, else GB18030, else an error."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data, encoding, filename)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as trouble:
        at = trouble.start
    bare = _bare_utf16(data)
    if bare is not None:
        return _strict(data, bare, filename)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as trouble:
        raise _undecodable(filename, max(at, trouble.start)) from None
    if _looks_binary(text):
        raise _undecodable(filename, at)
    return text


def _strict(data: bytes, encoding: str, filename: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as trouble:
        raise _undecodable(filename, trouble.start) from None


def _bare_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: the high bytes of line ends and digits are zero."""
    if len(data) < 4 or len(data) % 2 or b"\x00" not in data[:4000]:
        return None
    sample = data[:4000]
    return "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"


def _looks_binary(text: str) -> bool:
    sample = text[:20000]
    strange = sum(
        (char < " " and char not in "\t\n\r\x0b\x0c") or "\ue000" <= char <= "\uf8ff"
        for char in sample
    )
    return strange > len(sample) * 0.02


def _refuse_size(data: bytes, filename: str) -> None:
    if not data:
        raise _empty(filename)
    if len(data) > MAX_BYTES:
        size = len(data) / 1024 / 1024
        raise DocumentError(
            "too-large",
            f"“{filename}”大小为 {size:.1f} MB，超过 20 MB 上限，请删去图片或拆分后再提交。",
            f"{filename}: {size:.1f} MB is more than the limit of 20 MB. Remove pictures or "
            "split the file.",
        )


def _refuse_disguise(data: bytes, filename: str, suffix: str) -> None:
    """The first bytes must agree with the name."""
    is_zip, is_pdf = data.startswith(b"PK\x03\x04"), b"%PDF-" in data[:1024]
    is_ole = data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    if is_ole:
        raise DocumentError(
            "encrypted" if suffix == ".docx" else "unsupported",
            f"“{filename}”是加密文件或旧版 Word（doc）文件，请去除密码并另存为 docx 后再提交。",
            f"{filename}: this is an encrypted file or an old Word (doc) file. Remove the "
            "password and save it as docx.",
        )
    wrong = (
        (suffix == ".docx" and not is_zip)
        or (suffix == ".pdf" and not is_pdf)
        or (suffix in (".txt", ".md", ".markdown") and (is_zip or data.startswith(b"%PDF-")))
    )
    if wrong:
        raise DocumentError(
            "corrupt",
            f"“{filename}”的内容与扩展名“{suffix}”不符，文件可能已损坏，请重新导出后再提交。",
            f"{filename}: the content is not what the extension {suffix} says; the file may be "
            "damaged. Export it again.",
        )


def _empty(filename: str) -> DocumentError:
    return DocumentError(
        "empty",
        f"“{filename}”中没有文字，请检查是否选错文件。",
        f"{filename}: there are no words in this file. Check that it is the right one.",
    )


def _undecodable(filename: str, at: int) -> DocumentError:
    return DocumentError(
        "undecodable",
        f"“{filename}”第 {at + 1} 个字节起无法识别字符编码，"
        "请另存为 UTF-8 或 GB18030 编码后再提交。",
        f"{filename}: the characters cannot be decoded from byte {at + 1} on. Save the file as "
        "UTF-8 or GB18030.",
    )
