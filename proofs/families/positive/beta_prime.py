"""Beta prime: odds of a beta proportion, the ratio of two independent gamma variables."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

BETA_PRIME = Family(
    name="beta_prime",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape at zero"),
        Parameter(beta, Interval.open(0, oo), "tail index"),
    ),
    log_density=(
        (alpha - 1) * log(x) - (alpha + beta) * log(1 + x) + loggamma(alpha + beta) - loggamma(alpha) - loggamma(beta)
    ),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 25"),),
)
