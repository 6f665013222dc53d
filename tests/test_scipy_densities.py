"""That our log-densities are SciPy's: proved in symbols from its documented densities, and compared with its numbers.

A row gives the map from our parameters to SciPy's shapes, location and scale. What SciPy documents is typed from the
notes of each distribution; its code is asked at a few points, so that a wrong note would show as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from scipy import stats
from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Interval,
    Mul,
    Piecewise,
    S,
    Symbol,
    besseli,
    cos,
    cosh,
    erfc,
    exp,
    expand,
    expand_log,
    factor,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    sqrt,
    zeta,
)

from thetahat.proofs.algebra.kernels import ZetaDerivative
from thetahat.proofs.family import Family
from thetahat.proofs.registry import family
from thetahat.verify.adapters.densities import worst_difference
from thetahat.verify.adapters.inverses import Map
from thetahat.verify.adapters.scipy import density
from thetahat.verify.adapters.scipy_rows import ROWS
from thetahat.verify.tolerance import SPECIAL_ULPS, UNIT_ROUNDOFF


def binomial(n: Expr, k: Expr) -> Expr:
    """How many subsets of size k there are."""
    return gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1)


def beta(a: Expr, b: Expr) -> Expr:
    """The beta function."""
    return gamma(a) * gamma(b) / gamma(a + b)


# The notes of each distribution in scipy.stats, version 1.17: density or probability of x, given the shapes.
DOCUMENTED: dict[str, Callable[..., Expr]] = {
    "arcsine": lambda x: 1 / (pi * sqrt(x * (1 - x))),
    "bernoulli": lambda k, p: p**k * (1 - p) ** (1 - k),
    "beta": lambda x, a, b: gamma(a + b) * x ** (a - 1) * (1 - x) ** (b - 1) / (gamma(a) * gamma(b)),
    "betaprime": lambda x, a, b: x ** (a - 1) * (1 + x) ** (-a - b) / beta(a, b),
    "binom": lambda k, n, p: binomial(n, k) * p**k * (1 - p) ** (n - k),
    "burr12": lambda x, c, d: c * d * x ** (c - 1) / (1 + x**c) ** (d + 1),
    "cauchy": lambda x: 1 / (pi * (1 + x**2)),
    "chi": lambda x, k: x ** (k - 1) * exp(-(x**2) / 2) / (2 ** (k / 2 - 1) * gamma(k / 2)),
    "chi2": lambda x, k: x ** (k / 2 - 1) * exp(-x / 2) / (2 ** (k / 2) * gamma(k / 2)),
    "expon": lambda x: exp(-x),
    "exponweib": lambda x, a, c: a * c * (1 - exp(-(x**c))) ** (a - 1) * exp(-(x**c)) * x ** (c - 1),
    "fatiguelife": lambda x, c: (x + 1) * exp(-((x - 1) ** 2) / (2 * x * c**2)) / (2 * c * sqrt(2 * pi * x**3)),
    "fisk": lambda x, c: c * x ** (c - 1) / (1 + x**c) ** 2,
    "gamma": lambda x, a: x ** (a - 1) * exp(-x) / gamma(a),
    "gengamma": lambda x, a, c: Abs(c) * x ** (c * a - 1) * exp(-(x**c)) / gamma(a),
    "gennorm": lambda x, b: b * exp(-(Abs(x) ** b)) / (2 * gamma(1 / b)),
    "geom": lambda k, p: (1 - p) ** (k - 1) * p,
    "gompertz": lambda x, c: c * exp(x) * exp(-c * (exp(x) - 1)),
    "gumbel_l": lambda x: exp(x - exp(x)),
    "gumbel_r": lambda x: exp(-(x + exp(-x))),
    "halfcauchy": lambda x: 2 / (pi * (1 + x**2)),
    "halflogistic": lambda x: 2 * exp(-x) / (1 + exp(-x)) ** 2,
    "halfnorm": lambda x: sqrt(2 / pi) * exp(-(x**2) / 2),
    "hypsecant": lambda x: 1 / (pi * cosh(x)),
    "invgamma": lambda x, a: x ** (-a - 1) * exp(-1 / x) / gamma(a),
    "invgauss": lambda x, mu: exp(-((x / mu - 1) ** 2) / (2 * x)) / sqrt(2 * pi * x**3),
    "invweibull": lambda x, c: c * x ** (-c - 1) * exp(-(x**-c)),
    "laplace": lambda x: exp(-Abs(x)) / 2,
    "laplace_asymmetric": lambda x, k: Piecewise((exp(-x * k), x >= 0), (exp(x / k), True)) / (k + 1 / k),
    "levy": lambda x: exp(-1 / (2 * x)) / sqrt(2 * pi * x**3),
    "logistic": lambda x: exp(-x) / (1 + exp(-x)) ** 2,
    "lognorm": lambda x, s: exp(-(log(x) ** 2) / (2 * s**2)) / (s * x * sqrt(2 * pi)),
    "logser": lambda k, p: -(p**k) / (k * log(1 - p)),
    "lomax": lambda x, c: c / (1 + x) ** (c + 1),
    "maxwell": lambda x: sqrt(2 / pi) * x**2 * exp(-(x**2) / 2),
    "moyal": lambda x: exp(-(x + exp(-x)) / 2) / sqrt(2 * pi),
    "nakagami": lambda x, nu: 2 * nu**nu * x ** (2 * nu - 1) * exp(-nu * x**2) / gamma(nu),
    "nbinom": lambda k, n, p: gamma(k + n) / (gamma(n) * gamma(k + 1)) * p**n * (1 - p) ** k,
    "norm": lambda x: exp(-(x**2) / 2) / sqrt(2 * pi),
    "pareto": lambda x, b: b / x ** (b + 1),
    "poisson": lambda k, mu: exp(-mu) * mu**k / gamma(k + 1),
    "powerlaw": lambda x, a: a * x ** (a - 1),
    "randint": lambda k, low, high: 1 / (high - low),
    "rayleigh": lambda x: x * exp(-(x**2) / 2),
    "skewnorm": lambda x, a: 2 * exp(-(x**2) / 2) / sqrt(2 * pi) * erfc(-a * x / sqrt(2)) / 2,
    "t": lambda x, nu: gamma((nu + 1) / 2) / (sqrt(pi * nu) * gamma(nu / 2)) * (1 + x**2 / nu) ** (-(nu + 1) / 2),
    "triang": lambda x, c: Piecewise((2 * x / c, x <= c), (2 * (1 - x) / (1 - c), True)),
    "truncexpon": lambda x, b: exp(-x) / (1 - exp(-b)),
    "uniform": lambda x: S.One,
    "vonmises": lambda x, kappa: exp(kappa * cos(x)) / (2 * pi * besseli(0, kappa)),
    "weibull_min": lambda x, c: c * x ** (c - 1) * exp(-(x**c)),
    "yulesimon": lambda k, alpha: alpha * beta(k, alpha + 1),
    "zipf": lambda k, a: k**-a / zeta(a),
}

# Ends of the standard support that depend on a shape; the others are numbers and stand in the distribution's a and b.
ENDS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "binom": lambda n, p: (0, n),
    "randint": lambda low, high: (low, high - 1),
    "truncexpon": lambda b: (0, b),
}
# Angles: SciPy's density has a period instead of a support.
PERIODIC = ("vonmises",)


def declared(name: str) -> tuple[Family, tuple[Symbol, ...]]:
    """The family, its constants and parameters."""
    found = family(name)
    return found, tuple(item.symbol for item in (*found.constants, *found.parameters))


def documented(name: str, distribution: str, mapping: Map) -> Expr:
    """SciPy's log-density in our symbols."""
    found, symbols = declared(name)
    *shapes, location, scale = (S(value) for value in mapping(*symbols))
    standard = (found.observation - location) / scale
    return log(DOCUMENTED[distribution](standard, *shapes) / (1 if found.discrete else scale))


