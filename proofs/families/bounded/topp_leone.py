"""Topp-Leone: a proportion with a density that falls to zero at one, for failures early in life."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
nu = Symbol("nu", positive=True)

TOPP_LEONE = Family(
    name="topp_leone",
    observation=x,
    support=Interval.open(0, 1),
    parameters=(Parameter(nu, Interval.open(0, oo), "shape at 0"),),
    log_density=log(2) + log(nu) + log(1 - x) + (nu - 1) * (log(x) + log(2 - x)),
    sources=(Source("Topp & Leone 1955, Journal of the American Statistical Association, vol. 50, pp. 209-219"),),
)
