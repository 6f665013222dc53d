"""When a fit refuses, and in which words: conditions that fail, data that leave a choice, what doubles cannot carry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from flint import arb
from sympy import Symbol

from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.family import Family
from ..strategies.conditions import decide_sample, fails_beyond_doubt
from .direction import in_words, level_direction, separating_direction
from .enclosure import holds
from .ends import outside_space, space_ends
from .observations import Observations
from .predictor_rows import is_level_along, predictor_rows
from .tolerance import FIRST_BITS


def require_existence(derivation: Derivation, observations: Observations) -> None:
    """Raise ``ExistenceError`` if a condition for a maximiser fails, or is too close to call.

    So it is where it fails because the data of a regression do not determine its coefficients, which is said then.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> require_existence(derive(family("gamma")), Observations(np.array([[1.0], [2.0]]), None, 2))
    """
    if not derivation.exists_when:
        return
    truth, condition = decide_sample(derivation.exists_when, observations.sample, derivation.family.columns)
    if truth is not True and condition is not None:
        verb = "fails" if truth is False else "cannot be decided"
        along = in_words(separating_direction(derivation, observations))
        verb += f": changing {along} does" if along else ""
        name, columns = derivation.family.name, derivation.family.columns
        needed = derivation.existence_needed and fails_beyond_doubt(condition, observations.sample, columns)
        if truth is False and not needed:
            _require_no_line(derivation.family, observations)
        certain = "" if needed and truth is False else "may "
        raise ExistenceError(
            f"{name}: these data {certain}have no maximiser in the parameter space: the condition "
            f"'{condition.meaning}' {verb}. {'Needed' if needed else 'It would be enough'} because {condition.why}. "
            "Collect data that meet it, or fix a parameter."
        )


def require_determined(derivation: Derivation, observations: Observations) -> None:
    """Raise ``UnsolvedError`` for data of a regression that leave a line of coefficients equally likely.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> require_determined(derive(family("gamma")), Observations(np.array([[1.0], [2.0]]), None, 2))
    """
    level = level_direction(derivation, observations)
    if level:
        raise UnsolvedError(_undetermined(derivation.family, level))


def _require_no_line(family: Family, observations: Observations) -> None:
    """Raise ``ExistenceError`` where a change of coefficients is one that no predictor notices."""
    rows = predictor_rows(family)
    level = {} if rows is None else rows.unchanged(observations.sample, family.columns)
    if rows is not None and level and is_level_along(family, rows):
        raise ExistenceError(_undetermined(family, level))


def _undetermined(family: Family, level: Mapping[str, Fraction]) -> str:
    return (
        f"{family.name}: these data do not determine the coefficients: changing {in_words(level)} "
        "changes no predictor, so that every maximiser is one of a whole line of them. Leave out a covariate that "
        "others determine, or fix a coefficient."
    )


def require_doubles(family: Family, theta_hat: Mapping[str, float]) -> None:
    """Raise ``UnsolvedError`` where an estimate overflows, or rounds onto an open end of its space.

    >>> from thetahat import family
    >>> require_doubles(family("gamma"), {"k": 2.0, "theta": 1e-300})
    """
    for name, value in theta_hat.items():
        if math.isnan(value):
            raise UnsolvedError(
                f"{family.name}: the estimate of {name} comes out as no number: what determines it is zero over zero "
                "on these data, which may have no maximiser, or several. Collect more data, or fix a parameter."
            )
        if not math.isfinite(value):
            raise UnsolvedError(
                f"{family.name}: the estimate of {name} is {value}: the data are too large or too small for double "
                "precision. Rescale them."
            )
    j = outside_space(family, list(theta_hat.values()))
    if j is not None:
        item, theta = family.parameters[j], list(theta_hat.values())
        ends = space_ends(family)[j]
        if theta[j] not in (ends.lo.at(theta), ends.hi.at(theta)):
            raise UnsolvedError(
                f"{family.name}: the likelihood equations hold at {item.name} = {theta[j]!r}, as far as doubles tell, "
                f"which is outside its space {item.space}, and nowhere that was found inside: these data may have no "
                "maximiser. Fix a parameter."
            )
        raise UnsolvedError(
            f"{family.name}: the estimate of {item.name} rounds to {theta[j]!r}, outside its space {item.space}: "
            "either the likelihood rises up to that end, and these data have no maximiser, or no double lies between "
            "the exact estimate and the end. Fix the parameter, or use one that is not so close to an end."
        )


def require_inside(family: Family, values: Mapping[Symbol, float]) -> None:
    """Raise ``UnsolvedError`` where formulas put a parameter outside its space, whatever the unknown is.

    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> require_inside(gamma, dict(zip(gamma.symbols, (1.0, 2.0))))
    """
    theta = [values[symbol] for symbol in family.symbols]
    j = outside_space(family, theta)
    if j is not None:
        item = family.parameters[j]
        raise UnsolvedError(
            f"{family.name}: the likelihood equations hold at {item.name} = {theta[j]!r} alone on these data, which is "
            f"outside its space {item.space}: these data have no maximiser that was found. Collect more data, or fix "
            f"{item.name}."
        )


def require_held(family: Family, theta_hat: Mapping[str, float], observations: Observations) -> None:
    """Raise ``UnsolvedError`` where an observation certainly lies outside the support, so that there is no likelihood.

    >>> import numpy as np
    >>> from thetahat import family
    >>> require_held(family("uniform"), {"a": 1.0, "b": 2.0}, Observations(np.array([[1.0], [2.0]]), None, 2))
    """
    if not family.bounds.free_symbols:
        return
    with precision(FIRST_BITS):
        held = holds(family, [arb(value) for value in theta_hat.values()], observations)
    if held is False:
        raise UnsolvedError(
            f"{family.name}: the search ended at {dict(theta_hat)}, where the support {family.support} does not hold "
            "all observations. The data may have no maximiser; fix a parameter, or look for values that are all equal."
        )
