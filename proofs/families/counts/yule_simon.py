"""Yule-Simon: size of a group that grows in proportion to its size, seen at a random time."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
rho = Symbol("rho", positive=True)

YULE_SIMON = Family(
    name="yule_simon",
    observation=x,
    support=S.Naturals,
    parameters=(Parameter(rho, Interval.open(0, oo), "tail index"),),
    log_density=log(rho) + loggamma(x) + loggamma(rho + 1) - loggamma(x + rho + 1),
    sources=(
        Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions"),
        Source("Simon 1955, Biometrika, vol. 42, pp. 425-440"),
    ),
)
