"""Linear failure rate: lifetime whose failure rate grows linearly with age."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
a = Symbol("a", positive=True)
b = Symbol("b", positive=True)

LINEAR_FAILURE_RATE = Family(
    name="linear_failure_rate",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(a, Interval.open(0, oo), "failure rate at age zero, per unit of x"),
        Parameter(b, Interval.open(0, oo), "growth of the failure rate, per squared unit of x"),
    ),
    log_density=log(a + b * x) - a * x - b * x**2 / 2,
    sources=(Source("Bain 1974, Technometrics, vol. 16, pp. 551-559"),),
)
