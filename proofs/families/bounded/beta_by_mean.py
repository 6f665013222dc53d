"""Beta by mean: a proportion, by its mean and how concentrated it is."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
mu = Symbol("mu", positive=True)
phi = Symbol("phi", positive=True)

BETA_BY_MEAN = Family(
    name="beta_by_mean",
    observation=x,
    support=Interval.open(0, 1),
    parameters=(
        Parameter(mu, Interval.open(0, 1), "mean"),
        Parameter(phi, Interval.open(0, oo), "precision, the sum of both shapes"),
    ),
    log_density=(
        (mu * phi - 1) * log(x)
        + ((1 - mu) * phi - 1) * log(1 - x)
        + loggamma(phi)
        - loggamma(mu * phi)
        - loggamma((1 - mu) * phi)
    ),
    sources=(Source("Ferrari & Cribari-Neto 2004, Journal of Applied Statistics, vol. 31, pp. 799-815"),),
)
