"""Inverse Gaussian with mean equal to shape: first passage of a Brownian motion with unit drift and variance."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
mu = Symbol("mu", positive=True)

INVERSE_GAUSSIAN_MEAN_EQUALS_SHAPE = Family(
    name="inverse_gaussian_mean_equals_shape",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(mu, Interval.open(0, oo), "mean and shape, in the unit of x"),),
    log_density=(log(mu) - log(2 * pi) - 3 * log(x)) / 2 - (x - mu) ** 2 / (2 * mu * x),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 15"),),
)
