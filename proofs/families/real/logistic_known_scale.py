"""Logistic with known scale: growth curve of known steepness read as a distribution function."""

from sympy import Interval, S, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
s = Symbol("s", positive=True)

LOGISTIC_KNOWN_SCALE = Family(
    name="logistic_known_scale",
    observation=x,
    support=S.Reals,
    parameters=(Parameter(mu, S.Reals, "location, in the unit of x"),),
    log_density=-(x - mu) / s - log(s) - 2 * log(1 + exp(-(x - mu) / s)),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 23"),),
    constants=(Parameter(s, Interval.open(0, oo), "known scale, in the unit of x"),),
)
