"""Draws what the checks of a family share: datasets, each with its estimate or the fact that none is given."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Mapping
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
from .existence import has_maximiser, with_data_on_ends
from .fitting import fit_with
from .known_values import derivation_with
from .tolerance import SEARCH_SHARE

Array = NDArray[np.float64]
_SCATTERED = 3
"""How often scattered data are drawn for others, where a search tells which data have a maximiser."""
ORDINARY = 1e3
"""Half of the datasets stay within this size; the others take every extreme that doubles and the support allow."""


@dataclass(frozen=True)
class Refused:
    """Data on which no estimate is given."""

    family: Family
    x: Array


@dataclass(frozen=True, eq=False)
class Asked:
    """What the checks are asked of: data, rivals, the seed of a permutation, and the values of declared constants."""

    derivation: Derivation
    rivals: tuple[Array, ...]
    seed: int
    x: Array
    declared: Family
    constants: Mapping[str, object]

    @property
    def key(self) -> Hashable:
        """What tells datasets apart: another rival, or another permutation, makes no other dataset."""
        return self.x.tobytes(), str(sorted(self.constants.items()))


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


def asked_of(derivation: Derivation) -> st.SearchStrategy[Asked]:
    """Return datasets with a maximiser, as far as that is known, with rivals.

    >>> from hypothesis import find
    >>> from thetahat import derive, family
    >>> find(asked_of(derive(family("exponential"))), lambda asked: True).x
    array([1.])
    """
    general = derivation.family

    def members(values: Mapping[str, object]) -> st.SearchStrategy[Asked]:
        known = derivation_with(general, values) if values else derivation
        member = known.family
        rival = parameters(member)
        # Hypothesis climbs from what is drawn last to what is drawn first: rivals and seed make nothing harder.
        return st.tuples(
            st.tuples(rival, rival, rival),
            st.integers(0, 2**16),
            with_data_on_ends(known, _with_maximiser(known)),
        ).map(lambda parts: Asked(known, *parts, declared=general, constants=values))

    return constants(general).flatmap(members) if general.constants else members({})


def _with_maximiser(derivation: Derivation) -> st.SearchStrategy[Array]:
    """Datasets that have a maximiser, as far as conditions tell; where only a search tells, more that are scattered.

    A search takes as long as a fit, and few data with ties pass it: three of four are then scattered.
    """
    family, conditions = derivation.family, derivation.exists_when
    ordinary = datasets(family, conditions=conditions, largest=ORDINARY)
    far = datasets(family, conditions=conditions)
    if not derivation.existence_searched:
        return st.one_of(ordinary, far)
    scattered = datasets(family, conditions=conditions, largest=ORDINARY, scattered=True)
    far_scattered = datasets(family, conditions=conditions, scattered=True)
    # One of several strategies is drawn with equal chances, however often it is named.
    return st.sampled_from((ordinary, far, *_SCATTERED * (scattered, far_scattered))).flatmap(lambda one: one)


def has_estimate(asked: Asked) -> bool:
    """Return whether data have a maximiser, as far as is known, where only a search tells which data have one.

    Of data without an estimate a part is searched for a member that proves that there is one.

    >>> from thetahat import derive, family
    >>> normal = derive(family("normal"))
    >>> has_estimate(Asked(normal, (), 0, np.array([1.0, 2.0]), normal.family, {}))
    True
    """
    if not asked.derivation.existence_searched:
        return True
    searching = zlib.crc32(asked.x.tobytes()) % SEARCH_SHARE == 0
    return has_maximiser(asked.derivation, asked.x, searching=searching)


def fitted(asked: Asked) -> Drawn | Refused:
    """Return what was drawn with its estimate, or the fact that none is given."""
    try:
        fit = fit_with(asked.derivation, asked.x)
    except (ExistenceError, UnsolvedError):
        return Refused(asked.derivation.family, asked.x)
    return Drawn(asked.derivation, asked.x, asked.rivals, asked.seed, fit, asked.declared, asked.constants)
