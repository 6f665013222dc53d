"""Gamma by mean: positive response with a constant coefficient of variation."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
mu = Symbol("mu", positive=True)
nu = Symbol("nu", positive=True)

GAMMA_BY_MEAN = Family(
    name="gamma_by_mean",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(mu, Interval.open(0, oo), "mean, in the unit of x"),
        Parameter(nu, Interval.open(0, oo), "shape, the reciprocal of the squared coefficient of variation"),
    ),
    log_density=nu * log(nu) - nu * log(mu) - loggamma(nu) + (nu - 1) * log(x) - nu * x / mu,
    sources=(Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., ch. 8"),),
)
