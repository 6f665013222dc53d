"""Encloses structured log-densities in balls, at exact data and exact parameters: rational parts stay exact."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np
from flint import arb, fmpq
from sympy import Expr, Symbol

from ..proofs.balls import ball, compiled, precision
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.plates import Plate
from ..proofs.structured.terms import Average, LogDet, LogMultigamma
from .enclosure import precisions
from .structured_exact import Exact, ExactData, ExactPlace, exact_array, exact_value, is_rational, mapped, to_flint

_SHARP = 2.0**-60
"""Nats that a log-likelihood may be uncertain by, however small it is."""
_DIGITS = 60


def height(
    derivation: StructuredDerivation,
    data: ExactData,
    theta: Mapping[str, Exact],
    less: Mapping[str, Exact] | None = None,
) -> arb:
    """Return the log-likelihood at exact parameters, less that at others, summed over the observations with their
    weights; as sharp as a double, or not finite where there is no density.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> from thetahat.strategies.structured import StructuredData
    >>> declared = structured("categorical_k")
    >>> drawn = StructuredData({declared.sizes[0]: 2}, {}, {declared.observation[0]: np.eye(2)})
    >>> half = exact_array(np.array([0.5, 0.5]))
    >>> height(derive_structured(declared), ExactData(drawn), {"p": half}).overlaps(-2 * arb(2).log())
    True
    """
    weight = arb(sum(exact_array(data.drawn.w), fmpq(0)))
    for bits in precisions():
        with precision(bits):
            # Averages that parameters stand in are kept by a place, and are as sharp as when they were taken.
            places = [ExactPlace(data, one) for one in (theta, less) if one is not None]
            found = [_enclosed(derivation.mean_log_likelihood, place).item() for place in places]
            value = weight * (found[0] - found[1] if less is not None else found[0])
            if value.is_finite() and (value.rad() < _SHARP or value.rel_accuracy_bits() > _DIGITS):
                break
    return value


def _enclosed(value: Expr, place: ExactPlace) -> Exact:
    """Balls, with an axis for the observations where they differ."""
    if is_rational(value):
        return mapped(arb, exact_value(value, place))
    if value.is_number:
        return np.asarray(ball(value))
    if isinstance(value, Average):
        return _averaged(_enclosed(value.args[0], place), place)
    if isinstance(value, LogDet):
        return _log_determinants(exact_value(value.args[0], place))
    if isinstance(value, Plate):
        return _folded(add, [_enclosed(one, place) for one in value.spelled(place.data.drawn.sizes[value.args[2]])])
    if value.is_Add:
        return _folded(add, [_enclosed(part, place) for part in value.args])
    if value.is_Mul:
        return _folded(mul, [_enclosed(part, place) for part in value.args])
    if isinstance(value, LogMultigamma):
        size, half = exact_value(value.args[0], place).item(), _enclosed(value.args[1], place).item()
        return np.asarray(_log_multigamma(int(size.p), half))
    return _called(value, [_enclosed(part, place) for part in value.args])


def _called(value: Expr, parts: list[Exact]) -> Exact:
    """A function of numbers, as the ball code of SymPy's has it."""
    names = tuple(Symbol(f"_{at}", real=True) for at in range(len(parts)))
    function = compiled((value.func(*names),), names)
    return np.asarray(np.frompyfunc(lambda *balls: function(*balls)[0], len(parts), 1)(*parts))


def _averaged(values: Exact, place: ExactPlace) -> Exact:
    if values.ndim == 0:
        return values
    shares = mapped(arb, place.data.shares)
    return np.asarray(reduce(add, (share * one for share, one in zip(shares.tolist(), values.tolist(), strict=True))))


def _folded(operation: Any, parts: list[Exact]) -> Exact:
    return np.asarray(reduce(operation, parts))


def _log_determinants(matrices: Exact) -> Exact:
    """Not a number where a determinant is not positive."""
    several = matrices if matrices.ndim == 3 else matrices[np.newaxis]
    found = mapped(lambda one: arb(one).log(), _determinants(several))
    return found if matrices.ndim == 3 else np.asarray(found[0])


def _determinants(several: Exact) -> Exact:
    found = np.empty(len(several), dtype=object)
    found[:] = [to_flint(one).det() for one in several]
    return found


def _log_multigamma(p: int, half: arb) -> arb:
    """``log pi^(p(p-1)/4) prod_j gamma(a + (1 - j)/2)``: Muirhead 1982, Aspects of Multivariate Statistical Theory,
    theorem 2.1.12."""
    terms = [(half - arb(fmpq(j, 2))).lgamma() for j in range(p)]
    return reduce(add, terms, arb(fmpq(p * (p - 1), 4)) * arb.pi().log())
