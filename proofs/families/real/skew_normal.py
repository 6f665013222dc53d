"""Skew normal: Gaussian variable, observed when a correlated one is positive."""

from sympy import Interval, S, Symbol, erfc, log, oo, pi, sqrt

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
xi = Symbol("xi", real=True)
omega = Symbol("omega", positive=True)
alpha = Symbol("alpha", real=True)

SKEW_NORMAL = Family(
    name="skew_normal",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(xi, S.Reals, "location, in the unit of x"),
        Parameter(omega, Interval.open(0, oo), "scale, in the unit of x"),
        Parameter(alpha, S.Reals, "slant; zero is the normal family"),
    ),
    log_density=(
        -log(2 * pi) / 2
        - log(omega)
        - (x - xi) ** 2 / (2 * omega**2)
        + log(erfc(-alpha * (x - xi) / (sqrt(2) * omega)))
    ),
    sources=(Source("Azzalini 1985, Scandinavian Journal of Statistics, vol. 12, pp. 171-178"),),
)
