"""Nakagami: strength of a radio signal that arrives on several paths, the root of a gamma variable."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
m = Symbol("m", positive=True)
omega = Symbol("Omega", positive=True)

NAKAGAMI = Family(
    name="nakagami",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(m, Interval.open(0, oo), "shape"),
        Parameter(omega, Interval.open(0, oo), "mean of the square of x"),
    ),
    log_density=log(2) + m * log(m) - loggamma(m) - m * log(omega) + (2 * m - 1) * log(x) - m * x**2 / omega,
    sources=(Source("Nakagami 1960, in: Hoffman (ed.), Statistical Methods in Radio Wave Propagation, pp. 3-36"),),
)
