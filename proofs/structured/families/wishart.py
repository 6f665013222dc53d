"""Wishart: a positive definite matrix of any size, a sum of squares of normal vectors; degrees of freedom known."""

from sympy import Symbol, log

from ...family import Source
from ..family import StructuredFamily, Unknown
from ..terms import Datum, Inverse, LogDet, LogMultigamma, Matrix, Trace

p = Symbol("p", integer=True, positive=True)
nu = Symbol("nu", positive=True)
S = Datum("S", p, p, "spd")
Sigma = Matrix("Sigma", p, p, "spd")

WISHART = StructuredFamily(
    name="wishart",
    observation=(S,),
    parameters=(Unknown(Sigma, "scale"),),
    log_density=(nu - p - 1) * LogDet(S) / 2
    - Trace(Inverse(Sigma) * S) / 2
    - nu * LogDet(Sigma) / 2
    - nu * p * log(2) / 2
    - LogMultigamma(p, nu / 2),
    sizes=(p,),
    known=(Unknown(nu, "degrees of freedom, more than p - 1"),),
    sources=(Source("Anderson 2003, An Introduction to Multivariate Statistical Analysis, section 7.2"),),
)
