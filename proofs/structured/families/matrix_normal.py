"""Matrix normal: a matrix of any size whose rows and columns are correlated."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Inverse, LogDet, Matrix, Trace, Transposed

p = Symbol("p", integer=True, positive=True)
q = Symbol("q", integer=True, positive=True)
X = Datum("X", p, q)
M = Matrix("M", p, q)
U = Matrix("U", p, p, "spd")
V = Matrix("V", q, q, "spd")

MATRIX_NORMAL = StructuredFamily(
    name="matrix_normal",
    observation=(X,),
    parameters=(Unknown(M, "mean"), Unknown(U, "covariance between rows"), Unknown(V, "covariance between columns")),
    log_density=-p * q * log(2 * pi) / 2
    - q * LogDet(U) / 2
    - p * LogDet(V) / 2
    - Trace(Inverse(V) * Transposed(X - M) * Inverse(U) * (X - M)) / 2,
    sizes=(p, q),
    sources=(
        Source("Dutilleul 1999, The MLE Algorithm for the Matrix Normal Distribution, J. Stat. Comput. Simul. 64"),
    ),
)
