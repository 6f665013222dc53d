"""Normal by log-scale: sum of many small independent influences, by mean and logarithm of the standard deviation."""

from sympy import S, Symbol, exp, log, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
rho = Symbol("rho", real=True)

NORMAL_BY_LOG_SCALE = Family(
    name="normal_by_log_scale",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "mean, in the unit of x"),
        Parameter(rho, S.Reals, "logarithm of the standard deviation"),
    ),
    log_density=-log(2 * pi) / 2 - rho - (x - mu) ** 2 * exp(-2 * rho) / 2,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 13"),),
)
