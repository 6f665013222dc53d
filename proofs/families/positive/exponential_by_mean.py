"""Exponential by mean: waiting time for an event that occurs at a constant rate, by the mean wait."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
theta = Symbol("theta", positive=True)

EXPONENTIAL_BY_MEAN = Family(
    name="exponential_by_mean",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(theta, Interval.open(0, oo), "mean wait, in the unit of x"),),
    log_density=-log(theta) - x / theta,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 19"),),
)
