"""The direction of a regression's coefficients along which the likelihood rises for ever, by name and in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from sympy import Expr

from ..proofs.derivation import Derivation
from ..strategies.conditions import separating
from ..strategies.overlap import unchanging
from .observations import Observations


def separating_direction(derivation: Derivation, observations: Observations) -> dict[str, Fraction]:
    """Return by how much each coefficient changes; empty where no direction separates the data, or none is found.

    >>> from thetahat import derive
    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> from thetahat.verify.observations import require_data
    >>> rows = [[0, -1, 1], [0, -1, -1], [1, 1, 1], [1, 1, -1], [1, 0, 0], [0, 0, 0]]
    >>> in_words(separating_direction(derive(LOGISTIC), require_data(LOGISTIC, rows)))
    'beta_1 by 1, beta_2 by -1'
    """
    family = derivation.family
    found = separating(derivation.exists_when, observations.sample, family.columns)
    return {} if found is None else dict(zip(family.parameter_names, found, strict=True))


def level_direction(derivation: Derivation, observations: Observations) -> dict[str, Fraction]:
    """Return a change of coefficients that no predictor notices, and no likelihood; empty where there is none.

    >>> from thetahat import derive
    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> from thetahat.verify.observations import require_data
    >>> rows = [[0.0, 1.0, 2.0], [1.0, 2.0, 4.0], [0.0, 3.0, 6.0]]
    >>> in_words(level_direction(derive(LOGISTIC), require_data(LOGISTIC, rows)))
    'beta_1 by -2, beta_2 by 1'
    """
    rows = _rows(derivation)
    if not rows:
        return {}
    family = derivation.family
    found = unchanging(rows, observations.sample, {symbol: place for place, symbol in enumerate(family.columns)})
    return {} if found is None else dict(zip(family.parameter_names, found, strict=True))


@lru_cache(maxsize=512)
def _rows(derivation: Derivation) -> tuple[Expr, ...]:
    """What multiplies each coefficient in the one linear predictor of a regression; empty for other families."""
    return next((tuple(step.named("rows").args) for step in derivation.steps if step.rule == "predictor"), ())


def in_words(direction: Mapping[str, Fraction]) -> str:
    """Return the coefficients that change with what each changes by.

    >>> in_words({"a": Fraction(0), "b": Fraction(-1, 2)})
    'b by -1/2'
    """
    return ", ".join(f"{name} by {share}" for name, share in direction.items() if share)
