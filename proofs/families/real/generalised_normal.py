"""Generalised normal: error whose log-density is a known power of its distance from the centre."""

from sympy import Abs, Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

GENERALISED_NORMAL = Family(
    name="generalised_normal",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(alpha, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=log(beta) - log(2) - log(alpha) - loggamma(1 / beta) - (Abs(x - mu) / alpha) ** beta,
    sources=(
        Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 24"),
        Source("Subbotin 1923, Matematicheskii Sbornik, vol. 31, pp. 296-301"),
    ),
    constants=(Parameter(beta, Interval.open(0, oo), "known shape: 1 for Laplace, 2 for normal"),),
)
