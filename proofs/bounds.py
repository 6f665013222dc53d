"""What a SymPy set says about one variable: its ends, whether they belong to it, whether it is a lattice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from numbers import Rational as RationalNumber

from sympy import (
    Expr,
    FiniteSet,
    Float,
    Integer,
    Integers,
    Interval,
    Naturals,
    Naturals0,
    Range,
    Rational,
    Reals,
    S,
    Set,
    Symbol,
    nan,
    oo,
    sympify,
)

from .errors import DeclarationError, ParameterError


@dataclass(frozen=True)
class Bounds:
    """The ends of an interval or of a run of integers; ``lo`` and ``hi`` may contain parameters."""

    lo: Expr
    hi: Expr
    lo_closed: bool
    hi_closed: bool
    discrete: bool

    @property
    def free_symbols(self) -> set[Symbol]:
        """The symbols in the two ends.

        >>> from sympy import Interval, Symbol, oo
        >>> bounds(Interval(Symbol("a", real=True), oo)).free_symbols
        {a}
        """
        return set(self.lo.free_symbols | self.hi.free_symbols)

    def moved(self, changes: Mapping[Symbol, Expr]) -> Bounds:
        """Return the same with symbols in the ends replaced.

        >>> from sympy import Interval, Symbol, oo
        >>> a, b = Symbol("a", real=True), Symbol("b", real=True)
        >>> bounds(Interval(a, oo)).moved({a: b}).lo
        b
        """
        return replace(self, lo=self.lo.xreplace(dict(changes)), hi=self.hi.xreplace(dict(changes)))

    def without_ends(self) -> Bounds:
        """Return the same ends, which do not belong to it.

        >>> from sympy import Naturals0
        >>> bounds(Naturals0).without_ends().lo_closed
        False
        """
        return replace(self, lo_closed=False, hi_closed=False)

    def interior(self) -> Bounds:
        """Return the same without the points on its ends; of a run of integers, the run itself.

        >>> from sympy import Interval
        >>> bounds(Interval(0, 1)).interior().hi_closed
        False
        """
        return self if self.discrete else self.without_ends()


def bounds(space: Set) -> Bounds:
    """Return the ends of ``space``: an interval, the whole line, or a run of consecutive integers.

    Raises
    ------
    DeclarationError
        For any other set, such as a union.

    Examples
    --------
    >>> from sympy import Interval, Naturals0, oo
    >>> bounds(Interval.Ropen(0, 1))
    Bounds(lo=0, hi=1, lo_closed=True, hi_closed=False, discrete=False)
    >>> bounds(Naturals0).discrete
    True
    """
    if space == Reals:
        return Bounds(-oo, oo, False, False, False)
    if isinstance(space, Interval):
        return Bounds(space.start, space.end, not space.left_open, not space.right_open, False)
    if space == Naturals0:
        return Bounds(Integer(0), oo, True, False, True)
    if space == Naturals:
        return Bounds(Integer(1), oo, True, False, True)
    if space == Integers:
        return Bounds(-oo, oo, False, False, True)
    if isinstance(space, Range) and space.step == 1:
        start, stop = space.args[0], space.args[1]
        return Bounds(start, stop if stop is oo else stop - 1, start is not -oo, stop is not oo, True)
    if isinstance(space, FiniteSet):
        points = sorted(space.args, key=lambda point: point.sort_key())
        if all(point.is_Integer for point in points):
            points = sorted(points)
            if all(b - a == 1 for a, b in pairwise(points)):
                return Bounds(points[0], points[-1], True, True, True)
    if space is S.EmptySet:
        raise DeclarationError("the set is empty; write the lower end first, and let points belong to it")
    raise DeclarationError(
        f"the set {space} is not supported; use an Interval, S.Reals, S.Naturals, S.Naturals0, S.Integers, "
        "a Range of step 1, or a FiniteSet of consecutive integers"
    )


def values_allowing(space: Set, value: Expr) -> tuple[Symbol, Set]:
    """Return the one symbol in the ends of ``space``, and the set of its values for which ``space`` contains ``value``.

    Raises
    ------
    ParameterError
        When the ends contain several symbols, or one not linearly.

    Examples
    --------
    >>> from sympy import Interval, Rational
    >>> values_allowing(Interval.open(0, 1 - Symbol("p", positive=True)), Rational(1, 4))
    (p, Interval.open(-oo, 3/4))
    """
    ends = bounds(space)
    symbols = sorted(ends.free_symbols, key=str)
    allowed: Set = Reals
    for end, closed, side in ((ends.lo, ends.lo_closed, 1), (ends.hi, ends.hi_closed, -1)):
        if not end.free_symbols:
            continue
        slope = end.diff(symbols[0])
        if len(symbols) > 1 or not slope.is_nonzero or slope.free_symbols:
            raise ParameterError(
                f"the value {value} cannot be fixed alone, because its space {space} depends on "
                f"{', '.join(map(str, symbols))}; fix that as well"
            )
        root = (value - end.subs(symbols[0], 0)) / slope
        below = Interval(-oo, root, True, not closed)
        allowed &= below if slope * side > 0 else Interval(root, oo, not closed, True)
    return symbols[0], allowed


def exact_number(value: object, who: str) -> Expr:
    """Return ``value`` as an exact SymPy number; a float is read as the decimal that it prints.

    >>> exact_number(0.1, "k")
    1/10
    """
    if isinstance(value, bool):
        raise DeclarationError(f"{who}: {value!r} is a truth value, not a number")
    exact: Expr = nan
    if isinstance(value, float) and isfinite(value):
        # NumPy's doubles are floats whose own repr is no number.
        exact = Rational(float.__repr__(value))
    elif isinstance(value, (int, Expr)):
        exact = sympify(value)
    elif isinstance(value, RationalNumber):
        exact = Rational(int(value.numerator), int(value.denominator))
    if exact is nan or exact.has(Float) or not exact.is_number or not exact.is_real or not exact.is_finite:
        raise DeclarationError(f"{who}: {value!r} is not an exact finite real number")
    return exact
