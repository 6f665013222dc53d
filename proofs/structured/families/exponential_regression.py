"""Exponential regression: a waiting time whose logarithmic mean is linear in any number of covariates."""

from sympy import Symbol, exp

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

j = Symbol("j", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
y = DatumComponent("y", "positive")
x = DatumComponent("x", "real", j)
beta = Component("beta", "real", j)
eta = Plate(beta * x, j, p)

EXPONENTIAL_REGRESSION = StructuredFamily(
    name="exponential_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j"),),
    log_density=-eta - y * exp(-eta),
    sizes=(p,),
    sources=(Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., section 8.3"),),
)
