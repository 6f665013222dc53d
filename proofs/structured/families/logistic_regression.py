"""Logistic regression: which of two things happens, with log-odds linear in any number of covariates."""

from sympy import Symbol, exp, log

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

j = Symbol("j", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
y = DatumComponent("y", "indicator")
x = DatumComponent("x", "real", j)
beta = Component("beta", "real", j)
eta = Plate(beta * x, j, p)

LOGISTIC_REGRESSION = StructuredFamily(
    name="logistic_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j"),),
    log_density=y * eta - log(1 + exp(eta)),
    sizes=(p,),
    sources=(Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., section 4.3"),),
)
