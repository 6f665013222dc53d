"""Re-verifies a certificate from the declared density alone: a small checker that knows no formula and no prover."""

from __future__ import annotations

from itertools import product

from flint import arb
from numpy.typing import ArrayLike
from sympy import Abs, Piecewise, sign

from ...proofs.algebra.overlapping import Overlapping
from ...proofs.ball_data import Table
from ...proofs.balls import ball, compiled, precision
from ...proofs.checker import check_steps
from ...proofs.conclusions import is_of_argument
from ...proofs.derivation import Derivation, Evidence, Outcome
from ...proofs.derivation import Verdict as Agreement
from ...proofs.engine import derive
from ...proofs.errors import DataError, ExistenceError
from ...proofs.family import Family
from ...strategies.conditions import decide_sample, fails_beyond_doubt
from ..enclosure import table_of, total
from ..estimation import estimate
from ..growth import grows_without_bound
from ..observations import Observations
from ..valid_data import require_data
from .certificate import Certificate
from .certificate import CertificateVerdict as Verdict
from .compact import has_both_ends, is_highest_at
from .comparison_check import is_best_observation
from .exhaustion_check import nothing_higher
from .face_check import is_highest_on_face
from .lemmas import HALF_PLANE, LEMMAS, is_on_half_plane, on_half_plane
from .level_check import is_highest_line
from .methods import ABSENCE, COMPACT, COMPARISON, EXHAUSTION, FACE, LEVEL, ONE_WAY, PLANE, PROFILE, RENAMED, WIDER
from .newton_check import one_maximum, summit
from .one_way import way_of
from .profile_check import is_alone, is_alone_in_plane, is_nowhere_highest
from .prove import digest
from .renamed_check import is_so_in_other_parameters
from .separated import rises_along
from .wider_check import is_highest_in_wider_spaces

Balls = list[arb]

_PRECISIONS = (2, 4, 8, 16, 32)  # times that of the certificate
_BLURS = 16
_FURTHER = 2**20
_FINEST = 4096  # binary digits in which a move off an end of the support shows, which is as small as half of them


def check(certificate: Certificate, x: ArrayLike, weights: ArrayLike | None = None) -> bool:
    """Return whether a certificate is confirmed on the data it was made for.

    A smooth maximum: the declared density's own score and Hessian prove one stationary point in a box around the
    enclosure, that it is a maximum, and that it lies in the enclosure. Elsewhere, at kinks and ends of a space: no
    point a little to either side of the enclosure is as high. A global argument: every step of it is proved once more.

    Raises
    ------
    ValueError
        For other data than those of the certificate, and for one that is undecided, which claims nothing.
    """
    family = certificate.family
    observations = require_data(family, x, weights)
    if digest(observations) != certificate.digest:
        raise DataError(
            f"{family.name}: these are not the data that the certificate was made for; pass the same x and weights, or "
            "certify these"
        )
    verdict, derivation = certificate.verdict, derive(family)
    if verdict is Verdict.UNDECIDED:
        raise ValueError(f"{family.name}: an undecided certificate claims nothing: {certificate.why}")
    if derivation.outcome is Outcome.UNSOLVED:
        return False
    if certificate.method == LEVEL:
        return is_highest_line(certificate, observations)
    if certificate.method == RENAMED:
        same = is_so_in_other_parameters(certificate, observations)
        return same and (not verdict.is_global or confirms(certificate, observations))
    if verdict is Verdict.UNBOUNDED:
        return grows_without_bound(derivation, observations.columns[0]).verdict is Agreement.AGREE
    if certificate.method == ABSENCE:
        return verdict is Verdict.NO_MAXIMUM and is_nowhere_highest(certificate, derivation, observations)
    if certificate.method == ONE_WAY:
        ways = (way_of(family, item, observations) for item in family.parameters)
        return verdict is Verdict.NO_MAXIMUM and any(way != 0 for way in ways)
    if verdict is Verdict.NO_MAXIMUM:
        return _fails(certificate, derivation, observations)
    if certificate.method == EXHAUSTION:
        return _is_the_highest(certificate, observations) and confirms(certificate, observations)
    if certificate.method == PROFILE:
        return is_alone(certificate, derivation, observations) and confirms(certificate, observations)
    if certificate.method == PLANE:
        return is_alone_in_plane(certificate, observations) and confirms(certificate, observations)
    if certificate.method == WIDER:
        return is_highest_in_wider_spaces(certificate, observations) and confirms(certificate, observations)
    if certificate.method == COMPACT:
        return _is_highest_end(certificate, observations)
    if certificate.method == FACE:
        return is_highest_on_face(certificate, derivation, observations, summit)
    if certificate.method == COMPARISON and not is_best_observation(certificate, derivation, observations):
        return False
    if verdict.is_global and not (_lemma_holds(certificate) or _argument_holds(derivation)):
        return False
    return confirms(certificate, observations)


