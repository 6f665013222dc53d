"""Proofs by stationary points: by formulas, by a box with exactly one, or by covering the range of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import arb
from sympy import Symbol

from ...proofs.ball_data import Table
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...proofs.errors import ExistenceError, UnsolvedError
from ...proofs.family import Family
from ..edge_heights import edge_above, is_above_edges
from ..enclosure import precisions, table_of, total
from ..fitting import Fit, fit_with
from ..observations import Observations
from .certificate import CertificateVerdict as Verdict
from .contraction import Contracted, contracted
from .curves import has_curve, is_none_highest, is_only_one_highest
from .exhaustion import candidates, rises_towards_data
from .formulas import enclosed, uses_order
from .lemmas import HALF_PLANE, LEMMAS, on_half_plane
from .methods import ABSENCE, EXHAUSTION, PLANE, PROFILE
from .other_starts import contracted_elsewhere, holds_data
from .plane import is_only_highest
from .points import numbers_of
from .profile import MOST_PARTS, MOST_ROWS, MOST_TERMS
from .proved import Proved
from .radial import place_and_scale, radial_kernel
from .reflection import is_mirrored, mirrored

Near = Fit | Mapping[str, float] | Sequence[float] | None
EXHAUSTED = (
    "the likelihood of each observation rises towards it, so that the maximum lies between the ends of the data; boxes "
    "cover that range, and in all but one the likelihood has no stationary point or stays below"
)

NOWHERE = (
    "along the highest points for each value of one unknown, the likelihood stays below its limit at an end of the "
    "space, or has a slope"
)
_RISES = "the likelihood is highest in a limit that no member reaches"

ALONE = (
    "along the highest points for each value of one unknown, the likelihood is concave around this one; every other "
    "part holds no stationary point or stays below, as it does in expansions towards both ends of the space"
)
MIRRORED = "two maxima, each the mirror image of the other, are exactly as high"
ALONE_IN_PLANE = (
    "each observation's likelihood rises with the place up to it, and is concave in the logarithm of the scale; over "
    "the range of the data, at the scale that is best for each place, the likelihood is concave around this one and "
    "elsewhere has a slope or stays below"
)
_BITS = 64
"""Working precision of parts, which are wide."""


def by_formula(derivation: Derivation, observations: Observations) -> Proved:
    """Return what formulas give, with the verdict that the derivation's argument allows."""
    found = enclosed(derivation, observations)
    if found is None:
        return Proved(Verdict.UNDECIDED, why="a formula has no finite value in ball arithmetic")
    values, bits, optimality = found.theta, found.bits, derivation.optimality
    if optimality.proved and optimality.unique:
        return Proved(Verdict.UNIQUE_GLOBAL, values, {}, "formulas", optimality.argument, "", bits, found.inside)
    if optimality.proved and uses_order(derivation):
        # Along a segment of maximisers log(1/scale), which is strictly concave, would have to be a line: they share
        # the scale, and differ in a location between the ends of the order statistic.
        single = optimality.concave and not found.wide
        argument = f"{optimality.argument}{'; the order statistic is a single number' * single}"
        verdict = Verdict.UNIQUE_GLOBAL if single else Verdict.GLOBAL_SET
        return Proved(verdict, values, {}, "formulas", argument, "", bits, found.inside)
    stationary = Proved(Verdict.LOCAL, values, method="formulas", bits=bits, inside=found.inside)
    if not optimality.proved:
        return _ranked(derivation, stationary)
    box = contracted(derivation, observations, {symbol: float(ball.mid()) for symbol, ball in values.items()})
    if box is not None and optimality.concave:
        region = dict(zip(box.parameters, box.region, strict=True))
        argument = f"{optimality.argument}; strictly so at the maximiser"
        return Proved(Verdict.UNIQUE_GLOBAL, values, region, "formulas", argument, "", max(bits, box.bits))
    return _ranked(derivation, stationary)


