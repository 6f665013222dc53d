"""Multivariate normal: a vector of any dimension with unknown mean and covariance."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Inverse, LogDet, Matrix, Trace, Transposed

p = Symbol("p", integer=True, positive=True)
x = Datum("x", p)
mu = Matrix("mu", p)
Sigma = Matrix("Sigma", p, p, "spd")

MULTIVARIATE_NORMAL = StructuredFamily(
    name="multivariate_normal",
    observation=(x,),
    parameters=(Unknown(mu, "mean"), Unknown(Sigma, "covariance")),
    log_density=-p * log(2 * pi) / 2 - LogDet(Sigma) / 2 - Trace(Inverse(Sigma) * (x - mu) * Transposed(x - mu)) / 2,
    sizes=(p,),
    sources=(Source("Anderson 2003, An Introduction to Multivariate Statistical Analysis, section 3.2"),),
)
