"""Student's t: Gaussian error whose precision varies, with known degrees of freedom."""

from sympy import Interval, S, Symbol, log, loggamma, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
s = Symbol("s", positive=True)
nu = Symbol("nu", positive=True)

STUDENT_T = Family(
    name="student_t",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(mu, S.Reals, "location, in the unit of x"),
        Parameter(s, Interval.open(0, oo), "scale, in the unit of x"),
    ),
    log_density=(
        loggamma((nu + 1) / 2)
        - loggamma(nu / 2)
        - log(pi * nu) / 2
        - log(s)
        - (nu + 1) * log(1 + (x - mu) ** 2 / (nu * s**2)) / 2
    ),
    sources=(
        Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 28"),
        Source("Lange, Little & Taylor 1989, Journal of the American Statistical Association, vol. 84, pp. 881-896"),
    ),
    constants=(Parameter(nu, Interval.open(0, oo), "known degrees of freedom"),),
)
