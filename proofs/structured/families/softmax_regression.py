"""Softmax regression: which of several classes is observed, with log-odds against one of them linear in covariates."""

from sympy import S, Symbol, exp, log

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

j = Symbol("j", integer=True, positive=True)
k = Symbol("k", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
y = DatumComponent("y", "indicator", k)
x = DatumComponent("x", "real", j)
beta = Component("beta", "real", k, j)
eta = Plate(beta * x, j, p)

SOFTMAX_REGRESSION = StructuredFamily(
    name="softmax_regression",
    observation=(y, x),
    parameters=(Unknown(beta, "coefficient of covariate j in the log-odds of class k against the class of reference"),),
    log_density=Plate(y * eta, k, K) - log(1 + Plate(exp(eta), k, K)),
    sizes=(K, p),
    support=((Plate(y, k, K), S.One),),
    sources=(
        Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., section 5.2.4"),
        Source("Albert & Anderson 1984, On the existence of maximum likelihood estimates, Biometrika 71"),
    ),
)
