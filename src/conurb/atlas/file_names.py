"""Names that people's files have."""

from __future__ import annotations

from pathlib import PurePath

__all__ = ["own_name"]


def own_name(name: str | None) -> str:
    """Return the file's own name, without path and control characters."""
    bare = PurePath((name or "").replace("\\", "/")).name
    return ("".join(char for char in bare if char.isprintable()) or "layer")[:150]
