"""Logit-normal: a proportion whose log-odds are Gaussian."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
mu = Symbol("mu", real=True)
sigma = Symbol("sigma", positive=True)

LOGIT_NORMAL = Family(
    name="logit_normal",
    observation=x,
    support=Interval.open(0, 1),
    parameters=(
        Parameter(mu, S.Reals, "mean of the log-odds"),
        Parameter(sigma, Interval.open(0, oo), "standard deviation of the log-odds"),
    ),
    log_density=(
        -log(x) - log(1 - x) - log(2 * pi) / 2 - log(sigma) - (log(x) - log(1 - x) - mu) ** 2 / (2 * sigma**2)
    ),
    sources=(Source("Johnson 1949, Biometrika, vol. 36, pp. 149-176"),),
)
