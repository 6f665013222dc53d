"""Uniform from zero: a point between zero and an unknown end, all positions equally likely."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", nonnegative=True)
b = Symbol("b", positive=True)

UNIFORM_FROM_ZERO = Family(
    name="uniform_from_zero",
    observation=x,
    support=Interval(0, b),
    parameters=(Parameter(b, Interval.open(0, oo), "upper end, in the unit of x"),),
    log_density=-log(b),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),),
)
