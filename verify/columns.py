"""What a table is: named columns of finite numbers, and which of them a fit takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from ..proofs.errors import DataError, UnknownFamilyError


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length, each with a name: what a file of data says, and nothing more.

    Parameters
    ----------
    name
        What messages call the table: the name of a data set, or the file's path.
    columns
        The names, in the order of the file.
    values
        One float64 array for each name, shape ``(n,)`` with ``n >= 1``, every entry finite. Kept read-only.
    weights
        The column that holds multiplicities unless ``select`` is told otherwise, or None.
    unread
        The names of further columns that the file has, which messages list.

    Raises
    ------
    DataError
        For an empty or repeated name, no rows, columns of unequal length, and entries that are not finite.
    UnknownFamilyError
        If ``weights`` names no column.

    Examples
    --------
    >>> Table("dice", ("face", "count"), ([1, 6], [3, 5]), weights="count").column("face")
    array([1., 6.])
    """

    name: str
    columns: tuple[str, ...]
    values: tuple[NDArray[np.float64], ...]
    weights: str | None = None
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Convert, freeze, and refuse what is no table."""
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "values", tuple(_frozen(column) for column in self.values))
        _require_table(self)
        if self.weights is not None:
            self.column(self.weights)

    @property
    def n(self) -> int:
        """The number of rows.

        >>> Table("dice", ("face",), ([1, 6, 6],)).n
        3
        """
        return len(self.values[0])

    @property
    def known(self) -> str:
        """The names of all columns, read or not, as messages list them."""
        return ", ".join((*self.columns, *self.unread))

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the column called ``name``, shape ``(n,)``.

        Raises
        ------
        UnknownFamilyError
            Says which columns there are, and which name is closest.

        Examples
        --------
        >>> Table("dice", ("face",), ([1, 6, 6],)).column("face")
        array([1., 6., 6.])
        """
        if name not in self.columns:
            raise UnknownFamilyError(f"{self.name}: there is no column {name!r}{closest(name, self.columns)}")
        return self.values[self.columns.index(name)]

    def select(
        self, observation: str | None = None, covariates: Sequence[str] = (), weights: str | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Return the data ``x`` and the weights ``w`` that a fit takes.

        Parameters
        ----------
        observation
            The column of observations. It may be left out when one column is neither weights nor covariate.
        covariates
            Columns that the density is conditional on, in the family's order.
        weights
            The column of multiplicities. Without a name, the one that the table declares, if any.

        Returns
        -------
        ``x`` of shape ``(n,)``, or ``(n, 1 + len(covariates))`` with the observation first, and ``w`` of shape
        ``(n,)`` or None.

        Raises
        ------
        DataError
            If the observation is left out and not the only candidate, or if a column is used twice.
        UnknownFamilyError
            For a name that no column has.

        Examples
        --------
        >>> Table("dice", ("face", "count"), ([1, 6], [3, 5]), weights="count").select()
        (array([1., 6.]), array([3., 5.]))
        >>> Table("line", ("x", "y"), ([0, 1], [5, 7])).select("y", ["x"])
        (array([[5., 0.],
               [7., 1.]]), None)
        """
        others = (covariates,) if isinstance(covariates, str) else tuple(covariates)
        counted = self.weights if weights is None else weights
        first = self._only_candidate({*others, counted}) if observation is None else observation
        used = [first, *others, *([] if counted is None else [counted])]
        if twice := [name for name in used if used.count(name) > 1]:
            raise DataError(
                f"{self.name}: column {twice[0]!r} is used twice; "
                "observation, covariates and weights are different columns"
            )
        parts = [self.column(name) for name in (first, *others)]
        x = np.column_stack(parts) if others else parts[0]
        return x, None if counted is None else self.column(counted)

    def _only_candidate(self, taken: set[str | None]) -> str:
        left = [name for name in self.columns if name not in taken]
        if len(left) == 1:
            return left[0]
        found = f"{len(left)} columns could hold the observations ({', '.join(left)})" if left else "no column is left"
        raise DataError(f"{self.name}: {found}; name the column of observations. Columns: {', '.join(self.columns)}")


def closest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest known one, then all of them.

    >>> closest("dealths", ["count", "deaths"])
    "; did you mean 'deaths'? Known: count, deaths"
    """
    names = list(known)
    near = get_close_matches(name, names, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else "."
    return f"{guess} Known: {', '.join(names)}"


def _frozen(column: object) -> NDArray[np.float64]:
    array = np.array(column, dtype=np.float64)
    array.setflags(write=False)
    return array


def _require_table(table: Table) -> None:
    """Raise ``DataError`` for the first thing that keeps names and arrays from being a table."""
    who, names = table.name, table.columns
    if not names or len(names) != len(table.values):
        raise DataError(f"{who}: {len(names)} column names for {len(table.values)} columns; give one name to each")
    for position, name in enumerate(names, start=1):
        if not name:
            raise DataError(f"{who}: column {position} has no name; write one into the header")
        if names.index(name) != position - 1:
            raise DataError(f"{who}: two columns are called {name!r}; rename one")
    for name, column in zip(names, table.values, strict=True):
        if column.shape != (table.n,):
            raise DataError(
                f"{who}: column {name!r} has shape {column.shape} where ({table.n},) is needed; "
                "every column has one number for each row"
            )
        if not np.isfinite(column).all():
            row = int(np.flatnonzero(~np.isfinite(column))[0])
            raise DataError(
                f"{who}: {name}[{row}] = {column[row]} is not a finite number. "
                "Correct it or remove the row; nothing is dropped for you."
            )
    if table.n == 0:
        raise DataError(f"{who}: the table has no rows; at least one observation is needed")
