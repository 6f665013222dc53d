"""Zero-truncated Poisson: Poisson number of events, recorded only where there is at least one."""

from sympy import Interval, S, Symbol, exp, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
rate = Symbol("lambda", positive=True)

ZERO_TRUNCATED_POISSON = Family(
    name="zero_truncated_poisson",
    observation=x,
    support=S.Naturals,
    parameters=(Parameter(rate, Interval.open(0, oo), "expected number of events before truncation"),),
    log_density=x * log(rate) - rate - log(1 - exp(-rate)) - loggamma(x + 1),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 4"),),
)
