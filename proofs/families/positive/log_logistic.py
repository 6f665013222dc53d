"""Log-logistic: lifetime whose odds of having ended are a power of age."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)

LOG_LOGISTIC = Family(
    name="log_logistic",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(
        Parameter(alpha, Interval.open(0, oo), "scale and median, in the unit of x"),
        Parameter(beta, Interval.open(0, oo), "shape"),
    ),
    log_density=log(beta) - beta * log(alpha) + (beta - 1) * log(x) - 2 * log(1 + (x / alpha) ** beta),
    sources=(Source("Kleiber & Kotz 2003, Statistical Size Distributions in Economics and Actuarial Sciences, ch. 6"),),
)
