"""Hyperbolic secant: logarithm of the ratio of two independent half-normal variables, shifted and scaled."""

from sympy import Interval, S, Symbol, cosh, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
s = Symbol("s", positive=True)

HYPERBOLIC_SECANT = Family(
    name="hyperbolic_secant",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(s, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=-log(pi) - log(s) - log(cosh((x - mu) / s)),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 23"),),
)
