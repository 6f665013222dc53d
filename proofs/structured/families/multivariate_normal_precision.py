"""Multivariate normal by its precision: a vector of any dimension, by mean and inverse of the covariance."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, LogDet, Matrix, Trace, Transposed

p = Symbol("p", integer=True, positive=True)
x = Datum("x", p)
mu = Matrix("mu", p)
Lambda = Matrix("Lambda", p, p, "spd")

MULTIVARIATE_NORMAL_PRECISION = StructuredFamily(
    name="multivariate_normal_precision",
    observation=(x,),
    parameters=(Unknown(mu, "mean"), Unknown(Lambda, "inverse of the covariance")),
    log_density=-p * log(2 * pi) / 2 + LogDet(Lambda) / 2 - Trace(Lambda * (x - mu) * Transposed(x - mu)) / 2,
    sizes=(p,),
    sources=(Source("Anderson 2003, An Introduction to Multivariate Statistical Analysis, section 3.2"),),
)
