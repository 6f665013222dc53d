"""Maxwell: speed of a gas molecule, the length of a Gaussian vector in space."""

from sympy import Interval, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
a = Symbol("a", positive=True)

MAXWELL = Family(
    name="maxwell",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(a, Interval.open(0, oo), "scale, in the unit of x"),),
    log_density=(log(2) - log(pi)) / 2 - 3 * log(a) + 2 * log(x) - x**2 / (2 * a**2),
    sources=(Source("Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. 18"),),
)
