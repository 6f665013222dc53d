"""Generalised least squares up to scale: a linear response, with normal noise of known correlation and unknown size."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Inverse, Known, LogDet, Matrix, Trace, Transposed

n = Symbol("n", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
v = Symbol("v", positive=True)
X = Known("X", n, p)
Omega = Known("Omega", n, n, "spd")
y = Datum("y", n)
beta = Matrix("beta", p)

GENERALISED_LEAST_SQUARES_SCALE = StructuredFamily(
    name="generalised_least_squares_scale",
    observation=(y,),
    parameters=(Unknown(beta, "coefficients"), Unknown(v, "size of the noise")),
    log_density=-n * log(2 * pi) / 2
    - n * log(v) / 2
    - LogDet(Omega) / 2
    - Trace(Inverse(Omega) * (y - X * beta) * Transposed(y - X * beta)) / (2 * v),
    sizes=(p,),
    rows=n,
    known=(
        Unknown(X, "covariates, one row for each entry of y"),
        Unknown(Omega, "covariance of the noise, up to scale"),
    ),
    sources=(Source("Rao 1973, Linear Statistical Inference and Its Applications, section 4a"),),
)
