"""Whether every part of a range is settled, where those that are not are cut again.

Source: branch and bound, Hansen & Walster 2004, Global Optimization Using Interval Analysis, chapter 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb

Part = tuple[arb, arb]


def all_settled(
    parts: Sequence[Part], settles: Callable[[arb, arb], bool], cut: Callable[[arb, arb], arb], most: int
) -> bool:
    """Return whether all parts, or what they are cut into, are settled, with fewer than ``most`` looked at.

    >>> middle = lambda low, high: ((low + high) / 2).mid()
    >>> all_settled([(arb(0), arb(1))], lambda low, high: high - low < 0.3, middle, 8)
    True
    >>> all_settled([(arb(0), arb(1))], lambda low, high: high - low < 0.3, middle, 7)
    False
    """
    waiting = list(parts)
    for _ in range(most):
        if not waiting:
            return True
        low, high = waiting.pop()
        if low >= high or settles(low, high):
            continue
        at = cut(low, high)
        if not low < at < high:
            return False
        waiting += [(low, at), (at, high)]
    return False
