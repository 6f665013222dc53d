"""Exponentiated exponential: longest of several exponential lifetimes, extended to real numbers of them."""

from sympy import Interval, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
rate = Symbol("lambda", positive=True)

EXPONENTIATED_EXPONENTIAL = Family(
    name="exponentiated_exponential",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape"),
        Parameter(rate, Interval.open(0, oo), "rate, per unit of x"),
    ),
    log_density=log(alpha) + log(rate) - rate * x + (alpha - 1) * log(1 - exp(-rate * x)),
    sources=(Source("Gupta & Kundu 1999, Australian & New Zealand Journal of Statistics, vol. 41, pp. 173-188"),),
)
