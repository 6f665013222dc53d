"""Decides how far a double computed by arithmetic and library functions may lie from the exact value.

Running error analysis: every number carries a bound for its own error, and every operation adds what it loses.
Second-order terms of the unit roundoff are neglected in the bounds themselves; the margins of
``tolerance.ELEMENTARY_ULPS`` and ``tolerance.SPECIAL_ULPS`` are wider than those terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .tolerance import ELEMENTARY_ULPS, SPECIAL_ULPS, UNIT_ROUNDOFF

# Below the normal range a result is off by half the smallest subnormal number, whatever its size.
_TINY = float(np.finfo(float).smallest_subnormal)


@dataclass(frozen=True, eq=False)
class Rounded:
    """A double, or an array of them, and a bound for its distance from the exact value."""

    value: Any
    error: Any

    # NumPy's own operators would otherwise spread a Rounded over an object array.
    __array_ufunc__ = None

    def __add__(self, other: Any) -> Rounded:
        """The sum."""
        other = exact(other)
        value = self.value + other.value
        return Rounded(value, self.error + other.error + UNIT_ROUNDOFF * np.abs(value))

    __radd__ = __add__

    def __neg__(self) -> Rounded:
        """The negative, which loses nothing."""
        return Rounded(-self.value, self.error)

    def __sub__(self, other: Any) -> Rounded:
        """The difference."""
        return self + -exact(other)

    def __rsub__(self, other: Any) -> Rounded:
        """The difference."""
        return exact(other) + -self

    def __mul__(self, other: Any) -> Rounded:
        """The product."""
        other = exact(other)
        value = self.value * other.value
        error = np.abs(self.value) * other.error + np.abs(other.value) * self.error + self.error * other.error
        return Rounded(value, error + UNIT_ROUNDOFF * np.abs(value) + _TINY)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Rounded:
        """The quotient; its bound is infinite where the denominator may be zero."""
        other = exact(other)
        value = self.value / other.value
        least = np.abs(other.value) - other.error
        error = np.where(least > 0, (self.error + np.abs(value) * other.error) / least, np.inf)
        return Rounded(value, error + UNIT_ROUNDOFF * np.abs(value) + _TINY)

    def __rtruediv__(self, other: Any) -> Rounded:
        """The quotient."""
        return exact(other) / self

    def __pow__(self, exponent: int) -> Rounded:
        """An integer power."""
        if exponent < 0:
            return 1.0 / self**-exponent
        value = self.value**exponent
        slope = exponent * (np.abs(self.value) + self.error) ** max(exponent - 1, 0)
        return Rounded(value, slope * self.error + ELEMENTARY_ULPS * UNIT_ROUNDOFF * np.abs(value) + _TINY)


def exact(number: Any) -> Rounded:
    """Return ``number`` as a Rounded, without error unless it carries one.

    >>> exact(0.5).error
    0.0
    """
    return number if isinstance(number, Rounded) else Rounded(number, 0.0)


def nearest(number: float) -> Rounded:
    """Return the double nearest to a number that is none itself, such as 1/3.

    >>> nearest(0.25).error == 2.0**-55
    True
    """
    return Rounded(number, UNIT_ROUNDOFF * abs(number) + _TINY)


def at_ends(function: Callable[..., Any], special: bool = False) -> Callable[..., Rounded]:
    """Return ``function`` for a Rounded last argument, where it is monotone, convex or concave there.

    Over a ball such a function is nowhere farther from its value at the centre than at one of the two ends.
    Arguments before the last are taken as exact.

    >>> root = at_ends(np.sqrt)(Rounded(4.0, 0.01))
    >>> bool(root.value == 2 and 0.0025 < root.error < 0.0026)
    True
    """

    def rounded(*arguments: Any) -> Rounded:
        orders = [exact(argument).value for argument in arguments[:-1]]
        last = exact(arguments[-1])
        value = function(*orders, last.value)
        ends = (function(*orders, last.value - last.error), function(*orders, last.value + last.error))
        spread = np.maximum(*(np.abs(end - value) for end in ends))
        library = SPECIAL_ULPS * (1 + np.abs(value)) if special else ELEMENTARY_ULPS * np.abs(value)
        # Where an end leaves the domain nothing is known; where there is no ball there is nothing to know.
        spread = np.where(last.error == 0, 0.0, np.where(np.isnan(spread), np.inf, spread))
        return Rounded(value, spread + UNIT_ROUNDOFF * library + _TINY)

    return rounded


def lipschitz(function: Callable[[Any], Any]) -> Callable[[Any], Rounded]:
    """Return ``function`` for a Rounded argument, where its slope is at most one.

    >>> float(lipschitz(np.sin)(Rounded(0.0, 0.5)).error)
    0.5
    """

    def rounded(argument: Any) -> Rounded:
        argument = exact(argument)
        value = function(argument.value)
        return Rounded(value, argument.error + ELEMENTARY_ULPS * UNIT_ROUNDOFF * np.abs(value))

    return rounded


def tangent(argument: Any) -> Rounded:
    """Return the tangent; its bound is infinite where a pole may lie beside the argument.

    >>> float(tangent(Rounded(0.0, 0.0)).value), float(tangent(Rounded(1.5, 0.1)).error)
    (0.0, inf)
    """
    argument = exact(argument)
    value, least = np.tan(argument.value), np.abs(np.cos(argument.value)) - argument.error
    spread = np.where(argument.error == 0, 0.0, np.where(least > 0, argument.error / least**2, np.inf))
    return Rounded(value, spread + ELEMENTARY_ULPS * UNIT_ROUNDOFF * np.abs(value) + _TINY)


def angle(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Rounded]:
    """Return ``function``, the angle of a point ``(x, y)`` called with ``y`` first, for Rounded arguments.

    A step of length ``d`` at the distance ``r`` turns by ``asin(d / r)``, which is at most ``d / (r - d)``. Two angles
    of one plane are never further apart than a full turn, as they are across the half-line where the angle jumps.

    >>> turned = angle(np.arctan2)
    >>> float(turned(1.0, 0.0).error) < 1e-15, float(turned(Rounded(0.0, 0.1), -1.0).error) > 6.28
    (True, True)
    """

    def rounded(y: Any, x: Any) -> Rounded:
        y, x = exact(y), exact(x)
        value, step = function(y.value, x.value), np.hypot(y.error, x.error)
        left = np.hypot(y.value, x.value) - step
        jumps = (y.error > 0) & (np.abs(y.value) <= y.error) & (x.value - x.error < 0)
        turn = np.where(step == 0, 0.0, np.where((left > 0) & ~jumps, step / left, np.inf))
        return Rounded(value, np.minimum(turn, 2 * np.pi) + ELEMENTARY_ULPS * UNIT_ROUNDOFF * np.abs(value) + _TINY)

    return rounded


def power(base: Any, exponent: Any) -> Rounded:
    """Return ``base`` to a real ``exponent``, for a base that is not negative.

    A base that underflowed to 0 may have had any value up to its bound, whose small power is far from 0.

    >>> float(power(Rounded(4.0, 0.0), Rounded(0.5, 0.0)).value)
    2.0
    >>> float(power(Rounded(0.0, 5e-324), Rounded(0.01, 0.0)).error) > 5e-4
    True
    """
    base, exponent = exact(base), exact(exponent)
    value = base.value**exponent.value
    share = np.where(base.error == 0, 0.0, base.error / (np.abs(base.value) - base.error))
    share = np.where(share >= 0, share, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(exponent.error == 0, 0.0, np.abs(np.log(np.abs(base.value))) * exponent.error)
        relative = np.expm1(np.where(share == 0, 0.0, (np.abs(exponent.value) + exponent.error) * share) + spread)
        most = np.abs(base.value) + base.error
        lost = np.maximum(most ** (exponent.value - exponent.error), most ** (exponent.value + exponent.error))
        error = np.where(value == 0, np.where(base.error == 0, 0.0, lost), np.abs(value) * relative)
    return Rounded(value, error + ELEMENTARY_ULPS * UNIT_ROUNDOFF * np.abs(value) + _TINY)


def choose(condition: Any, then: Any, otherwise: Any) -> Rounded:
    """Return one or the other; the condition is decided on the computed values.

    >>> float(choose(True, 1.0, 2.0).value)
    1.0
    """
    then, otherwise = exact(then), exact(otherwise)
    return Rounded(np.where(condition, then.value, otherwise.value), np.where(condition, then.error, otherwise.error))