def _fails(certificate: Certificate, derivation: Derivation, observations: Observations) -> bool:
    """Whether an existence condition is refuted by exact arithmetic, or by the direction that a certificate shows."""
    if any(isinstance(condition.expression, Overlapping) for condition in derivation.exists_when):
        return rises_along(certificate.witness, derivation, observations)
    conditions, columns = derivation.exists_when, derivation.family.columns
    truth, which = decide_sample(conditions, observations.sample, columns)
    failed = truth is False and which is not None and fails_beyond_doubt(which, observations.sample, columns)
    if derivation.integer is not None:
        # That a condition fails says nothing of integers beyond those that the data need.
        return failed and not _has_estimate(derivation, observations)
    return not _has_estimate(derivation, observations) if derivation.point is not None else failed


def _has_estimate(derivation: Derivation, observations: Observations) -> bool:
    """Whether the search over integers, or over observations, ends at a member of the family."""
    try:
        estimate(derivation, observations)
    except ExistenceError:
        return False
    return True


def _lemma_holds(certificate: Certificate) -> bool:
    """Whether the argument is a lemma whose form the declared density is proved to have."""
    if certificate.argument != LEMMAS[HALF_PLANE].statement:
        return False
    numbers = on_half_plane(certificate.family)
    return numbers is not None and is_on_half_plane(certificate.family, numbers)


def _is_the_highest(certificate: Certificate, observations: Observations) -> bool:
    """Whether no other place than those that are certified has a likelihood as high."""
    (name,) = certificate.family.parameter_names
    with precision(certificate.bits):
        places = [one.theta[name].ball for one in certificate.each()]
        return nothing_higher(certificate.family, places, observations)


def _is_highest_end(certificate: Certificate, observations: Observations) -> bool:
    """Whether the enclosure is that of an end of the space, and every other member is lower."""
    family = certificate.family
    if certificate.verdict is not Verdict.AT_BOUNDARY or not has_both_ends(family):
        return False
    bounds, (held,) = family.parameters[0].bounds, certificate.theta.values()
    with precision(certificate.bits):
        ends = [ball(end) for end in (bounds.lo, bounds.hi) if held.ball.overlaps(ball(end))]
        return len(ends) == 1 and is_highest_at(family, ends[0], observations)


def _argument_holds(derivation: Derivation) -> bool:
    """Whether every step of the argument for a global maximum is proved by the checker, now."""
    findings = check_steps(derivation.family, derivation.steps)
    weak = (Evidence.UNDECIDED, Evidence.REFUTED)
    part = [f for s, f in zip(derivation.steps, findings, strict=True) if is_of_argument(s)]
    return derivation.optimality.proved and not any(finding.evidence in weak for finding in part)


def confirms(certificate: Certificate, observations: Observations) -> bool:
    """Return whether the declared density alone shows that the likelihood has a maximum in the enclosure.

    >>> from thetahat import certify, family
    >>> from thetahat.verify.valid_data import require_data
    >>> proof = certify(family("gamma"), [1.0, 2.0, 4.0])
    >>> confirms(proof, require_data(family("gamma"), [1.0, 2.0, 4.0]))
    True
    """
    if certificate.others:
        return all(confirms(one, observations) for one in certificate.each())
    family, table = certificate.family, table_of(certificate.family, observations)
    theta = [certificate.theta[name].ball for name in family.parameter_names]
    if certificate.verdict is Verdict.GLOBAL_SET and family.symbols[0].is_integer and len(theta) == 1:
        return _level_integers(family, theta[0], certificate.bits, table, observations)
    kinked = family.log_density.has(Abs, sign, Piecewise) or any(s.is_integer for s in family.symbols)
    for bits in (times * certificate.bits for times in _PRECISIONS):
        with precision(bits):
            point = _within(family, theta, table, observations)
            if point is None:
                return False
            free = [j for j in range(len(theta)) if _is_free(family, theta, point, j, table, observations)]
            if kinked or not free or certificate.verdict in (Verdict.GLOBAL_SET, Verdict.AT_BOUNDARY):
                if _none_beside(family, theta, point, table, observations):
                    return True
                continue
            found = one_maximum(family, theta, free, table)
            if found is not None:
                return all(theta[j].overlaps(image) for j, image in zip(free, found, strict=True))
    return False


