"""Inverse Rayleigh: reciprocal of a Rayleigh variable, a lifetime whose failure rate rises and then falls."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
theta = Symbol("theta", positive=True)

INVERSE_RAYLEIGH = Family(
    name="inverse_rayleigh",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(theta, Interval.open(0, oo), "scale, in the squared unit of x"),),
    log_density=log(2) + log(theta) - 3 * log(x) - theta / x**2,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 21"),),
)
