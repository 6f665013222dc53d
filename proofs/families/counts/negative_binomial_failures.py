"""Negative binomial failures: number of failures before a known number of successes."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
p = Symbol("p", positive=True)
r = Symbol("r", positive=True)

NEGATIVE_BINOMIAL_FAILURES = Family(
    name="negative_binomial_failures",
    observation=x,
    support=S.Naturals0,
    parameters=(Parameter(p, Interval.open(0, 1), "probability of success in one trial"),),
    log_density=loggamma(x + r) - loggamma(r) - loggamma(x + 1) + r * log(p) + x * log(1 - p),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 5"),),
    constants=(Parameter(r, Interval.open(0, oo), "known number of successes, not necessarily whole"),),
)
