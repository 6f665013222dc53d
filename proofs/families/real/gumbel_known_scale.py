"""Gumbel with known scale: limit of the largest of many independent values whose tails have a known rate."""

from sympy import Interval, S, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
beta = Symbol("beta", positive=True)

GUMBEL_KNOWN_SCALE = Family(
    name="gumbel_known_scale",
    observation=x,
    support=S.Reals,
    parameters=(Parameter(mu, S.Reals, "location, in the unit of x"),),
    log_density=-log(beta) - (x - mu) / beta - exp(-(x - mu) / beta),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 22"),),
    constants=(Parameter(beta, Interval.open(0, oo), "known scale, in the unit of x"),),
)
