"""Truncated exponential: waiting time for an event, recorded only where it occurs by a known time."""

from sympy import Interval, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
rate = Symbol("lambda", positive=True)
T = Symbol("T", positive=True)

TRUNCATED_EXPONENTIAL = Family(
    name="truncated_exponential",
    observation=x,
    support=Interval.Lopen(0, T),
    parameters=(Parameter(rate, Interval.open(0, oo), "rate, per unit of x"),),
    log_density=log(rate) - rate * x - log(1 - exp(-rate * T)),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 19"),),
    constants=(Parameter(T, Interval.open(0, oo), "known latest time, in the unit of x"),),
)