def by_contraction(derivation: Derivation, observations: Observations, near: Near) -> Proved:
    """Return the one stationary point in a box around an estimate, with the verdict that an argument allows."""
    family = derivation.family
    # Parameters at an end of the support are taken as they are, so only from a fit of our own.
    start = None if family.bounds.free_symbols else near
    estimate: Mapping[Symbol, float | arb] | None = None
    box, refusal = None, "no box with exactly one stationary point was proved near the estimate"
    if near is None and len(family.symbols) > 2:
        # Sooner told than that a fit of so many parameters reaches no maximum.
        absent = by_absence(derivation, observations)
        if absent is not None:
            return absent
    try:
        found_here = fit_with(derivation, observations.x, observations.weights) if start is None else start
        estimate = dict(zip(family.symbols, numbers_of(family, found_here), strict=True))
        box = contracted(derivation, observations, estimate, climbing=start is None)
    except (ExistenceError, UnsolvedError) as refused:
        refusal = str(refused)
    if box is not None and estimate is not None and not holds_data(family, box, estimate, observations):
        box = None
    if box is None and near is None:
        absent = by_absence(derivation, observations) if len(family.symbols) <= 2 else None
        if absent is not None:
            return absent
        elsewhere = contracted_elsewhere(derivation, observations, estimate)
        box, estimate = elsewhere or (None, None)
    if box is None or estimate is None:
        return Proved(Verdict.UNDECIDED, why=refusal)
    placed = {s: arb(value) for s, value in estimate.items() if s not in box.parameters}
    values = placed | dict(zip(box.parameters, box.inner, strict=True))
    region = dict(zip(box.parameters, box.region, strict=True))
    found = Proved(Verdict.LOCAL, values, region, "contraction of a box around the estimate", bits=box.bits)
    if not derivation.optimality.proved and on_half_plane(family) is not None:
        return found._replace(verdict=Verdict.UNIQUE_GLOBAL, argument=LEMMAS[HALF_PLANE].statement)
    if not derivation.optimality.proved and rises_towards_data(family):
        return _exhausted(derivation, observations, box) or _ranked(derivation, found, strict=True)
    ranked = _ranked(derivation, found, strict=True)
    if not derivation.optimality.proved and radial_kernel(family) is not None:
        return _highest_in_plane(family, found, observations) or ranked
    if not derivation.optimality.proved and _is_alone(derivation, found, observations):
        return found._replace(verdict=Verdict.UNIQUE_GLOBAL, method=PROFILE, argument=ALONE)
    if not derivation.edges:
        return ranked
    return ranked._replace(why=f"{ranked.why}; {_beside_edges(derivation, ranked, observations)}")


def by_absence(derivation: Derivation, observations: Observations) -> Proved | None:
    """Return the proof that no member is the highest, by the likelihood along its highest points; ``None`` without.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [2.0], [3.0]]), None, 3)
    >>> by_absence(derive(family("lomax")), data).verdict.name
    'NO_MAXIMUM'
    """
    table = table_of(derivation.family, observations)
    if not has_curve(derivation, derivation.findings) or len(table.rows) > MOST_ROWS:
        return None
    for bits in (_BITS, 2 * _BITS):
        with precision(bits):
            if is_none_highest(derivation, derivation.findings, table, _most(table)):
                return Proved(Verdict.NO_MAXIMUM, method=ABSENCE, argument=NOWHERE, why=_RISES, bits=bits)
    return None


def _is_alone(derivation: Derivation, found: Proved, observations: Observations) -> bool:
    """Whether the likelihood along its highest points is proved, soon, to be lower everywhere else."""
    table = table_of(derivation.family, observations)
    if not has_curve(derivation, derivation.findings) or len(table.rows) > MOST_ROWS:
        return False
    for bits in (_BITS, 2 * _BITS):
        with precision(bits):
            if is_only_one_highest(derivation, derivation.findings, found.theta, table, _most(table)):
                return True
    return False


