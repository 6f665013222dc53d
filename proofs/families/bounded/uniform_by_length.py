"""Uniform by length: a point of an interval with unknown start and length, all positions equally likely."""

from sympy import Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
a = Symbol("a", real=True)
L = Symbol("L", positive=True)

UNIFORM_BY_LENGTH = Family(
    name="uniform_by_length",
    observation=x,
    support=Interval(a, a + L),
    parameters=(
        Parameter(a, S.Reals, "lower end, in the unit of x"),
        Parameter(L, Interval.open(0, oo), "length, in the unit of x"),
    ),
    log_density=-log(L),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),),
)
