"""Laplace with known location: difference of two equal independent waiting times, around a known value."""

from sympy import Abs, Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
b = Symbol("b", positive=True)
mu = Symbol("mu", real=True)

LAPLACE_KNOWN_LOCATION = Family(
    name="laplace_known_location",
    observation=x,
    support=S.Reals,
    parameters=(Parameter(b, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=-log(2) - log(b) - Abs(x - mu) / b,
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 24"),),
    constants=(Parameter(mu, S.Reals, "known location, in the unit of x"),),
)
