"""Bernoulli: success or failure of a single trial."""

from sympy import FiniteSet, Interval, Symbol, log

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
p = Symbol("p", positive=True)

BERNOULLI = Family(
    name="bernoulli",
    observation=x,
    support=FiniteSet(0, 1),
    parameters=(Parameter(p, Interval.open(0, 1), "probability of success"),),
    log_density=x * log(p) + (1 - x) * log(1 - p),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 3"),),
)
