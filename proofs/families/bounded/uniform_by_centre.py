"""Uniform by centre: a point at most so far from an unknown centre, all positions equally likely."""

from sympy import Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
m = Symbol("m", real=True)
w = Symbol("w", positive=True)

UNIFORM_BY_CENTRE = Family(
    name="uniform_by_centre",
    observation=x,
    support=Interval(m - w, m + w),
    parameters=(
        Parameter(m, S.Reals, "centre, in the unit of x"),
        Parameter(w, Interval.open(0, oo), "half the length, in the unit of x"),
    ),
    log_density=-log(2 * w),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),),
)
