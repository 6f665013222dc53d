"""Poisson groups: K groups of counts with rates of their own."""

from sympy import Symbol, log, loggamma

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

k = Symbol("k", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
y = DatumComponent("y", "count", k)
x = DatumComponent("x", "count")
r = Component("r", "positive", k)

POISSON_GROUPS = StructuredFamily(
    name="poisson_groups",
    observation=(y, x),
    parameters=(Unknown(r, "rate of group k"),),
    log_density=Plate(y * (x * log(r) - r), k, K) - loggamma(x + 1),
    sizes=(K,),
    totals=((Plate(y, k, K), 1),),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 4"),),
)
