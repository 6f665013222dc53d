"""Shifted exponential: waiting time counted from an unknown start, by the start and the mean wait after it."""

from sympy import Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
theta = Symbol("theta", positive=True)

SHIFTED_EXPONENTIAL = Family(
    name="shifted_exponential",
    observation=x,
    support=Interval(mu, oo),
    parameters=(
        Parameter(mu, S.Reals, "start, in the unit of x"),
        Parameter(theta, Interval.open(0, oo), "mean wait after the start, in the unit of x"),
    ),
    log_density=-log(theta) - (x - mu) / theta,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 19"),),
)
