"""The tables of who may do what, one file a module; `tests/test_permissions.py` walks them all.

A file may define, all optional:

    PAGES, API              tables as in tests/test_permissions.py (the same columns)
    extend(world)           make one of everything through real actions; keep it in world.more
    PLACES                  route (with its @variant) -> function of the world giving its arguments
    INPUTS                  route (with its @variant) -> function of the world giving what is posted
    API_PLACES, API_INPUTS  operation -> function of the world giving path arguments, and the body
    READERS                 words that stand in the database -> roles that may read them anywhere
    FILES                   routes that serve what people handed in, in a sandbox
    FINGERPRINT             labels of the apps whose rows a refused request must leave as they were
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

MODULES: list[ModuleType] = [
    import_module(f"{__name__}.{file.stem}")
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py"))
]


def tables(name: str) -> str:
    """Return the rows of a table of every module, without their headings."""
    rows = []
    for module in MODULES:
        lines = getattr(module, name, "").strip().splitlines()
        rows += lines[1:]
    return "\n".join(rows)


def gathered(name: str) -> dict[str, Any]:
    """Return what every module's mapping of this name holds."""
    return {key: value for module in MODULES for key, value in getattr(module, name, {}).items()}
