"""Binomial with unknown size: number of successes in an unknown number of independent trials."""

from sympy import Interval, Range, S, Symbol, log, loggamma

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
n = Symbol("n", integer=True, positive=True)
p = Symbol("p", positive=True)

BINOMIAL_BOTH = Family(
    name="binomial_both",
    observation=x,
    support=Range(0, n + 1),
    parameters=(
        Parameter(n, S.Naturals, "number of trials"),
        Parameter(p, Interval.open(0, 1), "probability of success in one trial"),
    ),
    log_density=loggamma(n + 1) - loggamma(x + 1) - loggamma(n - x + 1) + x * log(p) + (n - x) * log(1 - p),
    sources=(
        Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 3"),
        Source("Olkin, Petkau & Zidek 1981, Journal of the American Statistical Association, vol. 76, pp. 637-642"),
    ),
)
