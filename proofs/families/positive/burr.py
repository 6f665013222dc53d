"""Burr: lifetime or income with a power-law tail, of type XII in Burr's list."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
c = Symbol("c", positive=True)
k = Symbol("k", positive=True)

BURR = Family(
    name="burr",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(c, Interval.open(0, oo), "shape at zero"),
        Parameter(k, Interval.open(0, oo), "shape; the tail index is c * k"),
    ),
    log_density=log(c) + log(k) + (c - 1) * log(x) - (k + 1) * log(1 + x**c),
    sources=(
        Source("Burr 1942, Annals of Mathematical Statistics, vol. 13, pp. 215-232"),
        Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 12"),
    ),
)
