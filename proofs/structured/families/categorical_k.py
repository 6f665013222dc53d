"""Categorical with any number of categories: which of K categories is observed, as an indicator for each."""

from sympy import Symbol, log

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

k = Symbol("k", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
y = DatumComponent("y", "count", k)
p = Component("p", "positive", k)

CATEGORICAL_K = StructuredFamily(
    name="categorical_k",
    observation=(y,),
    parameters=(Unknown(p, "probability of category k", k),),
    log_density=Plate(y * log(p), k, K),
    sizes=(K,),
    totals=((Plate(y, k, K), 1),),
    sources=(Source("Johnson, Kotz & Balakrishnan 1997, Discrete Multivariate Distributions, ch. 35"),),
)
