"""Weibull with known shape: lifetime whose failure rate is a known power of age."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
scale = Symbol("lambda", positive=True)
k = Symbol("k", positive=True)

WEIBULL_KNOWN_SHAPE = Family(
    name="weibull_known_shape",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(scale, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=log(k) - k * log(scale) + (k - 1) * log(x) - (x / scale) ** k,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 21"),),
    constants=(Parameter(k, Interval.open(0, oo), "known shape"),),
)
