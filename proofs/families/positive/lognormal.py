"""Lognormal: product of many small independent factors; its logarithm is Gaussian."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
mu = Symbol("mu", real=True)
sigma = Symbol("sigma", positive=True)

LOGNORMAL = Family(
    name="lognormal",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(mu, S.Reals, "mean of log x"),
        Parameter(sigma, Interval.open(0, oo), "standard deviation of log x"),
    ),
    log_density=-log(x) - log(2 * pi) / 2 - log(sigma) - (log(x) - mu) ** 2 / (2 * sigma**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 14"),),
)
