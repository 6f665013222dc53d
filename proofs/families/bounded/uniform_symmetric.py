"""Symmetric uniform: an error of either sign up to an unknown size, all errors equally likely."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
b = Symbol("b", positive=True)

UNIFORM_SYMMETRIC = Family(
    name="uniform_symmetric",
    observation=x,
    support=Interval(-b, b),
    parameters=(Parameter(b, Interval.open(0, oo), "largest size, in the unit of x"),),
    log_density=-log(2 * b),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),),
)