def _highest_in_plane(family: Family, found: Proved, observations: Observations) -> Proved | None:
    """The same as the global maximum over a place and a scale, or one of two that mirror each other; else ``None``."""
    table = table_of(family, observations)
    if len(table.rows) > MOST_ROWS:
        return None
    symbol, scale = (item.symbol for item in place_and_scale(family))
    with precision(found.bits):
        place = found.theta[symbol]
        image = mirrored(observations, place)
    places = [place] if image is None else [place, image]
    with precision(_BITS):
        if not is_only_highest(family, places, found.theta[scale], table, _most(table)):
            return None
    if image is None:
        return found._replace(verdict=Verdict.UNIQUE_GLOBAL, method=PLANE, argument=ALONE_IN_PLANE)
    other = {symbol: image, scale: found.theta[scale]}
    argument = ALONE_IN_PLANE.replace("around this one", "around each of these two")
    return found._replace(verdict=Verdict.GLOBAL_SET, method=PLANE, argument=argument, why=MIRRORED, others=(other,))


def _most(table: Table) -> int:
    """How many parts of a space may be looked at, so that a proof ends soon, or gives up."""
    return MOST_TERMS // max(len(table.rows), MOST_TERMS // MOST_PARTS)


def _beside_edges(derivation: Derivation, found: Proved, observations: Observations) -> str:
    """What is known of a maximiser where the likelihood does not vanish at all edges."""
    theta = [found.theta[symbol] for symbol in derivation.family.symbols]
    if is_above_edges(derivation, theta, observations):
        return "a maximiser exists, since this is above the limits at all edges of the parameter space"
    edge = edge_above(derivation, theta, observations)
    if edge is None:
        return "whether this is above the limits at all edges of the parameter space could not be decided"
    return f"the likelihood is as high where {edge.meaning}"


def _exhausted(derivation: Derivation, observations: Observations, first: Contracted) -> Proved | None:
    """The one highest of all maxima between the ends of the data; ``None`` where it cannot be told."""
    family, boxes = derivation.family, candidates(derivation.family, observations)
    place = family.symbols[0]
    summits: list[Contracted] = []
    for box in boxes or ():
        known = first if box.holds(first.inner[0]) else None
        summit = known or contracted(derivation, observations, {place: float(box.ball.mid())})
        if summit is None or not box.holds(summit.inner[0]):
            return None
        summits.append(summit)
    best = _highest(family, summits, observations)
    if not best:
        return None
    (theta, *others), region = ({place: one.inner[0]} for one in best), {place: best[0].region[0]}
    if others:
        argument = f"{EXHAUSTED.replace('all but one', 'all but two')}; a reflection maps the data and one to the other"
        return Proved(
            Verdict.GLOBAL_SET, theta, region, EXHAUSTION, argument, MIRRORED, best[0].bits, others=tuple(others)
        )
    return Proved(Verdict.UNIQUE_GLOBAL, theta, region, EXHAUSTION, EXHAUSTED, "", best[0].bits)


def _highest(family: Family, summits: Sequence[Contracted], observations: Observations) -> Sequence[Contracted]:
    """The summit that is certainly higher than all others, or the two that mirror each other; else none."""
    table = table_of(family, observations)
    for bits in precisions():
        with precision(bits):
            heights = [total(family, summit.inner, table, observations) for summit in summits]
            left = [s for s, height in zip(summits, heights, strict=True) if not any(height < one for one in heights)]
            if not all(height.is_finite() for height in heights):
                continue
            if len(left) == 1 or (
                len(left) == 2 and is_mirrored(family, observations, left[0].inner[0], left[1].region[0])
            ):
                return left
    return ()


def _ranked(derivation: Derivation, found: Proved, strict: bool = False) -> Proved:
    """A stationary point with the verdict that the derivation's argument allows; ``strict`` for a strict maximum."""
    optimality = derivation.optimality
    if not optimality.proved:
        return found._replace(why=optimality.argument)
    if optimality.unique or (strict and optimality.concave):
        return found._replace(verdict=Verdict.UNIQUE_GLOBAL, argument=optimality.argument)
    why = "that no other point is as high is not proved"
    return found._replace(verdict=Verdict.GLOBAL_SET, argument=optimality.argument, why=why)
