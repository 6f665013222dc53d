"""Dirichlet: K positive shares that add up to one."""

from sympy import Symbol, log, loggamma

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

k = Symbol("k", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
x = DatumComponent("x", "positive", k)
a = Component("a", "positive", k)

DIRICHLET = StructuredFamily(
    name="dirichlet",
    observation=(x,),
    parameters=(Unknown(a, "concentration of share k"),),
    log_density=loggamma(Plate(a, k, K)) - Plate(loggamma(a), k, K) + Plate((a - 1) * log(x), k, K),
    sizes=(K,),
    totals=((Plate(x, k, K), 1),),
    sources=(Source("Kotz, Balakrishnan & Johnson 2000, Continuous Multivariate Distributions, ch. 49"),),
)
