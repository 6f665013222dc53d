"""Encloses expressions in data atoms on one dataset: averages, order statistics and ties, each compiled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

from flint import arb
from sympy import Basic, Expr, Symbol, Tuple

from .algebra.atoms import Centred, LargestTie, Mean, Quantile, atoms_of, taken_apart
from .ball_rows import Rows
from .ball_sums import Sums, row_sums
from .balls import ball, compiled, precision
from .errors import DeclarationError

Values = Mapping[Symbol, Any]
Balls = Mapping[Symbol, arb]
Read = Callable[[Expr, Balls, "Table"], arb]
StandIns = tuple[tuple[Expr, Symbol], ...]


class Table:
    """A dataset in balls: for each row the values of ``columns``; weights are ``None`` where all are one."""

    def __init__(self, columns: tuple[Symbol, ...], rows: Rows, weights: Sequence[arb] | None) -> None:
        """Keep what is given."""
        self.columns, self._rows, self._weights = columns, rows, weights

    @property
    def rows(self) -> Rows:
        """The rows."""
        return self._rows

    @property
    def weights(self) -> Sequence[arb] | None:
        """The weight of each row."""
        return self._weights

    def total(self) -> arb:
        """Return the sum of the weights, at the working precision."""
        return arb(len(self.rows)) if self.weights is None else sum(self.weights, arb(0))

    def read_off(self, atoms: Sequence[Expr]) -> dict[int, arb]:
        """Return, by their places, those of ``atoms`` that there is a better way to than row by row: here none."""
        return {}


@dataclass(frozen=True, eq=False)
class _Reading:
    """Expressions compiled with a stand-in for each data atom, and their arguments in order.

    ``together`` are averages that change with parameters, and are read in one pass over the rows.
    """

    atoms: StandIns
    together: StandIns
    function: Callable[..., list[arb]]
    symbols: tuple[Symbol, ...]


@lru_cache(maxsize=4096)
def _reading(expressions: tuple[Expr, ...]) -> _Reading:
    atoms, rest = taken_apart(Tuple(*expressions))
    symbols = _ordered(rest)
    moving = [
        (atom, name)
        for atom, name in atoms
        if isinstance(atom, Mean) and atom.free_symbols and not atoms_of(atom.integrand)
    ]
    together = tuple(moving) if len(moving) > 1 else ()
    alone = tuple(pair for pair in atoms if pair not in together)
    return _Reading(alone, together, compiled(tuple(rest), symbols), symbols)


@lru_cache(maxsize=4096)
def _averaging(atom: Mean, columns: tuple[Symbol, ...]) -> tuple[StandIns, Sums, tuple[Symbol, ...]]:
    atoms, integrand = taken_apart(atom.integrand)
    sums, others = _summing((integrand,), columns)
    return atoms, sums, others


@lru_cache(maxsize=4096)
def _summing(integrands: tuple[Expr, ...], columns: tuple[Symbol, ...]) -> tuple[Sums, tuple[Symbol, ...]]:
    others = tuple(symbol for symbol in _ordered(Tuple(*integrands)) if symbol not in columns)
    return row_sums(integrands, columns, others), others


def _ordered(expression: Basic) -> tuple[Symbol, ...]:
    return tuple(sorted(expression.free_symbols, key=lambda symbol: symbol.sort_key()))


def enclosed(expression: Expr, known: Balls, table: Table, read: Read | None = None) -> arb:
    """Return an enclosure of ``expression`` on a table, at the working precision.

    ``read`` is asked for each of its data atoms, so that a caller can keep what does not change; ``read_atom`` if it
    is not given.
    """
    return enclosed_together((expression,), known, table, read)[0]


def enclosed_together(expressions: tuple[Expr, ...], known: Balls, table: Table, read: Read | None = None) -> list[arb]:
    """Return enclosures of several expressions on a table, which share what they have in common.

    ``read`` is not asked for averages that change with parameters where these are several: they are read together.

    >>> from sympy.abc import a, x
    >>> table = Table((x,), [(arb(1),), (arb(3),)], None)
    >>> power, both = enclosed_together((Mean(x**a, x), Mean(a * x, x) + Mean(x**a, x)), {a: arb(2)}, table)
    >>> power.contains(5), both.contains(9)
    (True, True)
    """
    reading = _reading(expressions)
    if reading.atoms:
        known = {**known, **{name: (read or read_atom)(atom, known, table) for atom, name in reading.atoms}}
    if reading.together:
        known = {**known, **_read_together(reading.together, known, table)}
    return reading.function(*(known[symbol] for symbol in reading.symbols))


def _read_together(averages: StandIns, known: Balls, table: Table) -> dict[Symbol, arb]:
    if table.read_off([atom for atom, _ in averages]):
        return {name: read_atom(atom, known, table) for atom, name in averages}
    sums, others = _summing(tuple(atom.integrand for atom, _ in averages), table.columns)
    found, total = sums(table.rows, table.weights, *(known[symbol] for symbol in others)), table.total()
    return {name: one / total for (_, name), one in zip(averages, found, strict=True)}


def read_atom(atom: Expr, known: Balls, table: Table) -> arb:
    """Return an enclosure of one data atom on a table, at the working precision.

    >>> from sympy.abc import x
    >>> read_atom(Mean(x**2, x), {}, Table((x,), [(arb(1),), (arb(3),)], None)) == 5
    True
    """
    ready = table.read_off((atom,))
    if ready:
        return ready[0]
    if isinstance(atom, Mean):
        inner, sums, others = _averaging(atom, table.columns)
        if inner:
            known = {**known, **{name: read_atom(part, known, table) for part, name in inner}}
        return sums(table.rows, table.weights, *(known[symbol] for symbol in others))[0] / table.total()
    if isinstance(atom, Centred):
        return enclosed(atom.definition(), known, table)
    column = _sorted_column(table, atom.args[-1])
    if isinstance(atom, LargestTie):
        return _largest_tie(column)
    if isinstance(atom, Quantile):
        needed = tuple(sorted(atom.level.free_symbols, key=str))
        return _quantile(column, *compiled(atom.level.as_numer_denom(), needed)(*(known[s] for s in needed)))
    raise DeclarationError(f"no ball evaluation is known for {atom}")


def evaluate(
    expression: Expr,
    values: Values,
    sample: Sequence[Values] = (),
    weights: Sequence[Any] | None = None,
) -> arb:
    """Return an enclosure of ``expression`` at the working precision.

    Parameters
    ----------
    values
        A number for every free symbol: integer, double, exact rational or ball.
    sample
        The data that ``Mean``, ``Quantile`` and ``LargestTie`` refer to: for each observation the value of
        every data variable.
    weights
        Non-negative multiplicities, one for each observation; all one when omitted.

    Returns
    -------
    A ball; not finite where the expression is undefined or the precision is too low.

    Examples
    --------
    >>> from sympy.abc import x
    >>> evaluate(Mean(x**2, x) - Quantile(0, x), {}, [{x: 1}, {x: 2}]).contains(1.5)
    True
    """
    columns = tuple(sample[0]) if sample else ()
    rows = [tuple(ball(row[symbol]) for symbol in columns) for row in sample]
    heavy = None if weights is None else [ball(w) for w in weights]
    return enclosed(expression, {symbol: ball(value) for symbol, value in values.items()}, Table(columns, rows, heavy))


def _sorted_column(table: Table, symbol: Basic) -> list[tuple[arb, arb]]:
    """The values of one column in order, each with its weight, but those that certainly have none."""
    place = table.columns.index(symbol)
    heavy = [arb(1)] * len(table.rows) if table.weights is None else table.weights
    # Of balls, != means "certainly different": a weight that may be zero is kept unless it certainly is.
    kept = ((row[place], w) for row, w in zip(table.rows, heavy, strict=True) if not (w == 0))  # noqa: SIM201
    return sorted(kept, key=lambda pair: pair[0].mid())


def _largest_tie(column: list[tuple[arb, arb]]) -> arb:
    shares: dict[str, arb] = {}
    for value, weight in column:
        key = value.str(60, radius=True)
        shares[key] = shares.get(key, arb(0)) + weight
    return reduce(arb.max, shares.values()) / sum(shares.values(), arb(0))


def _quantile(column: list[tuple[arb, arb]], part: arb, whole: arb) -> arb:
    """The midpoint of the quantile interval of a sorted weighted column, at level ``part / whole``.

    Nothing is divided: of ten weights of one, the level 4/5 is reached exactly at the eighth.
    """
    if not whole > 0:
        return arb("nan")
    if part == 0 or part == whole:
        return column[0 if part == 0 else -1][0]
    target = part * sum((w for _, w in column), arb(0))
    below = arb(0)
    for position, (value, weight) in enumerate(column):
        below = below + whole * weight
        if below > target:
            return value
        if below == target:
            return (value + column[position + 1][0]) / 2
        if not below < target:
            return arb("nan")
    return column[-1][0]


def is_zero_at(expression: Expr, values: Values, sample: Sequence[Values] = (), bits: int = 300) -> bool | None:
    """Return ``False`` where the ball excludes zero, ``True`` where its radius is below 2^-100, else ``None``.

    ``False`` is a proof that the expression is not identically zero; ``True`` is overwhelming support, not a proof.

    >>> from sympy import Integer
    >>> from sympy.abc import a
    >>> is_zero_at((a + 1) ** 2 - a**2 - 2 * a - 1, {a: Integer(3) / 7})
    True
    """
    for attempt in (bits, 2 * bits, 4 * bits):
        with precision(attempt):
            value = evaluate(expression, values, sample)
            if not value.is_finite():
                continue
            if not value.contains(0):
                return False
            if value.rad() < arb(2) ** -100:
                return True
    return None