def in_positive_symbols(name: str, difference: Expr, location: Expr) -> list[Expr]:
    """The difference with its sets turned into sign assumptions: one for each side of a corner.

    A share p becomes q / (1 + q), an end b above a becomes a plus something, and an observation its distance from the
    location, or from an end, or what divides the way between two ends.
    """
    found, _ = declared(name)
    new: dict[Symbol, Expr] = {}
    for item in (*found.constants, *found.parameters):
        q = Dummy(item.name, positive=True)
        ends = item.bounds
        if item.space == Interval.open(0, 1):
            new[item.symbol] = q / (1 + q)
        elif ends.lo.is_finite and ends.lo != 0 and ends.hi is oo and not ends.discrete:
            new[item.symbol] = ends.lo.subs(new) + q
        elif ends.lo.free_symbols:
            new[item.symbol] = ends.lo + Dummy(item.name, integer=True, nonnegative=True)
    x, u = found.observation, Dummy("u", positive=True)
    ends = found.bounds
    if name == "triangular":
        (mode,) = found.symbols
        sides = [mode * u / (1 + u), (mode + u) / (1 + u)]
    elif found.discrete or difference.has(cos):
        sides = [x]
    elif ends.lo.is_finite and ends.hi.is_finite:
        sides = [(ends.lo + ends.hi * u) / (1 + u)]
    elif ends.lo.is_finite:
        sides = [ends.lo + u]
    elif difference.has(Abs):
        sides = [location - u, location + u]
    else:
        sides = [location + Dummy("v", real=True)]
    return [difference.subs(x, side).subs(new) for side in sides]


