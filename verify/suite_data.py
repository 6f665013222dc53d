"""Draws what the checks of a family share: datasets, each with its estimate or the fact that none is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ..proofs.derivation import Derivation
from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.family import Family
from ..strategies import constants, datasets, parameters
from .certify.certificate import CertificateVerdict
from .certify.prove import certify
from .drawn import Drawn
from .existence import has_maximiser
from .fitting import fit_with
from .known_values import derivation_with

Array = NDArray[np.float64]
_RIVALS = 3
ORDINARY = 1e3
"""Half of the datasets stay within this size; the others take every extreme that doubles and the support allow."""


@dataclass(frozen=True)
class Refused:
    """Data on which no estimate is given."""

    family: Family
    x: Array


def is_beyond_doubles(refused: Refused) -> bool:
    """Return whether the maximiser is proved to overflow or underflow in some parameter: there is none to give then.

    >>> import numpy as np
    >>> from thetahat import family
    >>> [is_beyond_doubles(Refused(family("gompertz"), np.array([high, high + 1]))) for high in (1.0, 1e8)]
    [False, True]
    """
    found = certify(refused.family, refused.x)
    return found.verdict is CertificateVerdict.UNIQUE_GLOBAL and any(
        enclosure.is_beyond_doubles for enclosure in found.theta.values()
    )


def drawn_from(derivation: Derivation) -> st.SearchStrategy[Drawn | Refused]:
    """Return datasets with a maximiser, rivals, and the estimate itself, where it is not refused.

    >>> from hypothesis import find
    >>> from thetahat import derive, family
    >>> find(drawn_from(derive(family("exponential"))), lambda drawn: isinstance(drawn, Drawn)).x
    array([1.])
    """
    general = derivation.family

    def members(values: Mapping[str, object]) -> st.SearchStrategy[Drawn | Refused]:
        known = derivation_with(general, values) if values else derivation
        member = known.family
        return st.tuples(
            _with_maximiser(
                known,
                st.one_of(
                    datasets(member, conditions=known.exists_when, largest=ORDINARY),
                    datasets(member, conditions=known.exists_when),
                ),
            ),
            st.lists(parameters(member), min_size=_RIVALS, max_size=_RIVALS),
            st.integers(0, 2**16),
        ).map(lambda parts: _fitted(known, *parts, declared=general, values=values))

    return constants(general).flatmap(members) if general.constants else members({})


def _with_maximiser(derivation: Derivation, strategy: st.SearchStrategy[Array]) -> st.SearchStrategy[Array]:
    """The datasets that have a maximiser, where only a search tells which have."""
    return strategy if not derivation.existence_searched else strategy.filter(lambda x: has_maximiser(derivation, x))


def _fitted(
    derivation: Derivation,
    x: Array,
    rivals: Iterable[Array],
    seed: int,
    declared: Family,
    values: Mapping[str, object],
) -> Drawn | Refused:
    try:
        return Drawn(derivation, x, tuple(rivals), seed, fit_with(derivation, x), declared, values)
    except (ExistenceError, UnsolvedError):
        return Refused(derivation.family, x)
