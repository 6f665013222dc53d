"""Normal by variance: sum of many small independent influences, by mean and variance."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
v = Symbol("v", positive=True)

NORMAL_BY_VARIANCE = Family(
    name="normal_by_variance",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "mean, in the unit of x"),
        Parameter(v, Interval.open(0, oo), "variance, in the squared unit of x"),
    ),
    log_density=-log(2 * pi) / 2 - log(v) / 2 - (x - mu) ** 2 / (2 * v),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 13"),),
)
