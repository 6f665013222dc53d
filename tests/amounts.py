"""How much the tests draw: a little in the default profile of Hypothesis, all there is in the deep one."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

DEEP = settings.default.max_examples >= 1000
T = TypeVar("T")


def amount(default: int, deep: int) -> int:
    """Return one number or the other, as the profile is."""
    return deep if DEEP else default


def thinned(cases: Sequence[T], stride: int) -> list[T]:
    """Return all cases in the deep profile, else the first, and every further one after ``stride``."""
    return list(cases if DEEP else cases[::stride])
