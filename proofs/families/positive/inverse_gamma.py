"""Inverse gamma: reciprocal of a gamma variable, the usual prior for a variance."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

INVERSE_GAMMA = Family(
    name="inverse_gamma",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape"),
        Parameter(beta, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=alpha * log(beta) - loggamma(alpha) - (alpha + 1) * log(x) - beta / x,
    sources=(Source("Gelman, Carlin, Stern, Dunson, Vehtari & Rubin 2013, Bayesian Data Analysis, appendix A"),),
)
