"""Weibull by rate: lifetime whose failure rate is a power of age, by shape and reciprocal scale."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
k = Symbol("k", positive=True)
rate = Symbol("lambda", positive=True)

WEIBULL_BY_RATE = Family(
    name="weibull_by_rate",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(k, Interval.open(0, oo), "shape"),
        Parameter(rate, Interval.open(0, oo), "rate, per unit of x"),
    ),
    log_density=log(k) + k * log(rate) + (k - 1) * log(x) - (rate * x) ** k,
    sources=(Source("Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time Data, 2nd ed., ch. 2"),),
)
