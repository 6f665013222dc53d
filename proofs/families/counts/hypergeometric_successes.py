"""Hypergeometric with unknown successes: marked individuals caught, of an unknown number in a known population."""

from sympy import Max, Min, Range, S, Symbol, binomial, log

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
N = Symbol("N", integer=True, positive=True)
K = Symbol("K", integer=True, nonnegative=True)
n = Symbol("n", integer=True, positive=True)

HYPERGEOMETRIC_SUCCESSES = Family(
    name="hypergeometric_successes",
    observation=x,
    support=Range(Max(0, K + n - N), Min(K, n) + 1),
    parameters=(Parameter(K, Range(0, N + 1), "number of marked individuals"),),
    log_density=log(binomial(K, x)) + log(binomial(N - K, n - x)) - log(binomial(N, n)),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 6"),),
    constants=(
        Parameter(N, S.Naturals, "size of the population"),
        Parameter(n, Range(1, N + 1), "number of individuals in one catch"),
    ),
)
