"""Half-Cauchy: size of a Cauchy error around zero."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
s = Symbol("s", positive=True)

HALF_CAUCHY = Family(
    name="half_cauchy",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(s, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=log(2) - log(pi) - log(s) - log(1 + x**2 / s**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 16"),),
)
