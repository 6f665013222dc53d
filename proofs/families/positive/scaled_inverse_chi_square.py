"""Scaled inverse chi-square: variance after a sample of Gaussian errors, by degrees of freedom and scale."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
nu = Symbol("nu", positive=True)
s = Symbol("s", positive=True)

SCALED_INVERSE_CHI_SQUARE = Family(
    name="scaled_inverse_chi_square",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(nu, Interval.open(0, oo), "degrees of freedom"),
        Parameter(s, Interval.open(0, oo), "scale, in the unit of the root of x"),
    ),
    log_density=nu * log(nu / 2) / 2 - loggamma(nu / 2) + nu * log(s) - (nu / 2 + 1) * log(x) - nu * s**2 / (2 * x),
    sources=(Source("Gelman, Carlin, Stern, Dunson, Vehtari & Rubin 2013, Bayesian Data Analysis, appendix A"),),
)
