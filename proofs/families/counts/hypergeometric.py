"""Hypergeometric with unknown population: marked individuals among those caught, in each of several catches."""

from sympy import Max, Min, Range, S, Symbol, binomial, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
N = Symbol("N", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
n = Symbol("n", integer=True, positive=True)

HYPERGEOMETRIC = Family(
    name="hypergeometric",
    observation=x,
    support=Range(Max(0, K + n - N), Min(K, n) + 1),
    parameters=(Parameter(N, Range(Max(K, n), oo), "size of the population"),),
    log_density=log(binomial(K, x)) + log(binomial(N - K, n - x)) - log(binomial(N, n)),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 6"),),
    constants=(
        Parameter(K, S.Naturals, "number of marked individuals"),
        Parameter(n, S.Naturals, "number of individuals in one catch"),
    ),
)
