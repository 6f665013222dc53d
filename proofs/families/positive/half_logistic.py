"""Half-logistic: size of a logistic error around zero."""

from sympy import Interval, Symbol, exp, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
s = Symbol("s", positive=True)

HALF_LOGISTIC = Family(
    name="half_logistic",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(s, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=log(2) - log(s) - x / s - 2 * log(1 + exp(-x / s)),
    sources=(Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 23"),),
)
