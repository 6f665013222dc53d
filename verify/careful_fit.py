"""Estimates where it is not known beforehand that doubles suffice: inside the space, on an end of it, or on a face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..proofs.algebra.atoms import Mean
from ..proofs.derivation import Derivation, Outcome
from ..proofs.errors import ExistenceError, UnsolvedError
from ..strategies.conditions import fails_by_equality
from .closed import needed
from .covering import covering
from .edge_heights import require_above_edges
from .estimation import estimate
from .faces import face_above_a_search, face_beyond_which_it_rises, highest_face
from .observations import Observations, tallied
from .refusals import require_determined, require_doubles, require_existence, require_held
from .space_ends import end_above_probes, end_beyond_which_it_rises, highest_end
from .valid_data import require_data


@dataclass(frozen=True)
class Estimated:
    """An estimate of data that make sense; attributes as of ``Fit``."""

    theta_hat: Mapping[str, float]
    outcome: Outcome
    observations: Observations
    sets: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def estimated(derivation: Derivation, observations: Observations) -> Estimated:
    """Return the estimate.

    Raises
    ------
    ExistenceError
        Where the data have no maximiser in the parameter space.
    UnsolvedError
        Where no estimator is derived, or numbers overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> estimated(derive(family("exponential")), Observations(np.array([[1.0], [3.0]]), None, 2)).theta_hat
    {'lambda': 0.5}
    """
    member = derivation.family
    if derivation.outcome is Outcome.UNSOLVED:
        raise UnsolvedError(f"{member.name}: no estimator is derived, because {derivation.reason}")
    if derivation.outcome is Outcome.UNBOUNDED:
        raise ExistenceError(
            f"{member.name}: no dataset has a maximiser, because the likelihood is unbounded: {derivation.reason}. "
            "Fix that parameter, or another that the growth depends on."
        )
    data = tallied(observations) if _reads_rows(derivation) else observations
    on_end = _on_an_end(derivation, data) if derivation.integer is None else None
    if on_end is None:
        require_determined(derivation, data)
        try:
            theta_hat, sets = _inside(derivation, data, observations)
        except UnsolvedError:
            on_end = _where_none_is_inside(derivation, data)
            if on_end is None and not _is_compact(derivation):
                require_existence(derivation, data)  # where an equality left it to the equations, that is why
            if on_end is None:
                raise
    if on_end is not None:
        return Estimated(on_end, Outcome.SPACE_BOUNDARY, observations)
    return Estimated(theta_hat, derivation.outcome, observations, sets)


def _inside(
    derivation: Derivation, data: Observations, observations: Observations
) -> tuple[dict[str, float], Mapping[str, tuple[float, float]]]:
    """The estimate inside the space, and sets; raises where doubles do not carry it, or none is found."""
    member = derivation.family
    values, sets = estimate(derivation, data)
    # Of two opposite values that are one member, the one that is not negative.
    values |= {p: abs(values[p]) for p in derivation.mirrored}
    theta_hat = {p.name: values[p.symbol] for p in member.parameters}
    require_doubles(member, theta_hat)
    theta_hat = dict(zip(theta_hat, covering(member, list(theta_hat.values()), observations), strict=True))
    require_held(member, theta_hat, observations)
    require_above_edges(derivation, theta_hat, observations)
    return theta_hat, sets


def _on_an_end(derivation: Derivation, observations: Observations) -> Mapping[str, float] | None:
    """The estimate on an end of the space, where it lies on one; raises where there is no maximiser."""
    try:
        require_existence(derivation, observations)
    except ExistenceError:
        found = _where_none_is_inside(derivation, observations)
        if found is None and not (_is_compact(derivation) and not derivation.existence_needed):
            # An equality that says nothing leaves it to the equations, where a root is the only maximum.
            open_ = fails_by_equality(derivation.exists_when, observations.sample, derivation.family.columns)
            if not (open_ and derivation.optimality.proved and len(derivation.unknowns) == 1):
                raise
        return found
    end = end_beyond_which_it_rises(derivation, observations)
    return None if end is None else {derivation.family.parameters[0].name: end}


def _is_compact(derivation: Derivation) -> bool:
    """Whether the only parameter lies between two numbers that belong to its space: then there is a maximiser."""
    first, *others = derivation.family.parameters
    ends = first.bounds
    return not others and ends.lo_closed and ends.hi_closed and bool(ends.lo.is_number and ends.hi.is_number)


def _where_none_is_inside(derivation: Derivation, observations: Observations) -> Mapping[str, float] | None:
    """The estimate on an end or a face of the space, for data without a maximum inside that is proved or was found."""
    ways = (end_beyond_which_it_rises, highest_end, end_above_probes)
    end = next((end for way in ways if (end := way(derivation, observations)) is not None), None)
    if end is None:
        return _on_a_face(derivation, observations) if derivation.integer is None else None
    end = abs(end) if derivation.mirrored else end
    return {derivation.family.parameters[0].name: end}


def _on_a_face(derivation: Derivation, observations: Observations) -> Mapping[str, float] | None:
    ways = (face_beyond_which_it_rises, highest_face, face_above_a_search)
    return next((found for way in ways if (found := way(derivation, observations, _estimates))), None)


def _estimates(derivation: Derivation, observations: Observations) -> Mapping[str, float]:
    # On a face ends of the support may be held that moved before: the data may lie outside.
    return estimated(derivation, require_data(derivation.family, observations.x, observations.weights)).theta_hat


@lru_cache(maxsize=512)
def _reads_rows(derivation: Derivation) -> bool:
    """Whether a fit to counts needs more of them than their average and their ends."""
    if not derivation.family.bounds.discrete:
        return False
    expressions = [*(s.definition for s in needed(derivation)), *(e for _, e in derivation.formulas)]
    expressions += [*derivation.equations, *(condition.expression for condition in derivation.exists_when)]
    if derivation.integer is not None:
        expressions.append(derivation.integer.increment)
    averages = set().union(*(expression.atoms(Mean) for expression in expressions))
    return any(average.integrand not in average.data for average in averages)
