"""Characters that print alike or not at all: full-width figures, marks of emphasis, zero width."""

from __future__ import annotations

import re

from .ledger import Ledger
from .mapped import Edit, Mapped

# Figures and Latin letters only: full-width punctuation is Chinese punctuation.
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]+")
_EMPHASIS = re.compile(r"\*\*(?=[^\s*])([^*\n]{1,200}?)(?<=[^\s*])\*\*")
_FULL_WIDTH = 0xFEE0
_WHY = ("不可见的控制字符", "an invisible character")


def plain(mapped: Mapped, ledger: Ledger) -> Mapped:
    """The text with half-width figures and letters, without emphasis and invisible characters."""
    text = mapped.text
    edits = [
        Edit(found.start(), found.end(), "".join(chr(ord(c) - _FULL_WIDTH) for c in found.group()))
        for found in _WIDE.finditer(text)
    ]
    for found in _EMPHASIS.finditer(text):
        edits += [
            Edit(found.start(), found.start() + 2, ""),
            Edit(found.end() - 2, found.end(), ""),
        ]
    for found in _INVISIBLE.finditer(text):
        span = mapped.span(found.start(), found.end())
        if ledger.propose("stray-space", span, "", _WHY, 0.97):
            edits.append(Edit(found.start(), found.end(), ""))
    edits.sort(key=lambda edit: (edit.start, edit.end))
    return mapped.edited(edits) if edits else mapped
