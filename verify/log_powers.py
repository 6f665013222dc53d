"""Decides exactly whether a product of powers of rationals is one, and so whether a sum of logarithms is zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import gcd, lcm

from flint import fmpq

from .tolerance import TIE_BASES

Powers = Iterable[tuple[fmpq, fmpq]]


def is_one(powers: Powers) -> bool:
    """Return whether the product of rational powers of positive rationals is proved to be one.

    Each rational is a product of powers of numbers without a common factor, whose own product is one only where all
    exponents are zero. Not proved for numbers that are not positive, nor for too many different ones.

    Source
    ------
    Bernstein 2005, *Factoring into coprimes in essentially linear time*, Journal of Algorithms 54, 1-30, section 1.

    Examples
    --------
    >>> half, third = fmpq(1, 2), fmpq(1, 3)
    >>> is_one([(fmpq(12), half), (third, half), (fmpq(2), fmpq(-1))])
    True
    >>> is_one([(fmpq(12), half), (third, half), (fmpq(2) + fmpq(1, 2**60), fmpq(-1))])
    False
    """
    joined: Counter[int] = Counter()
    known = [(base, power) for base, power in powers if power != 0]
    if any(base <= 0 for base, _ in known):
        return False
    scale = lcm(*(int(power.q) for _, power in known))
    for base, power in known:
        joined[int(base.p)] += int(power * scale)
        joined[int(base.q)] -= int(power * scale)
    left = {base: power for base, power in joined.items() if power and base > 1}
    if len(left) > TIE_BASES:
        return False
    # Numerators and denominators of doubles are full of twos, which shifts take out faster than divisions.
    twos = sum(power * _twos(base) for base, power in left.items())
    odd = {base: base >> _twos(base) for base in left}
    return twos == 0 and all(
        sum(power * _times(prime, odd[base]) for base, power in left.items()) == 0
        for prime in coprime(sorted(set(odd.values())))
    )


def coprime(numbers: Sequence[int]) -> list[int]:
    """Return numbers above one, no two with a common factor, of which each of ``numbers`` is a product of powers.

    >>> sorted(coprime([12, 18])), sorted(coprime([15, 35, 9]))
    ([2, 3], [3, 5, 7])
    """
    base: list[int] = []
    for number in numbers:
        waiting = [number]
        while waiting:
            one = waiting.pop()
            if one == 1:
                continue
            place, common = next(((j, g) for j, b in enumerate(base) if (g := gcd(one, b)) > 1), (-1, 1))
            if place < 0:
                base.append(one)
            else:
                other = base.pop(place)
                waiting += [one // common, common, other // common]
    return base


def _twos(number: int) -> int:
    return (number & -number).bit_length() - 1


def _times(factor: int, number: int) -> int:
    """How often a factor divides a number."""
    found = 0
    while number % factor == 0:
        number, found = number // factor, found + 1
    return found
