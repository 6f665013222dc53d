"""Generalised Poisson: number of events when each one makes the next more likely."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
theta = Symbol("theta", positive=True)
rate = Symbol("lambda", positive=True)

GENERALISED_POISSON = Family(
    name="generalised_poisson",
    observation=x,
    support=S.Naturals0,
    parameters=(
        Parameter(theta, Interval.open(0, oo), "rate of events that have no cause among the others"),
        Parameter(rate, Interval.open(0, 1), "expected number of events that one causes"),
    ),
    log_density=log(theta) + (x - 1) * log(theta + rate * x) - theta - rate * x - loggamma(x + 1),
    sources=(
        Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 7"),
        Source("Consul & Jain 1973, Technometrics, vol. 15, pp. 791-799"),
    ),
)
