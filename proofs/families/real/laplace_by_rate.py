"""Laplace by rate: two exponential tails back to back, by location and rate."""

from sympy import Abs, Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
rate = Symbol("lambda", positive=True)

LAPLACE_BY_RATE = Family(
    name="laplace_by_rate",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(rate, Interval.open(0, oo), "rate of both tails, per unit of x"),
    ),
    log_density=log(rate) - log(2) - rate * Abs(x - mu),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 24"),),
)
