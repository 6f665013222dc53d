"""Kumaraswamy: a proportion, such as the filling of a reservoir, with a simple distribution function."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
a = Symbol("a", positive=True)
b = Symbol("b", positive=True)

KUMARASWAMY = Family(
    name="kumaraswamy",
    observation=x,
    support=Interval.open(0, 1),
    parameters=(
        Parameter(a, Interval.open(0, oo), "shape at 0"),
        Parameter(b, Interval.open(0, oo), "shape at 1"),
    ),
    log_density=log(a) + log(b) + (a - 1) * log(x) + (b - 1) * log(1 - x**a),
    sources=(Source("Kumaraswamy 1980, Journal of Hydrology, vol. 46, pp. 79-88"),),
)
