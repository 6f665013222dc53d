"""Checks the direction that a certificate shows, along which a regression's likelihood is said to rise for ever."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from ...proofs.algebra.overlapping import Overlapping
from ...proofs.balls import precision
from ...proofs.checker import check_steps
from ...proofs.derivation import Derivation
from ...proofs.derivation import Verdict as Agreement
from ...strategies.overlap import is_direction
from ..direction import coordinate_names, member_along
from ..enclosure import table_of, total
from ..observations import Observations

_STEPS = ("predictor", "recession", "separation")
_BITS = 512


def rises_along(witness: Mapping[str, Fraction], derivation: Derivation, observations: Observations) -> bool:
    """Return whether the likelihood is proved to rise for ever along a direction, on these data.

    The steps on the predictor and its slopes far out are proved once more, what they ask of every observation is
    computed in rational numbers, and balls must not see the declared likelihood fall on the way.
    """
    family = derivation.family
    names = coordinate_names(derivation)
    if set(witness) != set(names):
        return False
    way = tuple(witness[name] for name in names)
    findings = check_steps(family, derivation.steps)
    of_direction = [f for s, f in zip(derivation.steps, findings, strict=True) if s.rule in _STEPS]
    conditions = [one.expression for one in derivation.exists_when if isinstance(one.expression, Overlapping)]
    if len(of_direction) != len(_STEPS) or len(conditions) != 1:
        return False
    if any(finding.evidence.verdict is not Agreement.AGREE for finding in of_direction):
        return False
    places = {symbol: place for place, symbol in enumerate(family.columns)}
    if not is_direction(way, conditions[0], observations.sample, places):
        return False
    with precision(_BITS):
        table = table_of(family, observations)
        members = [member_along(derivation, witness, steps) for steps in (0, 1, 2)]
        heights = [total(family, member, table, observations) for member in members]
    return not any(after < before for before, after in pairwise(heights))
