"""Whether every part of a range is settled, where those that are not are cut again.

Source: branch and bound, Hansen & Walster 2004, Global Optimization Using Interval Analysis, chapter 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flint import arb

Part = tuple[arb, arb]
S = TypeVar("S")
T = TypeVar("T")


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
    return all_settled_from(
        [(*part, None) for part in parts], lambda low, high, _: settles(low, high) or None, cut, most
    )


def all_settled_from(
    parts: Sequence[tuple[arb, arb, T]],
    look: Callable[[arb, arb, T], T | bool],
    cut: Callable[[arb, arb], arb],
    most: int,
) -> bool:
    """Return the same where what is found in a part is where to begin in those that it is cut into.

    ``look`` returns ``True`` for a part that is settled, ``False`` for one that no cut will settle, and else what was
    found in it.

    >>> middle = lambda low, high: ((low + high) / 2).mid()
    >>> all_settled_from([(arb(0), arb(1), 0)], lambda low, high, cuts: cuts + 1 if cuts < 2 else True, middle, 8)
    True
    >>> all_settled_from([(arb(0), arb(1), 0)], lambda low, high, cuts: cuts + 1 if cuts < 2 else False, middle, 8)
    False
    """

    def settle(part: tuple[arb, arb, T]) -> bool | Sequence[tuple[arb, arb, T]]:
        low, high, near = part
        found = True if low >= high else look(low, high, near)
        if isinstance(found, bool):
            return found
        at = cut(low, high)
        return ((low, at, found), (at, high, found)) if low < at < high else False

    return all_settled_into(parts, settle, most)


def all_settled_into(parts: Sequence[S], look: Callable[[S], bool | Sequence[S]], most: int) -> bool:
    """Return the same where ``look`` returns the parts that one which is not settled is cut into.

    >>> all_settled_into([8], lambda width: width < 2 or (width // 2, width // 2), 16)
    True
    """
    waiting = list(parts)
    for _ in range(most):
        if not waiting:
            return True
        found = look(waiting.pop())
        if found is False:
            return False
        if found is not True:
            waiting += found
    return False


def ball_in_which(holds: Callable[[arb], bool], place: arb, reach: arb, halvings: int) -> arb | None:
    """Return the first ball around a place in which something holds, its reach halved so often; ``None`` without one.

    >>> ball_in_which(lambda ball: bool(ball < 4), arb(2), arb(8), 9)
    [+/- 3.01]
    """
    for _ in range(halvings):
        around = place + arb(0, reach.upper())
        if holds(around):
            return around
        reach = reach / 2
    return None


def highest_of_parabola(first: arb, last: arb, bend: arb) -> arb:
    """Return the highest point of a parabola between two ends, which bends down by ``bend`` over their distance, or up.

    >>> highest_of_parabola(arb(0), arb(0), arb(8)), highest_of_parabola(arb(0), arb(1), arb(-8))
    (1.00000000000000, 1.00000000000000)
    """
    higher, apart, fall = first.max(last), abs(first - last), bend.max(arb(0))
    if fall > 2 * apart:
        return (first + last) / 2 + apart * apart / (2 * fall) + fall / 8
    return higher if fall <= 2 * apart else higher + fall / 8


def between_signs(moved: Callable[[arb], arb], slope: Callable[[arb], arb], width: arb, wider: int) -> arb | None:
    """Return a ball between a place where a slope that falls is certainly positive and one where it is negative.

    ``moved`` leads from a distance, with its sign, to a place. On either side the distance begins at ``width``, and is
    doubled so often; ``None`` where that is not far enough.

    >>> between_signs(lambda distance: 1 + distance, lambda place: -place, arb(0.25), 4).contains(0)
    True
    >>> between_signs(lambda distance: 1 + distance, lambda place: -place, arb(0.25), 2) is None
    True
    """
    found = []
    for side in (-1, 1):
        places = (moved(side * width * arb(2) ** power).mid() for power in range(wider))
        end = next((place for place in places if side * slope(place) < 0), None)
        if end is None:
            return None
        found.append(end)
    return found[0].union(found[1])
