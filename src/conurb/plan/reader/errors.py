"""The one error of reading: a file that cannot be read as a plan at all."""

from __future__ import annotations


class DocumentError(ValueError):
    """What is wrong with a file, where, and what to do, in Chinese and English.

    `code` is one of: empty, unsupported, too-large, undecodable, encrypted, scanned, corrupt,
    zip-bomb.
    """

    def __init__(self, code: str, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en
