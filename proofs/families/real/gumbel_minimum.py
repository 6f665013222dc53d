"""Gumbel minimum: limit of the smallest of many independent values with exponential tails."""

from sympy import Interval, S, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
beta = Symbol("beta", positive=True)

GUMBEL_MINIMUM = Family(
    name="gumbel_minimum",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(beta, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=-log(beta) + (x - mu) / beta - exp((x - mu) / beta),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 22"),),
)
