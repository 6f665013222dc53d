"""Beta with known second shape: a proportion whose behaviour at one is known."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

BETA_KNOWN_SECOND = Family(
    name="beta_known_second",
    observation=x,
    support=Interval.open(0, 1),
    parameters=(Parameter(alpha, Interval.open(0, oo), "shape at 0"),),
    log_density=(
        (alpha - 1) * log(x) + (beta - 1) * log(1 - x) + loggamma(alpha + beta) - loggamma(alpha) - loggamma(beta)
    ),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 25"),),
    constants=(Parameter(beta, Interval.open(0, oo), "known shape at 1"),),
)
