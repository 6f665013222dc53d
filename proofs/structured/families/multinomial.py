"""Multinomial: how often each of K categories occurs in N draws, N known."""

from sympy import Symbol, log, loggamma

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

k = Symbol("k", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
N = Symbol("N", integer=True, positive=True)
y = DatumComponent("y", "count", k)
p = Component("p", "positive", k)

MULTINOMIAL = StructuredFamily(
    name="multinomial",
    observation=(y,),
    parameters=(Unknown(p, "probability of category k", k),),
    log_density=loggamma(N + 1) - Plate(loggamma(y + 1), k, K) + Plate(y * log(p), k, K),
    sizes=(K,),
    known=(Unknown(N, "number of draws"),),
    totals=((Plate(y, k, K), N),),
    sources=(Source("Johnson, Kotz & Balakrishnan 1997, Discrete Multivariate Distributions, ch. 35"),),
)
