"""Linear regression: a response on a straight line in one covariate, with Gaussian noise."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

y = Symbol("y", real=True)
x = Symbol("x", real=True)
alpha = Symbol("alpha", real=True)
beta = Symbol("beta", real=True)
sigma = Symbol("sigma", positive=True)

LINEAR_REGRESSION = Family(
    name="linear_regression",
    observation=y,
    support=S.Reals,
    parameters=(
        Parameter(alpha, S.Reals, "intercept, in the unit of y"),
        Parameter(beta, S.Reals, "slope, in units of y per unit of x"),
        Parameter(sigma, Interval.open(0, oo), "standard deviation of the noise, in the unit of y"),
    ),
    log_density=-log(2 * pi) / 2 - log(sigma) - (y - alpha - beta * x) ** 2 / (2 * sigma**2),
    sources=(Source("Casella & Berger 2002, Statistical Inference, section 11.3"),),
    covariates=(x,),
)
