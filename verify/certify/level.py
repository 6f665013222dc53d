"""Proves that whole lines of members are equally likely: the highest of those that each line crosses is so of all."""

from __future__ import annotations

from collections.abc import Callable

from ...proofs.balls import ball
from ...proofs.derivation import Derivation
from ...proofs.engine import derive
from ...proofs.errors import ThetahatError
from ..direction import in_words
from ..observations import Observations
from ..predictor_rows import is_level_along, predictor_rows
from .certificate import CertificateVerdict as Verdict
from .methods import LEVEL
from .proved import Proved

Prove = Callable[[Derivation, Observations], Proved]


def by_level_line(derivation: Derivation, observations: Observations, prove: Prove) -> Proved | None:
    """Return what is proved where a change of coefficients is one that no predictor notices; ``None`` without one.

    Each line of equally likely members crosses those with one coefficient known, of which ``prove`` is asked.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0, 2.0], [3.0, 2.0]]), None, 2)
    >>> regression, none = derive(family("linear_regression")), Proved(Verdict.NO_MAXIMUM, argument="told")
    >>> found = by_level_line(regression, data, lambda *_: none)
    >>> found.verdict.name, {name: int(share) for name, share in found.witness.items()}
    ('NO_MAXIMUM', {'alpha': -2, 'beta': 1})
    """
    family = derivation.family
    rows = predictor_rows(family)
    way = {} if rows is None else rows.unchanged(observations.sample, family.columns)
    if rows is None or not way or not is_level_along(family, rows):
        return None
    item, value = rows.crossing(way)
    try:
        found = prove(derive(family.fix(**{item.name: value})), observations)
    except ThetahatError:  # no such member, or data that none of them can have
        return None
    argument = f"each line of members that are equally likely crosses those with {item.name} = {value}; of these: "
    crossed = found._replace(region={}, method=LEVEL, argument=argument + found.argument, witness=way)
    if found.verdict in (Verdict.NO_MAXIMUM, Verdict.UNBOUNDED):
        return crossed
    if not found.verdict.is_global:
        return None
    theta = {one.name: held for one, held in found.theta.items()}
    whole = {one.symbol: theta[one.name] if one is not item else ball(value) for one in family.parameters}
    why = f"a whole line of members is exactly as high: changing {in_words(way)}"
    return crossed._replace(verdict=Verdict.GLOBAL_SET, theta=whole, why=why, others=())
