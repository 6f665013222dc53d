"""Inverse Gaussian: time at which a Brownian motion with drift first reaches a level."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
mu = Symbol("mu", positive=True)
shape = Symbol("lambda", positive=True)

INVERSE_GAUSSIAN = Family(
    name="inverse_gaussian",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(mu, Interval.open(0, oo), "mean, in the unit of x"),
        Parameter(shape, Interval.open(0, oo), "shape, in the unit of x"),
    ),
    log_density=(log(shape) - log(2 * pi) - 3 * log(x)) / 2 - shape * (x - mu) ** 2 / (2 * mu**2 * x),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 15"),),
)
