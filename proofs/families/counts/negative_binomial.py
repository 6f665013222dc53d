"""Negative binomial: number of failures before a given number of successes, extended to real numbers of successes."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
r = Symbol("r", positive=True)
p = Symbol("p", positive=True)

NEGATIVE_BINOMIAL = Family(
    name="negative_binomial",
    observation=x,
    support=S.Naturals0,
    parameters=(
        Parameter(r, Interval.open(0, oo), "number of successes, not necessarily whole"),
        Parameter(p, Interval.open(0, 1), "probability of success in one trial"),
    ),
    log_density=loggamma(x + r) - loggamma(r) - loggamma(x + 1) + r * log(p) + x * log(1 - p),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 5"),),
)
