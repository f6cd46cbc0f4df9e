"""The one slip of typing between two short texts, and where it is.

A slip is a character put in, left out, put for another, or two neighbours swapped (F. J. Damerau, A
technique for computer detection and correction of spelling errors, CACM 7, 1964).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["insert", "delete", "substitute", "swap"]


class Edit(NamedTuple):
    """The slip that turns the first text into the second.

    `at` is the place in the second text; `old` and `new` are the characters concerned. `doubled`
    tells that a character was put in beside its like, or left out from beside it.
    """

    kind: Kind
    at: int
    old: str
    new: str
    doubled: bool = False


def one_slip(first: str, second: str) -> Edit | None:
    """Return the only slip between two texts; None where they are equal or further apart."""
    longer = len(second) - len(first)
    if longer > 1 or longer < -1 or first == second:
        return None
    at = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        at += 1
    if longer == 1:
        return _beside("insert", at, second) if first[at:] == second[at + 1 :] else None
    if longer == -1:
        return _beside("delete", at, first) if first[at + 1 :] == second[at:] else None
    if first[at + 1 :] == second[at + 1 :]:
        return Edit("substitute", at, first[at], second[at])
    one, other = first[at : at + 2], second[at : at + 2]
    if one == other[::-1] and first[at + 2 :] == second[at + 2 :]:
        return Edit("swap", at, one, other)
    return None


def _beside(kind: Literal["insert", "delete"], at: int, longer: str) -> Edit:
    sign = longer[at]
    doubled = sign in {longer[at - 1 : at], longer[at + 1 : at + 2]}
    return (
        Edit(kind, at, "", sign, doubled) if kind == "insert" else Edit(kind, at, sign, "", doubled)
    )
