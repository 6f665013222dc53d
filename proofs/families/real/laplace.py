"""Laplace: two exponential tails back to back, the difference of two equal independent waiting times."""

from sympy import Abs, Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
b = Symbol("b", positive=True)

LAPLACE = Family(
    name="laplace",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(b, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=-log(2) - log(b) - Abs(x - mu) / b,
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 24"),),
)
