"""The direction of a regression's coefficients along which the likelihood rises for ever, by name and in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from flint import arb, fmpq
from sympy import Expr

from ..proofs.derivation import Derivation
from ..strategies.conditions import separating
from ..strategies.overlap import unchanging
from .observations import Observations


def separating_direction(derivation: Derivation, observations: Observations) -> dict[str, Fraction]:
    """Return by how much each coefficient changes; empty where no direction separates the data, or none is found.

    >>> from thetahat import derive
    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> from thetahat.verify.valid_data import require_data
    >>> rows = [[0, -1, 1], [0, -1, -1], [1, 1, 1], [1, 1, -1], [1, 0, 0], [0, 0, 0]]
    >>> in_words(separating_direction(derive(LOGISTIC), require_data(LOGISTIC, rows)))
    'beta_1 by 1, beta_2 by -1'
    """
    found = separating(derivation.exists_when, observations.sample, derivation.family.columns)
    return {} if found is None else dict(zip(coordinate_names(derivation), found, strict=True))


def level_direction(derivation: Derivation, observations: Observations) -> dict[str, Fraction]:
    """Return a change of coefficients that no predictor notices, and no likelihood; empty where there is none.

    >>> from thetahat import derive
    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> from thetahat.verify.valid_data import require_data
    >>> rows = [[0.0, 1.0, 2.0], [1.0, 2.0, 4.0], [0.0, 3.0, 6.0]]
    >>> in_words(level_direction(derive(LOGISTIC), require_data(LOGISTIC, rows)))
    'beta_1 by -2, beta_2 by 1'
    """
    rows = _rows(derivation)
    if not rows:
        return {}
    family = derivation.family
    found = unchanging(rows, observations.sample, {symbol: place for place, symbol in enumerate(family.columns)})
    return {} if found is None else dict(zip(coordinate_names(derivation), found, strict=True))


def coordinate_names(derivation: Derivation) -> tuple[str, ...]:
    """Return what a regression's predictor is linear in: each parameter's name, or that of the logarithm it enters by.

    >>> from thetahat import derive
    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> coordinate_names(derive(LOGISTIC))
    ('alpha', 'beta_1', 'beta_2')
    """
    return tuple(str(phi) for phi in _named(derivation, "coordinates"))


def member_along(derivation: Derivation, direction: Mapping[str, Fraction], steps: int) -> list[arb]:
    """Return the parameters so many steps along a direction from where all coordinates are zero.

    >>> from thetahat import derive
    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> way = {"alpha": Fraction(1), "beta_1": Fraction(1, 2), "beta_2": Fraction(0)}
    >>> [float(value) for value in member_along(derive(LOGISTIC), way, 2)]
    [2.0, 1.0, 0.0]
    """
    places = [direction[name] * steps for name in coordinate_names(derivation)]
    values = [arb(fmpq(place.numerator, place.denominator)) for place in places]
    scales = zip(values, _named(derivation, "maps"), _named(derivation, "coordinates"), strict=True)
    return [value if how == phi else value.exp() for value, how, phi in scales]


def _rows(derivation: Derivation) -> tuple[Expr, ...]:
    """What multiplies each coordinate in the one linear predictor of a regression; empty for other families."""
    return _named(derivation, "rows")


@lru_cache(maxsize=512)
def _named(derivation: Derivation, key: str) -> tuple[Expr, ...]:
    """What the step on the predictor names."""
    return next((tuple(step.named(key).args) for step in derivation.steps if step.rule == "predictor"), ())


def in_words(direction: Mapping[str, Fraction]) -> str:
    """Return the coefficients that change with what each changes by.

    >>> in_words({"a": Fraction(0), "b": Fraction(-1, 2)})
    'b by -1/2'
    """
    return ", ".join(f"{name} by {share}" for name, share in direction.items() if share)
