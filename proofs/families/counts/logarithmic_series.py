"""Logarithmic series: number of individuals of a species in a random collection."""

from sympy import Interval, S, Symbol, log

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
p = Symbol("p", positive=True)

LOGARITHMIC_SERIES = Family(
    name="logarithmic_series",
    observation=x,
    support=S.Naturals,
    parameters=(Parameter(p, Interval.open(0, 1), "ratio that successive probabilities approach"),),
    log_density=x * log(p) - log(x) - log(-log(1 - p)),
    sources=(
        Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 7"),
        Source("Fisher, Corbet & Williams 1943, Journal of Animal Ecology, vol. 12, pp. 42-58"),
    ),
)
