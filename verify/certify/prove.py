"""Certifies a maximiser: existence first, then an enclosure, then the argument that it is the global one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast, overload

from flint import arb
from numpy.typing import ArrayLike
from sympy import Symbol

from ...proofs.balls import compiled, precision
from ...proofs.derivation import Derivation, Outcome
from ...proofs.errors import ParameterError
from ...proofs.family import Family
from ...strategies.conditions import decide_sample, fails_beyond_doubt, fails_by_equality
from ..direction import in_words, level_direction, separating_direction
from ..known_values import derivation_with
from ..observations import Observations
from ..valid_data import require_data
from .certificate import Certificate
from .certificate import CertificateVerdict as Verdict
from .compact import by_compact_space
from .comparison import by_integers, by_search, by_search_with_others, set_of_maximisers
from .enclosures import Enclosure
from .face_proof import by_face
from .level import by_level_line
from .one_way import by_one_way
from .proved import Proved
from .renamed import by_other_parameters
from .stationary import Near, by_absence, by_contraction, by_formula
from .wider import by_wider_spaces

if TYPE_CHECKING:
    from ...proofs.structured.family import StructuredFamily
    from .structured_certificate import StructuredCertificate


@overload
def certify(
    family: Family,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    fixed: Mapping[str, object] | None = None,
    near: Near = None,
) -> Certificate: ...
@overload
def certify(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
) -> StructuredCertificate: ...


def certify(
    family: Family | StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    fixed: Mapping[str, Any] | None = None,
    near: Near = None,
) -> Certificate | StructuredCertificate:
    """Return an enclosure of the exact maximiser of the likelihood, with the argument why it is the global one.

    Doubles are taken as the exact numbers that they are. What cannot be proved is said: a maximum that is only known
    to be a local one is called ``LOCAL``, and a likelihood of which nothing is proved ``UNDECIDED``.

    Parameters
    ----------
    x, weights, fixed
        As for ``fit``. Where the dimension is a symbol, the certificate is a ``StructuredCertificate``.
    near
        An estimate, anybody's, next to which a maximiser without a formula is looked for first; what is proved of it
        does not depend on where the search began. Without it the data are fitted.

    Raises
    ------
    DataError, SupportError, ParameterError
        For data, weights or fixed values that make no sense, or values of ``near`` that are missing.

    Examples
    --------
    >>> from thetahat import certify, family
    >>> proof = certify(family("exponential"), [1.0, 1.0, 5.0])
    >>> proof.verdict
    <CertificateVerdict.UNIQUE_GLOBAL: 'unique global maximum'>
    >>> proof.theta["lambda"].digits(20)
    '[0.42857142857142857143 +/- 1.43e-21]'
    >>> proof.rounded()
    (0.42857142857142855,)
    """
    if not isinstance(family, Family):
        from .structured_prove import certify_structured

        if near is not None:
            raise ParameterError(f"{family.name}: near is not used where the dimension is a symbol; leave it out")
        return certify_structured(family, x, weights, fixed)
    derivation = derivation_with(family, fixed or {})
    observations = require_data(derivation.family, cast(ArrayLike, x), weights)
    found = _proved(derivation, observations, near)
    member = derivation.family
    return Certificate.at_once(
        family=member,
        verdict=found.verdict,
        theta=_by_name(member, found.theta),
        region=_by_name(member, found.region) if found.region else {},
        method=found.method,
        argument=found.argument,
        why=found.why,
        n=observations.n,
        bits=found.bits,
        digest=digest(observations),
        versions=versions(),
        _observations=observations,
        witness=found.witness,
        others=tuple(_by_name(member, theta) for theta in found.others),
    )


def _by_name(family: Family, balls: Mapping[Symbol, arb]) -> dict[str, Enclosure]:
    found = [(name, balls.get(symbol)) for name, symbol in _names(family)]
    return {name: Enclosure.of(ball) for name, ball in found if ball is not None}


@lru_cache(maxsize=1024)
def _names(family: Family) -> tuple[tuple[str, Symbol], ...]:
    """Each parameter's name and symbol, in declared order."""
    return tuple(zip(family.parameter_names, family.symbols, strict=True))


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of what a certificate rests on, by name.

    >>> sorted(versions())
    ['python-flint', 'sympy', 'thetahat']
    """
    return {name: version(name) for name in ("thetahat", "python-flint", "sympy")}


def digest(observations: Observations) -> str:
    """Return a fingerprint of the data and weights.

    >>> import numpy as np
    >>> digest(Observations(np.array([[1.0]]), None, 1))[:8]
    '6c3c396e'
    """
    found = hashlib.sha256(observations.x.tobytes())
    if observations.weights is not None:
        found.update(observations.weights.tobytes())
    return found.hexdigest()


def _proved(derivation: Derivation, observations: Observations, near: Near = None) -> Proved:
    """What is proved of a maximiser, in the parameters of a family or in simpler ones.

    Of a place that is told, why it is only a local maximum says more.
    """
    found = _as_declared(derivation, observations, near)
    open_ = found.verdict is Verdict.UNDECIDED or (found.verdict is Verdict.LOCAL and near is None)
    if open_ and derivation.outcome is not Outcome.UNSOLVED:
        found = by_other_parameters(derivation, observations, _as_declared) or found
    return found


def _as_declared(derivation: Derivation, observations: Observations, near: Near = None) -> Proved:
    """What is proved of a maximiser, inside the space or on ends of it."""
    if derivation.outcome is Outcome.UNSOLVED:
        # Nor on a face: what is declared may be no density, and then nothing that is highest is an estimate.
        return Proved(Verdict.UNDECIDED, why=f"no estimator is derived: {derivation.reason}")
    found = on_ends(derivation, _found(derivation, observations, near))
    if found.verdict is Verdict.UNDECIDED and near is not None:
        found = on_ends(derivation, _found(derivation, observations))
    if found.verdict is Verdict.UNDECIDED:
        found = by_face(derivation, observations, _proved) or by_compact_space(derivation, observations) or found
    if found.verdict is Verdict.LOCAL:
        found = by_wider_spaces(derivation, found, observations, _proved) or found
    return found


def _found(derivation: Derivation, observations: Observations, near: Near = None) -> Proved:
    if derivation.outcome is Outcome.UNBOUNDED:
        return Proved(Verdict.UNBOUNDED, method="growth along a path", argument=derivation.reason)
    if derivation.integer is not None:
        return by_integers(derivation, observations)
    truth, condition = decide_sample(derivation.exists_when, observations.sample, derivation.family.columns)
    if condition is not None and truth is not True:
        if truth is None:
            why = f"whether '{condition.meaning}' holds could not be decided"
            return _with_more_digits(derivation, observations) or Proved(Verdict.UNDECIDED, why=why)
        sure = fails_beyond_doubt(condition, observations.sample, derivation.family.columns)
        derived = derivation.existence_proved or derivation.edges
        if not (derived and derivation.existence_needed and sure):
            why = f"'{condition.meaning}' fails, and what follows is not proved"
            return _without_conditions(derivation, observations) or Proved(Verdict.UNDECIDED, why=why)
        return Proved(
            Verdict.NO_MAXIMUM,
            method="exact test of existence",
            argument=condition.why,
            why=condition.meaning,
            witness=separating_direction(derivation, observations),
        )
    level = level_direction(derivation, observations)
    if level:
        why = f"a line of coefficients is equally likely: changing {in_words(level)}"
        return by_level_line(derivation, observations, _proved) or Proved(Verdict.UNDECIDED, why=why)
    if derivation.free:
        return set_of_maximisers(derivation, observations)
    if derivation.point is not None:
        return by_search_with_others(derivation, derivation.point, observations)
    if derivation.searched is not None:
        return by_search(derivation, observations)
    if derivation.unknowns:
        return by_contraction(derivation, observations, near)
    return by_formula(derivation, observations)


def _without_conditions(derivation: Derivation, observations: Observations) -> Proved | None:
    """What is proved where a condition fails of which it is not known that a maximum needs it."""
    level = by_level_line(derivation, observations, _proved)
    found = level or by_one_way(derivation, observations) or by_absence(derivation, observations)
    if found is None and fails_by_equality(derivation.exists_when, observations.sample, derivation.family.columns):
        return _with_more_digits(derivation, observations)
    return found


def _with_more_digits(derivation: Derivation, observations: Observations) -> Proved | None:
    """A maximum that is proved to be the only one, so that it exists, where a condition does not decide that."""
    if not (derivation.optimality.proved and derivation.unknowns) or derivation.is_searched:
        return None
    found = by_contraction(derivation, observations, None)
    return found if found.verdict is Verdict.UNIQUE_GLOBAL else None


def on_ends(derivation: Derivation, found: Proved) -> Proved:
    """The same, where the maximiser lies inside the space; another verdict where it lies on an end, or outside."""
    if not found.theta or found.inside:
        return found
    if found.others:
        apart = (found._replace(theta=theta, others=()) for theta in (found.theta, *found.others))
        return next((one for one in (on_ends(derivation, one) for one in apart) if not one.theta), found)
    family = derivation.family
    with precision(max(found.bits, 128)):
        point = [found.theta[s] for s in family.symbols]
        for item, value in zip(family.parameters, point, strict=True):
            lo, hi = compiled((item.bounds.lo, item.bounds.hi), family.symbols)(*point)
            for inside, end, closed in (
                (value - lo, lo, item.bounds.lo_closed),
                (hi - value, hi, item.bounds.hi_closed),
            ):
                if inside > 0 or not end.is_finite():
                    continue
                if inside == 0 and closed and found.verdict is Verdict.UNIQUE_GLOBAL:
                    return Proved(Verdict.AT_BOUNDARY, found.theta, {}, found.method, found.argument, "", found.bits)
                if not (inside >= 0 and closed):
                    why = f"whether {item.name} lies inside its space {item.space} could not be decided"
                    return Proved(Verdict.UNDECIDED, why=why)
    return found
