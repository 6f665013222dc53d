"""Negative binomial by mean: overdispersed count, a Poisson one whose rate varies like a gamma variable."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
mu = Symbol("mu", positive=True)
r = Symbol("r", positive=True)

NEGATIVE_BINOMIAL_BY_MEAN = Family(
    name="negative_binomial_by_mean",
    observation=x,
    support=S.Naturals0,
    parameters=(
        Parameter(mu, Interval.open(0, oo), "mean"),
        Parameter(r, Interval.open(0, oo), "shape of the rate; the variance is mu + mu**2 / r"),
    ),
    log_density=loggamma(x + r) - loggamma(r) - loggamma(x + 1) + r * log(r) + x * log(mu) - (r + x) * log(r + mu),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 5"),),
)
