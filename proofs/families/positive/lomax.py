"""Lomax: excess over a threshold with a power-law tail, a Pareto variable that starts at zero."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
scale = Symbol("lambda", positive=True)

LOMAX = Family(
    name="lomax",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "tail index"),
        Parameter(scale, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=log(alpha) - log(scale) - (alpha + 1) * log(1 + x / scale),
    sources=(
        Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 20"),
        Source("Lomax 1954, Journal of the American Statistical Association, vol. 49, pp. 847-852"),
    ),
)
