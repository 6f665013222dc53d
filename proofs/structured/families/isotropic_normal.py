"""Isotropic normal: a vector of any dimension with independent coordinates of one common variance."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Matrix, Trace, Transposed

p = Symbol("p", integer=True, positive=True)
x = Datum("x", p)
mu = Matrix("mu", p)
v = Symbol("v", positive=True)

ISOTROPIC_NORMAL = StructuredFamily(
    name="isotropic_normal",
    observation=(x,),
    parameters=(Unknown(mu, "mean"), Unknown(v, "variance of each coordinate")),
    log_density=-p * log(2 * pi) / 2 - p * log(v) / 2 - Trace((x - mu) * Transposed(x - mu)) / (2 * v),
    sizes=(p,),
    sources=(Source("Bishop 2006, Pattern Recognition and Machine Learning, section 2.3"),),
)
