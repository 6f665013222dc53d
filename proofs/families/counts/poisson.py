"""Poisson: number of events in a fixed time when events occur independently at a constant rate."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
rate = Symbol("lambda", positive=True)

POISSON = Family(
    name="poisson",
    observation=x,
    support=S.Naturals0,
    parameters=(Parameter(rate, Interval.open(0, oo), "expected number of events"),),
    log_density=x * log(rate) - rate - loggamma(x + 1),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 4"),),
)
