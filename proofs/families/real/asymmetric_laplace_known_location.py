"""Asymmetric Laplace with known location: two exponential tails of different rates, back to back at a known point."""

from sympy import Abs, Interval, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
rate = Symbol("lambda", positive=True)
kappa = Symbol("kappa", positive=True)
mu = Symbol("mu", real=True)

ASYMMETRIC_LAPLACE_KNOWN_LOCATION = Family(
    name="asymmetric_laplace_known_location",
    observation=x,
    support=S.Reals,
    parameters=(
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
    constants=(Parameter(mu, S.Reals, "known location, in the unit of x"),),
)
