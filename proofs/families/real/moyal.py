"""Moyal: energy that a fast charged particle loses to a thin layer, approximately."""

from sympy import Interval, S, Symbol, exp, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
sigma = Symbol("sigma", positive=True)

MOYAL = Family(
    name="moyal",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(sigma, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=-log(2 * pi) / 2 - log(sigma) - (x - mu) / (2 * sigma) - exp(-(x - mu) / sigma) / 2,
    sources=(Source("Moyal 1955, Philosophical Magazine, series 7, vol. 46, pp. 263-280"),),
)
