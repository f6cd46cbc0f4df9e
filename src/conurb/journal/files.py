"""Files that were handed in, kept by the hash of their content, never overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SHA256 = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class StoredFile:
    """Where a file's content lies: `sha256` is 64 hex digits, `size` is in bytes."""

    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Return where content with this hash lies. Raises ValueError for anything but a hash."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256 hash of 64 hexadecimal digits")
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def store(content: bytes) -> StoredFile:
    """Keep `content` and return its name. Storing the same content twice keeps one copy."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        # a rename is atomic: a reader sees the whole file or none
        Path(temporary).replace(target)
    return StoredFile(sha256, len(content))


def read(sha256: str) -> bytes:
    """Return the content with this hash; raises FileNotFoundError where it is missing."""
    return path_of(sha256).read_bytes()
