"""Where the file of a version lies: named by the hash of its bytes."""

from __future__ import annotations

import re
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the file with this hash lies. Raises ValueError for anything but a hash."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256 hash of 64 hexadecimal digits")
    return folder / sha256[:2] / f"{sha256}.parquet"
