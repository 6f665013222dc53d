"""Which exact values to try: generic parameters inside their spaces, and data inside the support."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from random import Random

from sympy import Abs, Expr, Integer, Max, Min, Rational, Symbol, ceiling, default_sort_key, expand, oo

from .bounds import Bounds
from .errors import DeclarationError
from .family import Family

# Different prime denominators, so that no two drawn values stand in a simple ratio by accident.
_PRIMES = (61, 67, 71, 73, 79, 83, 89, 97)
# Whole numbers are drawn from the first so many of their set: enough to tell them apart, small enough to sum over.
_RUN = 12
# How far from its only end a value is drawn at most.
_WIDTH = 3
# Irrational ends, such as pi, are bracketed to so many digits before a rational number is drawn between them.
_DIGITS = 30


def parameter_points(family: Family, count: int, seed: int) -> list[dict[Symbol, Rational]]:
    """Return ``count`` generic rational parameter values, each with the constants, inside the spaces.

    The same seed gives the same values. Every value lies in the interior of its space, whose ends
    are taken at the values drawn before it.

    Raises
    ------
    DeclarationError
        When a space is empty at the values drawn before it.

    Examples
    --------
    >>> from thetahat.proofs.families.bounded.uniform import UNIFORM
    >>> all(point[a] < point[b] for a, b in [UNIFORM.symbols] for point in parameter_points(UNIFORM, 5, seed=1))
    True
    """
    rng = Random(f"parameters {seed}")
    points = []
    for _ in range(count):
        values: dict[Symbol, Rational] = {}
        for item in (*family.constants, *family.parameters):
            ends = at(item.bounds, values)
            values[item.symbol] = _inside(ends, rng, (family.name, "the space", item.space, "of", item.symbol), values)
        points.append(values)
    return points


def data_points(family: Family, theta: Mapping[Symbol, Expr], count: int, seed: int) -> list[dict[Symbol, Rational]]:
    """Return ``count`` rational data points inside the support at ``theta``, with a value for every column.

    ``theta`` holds the parameters and the constants, as ``parameter_points`` gives them. Covariates lie in their
    spaces. The points are generic, not random draws from the density.

    Raises
    ------
    DeclarationError
        When the support is empty at ``theta``.

    Examples
    --------
    >>> from thetahat.proofs.families.counts.bernoulli import BERNOULLI
    >>> theta = parameter_points(BERNOULLI, 1, seed=1)[0]
    >>> sorted({int(point[BERNOULLI.observation]) for point in data_points(BERNOULLI, theta, 9, seed=1)})
    [0, 1]
    """
    rng = Random(f"data {seed}")  # not the stream of the parameters, or x could hit a location exactly
    points = []
    for _ in range(count):
        values: dict[Symbol, Rational] = {}
        for one in family.also:
            values[one.symbol] = _inside(at(one.bounds, theta), rng, (family.name, "the support", one.support), theta)
        for item in family.covariates:
            values[item.symbol] = _inside(item.bounds, rng, (family.name, "covariate", item.symbol), {})
        known = {**theta, **values}
        ends = _around(at(family.bounds, known), _kinks(family), rng)
        observed = _inside(ends, rng, (family.name, "the support", family.support), known)
        points.append({family.observation: observed, **values})
    return points


@lru_cache(maxsize=512)
def _kinks(family: Family) -> tuple[Rational, ...]:
    """The numbers at which a modulus or an extreme in the density changes sides."""
    x = family.observation
    nodes = family.log_density.atoms(Abs, Max, Min)
    sides = [node.args[0] - (0 if isinstance(node, Abs) else node.args[1]) for node in nodes]
    lines = [side for side in sides if side.free_symbols == {x} and side.diff(x).is_Rational]
    places = {x - side / side.diff(x) for side in lines if side.diff(x) != 0}
    return tuple(sorted((place for place in map(expand, places) if place.is_Rational), key=default_sort_key))


def _around(ends: Bounds, kinks: tuple[Rational, ...], rng: Random) -> Bounds:
    """The support, or the part of it around one of the kinks, on both sides of which data have to be seen."""
    kink = rng.choice((None, *kinks)) if kinks and not ends.discrete else None
    if kink is None or not ends.lo < kink < ends.hi:
        return ends
    return Bounds(Max(ends.lo, kink - _WIDTH), Min(ends.hi, kink + _WIDTH), False, False, False)


def at(ends: Bounds, values: Mapping[Symbol, Expr]) -> Bounds:
    """Return the ends with the values put in for their symbols.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> a = Symbol("a", real=True)
    >>> at(bounds(Interval(a, a + 1)), {a: Integer(2)}).hi
    3
    """
    if not ends.free_symbols:
        return ends
    lo, hi = ends.lo.xreplace(values), ends.hi.xreplace(values)
    return Bounds(lo, hi, ends.lo_closed, ends.hi_closed, ends.discrete)


def _inside(ends: Bounds, rng: Random, who: tuple[object, ...], values: Mapping[Symbol, Expr]) -> Rational:
    lo, hi = ends.lo, ends.hi
    if not (lo.is_extended_real and hi.is_extended_real):
        raise _unfit(who, values, f"its ends are {lo} and {hi}, which are not real numbers")
    if ends.discrete:
        first, last = ceiling(lo), -ceiling(-hi)
        if first > last:
            raise _unfit(who, values, f"it is empty, since it runs from {lo} to {hi}")
        return _whole(first, last, rng)
    if not lo < hi:
        raise _unfit(who, values, f"it is empty, since its ends are {lo} and {hi}")
    if lo == -oo and hi == oo:
        return _rational(rng, Fraction(-5, 2), Fraction(5, 2))
    low = _bracketed(lo, 1) if lo != -oo else _bracketed(hi, -1) - _WIDTH
    high = _bracketed(hi, -1) if hi != oo else _bracketed(lo, 1) + _WIDTH
    # A tenth is left at each end: a value next to an end makes densities degenerate and quadrature slow.
    margin = (high - low) / 10
    return _rational(rng, low + margin, high - margin)


def _unfit(who: tuple[object, ...], values: Mapping[Symbol, Expr], why: str) -> DeclarationError:
    """The error about a set, which ``who`` names; put together only where it is needed, for printing takes long."""
    name, *words = who
    where = f"at {written(values)}" if values else "as declared"
    return DeclarationError(f"{name}: {' '.join(map(str, words))}: {where} {why}")


def _whole(first: Expr, last: Expr, rng: Random) -> Rational:
    if first == -oo and last == oo:
        return Integer(rng.randint(-(_RUN // 2), _RUN // 2))
    if first == -oo:
        return last - rng.randrange(_RUN)
    return first + rng.randint(0, min(_RUN, int(last - first)) if last != oo else _RUN)


def _rational(rng: Random, low: Fraction, high: Fraction) -> Rational:
    """A rational number from ``low`` to ``high``, no whole number; over a single prime if one lies there."""
    prime = rng.choice(_PRIMES)
    numerators = [m for m in range(ceil(low * prime), floor(high * prime) + 1) if m % prime]
    share = Fraction(rng.randint(1, prime - 1), prime)
    drawn = Fraction(rng.choice(numerators), prime) if numerators else low + (high - low) * share
    return Rational(drawn.numerator, drawn.denominator)


def _bracketed(end: Expr, direction: int) -> Fraction:
    """The end as a fraction; an irrational one is moved inwards by less than can matter."""
    if end.is_Rational:
        return Fraction(int(end.p), int(end.q))
    scale = 10**_DIGITS
    return Fraction(int(ceiling(end * scale)) - (1 if direction < 0 else 0), scale)


def written(values: Mapping[Symbol, Expr]) -> str:
    """Return the values as they read in a message.

    >>> written({Symbol("k"): Integer(2), Symbol("theta"): Rational(1, 3)})
    'k = 2, theta = 1/3'
    """
    return ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
