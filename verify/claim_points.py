"""Members at which claims are tried: the simplest numbers first, so that a witness is short, then generic ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice, pairwise

from sympy import Expr, Integer, Rational, Symbol, oo

from ..proofs.bounds import Bounds
from ..proofs.family import Family
from ..proofs.members import member_symbols
from ..proofs.probes import at, data_points, parameter_points

Values = Mapping[Symbol, Rational]
_SIMPLE = (
    *map(Integer, (1, 2, 3, 0, -1, 5, -2, 10)),
    *(Rational(p, q) for p, q in ((1, 2), (1, 4), (3, 4), (3, 2), (1, 8), (5, 2))),
)
_SIMPLE_MEMBERS, _GENERIC_MEMBERS = 40, 8


def points(family: Family) -> Iterator[dict[Symbol, Rational]]:
    """Yield members, each with values for the constants and covariates: simple ones, then generic ones.

    >>> from itertools import islice
    >>> from thetahat import family
    >>> [list(point.values()) for point in islice(points(family("gamma")), 3)]
    [[1, 1], [1, 2], [2, 1]]
    """
    members = [*islice(_simple(family), _SIMPLE_MEMBERS), *parameter_points(family, _GENERIC_MEMBERS, seed=1)]
    rows = data_points(family, members[0], len(members), seed=1) if family.covariates else [{}] * len(members)
    for found, row in zip(members, rows, strict=True):
        yield {symbol: row[symbol] for symbol in family.given} | found


def pairs(family: Family) -> Iterator[dict[Symbol, Rational]]:
    """Yield two members at a time, in the symbols of both, the simplest different ones first."""
    members = [*points(family)]
    simple, generic = members[:-_GENERIC_MEMBERS], members[-_GENERIC_MEMBERS:]
    for total in range(1, 2 * len(simple) - 2):
        for i in range(max(0, total - len(simple) + 1), min(total, len(simple) - 1) + 1):
            if i != total - i:
                yield _joined(family, simple[i], simple[total - i])
        if total > 8:
            break
    for first, second in pairwise(generic):
        yield _joined(family, first, second)


def _joined(family: Family, first: Values, second: Values) -> dict[Symbol, Rational]:
    """Constants are shared: those of the first count."""
    names = [member_symbols(family, index) for index in (0, 1)]
    shared = {symbol: value for symbol, value in first.items() if symbol not in names[0]}
    own = {names[0][symbol]: first[symbol] for symbol in family.symbols}
    return shared | own | {names[1][symbol]: second[symbol] for symbol in family.symbols}


def _simple(family: Family) -> Iterator[dict[Symbol, Rational]]:
    """Every choice of simple numbers inside the spaces, those of the lowest total rank first."""
    items = (*family.constants, *family.parameters)
    for rank in count() if items else range(1):
        found = False
        for values in _of_rank(tuple((item.symbol, item.bounds) for item in items), rank, {}):
            found = True
            yield values
        if not found and rank > len(items) * len(_SIMPLE):
            return


def _of_rank(
    items: tuple[tuple[Symbol, Bounds], ...], rank: int, known: dict[Symbol, Rational]
) -> Iterator[dict[Symbol, Rational]]:
    if not items:
        if rank == 0:
            yield known
        return
    (symbol, ends), rest = items[0], items[1:]
    allowed = [value for value in _SIMPLE if _lies(value, at(ends, known))]
    places = range(min(rank, len(allowed) - 1) + 1) if rest else [rank] if rank < len(allowed) else []
    for place in places:
        yield from _of_rank(rest, rank - place, known | {symbol: allowed[place]})


def _lies(value: Rational, ends: Bounds) -> bool:
    """Whether a number lies in the interior of a space, or is one of its whole numbers."""
    if ends.discrete:
        return bool(value.is_Integer and _ordered(ends.lo, value) and _ordered(value, ends.hi))
    return bool((ends.lo == -oo or ends.lo < value) and (ends.hi == oo or value < ends.hi))


def _ordered(low: Expr, high: Expr) -> bool:
    return bool(low <= high)