def one_piece(term: Piecewise) -> Expr:
    """The branch taken where every symbol is one: no branch changes in the region that positive symbols span."""
    at_one = [(branch, condition.subs(dict.fromkeys(condition.free_symbols, 1))) for branch, condition in term.args]
    return next(branch for branch, condition in at_one if condition)


def is_complement_of_exponential(value: Add) -> bool:
    """Whether it is 1 - exp(-y) with a positive y, which SymPy does not see to be positive."""
    rest = 1 - value
    return isinstance(rest, exp) and bool(rest.args[0].is_negative)


def expanded(difference: Expr) -> Expr:
    """Logarithms of products and powers written out; special functions of positive numbers count as positive."""
    positive: dict[Expr, Symbol] = {}

    def opaque(value: Expr) -> Symbol:
        return positive.setdefault(value, Dummy(positive=True))

    def split(argument: Expr) -> Expr:
        return expand_log(log(Mul(*(powered(f) for f in Mul.make_args(factor(argument))))), deep=True)

    def powered(value: Expr) -> Expr:
        base, exponent = value.as_base_exp()
        return (factor(base) if isinstance(base, Add) else base) ** exponent

    there = difference.replace(lambda e: isinstance(e, Piecewise), one_piece)
    there = there.replace(loggamma, lambda value: log(gamma(value)))
    there = there.replace(lambda e: isinstance(e, Add) and is_complement_of_exponential(e), opaque)
    there = there.replace(
        lambda e: isinstance(e, (gamma, zeta, besseli, erfc)), lambda e: opaque(e.func(*(factor(a) for a in e.args)))
    )
    there = there.replace(log, split)
    return expand(expand_log(there, deep=True))


def same_support(name: str, distribution: str, mapping: Map) -> bool:
    """Whether both ends of our support are SciPy's under the map; whether they belong to it is a convention."""
    found, symbols = declared(name)
    law = getattr(stats, distribution)
    *shapes, location, scale = (S(value) for value in mapping(*symbols))
    standard = ENDS.get(distribution, lambda *_: (law.a, law.b))(*shapes)
    exact = [S(int(end)) if end in (-1, 0, 1) else S(end) for end in standard]
    theirs = [location + scale * end if end.is_finite is not False else end for end in exact]
    ends = zip((found.bounds.lo, found.bounds.hi), theirs, strict=True)
    return all(mine == other or (mine - other).expand() == 0 for mine, other in ends)


