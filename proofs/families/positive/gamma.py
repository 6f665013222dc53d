"""Gamma: sum of independent exponential waiting times, extended to real numbers of them."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
k = Symbol("k", positive=True)
theta = Symbol("theta", positive=True)

GAMMA = Family(
    name="gamma",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(k, Interval.open(0, oo), "shape"),
        Parameter(theta, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=(k - 1) * log(x) - x / theta - loggamma(k) - k * log(theta),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 17"),),
)
