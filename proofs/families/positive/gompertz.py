"""Gompertz: lifetime whose failure rate grows exponentially with age."""

from sympy import Interval, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
eta = Symbol("eta", positive=True)
b = Symbol("b", positive=True)

GOMPERTZ = Family(
    name="gompertz",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(eta, Interval.open(0, oo), "failure rate at age zero, in units of b"),
        Parameter(b, Interval.open(0, oo), "growth of the failure rate, per unit of x"),
    ),
    log_density=log(b) + log(eta) + b * x - eta * (exp(b * x) - 1),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 22"),),
)
