"""Triangular: a proportion whose density rises linearly to its mode and falls linearly after it."""

from sympy import Interval, Piecewise, Symbol, log

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
c = Symbol("c", positive=True)

TRIANGULAR = Family(
    name="triangular",
    observation=x,
    support=Interval.open(0, 1),
    parameters=(Parameter(c, Interval.open(0, 1), "mode"),),
    log_density=log(2) + Piecewise((log(x) - log(c), x <= c), (log(1 - x) - log(1 - c), True)),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),),
)
