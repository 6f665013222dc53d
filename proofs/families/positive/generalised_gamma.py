"""Generalised gamma: a power of a gamma variable, among them Weibull, half-normal and chi."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
a = Symbol("a", positive=True)
d = Symbol("d", positive=True)
p = Symbol("p", positive=True)

GENERALISED_GAMMA = Family(
    name="generalised_gamma",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(a, Interval.open(0, oo), "scale, in the unit of x"),
        Parameter(d, Interval.open(0, oo), "shape at zero"),
        Parameter(p, Interval.open(0, oo), "power in the exponent"),
    ),
    log_density=log(p) - d * log(a) + (d - 1) * log(x) - (x / a) ** p - loggamma(d / p),
    sources=(
        Source("Stacy 1962, Annals of Mathematical Statistics, vol. 33, pp. 1187-1192"),
        Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 17"),
    ),
)
