"""Normal: sum of many small independent influences, by mean and standard deviation."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
sigma = Symbol("sigma", positive=True)

NORMAL = Family(
    name="normal",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "mean, in the unit of x"),
        Parameter(sigma, Interval.open(0, oo), "standard deviation, in the unit of x"),
    ),
    log_density=-log(2 * pi) / 2 - log(sigma) - (x - mu) ** 2 / (2 * sigma**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 13"),),
)
