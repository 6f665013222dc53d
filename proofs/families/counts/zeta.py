"""Zeta: rank or size whose frequency falls as a power of it, without an upper limit."""

from sympy import Interval, S, Symbol, log, oo, zeta

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
s = Symbol("s", positive=True)

ZETA = Family(
    name="zeta",
    observation=x,
    support=S.Naturals,
    parameters=(Parameter(s, Interval.open(1, oo), "exponent"),),
    log_density=-s * log(x) - log(zeta(s)),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 11"),),
)
