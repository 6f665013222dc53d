"""Zero-inflated Poisson: Poisson number of events, or a zero for another reason."""

from sympy import Eq, Interval, Piecewise, S, Symbol, exp, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
w = Symbol("w", positive=True)
rate = Symbol("lambda", positive=True)

ZERO_INFLATED_POISSON = Family(
    name="zero_inflated_poisson",
    observation=x,
    support=S.Naturals0,
    parameters=(
        Parameter(w, Interval.open(0, 1), "probability of a zero for another reason"),
        Parameter(rate, Interval.open(0, oo), "expected number of events otherwise"),
    ),
    log_density=Piecewise(
        (log(w + (1 - w) * exp(-rate)), Eq(x, 0)), (log(1 - w) + x * log(rate) - rate - loggamma(x + 1), True)
    ),
    sources=(
        Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 8"),
        Source("Lambert 1992, Technometrics, vol. 34, pp. 1-14"),
    ),
)
