"""Birnbaum-Saunders: number of load cycles until a crack has grown to a critical length."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

BIRNBAUM_SAUNDERS = Family(
    name="birnbaum_saunders",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape"),
        Parameter(beta, Interval.open(0, oo), "scale and median, in the unit of x"),
    ),
    log_density=(
        log(x + beta)
        - log(2)
        - log(alpha)
        - log(beta) / 2
        - 3 * log(x) / 2
        - log(2 * pi) / 2
        - (x / beta + beta / x - 2) / (2 * alpha**2)
    ),
    sources=(
        Source("Birnbaum & Saunders 1969, Journal of Applied Probability, vol. 6, pp. 319-327"),
        Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 33"),
    ),
)
