"""Normal-gamma: a precision that is gamma, and a number that is normal with a multiple of that precision."""

from sympy import Interval, S, Symbol, log, loggamma, oo, pi

from ...family import Family, Observed, Parameter, Source

x = Symbol("x", real=True)
t = Symbol("t", positive=True)
m = Symbol("m", real=True)
c = Symbol("c", positive=True)
a = Symbol("a", positive=True)
b = Symbol("b", positive=True)
positive = Interval.open(0, oo)

NORMAL_GAMMA = Family(
    name="normal_gamma",
    observation=x,
    support=S.Reals,
    also=(Observed(t, positive),),
    parameters=(
        Parameter(m, S.Reals, "mean of x, in the unit of x"),
        Parameter(c, positive, "precision of x over t"),
        Parameter(a, positive, "shape of t"),
        Parameter(b, positive, "rate of t, per unit of t"),
    ),
    log_density=log(c * t / (2 * pi)) / 2
    - c * t * (x - m) ** 2 / 2
    + a * log(b)
    - loggamma(a)
    + (a - 1) * log(t)
    - b * t,
    sources=(Source("DeGroot 1970, Optimal Statistical Decisions, section 9.6"),),
)
