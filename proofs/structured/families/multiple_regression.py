"""Multiple regression: a response that is linear in any number of covariates, with independent normal noise."""

from sympy import Symbol, log, pi

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Known, Matrix, Trace, Transposed

n = Symbol("n", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
v = Symbol("v", positive=True)
X = Known("X", n, p)
y = Datum("y", n)
beta = Matrix("beta", p)

MULTIPLE_REGRESSION = StructuredFamily(
    name="multiple_regression",
    observation=(y,),
    parameters=(Unknown(beta, "coefficients"), Unknown(v, "variance of the noise")),
    log_density=-n * log(2 * pi) / 2 - n * log(v) / 2 - Trace((y - X * beta) * Transposed(y - X * beta)) / (2 * v),
    sizes=(p,),
    rows=n,
    known=(Unknown(X, "covariates, one row for each entry of y"),),
    sources=(Source("Rao 1973, Linear Statistical Inference and Its Applications, section 4a"),),
)
