"""Compiles weighted sums over the rows of a dataset to one loop of ball operations: no call for a row, no symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from flint import arb
from sympy import Expr, Symbol, cse, log

from .ball_printer import BallPrinter, added_to_one, beside_one
from .balls import defined

Rows = Sequence[tuple[arb, ...]]
Sums = Callable[..., list[arb]]

_INDENT = "    "


class _Lines(BallPrinter):
    """Prints expressions with constants that are made before the loop."""

    def __init__(self, names: dict[Symbol, str]) -> None:
        super().__init__(names)
        self.constants = dict[str, str]()

    def _print_Integer(self, expr: Expr) -> str:  # noqa: N802
        return self._constant(super()._print_Integer(expr))

    def _print_Rational(self, expr: Expr) -> str:  # noqa: N802
        return self._constant(super()._print_Rational(expr))

    def _constant(self, text: str) -> str:
        return self.constants.setdefault(text, f"n{len(self.constants)}")


@dataclass(frozen=True)
class _Way:
    """How a term is summed: lines before the rows, for each row and after them, and the function that is summed."""

    before: Callable[[str], list[str]]
    row: Callable[[str, str], list[str]]
    after: Callable[[str], list[str]]
    function: str


_PLAIN = _Way(lambda s: [f"{s} = arb(0)"], lambda s, z: [f"{s} = {s} + {z}"], lambda s: [], "")
# An argument of a logarithm has to be positive itself: the signs of two would cancel.
_LOG = _Way(
    lambda s: [f"{s} = arb(1)"],
    lambda s, z: [f"f = {z}", f"{s} = {s} * f if f > 0 else arb('nan')"],
    lambda s: [f"{s} = f_log({s})"],
    "f_log",
)
# Of factors 1 + z the product less one as well: z may be far smaller than the precision, and so may the product be.
_LOG1P = _Way(
    lambda s: [f"{s} = arb(0)", f"whole_{s} = arb(1)"],
    lambda s, z: [
        f"f = {z}",
        f"whole_{s} = whole_{s} * (1 + f) if f > -1 else arb('nan')",
        f"{s} = {s} + f * (1 + {s})",
    ],
    lambda s: [f"{s} = f_log_of_product(whole_{s}, {s})"],
    "f_log1p",
)


def _way_of(term: Expr) -> tuple[_Way, Expr]:
    """How ``term`` is summed, and what of it is printed: of a logarithm what it is taken of."""
    small = added_to_one(term)
    if small is not None:
        return _LOG1P, small
    return (_LOG, term.args[0]) if isinstance(term, log) else (_PLAIN, term)


@lru_cache(maxsize=2048)
def row_sums(terms: tuple[Expr, ...], columns: tuple[Symbol, ...], others: tuple[Symbol, ...] = ()) -> Sums:
    """Return the function from rows, their weights and the values of ``others`` to the sums of ``terms`` over the rows.

    Weights are ``None`` where all are one. What contains no column is computed once; a sum of logarithms is the
    logarithm of a product, which does not overflow: exponents of balls have no bound.

    >>> from sympy.abc import a, x
    >>> powers, logs = row_sums((a * x, log(x)), (x,), (a,))([(arb(2),), (arb(8),)], None, arb(3))
    >>> powers == 30, bool(abs(logs - arb(16).log()) < 1e-12)
    (True, True)
    """
    return defined("sums", _written(terms, columns, others))


def _written(terms: tuple[Expr, ...], columns: tuple[Symbol, ...], others: tuple[Symbol, ...]) -> list[str]:
    """The lines of the function ``sums``."""
    ways, summed = zip(*(_way_of(term) for term in terms), strict=True) if terms else ((), ())
    found, printed = cse([beside_one(term) for term in summed])
    names = {symbol: f"x{i}" for i, symbol in enumerate(columns)} | {symbol: f"p{i}" for i, symbol in enumerate(others)}
    names |= {symbol: f"c{i}" for i, (symbol, _) in enumerate(found)}
    lines, moving = _Lines(names), set(columns)
    before, inside = list[str](), list[str]()
    for symbol, part in found:
        of_row = bool(part.free_symbols & moving)
        moving |= {symbol} if of_row else set()
        (inside if of_row else before).append(f"{names[symbol]} = {lines.printed(part)}")
    starts, plain, heavy, after = list[str](), list[str](), list[str](), list[str]()
    for place, (term, way) in enumerate(zip(printed, ways, strict=True)):
        text = lines.printed(term)
        starts += way.before(f"s{place}")
        plain += way.row(f"s{place}", text)
        heavy.append(f"s{place} = s{place} + w * {way.function}({text})")
        after += way.after(f"s{place}")
    row = "".join(f"{names[symbol]}, " for symbol in columns) or "_"
    return [
        "def sums(rows, weights" + "".join(f", {names[symbol]}" for symbol in others) + "):",
        *(f"{_INDENT}{line}" for line in (*(f"{n} = {text}" for text, n in lines.constants.items()), *before)),
        f"{_INDENT}if weights is None:",
        *(f"{_INDENT * 2}{line}" for line in starts),
        f"{_INDENT * 2}for {row} in rows:",
        *(f"{_INDENT * 3}{line}" for line in chain(inside, plain or ["pass"])),
        *(f"{_INDENT * 2}{line}" for line in after),
        f"{_INDENT}else:",
        *(f"{_INDENT * 2}s{place} = arb(0)" for place in range(len(terms))),
        f"{_INDENT * 2}for ({row}), w in zip(rows, weights):",
        *(f"{_INDENT * 3}{line}" for line in chain(inside, heavy or ["pass"])),
        f"{_INDENT}return [{', '.join(f's{place}' for place in range(len(terms)))}]",
    ]
