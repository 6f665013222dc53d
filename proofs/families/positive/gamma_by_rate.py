"""Gamma by rate: sum of independent exponential waiting times, by shape and rate."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

GAMMA_BY_RATE = Family(
    name="gamma_by_rate",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape"),
        Parameter(beta, Interval.open(0, oo), "rate, per unit of x"),
    ),
    log_density=alpha * log(beta) - loggamma(alpha) + (alpha - 1) * log(x) - beta * x,
    sources=(Source("Gelman, Carlin, Stern, Dunson, Vehtari & Rubin 2013, Bayesian Data Analysis, appendix A"),),
)
