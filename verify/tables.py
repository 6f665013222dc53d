"""Where a table is read from: a file, standard input, or the shipped data sets."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from pathlib import Path

from ..proofs.errors import DataError, UnknownFamilyError
from .columns import Table, closest
from .datasets import datasets, is_dataset, load
from .delimited import parse_table

__all__ = ["Table", "read_table"]

_PLAIN_NAME = re.compile(r"[\w-]+")  # no dot and no separator: more likely a data set's name than a file's


def read_table(source: str | Path, wanted: Collection[str] | None = None) -> Table:
    """Return the table that ``source`` leads to.

    A string that is the name of a shipped data set means that data set, even if a file has the same name: write
    ``./name`` for the file. The string ``"-"`` means standard input. Everything else, and every ``Path``, is a file.
    What the file may look like, ``thetahat.verify.delimited.parse_table`` says; of a file, only the columns ``wanted``
    are read where there are any.

    Raises
    ------
    DataError
        If the file is missing or cannot be read, or for what is wrong in it: which row, which column, which value.
    UnknownFamilyError
        For a string that is neither a file nor a data set, and looks like the name of the latter.

    Examples
    --------
    >>> table = read_table("ball_bearings")
    >>> table.columns, table.n
    (('lifetime',), 23)
    """
    if source == "-":
        return parse_table(sys.stdin.buffer.read(), "standard input", wanted=wanted or None)
    if isinstance(source, str) and is_dataset(source):
        return load(source)
    path = Path(source)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise _missing(source) from None
    except OSError as error:
        raise DataError(f"{source}: the file cannot be read ({error.strerror}); name a readable CSV file") from error
    return parse_table(data, str(source), wanted=wanted or None)


def _missing(source: str | Path) -> DataError | UnknownFamilyError:
    if isinstance(source, str) and _PLAIN_NAME.fullmatch(source):
        known = [dataset.name for dataset in datasets()]
        return UnknownFamilyError(f"{source!r} is neither a file nor a shipped data set{closest(source, known)}")
    return DataError(f"{source}: there is no such file; name a CSV file, '-' for standard input, or a shipped data set")
