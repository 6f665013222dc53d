"""Poisson regression: a count whose logarithmic mean is linear in any number of covariates."""

from sympy import Symbol, exp, loggamma

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

j = Symbol("j", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
y = DatumComponent("y", "count")
x = DatumComponent("x", "real", j)
beta = Component("beta", "real", j)
eta = Plate(beta * x, j, p)

POISSON_REGRESSION = StructuredFamily(
    name="poisson_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j"),),
    log_density=y * eta - exp(eta) - loggamma(y + 1),
    sizes=(p,),
    sources=(Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., section 6.2"),),
)
