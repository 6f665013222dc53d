"""Borel: total number of customers served in a busy period that starts with one of them."""

from sympy import Interval, S, Symbol, log, loggamma

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
mu = Symbol("mu", positive=True)

BOREL = Family(
    name="borel",
    observation=x,
    support=S.Naturals,
    parameters=(Parameter(mu, Interval.open(0, 1), "expected number of arrivals during one service"),),
    log_density=(x - 1) * log(mu * x) - mu * x - loggamma(x + 1),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 7"),),
)
