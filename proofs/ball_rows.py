"""Finds what of a sum over rows takes work and holds rows alone: once for a dataset, however often it is summed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import arb, ctx
from sympy import Add, Basic, Dummy, Expr, Function, Mul, Piecewise, Pow, Symbol, log, sift

Rows = Sequence[tuple[arb, ...]]
_CHEAP = frozenset({1, 2})
_REMEMBERED = 32
"""How many results of long work are at hand: a few functions of a few datasets, at one or two precisions."""


class PowerOfRow(Function):
    """``(fixed * of_row)**exponent``, with the logarithms of both factors: a row alone decides the second."""


@dataclass(frozen=True)
class Apart:
    """Parts and terms of a sum without what holds rows alone: that is ``first``, in order; ``kept`` is used."""

    first: tuple[tuple[Symbol, Expr], ...]
    kept: tuple[Symbol, ...]
    parts: tuple[tuple[Symbol, Expr], ...]
    terms: tuple[Expr, ...]


def taken_from_rows(parts: Sequence[tuple[Symbol, Expr]], terms: Sequence[Expr], columns: Sequence[Symbol]) -> Apart:
    """Return common parts and terms of sums over rows, with symbols for what takes work and holds rows alone.

    >>> from sympy.abc import a, x
    >>> apart = taken_from_rows([], [a * log(x) ** 3, x**a], [x])
    >>> [work for _, work in apart.first], apart.terms[1].func
    ([log(x)**3, log(x)], PowerOfRow)
    """
    found = _Found(set(columns))
    left, first = list[tuple[Symbol, Expr]](), list[tuple[Symbol, Expr]]()
    for symbol, part in parts:
        if found.is_of_row(part):
            found.of_rows.add(symbol)
            first.append((symbol, part))
        else:
            left.append((symbol, found.without(part)))
    without = tuple(map(found.without, terms))
    first += [(symbol, work) for work, symbol in found.work.items()]
    needed = set[Basic]().union(*(part.free_symbols for _, part in left), *(term.free_symbols for term in without))
    return Apart(tuple(first), tuple(symbol for symbol, _ in first if symbol in needed), tuple(left), without)


class _Found:
    """Collects what holds rows alone; ``of_rows`` are columns, and names of what is made of columns."""

    def __init__(self, of_rows: set[Basic]) -> None:
        self.of_rows = of_rows
        self.work: dict[Expr, Symbol] = {}

    def is_of_row(self, part: Basic) -> bool:
        return bool(part.free_symbols) and part.free_symbols <= self.of_rows

    def without(self, part: Any) -> Any:
        """The expression with symbols for such work."""
        if not isinstance(part, Add | Mul | Pow | Function) or isinstance(part, Piecewise):
            return part
        if self.is_of_row(part):
            return self._named(part) if _takes_work(part) else part
        if isinstance(part, Pow) and not part.exp.is_number:
            return self._power(part.base, self.without(part.exp))
        if not isinstance(part, Add | Mul):
            return part.func(*map(self.without, part.args))
        still, others = sift(part.args, self.is_of_row, binary=True)
        fixed = part.func(*still)
        held = [self._named(fixed)] if still and _takes_work(fixed) else still
        return part.func(*held, *map(self.without, others), evaluate=False)

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        """A power whose exponent rows alone do not decide."""
        fixed, of_row = base.as_independent(*self.of_rows, as_Add=False)
        if not self.is_of_row(of_row):
            return Pow(self.without(base), exponent, evaluate=False)
        return PowerOfRow(fixed, of_row, exponent, log(fixed), self._named(log(of_row)))

    def _named(self, work: Expr) -> Symbol:
        return self.work.setdefault(work, Dummy())


def _takes_work(part: Expr) -> bool:
    return part.has(Function) or any(power.exp not in _CHEAP for power in part.atoms(Pow))


class _Same:
    """Rows that are equal to themselves alone: to compare their values would take longer than the work."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rows is other.rows

    def __hash__(self) -> int:
        return id(self.rows)


def remembered(work: Callable[[Rows], Rows]) -> Callable[[Rows], Rows]:
    """Return the same function of rows, which answers from memory for rows that it has met at the working precision.

    >>> calls = []
    >>> doubled = remembered(lambda rows: calls.append(1) or [(2 * row[0],) for row in rows])
    >>> rows = [(arb(1),), (arb(3),)]
    >>> doubled(rows), doubled(rows), len(calls)
    ([(2.00000000000000,), (6.00000000000000,)], [(2.00000000000000,), (6.00000000000000,)], 1)
    """
    return lambda rows: _worked_out(work, _Same(rows), ctx.prec)


@lru_cache(maxsize=_REMEMBERED)
def _worked_out(work: Callable[[Rows], Rows], rows: _Same, bits: int) -> Rows:
    return work(rows.rows)
