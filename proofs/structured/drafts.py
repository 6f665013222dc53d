"""What a deriver of structured families hands over before anything is checked."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from ..derivation import Obligation, Optimality, Outcome
from .derivation import Requirement


@dataclass(frozen=True)
class Draft:
    """An estimator with its conditions and what is claimed of it; the fields are those of ``StructuredDerivation``."""

    outcome: Outcome
    reason: str
    mean_log_likelihood: Expr
    formulas: tuple[tuple[Expr, Expr], ...]
    equations: tuple[tuple[Expr, Expr], ...]
    unknowns: tuple[Expr, ...]
    exists_when: tuple[Requirement, ...]
    existence_decided: bool
    optimality: Optimality
    independent_routes: bool
    obligations: tuple[Obligation, ...] = ()
