"""Generalised least squares: a response that is linear in covariates, with normal noise of known precision matrix."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Known, LogDet, Matrix, Trace, Transposed

n = Symbol("n", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
X = Known("X", n, p)
P = Known("P", n, n, "spd")
y = Datum("y", n)
beta = Matrix("beta", p)

GENERALISED_LEAST_SQUARES_BY_PRECISION = StructuredFamily(
    name="generalised_least_squares_by_precision",
    observation=(y,),
    parameters=(Unknown(beta, "coefficients"),),
    log_density=-n * log(2 * pi) / 2 + LogDet(P) / 2 - Trace(P * (y - X * beta) * Transposed(y - X * beta)) / 2,
    sizes=(p,),
    rows=n,
    known=(Unknown(X, "covariates, one row for each entry of y"), Unknown(P, "precision of the noise")),
    sources=(Source("Rao 1973, Linear Statistical Inference and Its Applications, section 4a"),),
)
