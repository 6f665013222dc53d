"""Uniform: a point of an interval with unknown ends, all positions equally likely."""

from sympy import Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
a = Symbol("a", real=True)
b = Symbol("b", real=True)

UNIFORM = Family(
    name="uniform",
    observation=x,
    support=Interval(a, b),
    parameters=(
        Parameter(a, S.Reals, "lower end, in the unit of x"),
        Parameter(b, Interval.open(a, oo), "upper end, in the unit of x"),
    ),
    log_density=-log(b - a),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),),
)
