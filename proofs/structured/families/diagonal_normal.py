"""Diagonal normal: a vector of any dimension with independent coordinates, each with a mean and a variance."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..plates import Component, DatumComponent, Plate

k = Symbol("k", integer=True, positive=True)
K = Symbol("K", integer=True, positive=True)
x = DatumComponent("x", "real", k)
m = Component("m", "real", k)
v = Component("v", "positive", k)

DIAGONAL_NORMAL = StructuredFamily(
    name="diagonal_normal",
    observation=(x,),
    parameters=(Unknown(m, "mean of coordinate k"), Unknown(v, "variance of coordinate k")),
    log_density=Plate(-log(2 * pi) / 2 - log(v) / 2 - (x - m) ** 2 / (2 * v), k, K),
    sizes=(K,),
    sources=(Source("Bishop 2006, Pattern Recognition and Machine Learning, section 2.3"),),
)
