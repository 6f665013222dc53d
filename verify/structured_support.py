"""Decides whether numbers are what a structured declaration says of them, and says which one is not, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, sympify

from ..proofs.errors import DataError, ParameterError, SupportError
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.plates import Component
from ..proofs.structured.terms import Matrix, shape
from ..strategies.structured import StructuredData
from .arrays import require_doubles
from .structured_values import Place, number_at

Array = NDArray[np.float64]
_ROUNDING = 2.0**-51
"""How far shares may be from their total, for each of them: half a unit in the last place of 1 for the share itself, as
much for adding it, and a factor of two."""
_ASYMMETRY = 2.0**-40
"""How far an entry of a symmetric matrix may be from its mirror image, relatively to the largest: products of matrices
are not rounded alike on both sides."""


def _whole(values: Array) -> NDArray[np.bool_]:
    return np.asarray(values == np.floor(values))


_ALLOWED: dict[str, tuple[str, Callable[[Array], NDArray[np.bool_]]]] = {
    "real": ("", np.isfinite),
    "positive": ("is not positive", lambda values: values > 0),
    "nonnegative": ("is negative", lambda values: values >= 0),
    "count": ("is not a whole number that is at least 0", lambda values: (values >= 0) & _whole(values)),
    "indicator": ("is neither 0 nor 1", lambda values: (values == 0) | (values == 1)),
}
"""What is said of a value that contradicts the sign of its component, and which values do not."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Which observations count, and how messages name an entry.

    Attributes
    ----------
    position
        Where they stand in what the user gave; ``None`` where all count.
    unnamed
        Whether there is one matrix or known value, so that an entry needs no number of an observation.
    error
        What is raised.
    """

    position: NDArray[np.intp] | None
    unnamed: bool = False
    error: type[SupportError | ParameterError] = SupportError

    def kept(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the observations that count."""
        return values if self.position is None else values[self.position]

    def number(self, row: int) -> int:
        """Return the position that an observation was given at."""
        return row if self.position is None else int(self.position[row])

    def place(self, at: NDArray[np.intp]) -> str:
        """Return the index of an entry, in brackets."""
        indices = [*([] if self.unnamed else [self.number(int(at[0]))]), *at[1:].tolist()]
        return f"[{', '.join(map(str, indices))}]" if indices else ""


def name_of(term: Expr) -> str:
    """Return the name that a user gives a term by.

    >>> name_of(Component("y", "count"))
    'y'
    """
    return str(getattr(term, "name", term))


def doubles_of(family: StructuredFamily, term: Expr, numbers: NDArray[Any], rows: Rows) -> Array:
    """Return the values as doubles, if they are what the declaration says of them; the first axis is that of ``rows``.

    Raises
    ------
    DataError
        For values that are not finite.
    SupportError, ParameterError
        Whichever ``rows`` has, for signs, fractions of counts, and matrices that are not definite.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> wishart = structured("wishart")
    >>> doubles_of(wishart, wishart.observation[0], np.array([[[-1]]]), Rows(None))
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.SupportError: wishart: S[0] is not positive definite
    """
    name, values = name_of(term), numbers.astype(np.float64)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        shown = bad[0][:-1] if isinstance(term, Matrix) and shape(term)[-1] == 1 else bad[0]
        raise DataError(
            f"{family.name}: {name}{rows.place(shown)} = {values[tuple(bad[0])]} is not finite. Remove the "
            "observation; nothing is dropped for you."
        )
    require_doubles(family.name, numbers, ((float(values.min()), float(values.max())),), name)
    if isinstance(term, Matrix):
        return values if term.kind == "general" else _symmetric(family, term, values, rows)
    what, allowed = _ALLOWED[term.sign if isinstance(term, Component) else _sign_of(term)]
    bad = np.argwhere(~allowed(values))
    if len(bad):
        raise rows.error(
            f"{family.name}: {name}{rows.place(bad[0])} = {values[tuple(bad[0])]:.17g} {what}; nothing is clipped or "
            "dropped for you"
        )
    return values


def _sign_of(symbol: Expr) -> str:
    """What the assumptions of a known number's symbol say, in the words of components."""
    if symbol.is_integer and symbol.is_nonnegative:
        return "count"
    return "positive" if symbol.is_positive else "real"


@np.errstate(over="ignore")
def _symmetric(family: StructuredFamily, term: Matrix, values: Array, rows: Rows) -> Array:
    """The means of matrices and their mirror images, if both are the same but for rounding; definite as declared."""
    for at, one in enumerate(values):
        if not np.abs(one - one.T).max() <= _ASYMMETRY * np.abs(one).max():
            raise rows.error(f"{family.name}: {term.name}{rows.place(np.array([at]))} is not symmetric")
    mirrored = np.swapaxes(values, -1, -2)
    found = np.where(values == mirrored, values, values / 2 + mirrored / 2)
    for at, one in enumerate(found if term.kind == "spd" else ()):
        if not np.linalg.eigvalsh(one)[0] > 0:
            raise rows.error(f"{family.name}: {term.name}{rows.place(np.array([at]))} is not positive definite")
    return np.asarray(found)


def require_totals(family: StructuredFamily, drawn: StructuredData, rows: Rows) -> None:
    """Raise ``SupportError`` unless components add up to their declared total, and keep below declared bounds."""
    place = Place(drawn, {})
    for whole, total in family.totals:
        found, wanted = np.asarray(number_at(whole, place)), float(number_at(sympify(total), place))
        rounding = 0.0 if np.all(_whole(found)) else _ROUNDING * max(drawn.sizes.values())
        bad = np.flatnonzero(np.abs(found - wanted) > rounding * wanted)
        if len(bad):
            raise SupportError(
                f"{family.name}: in observation {rows.number(int(bad[0]))} {whole} is {found[bad[0]]:.17g}, and has to "
                f"be {wanted:.17g}; nothing is normalised for you"
            )
    for left, right in family.support:
        if not any(side.has(*family.terms) for side in (left, right)):
            bad = np.flatnonzero(np.atleast_1d(number_at(right, place) - number_at(left, place)) < 0)
            if len(bad):
                raise SupportError(
                    f"{family.name}: in observation {rows.number(int(bad[0]))} {left} is more than {right}"
                )
