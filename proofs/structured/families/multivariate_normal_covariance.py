"""Multivariate normal, mean known: a vector of any dimension of which the covariance is unknown."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Inverse, Known, LogDet, Matrix, Trace, Transposed

p = Symbol("p", integer=True, positive=True)
x = Datum("x", p)
mu = Known("mu", p)
Sigma = Matrix("Sigma", p, p, "spd")

MULTIVARIATE_NORMAL_COVARIANCE = StructuredFamily(
    name="multivariate_normal_covariance",
    observation=(x,),
    parameters=(Unknown(Sigma, "covariance"),),
    log_density=-p * log(2 * pi) / 2 - LogDet(Sigma) / 2 - Trace(Inverse(Sigma) * (x - mu) * Transposed(x - mu)) / 2,
    sizes=(p,),
    known=(Unknown(mu, "mean"),),
    sources=(Source("Anderson 2003, An Introduction to Multivariate Statistical Analysis, section 3.2"),),
)
