"""Normal by precision: sum of many small independent influences, by mean and reciprocal variance."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
tau = Symbol("tau", positive=True)

NORMAL_BY_PRECISION = Family(
    name="normal_by_precision",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "mean, in the unit of x"),
        Parameter(tau, Interval.open(0, oo), "reciprocal of the variance"),
    ),
    log_density=-log(2 * pi) / 2 + log(tau) / 2 - tau * (x - mu) ** 2 / 2,
    sources=(Source("Bernardo & Smith 1994, Bayesian Theory, section 3.2.2"),),
)
