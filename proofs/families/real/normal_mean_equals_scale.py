"""Normal with mean equal to scale: measurement whose standard deviation is its mean, a curved family."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
theta = Symbol("theta", positive=True)

NORMAL_MEAN_EQUALS_SCALE = Family(
    name="normal_mean_equals_scale",
    observation=x,
    support=S.Reals,
    parameters=(Parameter(theta, Interval.open(0, oo), "mean and standard deviation, in the unit of x"),),
    log_density=-log(2 * pi) / 2 - log(theta) - (x - theta) ** 2 / (2 * theta**2),
    sources=(Source("Khan 1968, Journal of the American Statistical Association, vol. 63, pp. 1039-1041"),),
)
