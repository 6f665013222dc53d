"""Which loss a conditional family minimises: the part of the log-density that depends on the residual alone."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Mul, Symbol, expand

from .algebra.logs import split_logs
from .algebra.signs import is_positive
from .family import Family
from .location import LocationScale


@dataclass(frozen=True)
class Loss:
    """``log p = c - weight * loss(residual)`` with ``weight > 0`` and ``c`` free of ``parameters``."""

    parameters: tuple[Symbol, ...]
    residual: Expr
    weight: Expr
    loss: Expr
    name: str


_NAMES = {"r**2": "squared error", "Abs(r)": "absolute error"}


def regression_loss(family: Family, structure: LocationScale) -> Loss | None:
    """Return the loss whose mean the likelihood minimises in the parameters of the location.

    ``None`` for a family without covariates, or where the residual and the scale do not separate.

    >>> from thetahat import family
    >>> from thetahat.proofs.location import location_scale
    >>> f = family("linear_regression")
    >>> regression_loss(f, location_scale(f)).name
    'squared error'
    """
    if not family.covariates or structure.observation != family.observation:
        return None
    residual = Symbol("r", real=True)
    y = family.observation
    parameters = tuple(p for p in family.symbols if p in structure.location.free_symbols)
    density = family.log_density.subs(y, structure.location + residual)
    whole = expand(split_logs(expand(density), family.domain), log=False)
    if whole.free_symbols & {*parameters, *family.covariates}:
        return None
    _, inside = whole.as_independent(residual, as_Add=True)
    outside, shape = inside.as_independent(residual, as_Add=False)
    weight = Mul(-1, outside)
    if shape.free_symbols != {residual} or not is_positive(weight, family.domain):
        return None
    name = _NAMES.get(str(shape), f"of {shape} in the residual r")
    return Loss(parameters, y - structure.location, weight, shape.subs(residual, y - structure.location), name)
