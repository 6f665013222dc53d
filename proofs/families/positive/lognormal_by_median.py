"""Lognormal by median: product of many small independent factors, by its median."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
m = Symbol("m", positive=True)
sigma = Symbol("sigma", positive=True)

LOGNORMAL_BY_MEDIAN = Family(
    name="lognormal_by_median",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(m, Interval.open(0, oo), "median, in the unit of x"),
        Parameter(sigma, Interval.open(0, oo), "standard deviation of log x"),
    ),
    log_density=-log(x) - log(2 * pi) / 2 - log(sigma) - (log(x) - log(m)) ** 2 / (2 * sigma**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 14"),),
)
