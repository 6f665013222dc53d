"""Decides where the ends of parameter spaces and supports lie, in doubles, and whether a number is inside."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Add, Expr, Mul, Rational, S, Symbol, oo

from ..proofs.bounds import Bounds
from ..proofs.errors import ParameterError
from ..proofs.family import Family
from ..proofs.members import domain_of
from .compiled.reach import Reach
from .compiled.special import Numeric
from .density import compiled
from .printing import DIGITS
from .rounding import Rounded, exact
from .row_support import moved_bounds

Array = NDArray[np.float64]


@lru_cache(maxsize=1024)
def reach(family: Family) -> Reach:
    """Return the doubles that an observation of some member of ``family`` can take.

    >>> from thetahat.proofs.families.positive.pareto import PARETO
    >>> reach(PARETO).lo, reach(PARETO).lo_closed
    (0.0, False)
    """
    ends = family.bounds
    lo, lo_closed = _extreme(ends.lo, family.domain, -1)
    hi, hi_closed = _extreme(ends.hi, family.domain, +1)
    return _reach_of(Bounds(lo, hi, ends.lo_closed and lo_closed, ends.hi_closed and hi_closed, ends.discrete))


def _reach_of(ends: Bounds) -> Reach:
    low, low_closed = double_end(ends.lo, ends.lo_closed, -1)
    high, high_closed = double_end(ends.hi, ends.hi_closed, +1)
    return Reach(low, high, low_closed, high_closed, ends.discrete)


@lru_cache(maxsize=1024)
def reach_beside(family: Family) -> tuple[Reach, ...]:
    """Return the doubles that each data variable but the first can take.

    >>> from thetahat import family
    >>> reach_beside(family("linear_regression"))
    (Reach(lo=-inf, hi=inf, lo_closed=False, hi_closed=False, discrete=False),)
    """
    around = domain_of(family)
    return tuple(_reach_of(around[symbol]) for symbol in family.beside)


def _extreme(end: Expr, domain: dict[Symbol, Bounds], side: int) -> tuple[Expr, bool]:
    """The infimum (``side`` -1) or supremum of ``end`` over the parameter space, or an outer bound; attained?"""
    if not end.free_symbols:
        return end, True
    if end in domain:
        box = domain[end]
        inner, closed = (box.lo, box.lo_closed) if side < 0 else (box.hi, box.hi_closed)
        value, attained = _extreme(inner, domain, side)
        return value, attained and closed
    if isinstance(end, Add):
        parts = [_extreme(term, domain, side) for term in end.args]
        return Add(*(value for value, _ in parts)), all(attained for _, attained in parts)
    coefficient, rest = end.as_coeff_Mul()
    if isinstance(end, Mul) and coefficient is not S.One:
        value, attained = _extreme(rest, domain, side if coefficient > 0 else -side)
        return coefficient * value, attained
    if side < 0 and end.is_nonnegative:
        return S.Zero, not end.is_positive
    if side > 0 and end.is_nonpositive:
        return S.Zero, not end.is_negative
    return side * oo, False


def double_end(end: Expr, closed: bool, side: int) -> tuple[float, bool]:
    """Return the double next to an exact end of an interval, and whether that double belongs to the interval.

    >>> from sympy import pi
    >>> double_end(-pi, False, -1)
    (-3.141592653589793, True)
    """
    value = float(end.evalf(DIGITS))
    if not math.isfinite(value):
        return value, False
    inward = (Rational(value) - end) * -side
    return value, closed if inward == 0 else bool(inward > 0)


@dataclass(frozen=True, eq=False)
class End:
    """One end of a space: a double, or a function of the parameters, and whether it belongs to the space."""

    expression: Expr
    closed: bool
    constant: float | None
    function: Numeric | None
    rounded: Numeric | None

    def inward(self, side: int) -> float:
        """The outermost double that may belong to the space, which lies on that ``side`` of the end; it is finite."""
        if self.constant is None or math.isinf(self.constant):
            return -side * sys.float_info.max
        return self.constant if self.closed else math.nextafter(self.constant, side * math.inf)

    def at(self, theta: Sequence[Any]) -> Any:
        """The end at ``theta``, which may hold arrays that broadcast."""
        return self.constant if self.function is None else self.function(*theta)

    def ball(self, theta: Sequence[Any]) -> Rounded:
        """The end at ``theta`` with a bound for its error; none for a number or a parameter by itself."""
        return exact(self.constant if self.rounded is None else self.rounded(*map(exact, theta)))


@dataclass(frozen=True, eq=False)
class Ends:
    """Both ends of the space of a parameter, or of the support."""

    lo: End
    hi: End
    discrete: bool


def _end(expression: Expr, closed: bool, side: int, symbols: tuple[Symbol, ...]) -> End:
    if expression.free_symbols:
        return End(expression, closed, None, compiled(expression, symbols), compiled(expression, symbols, rounded=True))
    value, closed = double_end(expression, closed, side)
    return End(expression, closed, value, None, None)


def _ends(box: Bounds, symbols: tuple[Symbol, ...]) -> Ends:
    return Ends(_end(box.lo, box.lo_closed, -1, symbols), _end(box.hi, box.hi_closed, +1, symbols), box.discrete)


@lru_cache(maxsize=1024)
def support_ends(family: Family) -> Ends:
    """Return the ends of the support as functions of the parameters; infinite where other columns set them.

    >>> from thetahat.proofs.families.bounded.uniform import UNIFORM
    >>> support_ends(UNIFORM).hi.at([0.0, 2.5])
    2.5
    """
    return _ends(moved_bounds(family), family.symbols)


@lru_cache(maxsize=1024)
def space_ends(family: Family) -> tuple[Ends, ...]:
    """Return the ends of every parameter's space as functions of the parameters.

    >>> from thetahat.proofs.families.bounded.uniform import UNIFORM
    >>> space_ends(UNIFORM)[1].lo.at([0.5, 2.5])
    0.5
    """
    return tuple(_ends(item.bounds, family.symbols) for item in family.parameters)


def require_theta(family: Family, theta: ArrayLike | Mapping[str, float]) -> tuple[float, ...]:
    """Return the parameter values as floats, inside the parameter space, or say which is not.

    Parameters
    ----------
    theta
        Shape ``(p,)`` in declared order, or a mapping from every parameter's name to its value.

    Raises
    ------
    ParameterError
        For a wrong number of values, a missing or unknown name, or a value outside its space.

    Examples
    --------
    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> require_theta(NORMAL, {"mu": 0, "sigma": 2})
    (0.0, 2.0)
    """
    point = _floats(family, in_order(family, theta))
    j = outside_space(family, point)
    if j is not None:
        item = family.parameters[j]
        raise ParameterError(f"{family.name}: {item.name} = {point[j]!r} lies outside its space {item.space}")
    return point


def outside_space(family: Family, point: Sequence[float]) -> int | None:
    """Return the place of the first value that is no point of its parameter's space, ``None`` where all are.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> outside_space(NORMAL, (0.0, -1.0))
    1
    """
    with np.errstate(all="ignore"):
        for j, (value, ends) in enumerate(zip(point, space_ends(family), strict=True)):
            if not inside(value, ends, point):
                return j
    return None


def inside(value: Any, ends: Ends, theta: Sequence[Any]) -> Any:
    """Return whether a value, or each of an array, is finite and a point of the space with these ends at ``theta``.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> inside(np.array([-1.0, 1.0]), space_ends(NORMAL)[1], [0.0, 1.0]).tolist()
    [False, True]
    """
    lo, hi = ends.lo.at(theta), ends.hi.at(theta)
    above = value >= lo if ends.lo.closed else value > lo
    below = value <= hi if ends.hi.closed else value < hi
    # Of what is not finite the difference from itself is no number; for one double this is the quickest test.
    found = above & below & (value - value == 0)
    return found & (value == np.rint(value)) if ends.discrete else found


def in_order(family: Family, theta: Any) -> Any:
    """Return the values of a mapping in declared order; anything else as it is.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> in_order(NORMAL, {"sigma": 2, "mu": 0})
    [0, 2]
    """
    if not isinstance(theta, Mapping):
        return theta
    if set(theta) != set(family.parameter_names):
        raise ParameterError(
            f"{family.name}: theta names {sorted(theta)}; it has to name {list(family.parameter_names)}"
        )
    return [theta[name] for name in family.parameter_names]


def _floats(family: Family, theta: ArrayLike) -> tuple[float, ...]:
    values = np.asarray(theta)
    names = ", ".join(family.parameter_names)
    if values.dtype.kind not in "iuf":
        raise ParameterError(f"{family.name}: theta = {theta!r} does not consist of real numbers; give {names}")
    if values.shape != (len(family.parameters),):
        raise ParameterError(
            f"{family.name}: theta has shape {values.shape}; it needs one value for each of {names}, in this order"
        )
    return tuple(float(value) for value in values)
