"""Half-normal: size of a Gaussian error around zero."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
sigma = Symbol("sigma", positive=True)

HALF_NORMAL = Family(
    name="half_normal",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(sigma, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=(log(2) - log(pi)) / 2 - log(sigma) - x**2 / (2 * sigma**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 13"),),
)
