"""Weibull: lifetime whose failure rate is a power of age."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
k = Symbol("k", positive=True)
scale = Symbol("lambda", positive=True)

WEIBULL = Family(
    name="weibull",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(k, Interval.open(0, oo), "shape"),
        Parameter(scale, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=log(k) - k * log(scale) + (k - 1) * log(x) - (x / scale) ** k,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 21"),),
)
