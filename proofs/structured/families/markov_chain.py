"""Markov chain: transitions between K states, given the state that each starts from."""

from sympy import Symbol, log

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

i = Symbol("i", integer=True, positive=True)
j = Symbol("j", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
z = DatumComponent("z", "count", i, j)
p = Component("p", "positive", i, j)

MARKOV_CHAIN = StructuredFamily(
    name="markov_chain",
    observation=(z,),
    parameters=(Unknown(p, "probability of a transition from state i to state j", j),),
    log_density=Plate(Plate(z * log(p), j, K), i, K),
    sizes=(K,),
    totals=((Plate(Plate(z, j, K), i, K), 1),),
    sources=(Source("Anderson & Goodman 1957, Statistical Inference about Markov Chains, Ann. Math. Statist. 28"),),
)
