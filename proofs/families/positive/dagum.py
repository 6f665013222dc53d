"""Dagum: income with a power-law tail and a power law at zero, the reciprocal of a Burr variable."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
a = Symbol("a", positive=True)
b = Symbol("b", positive=True)
p = Symbol("p", positive=True)

DAGUM = Family(
    name="dagum",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(a, Interval.open(0, oo), "tail index"),
        Parameter(b, Interval.open(0, oo), "scale, in the unit of x"),
        Parameter(p, Interval.open(0, oo), "shape; the power at zero is a * p"),
    ),
    log_density=log(a) + log(p) - a * p * log(b) + (a * p - 1) * log(x) - (p + 1) * log(1 + (x / b) ** a),
    sources=(Source("Kleiber & Kotz 2003, Statistical Size Distributions in Economics and Actuarial Sciences, ch. 6"),),
)