def _level_integers(family: Family, place: arb, bits: int, table: Table, observations: Observations) -> bool:
    """Whether the likelihood at every integer in an enclosure may be the same, and beside them certainly is lower."""
    with precision(4 * bits):
        first, last = place.lower().ceil().unique_fmpz(), place.upper().floor().unique_fmpz()
        if first is None or last is None:
            return False
        low, high = int(first), int(last)
        heights = [total(family, [arb(value)], table, observations) for value in range(low, high + 1)]
        beside = [
            total(family, [arb(value)], table, observations)
            for value in (low - 1, high + 1)
            if _inside(family, 0, [arb(value)])
        ]
        return all(one.overlaps(heights[0]) for one in heights) and all(one < heights[0] for one in beside)


def _within(family: Family, theta: Balls, table: Table, observations: Observations) -> Balls | None:
    """A point of the enclosures whose support holds the data: the middles, or ends of what moves the support.

    A third of an observation is no ball's middle, and half of the numbers around it leave the observation outside.
    Where several move an end together, one that is exact may have to make up for another that is not.
    """
    moving = family.bounds.free_symbols
    pairs = list(zip(family.symbols, theta, strict=True))
    for wide in (arb(0), _blur(family, theta).upper()):
        choices = [
            (t.mid(), (t.lower() - wide).lower(), (t.upper() + wide).upper()) if symbol in moving else (t.mid(),)
            for symbol, t in pairs
        ]
        for point in map(list, product(*choices)):
            if total(family, point, table, observations) != arb("-inf"):
                return point
    return None


def _is_free(family: Family, theta: Balls, point: Balls, j: int, table: Table, observations: Observations) -> bool:
    """Whether a parameter can move to both sides without leaving an observation outside the support."""
    if family.symbols[j] not in family.bounds.free_symbols:
        return True
    heights = []
    # Further than another that made up for it may let it go, by whatever function of it the end is.
    far = _FURTHER * _blur(family, theta)
    with precision(_FINEST):
        for side in (-1, 1):
            moved = list(point)
            step = _unit(theta[j], observations) * arb(2) ** (-_FINEST // 2) + far + 2 * theta[j].rad()
            moved[j] = (theta[j].mid() + side * step).mid()
            heights.append(total(family, moved, table, observations))
    return all(height.is_finite() for height in heights)


def _blur(family: Family, theta: Balls) -> arb:
    """How far an end of the support may be off that is a function of several parameters: as far as these are."""
    moving = family.bounds.free_symbols
    several = len(moving) > 1
    return _BLURS * sum((t.rad() for s, t in zip(family.symbols, theta, strict=True) if s in moving), arb(0)) * several


def _none_beside(family: Family, theta: Balls, point: Balls, table: Table, observations: Observations) -> bool:
    """Whether moving any one parameter a little to either side of the enclosure lowers the likelihood for certain."""
    here = total(family, point, table, observations)
    blur = _blur(family, theta)
    for j, item in enumerate(family.parameters):
        # The spread of the data is no measure of a parameter without their unit, as of a mean of logarithms.
        sizes = (_unit(theta[j], observations), abs(theta[j]).upper())
        lengths = [*(size * arb(2) ** -70 for size in sizes), blur]
        steps = [arb(1)] if item.symbol.is_integer else [length for length in lengths if length > 0]
        for end, side in ((theta[j].lower(), -1), (theta[j].upper(), 1)):
            moved = [[*point[:j], (end + side * step).mid(), *point[j + 1 :]] for step in steps]
            moved = [one for one in moved if item.bounds.free_symbols or _inside(family, j, one)]
            if moved and not any(total(family, one, table, observations) < here for one in moved):
                return False
    return True


def _unit(value: arb, observations: Observations) -> arb:
    """The larger of a parameter's size and the spread of the data; one where both are zero."""
    least, greatest = (arb(end) for end in observations.sample.ends[0])
    unit = max(abs(value).upper(), greatest - least)
    return unit if unit > 0 else arb(1)


def _inside(family: Family, j: int, point: Balls) -> bool:
    lo, hi = compiled((family.parameters[j].bounds.lo, family.parameters[j].bounds.hi), family.symbols)(*point)
    return bool(lo < point[j] < hi)
