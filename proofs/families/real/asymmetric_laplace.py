"""Asymmetric Laplace: two exponential tails of different rates back to back."""

from sympy import Abs, Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
rate = Symbol("lambda", positive=True)
kappa = Symbol("kappa", positive=True)

ASYMMETRIC_LAPLACE = Family(
    name="asymmetric_laplace",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(rate, Interval.open(0, oo), "rate, the geometric mean of both tails' rates, per unit of x"),
        Parameter(kappa, Interval.open(0, oo), "asymmetry, the root of the ratio of the tails' rates"),
    ),
    log_density=(
        log(rate)
        + log(kappa)
        - log(1 + kappa**2)
        - rate * (kappa * (Abs(x - mu) + x - mu) + (Abs(x - mu) - x + mu) / kappa) / 2
    ),
    sources=(Source("Kotz, Kozubowski & Podgórski 2001, The Laplace Distribution and Generalizations, ch. 3"),),
)
