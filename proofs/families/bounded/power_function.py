"""Power function: largest of several uniform values below an unknown end, extended to real numbers of them."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
b = Symbol("b", positive=True)

POWER_FUNCTION = Family(
    name="power_function",
    observation=x,
    support=Interval.Lopen(0, b),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "shape"),
        Parameter(b, Interval.open(0, oo), "upper end, in the unit of x"),
    ),
    log_density=log(alpha) + (alpha - 1) * log(x) - alpha * log(b),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 20"),),
)
