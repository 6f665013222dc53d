"""How the text of a file with delimiters becomes a table, and what in it is refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from math import isfinite, isnan

import numpy as np
from numpy.typing import NDArray

from ..proofs.errors import DataError, UnknownFamilyError
from .columns import Table, closest

_Row = list[str]
_CHUNK = 1024  # rows turned into floats at a time; measured: with more, their strings leave the processor's cache
_QUOTED = re.compile(r'"[^"]*"')
_NO_NAME = re.compile(r"[-+.]?\d[^a-zA-Z]*|0[xX][0-9a-fA-F]+")
"""Begins as a number and has no letter: as a header it would take an observation out of the data."""
_MISSING = {"na", "n/a", "#n/a", "null", "none", "missing", "-", "--", ".", "?"}
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")


def parse_table(data: bytes, name: str, weights: str | None = None, wanted: Collection[str] | None = None) -> Table:
    """Return the table that ``data``, the contents of a CSV file, stands for.

    The encoding is UTF-8, with or without a byte-order mark. The delimiter is decided by the first line, outside
    quotation marks: a tab if it has one, else a semicolon if it has one, else a comma. A first row of numbers is data,
    and the columns are then called ``column_1``, ``column_2``, ...; any other first row is the header. Numbers are
    written with a decimal point. Blank lines are allowed at the end only.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        What messages call it.
    weights
        The column that holds multiplicities, if the file has one.
    wanted
        The columns that the table is made of. What stands in others, names and dates perhaps, is not read.

    Raises
    ------
    DataError
        Says which row (counted from 1, the header included) and column, what stands there, and what to do.
    UnknownFamilyError
        If a wanted column is not there.

    Examples
    --------
    >>> table = parse_table(b"deaths,count\\n0,109\\n1,65\\n", "kicks", weights="count")
    >>> table.columns, table.select()
    (('deaths', 'count'), (array([0., 1.]), array([109.,  65.])))
    >>> parse_table(b"month,rain\\nMay,60\\nJune,71\\n", "weather", wanted=["rain"]).column("rain")
    array([60., 71.])
    """
    text = _decode(data, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return _table(reader, name, weights, wanted)
    except csv.Error as error:
        raise DataError(f"{name}: line {reader.line_num} is not valid CSV ({error}); correct the quotation") from error


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name}: line {line} has the byte 0x{data[error.start]:02x}, which is not UTF-8; save the file as UTF-8"
        ) from error


def _delimiter(text: str) -> str:
    line = next(iter(io.StringIO(text, newline=None)), "")
    bare = _QUOTED.sub("", line)
    return next((mark for mark in "\t;" if mark in bare), ",")


def _table(rows: Iterator[_Row], name: str, weights: str | None, wanted: Collection[str] | None) -> Table:
    first = next(rows, [])
    if not first and not any(rows):
        raise DataError(f"{name}: the file is empty; it needs at least one row of numbers")
    header = _header(first, name)
    names = header or tuple(f"column_{position}" for position in range(1, len(first) + 1))
    body = rows if header else chain([first], rows)
    places = _places(names, name, wanted)
    start = 2 if header else 1
    blocks: list[NDArray[np.float64]] = []
    while chunk := _without_blank_end(list(islice(body, _CHUNK)), body):
        blocks.append(_block(chunk, start, names, places, name))
        start += len(chunk)
    if not blocks:
        raise DataError(f"{name}: the file has a header ({', '.join(names)}) but no row of numbers below it")
    read = tuple(names[place] for place in places)
    unread = tuple(one for place, one in enumerate(names) if one and place not in places)
    return Table(name, read, tuple(np.concatenate(blocks).T), weights, unread)


def _places(names: Sequence[str], name: str, wanted: Collection[str] | None) -> list[int]:
    """Where the wanted columns stand, in the order of the file."""
    missing = [one for one in wanted or () if one not in names]
    if missing:
        raise UnknownFamilyError(f"{name}: there is no column {missing[0]!r}{closest(missing[0], filter(None, names))}")
    return [place for place, one in enumerate(names) if wanted is None or one in wanted]


def _without_blank_end(chunk: list[_Row], rest: Iterator[_Row]) -> list[_Row]:
    """The chunk without the blank lines that end the file; blank lines before a row stay, to be refused."""
    if not chunk or chunk[-1] or any(rest):
        return chunk
    last = max((position for position, row in enumerate(chunk, start=1) if row), default=0)
    return chunk[:last]


def _header(first: _Row, name: str) -> tuple[str, ...]:
    """The column names if the first row is a header, nothing if it is data."""
    numbers = [_is_number(cell) for cell in first]
    if first and all(numbers):
        return ()
    for position, cell in enumerate(first, start=1):
        if _DECIMAL_COMMA.fullmatch(cell):
            raise _bad_cell(name, 1, f"column {position}", cell)
    if first and all(_NO_NAME.fullmatch(cell.strip()) for cell in first) and not any(numbers):
        raise DataError(
            f"{name}: row 1 is {', '.join(map(repr, first))}, which is neither a number nor a name: write numbers "
            "without signs between their digits, one in each cell, or begin the name with a letter"
        )
    if first and all(cell.strip().lower() in _MISSING for cell in first):
        raise DataError(
            f"{name}: row 1 is {', '.join(map(repr, first))}, which stands for what is missing: remove the row, or "
            "give the column another name"
        )
    if not first or any(numbers):
        found = f"has numbers and text side by side ({', '.join(map(repr, first))})" if first else "is blank"
        raise DataError(
            f"{name}: row 1 {found}, so it is neither a header nor data; "
            "write a header in which no name is a number, or complete the numbers"
        )
    return tuple(cell.strip() for cell in first)


def _block(
    rows: Sequence[_Row], start: int, names: Sequence[str], places: Sequence[int], name: str
) -> NDArray[np.float64]:
    """The rows, of which the first has number ``start`` in the file, as an array with one column for each place."""
    if set(map(len, rows)) != {len(names)}:
        raise _ragged(rows, start, len(names), name)
    if len(places) < len(names):
        rows = [[cells[place] for place in places] for cells in rows]
    values = _floats(list(chain.from_iterable(rows)))
    if values is None:
        row, place, cell = next(
            (row, place, cell)
            for row, cells in enumerate(rows, start)
            for place, cell in zip(places, cells, strict=True)
            if not _is_finite_number(cell)
        )
        raise _bad_cell(name, row, f"column {names[place]!r}", cell)
    return values.reshape(len(rows), len(places))


def _floats(cells: list[str]) -> NDArray[np.float64] | None:
    """The cells as numbers, or None if there is one that ``_is_finite_number`` refuses; all at once, for speed."""
    joined = "".join(cells)
    if "_" in joined or not joined.isascii():
        return None
    try:
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _is_number(cell: str) -> bool:
    # Python's float() also reads 1_000 and the digits of other scripts, which no other reader of CSV does.
    if "_" in cell or not cell.isascii():
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_finite_number(cell: str) -> bool:
    return _is_number(cell) and isfinite(float(cell))


def _bad_cell(name: str, row: int, column: str, cell: str) -> DataError:
    where = f"{name}: row {row}, {column}"
    if not cell.strip():
        return DataError(f"{where} is empty; write a number or remove the row. Nothing is filled in for you.")
    if _DECIMAL_COMMA.fullmatch(cell):
        return DataError(f"{where} is {cell!r}; a decimal comma is not read: write a point, and do not group thousands")
    if not _is_number(cell):
        return DataError(
            f"{where} is {cell!r}, which is not a number; every cell below the header must be one, in the columns that "
            "are named, or else in all"
        )
    kind = "not a number" if isnan(float(cell)) else "infinite, or too large for a float"
    return DataError(f"{where} is {cell!r}, which is {kind}; correct it or remove the row. Nothing is dropped for you.")


def _ragged(rows: Sequence[_Row], start: int, expected: int, name: str) -> DataError:
    row, found = next((row, len(cells)) for row, cells in enumerate(rows, start) if len(cells) != expected)
    hint = (
        "remove the blank line"
        if found == 0
        else "complete the row; if a comma is meant as a decimal point, write a point"
    )
    return DataError(f"{name}: row {row} should have {expected} field(s), as row 1 has, but has {found}; {hint}")
