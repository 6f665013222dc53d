"""One-way layout: K groups of normal observations with means of their own and a common variance."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

k = Symbol("k", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
y = DatumComponent("y", "count", k)
x = DatumComponent("x", "real")
m = Component("m", "real", k)
v = Symbol("v", positive=True)

NORMAL_GROUPS = StructuredFamily(
    name="normal_groups",
    observation=(y, x),
    parameters=(Unknown(m, "mean of group k"), Unknown(v, "variance within groups")),
    log_density=-log(2 * pi) / 2 - log(v) / 2 - Plate(y * (x - m) ** 2, k, K) / (2 * v),
    sizes=(K,),
    totals=((Plate(y, k, K), 1),),
    sources=(Source("Scheffe 1959, The Analysis of Variance, ch. 3"),),
)
