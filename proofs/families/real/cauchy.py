"""Cauchy: where a ray from a fixed point, in a random direction, meets a line; it has no mean."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
x_0 = Symbol("x_0", real=True)
gamma = Symbol("gamma", positive=True)

CAUCHY = Family(
    name="cauchy",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(x_0, S.Reals, "location, in the unit of x"),
        Parameter(gamma, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=-log(pi) - log(gamma) - log(1 + (x - x_0) ** 2 / gamma**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 16"),),
)
