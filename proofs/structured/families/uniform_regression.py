"""Uniform regression: a linear response with noise equally likely up to a bound, hence Chebyshev's criterion."""

from sympy import Abs, Symbol, log

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

j = Symbol("j", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
y = DatumComponent("y", "real")
x = DatumComponent("x", "real", j)
beta = Component("beta", "real", j)
eta = Plate(beta * x, j, p)
c = Symbol("c", positive=True)

UNIFORM_REGRESSION = StructuredFamily(
    name="uniform_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j"), Unknown(c, "largest size of the noise, in the unit of y")),
    log_density=-log(2 * c),
    sizes=(p,),
    support=((Abs(y - eta), c),),
    sources=(
        Source(
            "Krivulin 2020, Using Parameter Elimination to Solve Discrete Linear Chebyshev Approximation Problems, "
            "Mathematics 8(12), 2210"
        ),
    ),
)
