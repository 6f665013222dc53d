"""Arcsine: position of an oscillation at a random time, between two unknown turning points."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
a = Symbol("a", real=True)
b = Symbol("b", real=True)

ARCSINE = Family(
    name="arcsine",
    observation=x,
    support=Interval.open(a, b),
    parameters=(
        Parameter(a, S.Reals, "lower end, in the unit of x"),
        Parameter(b, Interval.open(a, oo), "upper end, in the unit of x"),
    ),
    log_density=-log(pi) - log(x - a) / 2 - log(b - x) / 2,
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 25"),),
)
