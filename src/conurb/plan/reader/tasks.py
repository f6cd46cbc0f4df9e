from __future__ import annotations
from .mapped import Mapped
def themed(bodies: list[str]) -> bool:
    return False
def without_theme(body: Mapped) -> Mapped:
    return body
