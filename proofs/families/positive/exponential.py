"""Exponential: waiting time for an event that occurs at a constant rate."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
rate = Symbol("lambda", positive=True)

EXPONENTIAL = Family(
    name="exponential",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(rate, Interval.open(0, oo), "rate, per unit of x"),),
    log_density=log(rate) - rate * x,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 19"),),
)
