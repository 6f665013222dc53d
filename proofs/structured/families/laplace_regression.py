"""Laplace regression: a linear response with Laplace noise of known scale, hence least absolute deviations."""

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
b = Symbol("b", positive=True)

LAPLACE_REGRESSION = StructuredFamily(
    name="laplace_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j"),),
    log_density=-log(2 * b) - Abs(y - eta) / b,
    sizes=(p,),
    known=(Unknown(b, "mean absolute size of the noise, in the unit of y"),),
    sources=(Source("Koenker & Bassett 1978, Regression Quantiles, Econometrica 46"),),
)
