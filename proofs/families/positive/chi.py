"""Chi: length of a standard Gaussian vector, extended to real numbers of dimensions."""

from sympy import Interval, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
k = Symbol("k", positive=True)

CHI = Family(
    name="chi",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(k, Interval.open(0, oo), "degrees of freedom"),),
    log_density=(1 - k / 2) * log(2) - loggamma(k / 2) + (k - 1) * log(x) - x**2 / 2,
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 18"),),
)
