"""Draws what a family leaves open: parameters inside their spaces, values for its known constants, whole members."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sympy import Expr, Integer, Rational, Symbol

from ..proofs.bounds import Bounds
from ..proofs.errors import ParameterError
from ..proofs.family import Family, Parameter
from .placing import Column, Doubles, Ends, Placement, Shape, column_of, ends_of, place, shape_of

_SIMPLE = (1.0, 0.5, 2.0)
_SIMPLE_SHARES = (0.5, 0.25, 0.75)
_CONSTANTS = tuple(map(Rational, ("1", "2", "1/2", "3", "5/2", "10")))
_WHOLE_CONSTANTS = tuple(map(Integer, (1, 2, 3, 5, 10, 40)))
_CONSTANT_SHARES = tuple(map(Rational, ("1/2", "1/4", "3/4", "1/10")))


def parameters(family: Family, *, smallest: float = 1e-3, largest: float = 1e3) -> SearchStrategy[Doubles]:
    """Return a strategy of parameters, shape ``(p,)``, in declared order, each strictly inside its space.

    Simple values (1, 1/2, 2; a half, a quarter of an interval) alternate with values at every scale between
    ``smallest`` and ``largest``, and examples shrink to simple ones. Ends that depend on earlier parameters follow
    them; open ends are never reached; integers are whole.

    Parameters
    ----------
    smallest
        Least distance from a finite end; on an interval, the least share of the way between both.
    largest
        Greatest distance from a finite end, or greatest absolute value on the line.

    Raises
    ------
    ParameterError
        When a constant has no value yet, or the two scales contradict each other.

    Examples
    --------
    >>> from hypothesis import find, settings
    >>> from sympy import Interval, Reals, Symbol, log, oo
    >>> x, mu = Symbol("x", real=True), Symbol("mu", real=True)
    >>> s = Symbol("s", positive=True)
    >>> location, scale = Parameter(mu, Reals), Parameter(s, Interval.open(0, oo))
    >>> bell = Family("bell", x, Reals, (location, scale), -log(s) - (x - mu) ** 2 / (2 * s**2))
    >>> find(parameters(bell), lambda theta: True, settings=settings(database=None))
    array([0., 1.])
    """
    require_no_constants(family, "parameters")
    if not 0 < smallest <= largest < math.inf:
        raise ParameterError(
            f"{family.name}: parameters(smallest={smallest}, largest={largest}) allow no value; "
            "write 0 < smallest <= largest, both finite"
        )
    return _parameters(family, float(smallest), float(largest))


@lru_cache(maxsize=512)
def _parameters(family: Family, smallest: float, largest: float) -> SearchStrategy[Doubles]:
    columns = tuple(column_of(item.bounds) for item in family.parameters)
    coordinates = (_coordinates(column, smallest, largest) for column in columns)
    return st.tuples(*coordinates).map(lambda drawn: _placed(family, columns, drawn))


def _coordinates(column: Column, smallest: float, largest: float) -> SearchStrategy[float]:
    if column.lattice:
        return _whole_coordinates(column, largest)
    if column.shape is Shape.BETWEEN:
        share = min(smallest, 0.25)
        ends = [0.0] * column.lo_closed + [1.0] * column.hi_closed
        return st.sampled_from([*_SIMPLE_SHARES, share, 1 - share, *ends]) | st.floats(share, 1 - share)
    if column.shape is Shape.LINE:
        simple = [0.0] + [sign * value for value in _SIMPLE for sign in (1.0, -1.0) if value <= largest]
        return st.sampled_from(simple) | st.floats(-largest, largest)
    at_end = [0.0] * column.starts_closed
    simple = [value for value in _SIMPLE if smallest <= value <= largest] + at_end
    scales = st.floats(math.log10(smallest), math.log10(largest)).map(
        lambda power: min(max(float(10**power), smallest), largest)
    )
    return (st.sampled_from(simple) | scales) if simple else scales


def _whole_coordinates(column: Column, largest: float) -> SearchStrategy[float]:
    if column.points:
        return st.integers(0, column.points - 1).map(float)
    most = max(int(min(largest, 2.0**53)), 1)
    few = [value for value in (0.0, 1.0, 2.0) if value <= most]
    return st.sampled_from(few) | st.integers(-most if column.shape is Shape.LINE else 0, most).map(float)


def _placed(family: Family, columns: tuple[Column, ...], coordinates: tuple[float, ...]) -> Doubles:
    """Place one parameter after the other, since the ends of one may depend on those before it."""
    theta = np.empty(len(columns))
    values: dict[Symbol, float] = {}
    for i, (item, column, coordinate) in enumerate(zip(family.parameters, columns, coordinates, strict=True)):
        ends = _ends(item, values, family.name)
        theta[i] = place(column, Placement(ends), np.asarray(coordinate))
        values[item.symbol] = float(theta[i])
    return theta


def _ends(item: Parameter, values: dict[Symbol, float], who: str) -> Ends:
    if item.bounds.free_symbols:
        return ends_of(item.bounds, values, f"{who}: {item.symbol}")
    return _constant_ends(item.bounds, f"{who}: {item.symbol}")


@lru_cache(maxsize=1024)
def _constant_ends(bounds: Bounds, who: str) -> Ends:
    return ends_of(bounds, {}, who)


def constants(family: Family) -> SearchStrategy[dict[str, Expr]]:
    """Return a strategy of values for the known constants: exact numbers by name, ready for ``family.fix``.

    There are few of them, so that what is derived for one can be kept; they shrink to 1.

    Examples
    --------
    >>> from hypothesis import find, settings
    >>> from sympy import Interval, Naturals, Range, Symbol, log
    >>> x, n = Symbol("x", integer=True, nonnegative=True), Symbol("n", integer=True, positive=True)
    >>> p = Symbol("p", positive=True)
    >>> size, chance = Parameter(n, Naturals), Parameter(p, Interval.open(0, 1))
    >>> trials = Family(
    ...     "trials", x, Range(0, n + 1), (chance,), x * log(p) + (n - x) * log(1 - p), constants=(size,)
    ... )
    >>> find(constants(trials), lambda known: True, settings=settings(database=None))
    {'n': 1}
    """
    choices = (st.sampled_from(_constant_choices(item.bounds)) for item in family.constants)
    return st.tuples(*choices).map(lambda drawn: _constant_values(family, drawn))


def _constant_choices(bounds: Bounds) -> tuple[Expr, ...]:
    if bounds.discrete:
        return _WHOLE_CONSTANTS
    return _CONSTANT_SHARES if shape_of(bounds) is Shape.BETWEEN else _CONSTANTS


def _constant_values(family: Family, coordinates: tuple[Expr, ...]) -> dict[str, Expr]:
    values: dict[Symbol, Expr] = {}
    for item, coordinate in zip(family.constants, coordinates, strict=True):
        values[item.symbol] = _constant_value(item.bounds, values, coordinate)
    return {item.name: values[item.symbol] for item in family.constants}


def _constant_value(bounds: Bounds, known: dict[Symbol, Expr], coordinate: Expr) -> Expr:
    lo, hi = bounds.lo.subs(known), bounds.hi.subs(known)
    shape = shape_of(bounds)
    if shape is Shape.BETWEEN:
        return lo + (coordinate % (hi - lo + 1) if bounds.discrete else (hi - lo) * coordinate)
    if shape is Shape.ABOVE:
        # A size that starts at one should be able to be one.
        return lo + coordinate - (1 if bounds.discrete and lo >= 1 else 0)
    return hi - coordinate if shape is Shape.BELOW else coordinate


def instances(family: Family) -> SearchStrategy[Family]:
    """Return a strategy of the family with values for its constants; the family itself where it has none.

    >>> from hypothesis import find, settings
    >>> from sympy import Interval, Symbol, log, oo
    >>> x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
    >>> positive = Interval.open(0, oo)
    >>> waiting = Family("waiting", x, positive, (Parameter(rate, positive),), log(rate) - rate * x)
    >>> find(instances(waiting), lambda family: True, settings=settings(database=None)).name
    'waiting'
    """
    if not family.constants:
        return st.just(family)
    return constants(family).map(lambda values: _fixed(family, tuple(values.items())))


@lru_cache(maxsize=1024)
def _fixed(family: Family, values: tuple[tuple[str, Expr], ...]) -> Family:
    return family.fix(**dict(values))


def members(family: Family, *, smallest: float = 1e-3, largest: float = 1e3) -> SearchStrategy[tuple[Family, Doubles]]:
    """Return a strategy of distributions: the family with values for its constants, and a ``theta``.

    The keyword arguments are those of ``parameters``.

    Examples
    --------
    >>> from hypothesis import find, settings
    >>> from sympy import Interval, Symbol, log, oo
    >>> x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
    >>> positive = Interval.open(0, oo)
    >>> waiting = Family("waiting", x, positive, (Parameter(rate, positive),), log(rate) - rate * x)
    >>> find(members(waiting), lambda member: True, settings=settings(database=None))[1]
    array([1.])
    """
    if not family.constants:
        return st.tuples(st.just(family), parameters(family, smallest=smallest, largest=largest))
    return instances(family).flatmap(
        lambda fixed: st.tuples(st.just(fixed), parameters(fixed, smallest=smallest, largest=largest))
    )


def require_no_constants(family: Family, what: str) -> None:
    """Raise ``ParameterError`` where a known constant has no value yet."""
    if family.constants:
        names = ", ".join(f"{item.name}=..." for item in family.constants)
        raise ParameterError(
            f"{family.name}: {what} need a value for every known constant; write family.fix({names}), "
            "or draw the family itself from instances(family)"
        )
