"""What is loaded when it is first called: so that a process starts without what it may never do.

Geometry, tables and compiled kernels take seconds to load; a node has processes that never draw a
map. What a module registers at its start from such parts, it names instead of loading it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string


def late(place: str, *given: Any) -> Callable[..., Any]:
    """Return a function that calls the one at `place` ("package.module.name") with `given` first.

    The module is loaded by the first call, which raises ImportError where there is no such place.
    """

    def call(*arguments: Any, **named: Any) -> Any:
        return import_string(place)(*given, *arguments, **named)

    return call
