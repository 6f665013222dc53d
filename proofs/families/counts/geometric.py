"""Geometric: number of independent trials up to and including the first success."""

from sympy import Interval, S, Symbol, log

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
p = Symbol("p", positive=True)

GEOMETRIC = Family(
    name="geometric",
    observation=x,
    support=S.Naturals,
    parameters=(Parameter(p, Interval.open(0, 1), "probability of success in one trial"),),
    log_density=log(p) + (x - 1) * log(1 - p),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 5"),),
)
