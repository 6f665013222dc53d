"""Geometric failures: number of failed independent trials before the first success."""

from sympy import Interval, S, Symbol, log

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
p = Symbol("p", positive=True)

GEOMETRIC_FAILURES = Family(
    name="geometric_failures",
    observation=x,
    support=S.Naturals0,
    parameters=(Parameter(p, Interval.open(0, 1), "probability of success in one trial"),),
    log_density=log(p) + x * log(1 - p),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 5"),),
)
