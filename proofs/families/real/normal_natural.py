"""Normal in natural parameters: sum of many small independent influences, by the factors of x and of its square."""

from sympy import Interval, S, Symbol, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
eta_1 = Symbol("eta_1", real=True)
eta_2 = Symbol("eta_2", negative=True)

NORMAL_NATURAL = Family(
    name="normal_natural",
    observation=x,
    support=S.Reals,
    parameters=(
        Parameter(eta_1, S.Reals, "factor of x"),
        Parameter(eta_2, Interval.open(-oo, 0), "factor of the square of x"),
    ),
    log_density=-log(2 * pi) / 2 + log(-2 * eta_2) / 2 + eta_1 * x + eta_2 * x**2 + eta_1**2 / (4 * eta_2),
    sources=(Source("Barndorff-Nielsen 1978, Information and Exponential Families in Statistical Theory, ch. 8"),),
)
