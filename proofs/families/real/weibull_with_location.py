"""Weibull with location: lifetime with a guaranteed part, after which the failure rate is a power of age."""

from sympy import Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
k = Symbol("k", positive=True)
scale = Symbol("lambda", positive=True)

WEIBULL_WITH_LOCATION = Family(
    name="weibull_with_location",
    observation=x,
    support=Interval.open(mu, oo),
    parameters=(
        Parameter(mu, S.Reals, "guaranteed lifetime, in the unit of x"),
        Parameter(k, Interval.open(0, oo), "shape"),
        Parameter(scale, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=log(k) - k * log(scale) + (k - 1) * log(x - mu) - ((x - mu) / scale) ** k,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 21"),),
)
