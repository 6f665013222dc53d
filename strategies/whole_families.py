"""Draws whole families, and tells Hypothesis how, so that ``from_type(Family)`` works."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..proofs.family import Family
from ..proofs.registry import catalogue, family
from .spaces import instances


@lru_cache(maxsize=1)
def shipped() -> SearchStrategy[Family]:
    """Return a strategy of the families that are shipped, with values for their constants.

    Examples
    --------
    >>> from hypothesis import find, settings
    >>> find(shipped(), lambda family: len(family.parameters) == 2, settings=settings(database=None)).constants
    ()
    """
    return st.sampled_from([entry.name for entry in catalogue()]).map(family).flatmap(instances)


def register() -> None:
    """Let ``st.from_type(Family)`` draw shipped families.

    >>> register()
    >>> from hypothesis import find, settings
    >>> find(st.from_type(Family), lambda family: True, settings=settings(database=None)).constants
    ()
    """
    st.register_type_strategy(Family, shipped())
