"""Uniform of unit length: a point of an interval of length one at an unknown position."""

from sympy import Interval, S, Symbol

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
theta = Symbol("theta", real=True)

UNIFORM_UNIT_LENGTH = Family(
    name="uniform_unit_length",
    observation=x,
    support=Interval(theta, theta + 1),
    parameters=(Parameter(theta, S.Reals, "lower end, in the unit of x"),),
    log_density=S.Zero,
    sources=(
        Source("Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. 26"),
        Source("Casella & Berger 2002, Statistical Inference, section 7.2.2"),
    ),
)
