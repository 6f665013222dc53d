"""Gamma regression: a positive response of known shape whose logarithmic mean is linear in covariates."""

from sympy import Symbol, exp, log, loggamma

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

j = Symbol("j", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
y = DatumComponent("y", "positive")
x = DatumComponent("x", "real", j)
beta = Component("beta", "real", j)
eta = Plate(beta * x, j, p)
a = Symbol("a", positive=True)

GAMMA_REGRESSION = StructuredFamily(
    name="gamma_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j"),),
    log_density=a * log(a) - loggamma(a) + (a - 1) * log(y) - a * eta - a * y * exp(-eta),
    sizes=(p,),
    known=(Unknown(a, "shape"),),
    sources=(Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., section 8.3"),),
)
