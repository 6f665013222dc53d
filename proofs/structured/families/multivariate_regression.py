"""Multivariate regression: several responses that are linear in the same covariates, with correlated normal noise."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Inverse, Known, LogDet, Matrix, Trace, Transposed

n = Symbol("n", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
q = Symbol("q", integer=True, positive=True)
X = Known("X", n, p)
Y = Datum("Y", n, q)
B = Matrix("B", p, q)
Sigma = Matrix("Sigma", q, q, "spd")

MULTIVARIATE_REGRESSION = StructuredFamily(
    name="multivariate_regression",
    observation=(Y,),
    parameters=(Unknown(B, "coefficients"), Unknown(Sigma, "covariance of the noise in one row")),
    log_density=-n * q * log(2 * pi) / 2
    - n * LogDet(Sigma) / 2
    - Trace(Inverse(Sigma) * Transposed(Y - X * B) * (Y - X * B)) / 2,
    sizes=(p, q),
    rows=n,
    known=(Unknown(X, "covariates, one row for each row of Y"),),
    sources=(Source("Anderson 2003, An Introduction to Multivariate Statistical Analysis, section 8.2"),),
)
