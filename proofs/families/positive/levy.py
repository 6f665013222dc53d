"""Lévy: time at which a Brownian motion without drift first reaches a level."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
c = Symbol("c", positive=True)

LEVY = Family(
    name="levy",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(c, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=(log(c) - log(2 * pi) - 3 * log(x)) / 2 - c / (2 * x),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 12"),),
)