def proved_equal(name: str, distribution: str, mapping: Map) -> bool:
    """Whether the supports are the same and the difference of both log-densities simplifies to zero.

    On every side of a corner.
    """
    if distribution not in PERIODIC and not same_support(name, distribution, mapping):
        return False
    ours = declared(name)[0].log_density.replace(ZetaDerivative, lambda order, s: zeta(s))
    difference = ours - documented(name, distribution, mapping)
    location = S(mapping(*declared(name)[1])[-2])
    return all(expanded(side).simplify() == 0 for side in in_positive_symbols(name, difference, location))


@pytest.mark.parametrize("name", ROWS)
def test_the_density_is_the_documented_one(name: str) -> None:
    """The same support, and a difference of the log-densities that is zero under the map, as formulas."""
    assert proved_equal(name, *ROWS[name])


# What SPECIAL_ULPS says of one special function, relative to max(1, |value|), holds for these sums of a few: the
# largest error that was seen is 3 units.
LIMIT = SPECIAL_ULPS * 2 * UNIT_ROUNDOFF


def worst(name: str, distribution: str, mapping: Map) -> tuple[float, str]:
    """How far SciPy's numbers lie from ours, relative to 1 + |value|, and where."""
    found, _ = declared(name)
    return worst_difference(found, density(found, distribution, mapping))


@pytest.mark.parametrize("name", ROWS)
def test_scipy_computes_the_same_numbers(name: str) -> None:
    """SciPy's code, at a few points and parameters."""
    error, where = worst(name, *ROWS[name])
    assert error <= LIMIT, f"{name} and scipy.stats.{ROWS[name][0]} differ by {error:.2g} at {where}"


@pytest.mark.parametrize("name", ROWS)
def test_numbers_notice_a_wrong_scale_or_location(name: str) -> None:
    """Planted error: the scale twice as large, or for counts the location one higher."""
    distribution, right = ROWS[name]

    def wrong(*theta: Expr) -> tuple[Any, ...]:
        *shapes, location, scale = right(*theta)
        return (*shapes, location + 1, scale) if family(name).discrete else (*shapes, location, 2 * scale)

    assert worst(name, distribution, wrong)[0] > 1e6 * LIMIT


WRONG = {
    "rate for scale": ("gamma_by_rate", "gamma", lambda alpha, b: (alpha, 0, b)),
    "shapes swapped": ("beta", "beta", lambda a, b: (b, a, 0, 1)),
    "failures for trials": ("geometric_failures", "geom", lambda p: (p, 0, 1)),
    "failure for success": ("negative_binomial", "nbinom", lambda r, p: (r, 1 - p, 0, 1)),
    "variance for scale": ("normal_by_variance", "norm", lambda mu, v: (mu, v)),
    "largest for smallest": ("gumbel_minimum", "gumbel_r", lambda mu, b: (mu, b)),
    "last number for the one after it": ("discrete_uniform_interval", "randint", lambda a, b: (a, b, 0, 1)),
}


@pytest.mark.parametrize("planted", WRONG.values(), ids=WRONG)
def test_a_wrong_map_is_not_proved_equal(planted: tuple[str, str, Map]) -> None:
    """Planted errors: maps that a reader of SciPy's notes can get wrong."""
    assert not proved_equal(*planted)
    assert worst(*planted)[0] > 1e6 * LIMIT


def test_enough_families_are_compared() -> None:
    """Forty at least, each with a documented density that some row uses."""
    assert len(ROWS) >= 40
    assert set(DOCUMENTED) == {distribution for distribution, _ in ROWS.values()}
