"""Dividing what is known of a county among its zones, so that the parts add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["awarded", "divided"]


def divided(total: int, shares: Sequence[int]) -> list[int]:
    """Divide a whole number by shares, to whole numbers that add up to it.

    By largest remainders (A. Hamilton; M. Balinski, H. P. Young, Fair Representation, 1982): each
    gets the whole part of its quota, what is left goes one by one to the largest remainders, of
    equal ones to the first. All zero where the shares are.
    """
    whole = sum(shares)
    if whole <= 0:
        return [0] * len(shares)
    found = [total * share // whole for share in shares]
    remainders = [total * share % whole for share in shares]
    order = sorted(range(len(shares)), key=lambda at: (-remainders[at], at))
    for at in order[: total - sum(found)]:
        found[at] += 1
    return found


def awarded(seats: int, weights: Sequence[float]) -> list[int]:
    """Award things that cannot be divided, one by one, to whom has most weight for those it has.

    By highest averages w / (2n + 1) (A. Sainte-Laguë, 1910), of equal ones to the first; nothing
    to whom has no weight. All zero where nobody has any.
    """
    found = [0] * len(weights)
    if not any(weight > 0 for weight in weights):
        return found
    for _seat in range(seats):
        best = max(range(len(weights)), key=lambda at: (weights[at] / (2 * found[at] + 1), -at))
        found[best] += 1
    return found
