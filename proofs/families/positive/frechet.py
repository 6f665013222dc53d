"""Fréchet: limit of the largest of many independent values with power-law tails."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
s = Symbol("s", positive=True)

FRECHET = Family(
    name="frechet",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape, the tail index"),
        Parameter(s, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=log(alpha) + alpha * log(s) - (alpha + 1) * log(x) - (x / s) ** (-alpha),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 22"),),
)
