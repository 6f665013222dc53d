"""Shifted Rayleigh: length of a planar Gaussian vector, counted from an unknown origin."""

from sympy import Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
sigma = Symbol("sigma", positive=True)

RAYLEIGH_SHIFTED = Family(
    name="rayleigh_shifted",
    observation=x,
    support=Interval.open(mu, oo),
    parameters=(
        Parameter(mu, S.Reals, "origin, in the unit of x"),
        Parameter(sigma, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=log(x - mu) - 2 * log(sigma) - (x - mu) ** 2 / (2 * sigma**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 18"),),
)
