"""Chi-square: sum of squared standard Gaussian variables, extended to real numbers of them."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
k = Symbol("k", positive=True)

CHI_SQUARE = Family(
    name="chi_square",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(k, Interval.open(0, oo), "degrees of freedom"),),
    log_density=-k * log(2) / 2 - loggamma(k / 2) + (k / 2 - 1) * log(x) - x / 2,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 18"),),
)
