"""Pareto with known minimum: incomes above a known smallest one, with a power-law tail."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
x_m = Symbol("x_m", positive=True)

PARETO_KNOWN_MINIMUM = Family(
    name="pareto_known_minimum",
    observation=x,
    support=Interval(x_m, oo),
    parameters=(Parameter(alpha, Interval.open(0, oo), "tail index"),),
    log_density=log(alpha) + alpha * log(x_m) - (alpha + 1) * log(x),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 20"),),
    constants=(Parameter(x_m, Interval.open(0, oo), "known smallest value, in the unit of x"),),
)
