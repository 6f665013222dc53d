"""Encloses structured log-densities in balls, at exact data and exact parameters: rational parts stay exact."""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np
from flint import arb, fmpq
from sympy import Expr, Integer

from ..proofs.balls import ball
from ..proofs.errors import UndecidedError
from ..proofs.structured.plates import Plate
from ..proofs.structured.terms import LogDet, LogMultigamma
from .structured_exact import Exact, ExactPlace, exact_value, is_rational, to_flint

_FUNCTIONS = {
    "log": arb.log,
    "exp": arb.exp,
    "loggamma": arb.lgamma,
    "Abs": abs,
}


def mean_log_likelihood_ball(log_density: Expr, place: ExactPlace) -> arb:
    """Return the average of a log-density over the observations, enclosed with the working precision.

    It is infinite or not a number where there is no density.

    Examples
    --------
    >>> from sympy import log
    >>> from thetahat.proofs.structured.plates import DatumComponent
    >>> from .structured_exact import ExactData
    >>> from thetahat.strategies.structured import StructuredData
    >>> y = DatumComponent("y", "positive")
    >>> data = StructuredData({}, {}, {y: np.array([1.0, 4.0])})
    >>> mean_log_likelihood_ball(-log(y), ExactPlace(ExactData(data)))
    [-0.693147180559945 +/- 4.37e-16]
    """
    value = _enclosed(log_density, place)
    if value.ndim == 0:
        return value.item()
    shares = [arb(one) for one in place.data.shares.tolist()]
    return reduce(add, (share * one for share, one in zip(shares, value.tolist(), strict=True)))


def _enclosed(value: Expr, place: ExactPlace) -> Exact:
    """Balls, with an axis for the observations where they differ."""
    if is_rational(value):
        return _mapped(arb, exact_value(value, place))
    if value.is_number:
        return np.asarray(ball(value))
    if isinstance(value, LogDet):
        return _log_determinants(exact_value(value.args[0], place))
    if isinstance(value, Plate):
        inner, index, last = value.args
        places = range(1, place.data.drawn.sizes[last] + 1)
        return _folded(add, [_enclosed(inner.xreplace({index: Integer(at)}), place) for at in places])
    if value.is_Add:
        return _folded(add, [_enclosed(part, place) for part in value.args])
    if value.is_Mul:
        return _folded(mul, [_enclosed(part, place) for part in value.args])
    if isinstance(value, LogMultigamma):
        return np.asarray(_log_multigamma(*(_enclosed(part, place).item() for part in value.args)))
    name = type(value).__name__
    if name not in _FUNCTIONS:
        raise UndecidedError(f"no enclosure is known for {name}; it occurs in {value}")
    return _mapped(_FUNCTIONS[name], _enclosed(value.args[0], place))


def _folded(operation: Any, parts: list[Exact]) -> Exact:
    return np.asarray(reduce(operation, parts))


def _mapped(function: Any, values: Exact) -> Exact:
    found = np.empty(values.shape, dtype=object)
    found.reshape(-1)[:] = [function(one) for one in values.reshape(-1).tolist()]
    return found


def _log_determinants(matrices: Exact) -> Exact:
    """Not a number where a determinant is not positive."""
    several = matrices if matrices.ndim == 3 else matrices[np.newaxis]
    found = _mapped(lambda one: arb(one).log(), _determinants(several))
    return found if matrices.ndim == 3 else np.asarray(found[0])


def _determinants(several: Exact) -> Exact:
    found = np.empty(len(several), dtype=object)
    found[:] = [to_flint(one).det() for one in several]
    return found


def _log_multigamma(size: arb, half: arb) -> arb:
    """``log pi^(p(p-1)/4) prod_j gamma(a + (1 - j)/2)``: Muirhead 1982, Aspects of Multivariate Statistical Theory,
    theorem 2.1.12."""
    p = int(size.unique_fmpz())
    terms = [(half - arb(fmpq(j, 2))).lgamma() for j in range(p)]
    return reduce(add, terms, arb(fmpq(p * (p - 1), 4)) * arb.pi().log())
