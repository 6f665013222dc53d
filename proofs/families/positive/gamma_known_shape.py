"""Gamma with known shape: sum of a known number of independent exponential waiting times, as in Erlang's law."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
theta = Symbol("theta", positive=True)
k = Symbol("k", positive=True)

GAMMA_KNOWN_SHAPE = Family(
    name="gamma_known_shape",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(theta, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=(k - 1) * log(x) - x / theta - loggamma(k) - k * log(theta),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 17"),),
    constants=(Parameter(k, Interval.open(0, oo), "known shape"),),
)
