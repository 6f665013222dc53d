"""Compiles weighted sums over the rows of a dataset to one loop of ball operations: no call for a row, no symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import arb
from sympy import Add, Basic, Dummy, Expr, Function, Mul, Piecewise, Pow, S, Symbol, cse, log, sift, tanh

from .ball_functions import NAMESPACE
from .ball_printer import ConstantPrinter, added_to_one, beside_one
from .ball_rows import PowerOfRow, remembered, taken_from_rows
from .balls import defined
from .saturating import parts_of_tanh

Sums = Callable[..., list[arb]]

_INDENT = "    "
_NAMES = NAMESPACE | {
    "f_parts_of_tanh": parts_of_tanh,
    "f_remembered": remembered,
    "zero": arb(0),
    "one": arb(1),
    "minus_one": arb(-1),
    "nan": arb("nan"),
}


class _Lines(ConstantPrinter):
    """Prints expressions with constants that are made before the loop.

    Squares of what is made of rows alone need no call: ``others`` may be series, which have no sign.
    """

    def __init__(self, names: dict[Symbol, str], columns: Iterable[Symbol]) -> None:
        super().__init__(names)
        self.rounded, self.of_rows = dict[str, str](), set(columns)

    def _print_Rational(self, expr: Expr) -> str:  # noqa: N802
        text = super()._print_Rational(expr)
        return text if text in self.constants else self.rounded.setdefault(text, f"r{len(self.rounded)}")

    _print_Integer = _print_Rational  # noqa: N815

    def _print_Pow(self, expr: Expr, rational: bool = False) -> str:  # noqa: N802
        if expr.exp == 2 and expr.base.free_symbols <= self.of_rows:
            return f"(z if (z := (y := {self.printed(expr.base)}) * y) > zero else f_square(y))"
        return super()._print_Pow(expr, rational)

    def _print_Function(self, expr: Expr) -> str:  # noqa: N802
        if not isinstance(expr, PowerOfRow):
            return super()._print_Function(expr)
        fixed, of_row, exponent, *logarithms = map(self.printed, expr.args)
        if expr.args[0] is S.One:
            return f"((({exponent}) * {logarithms[1]}).exp() if {of_row} > zero else f_power({of_row}, {exponent}))"
        quick = f"(({exponent}) * ({' + '.join(logarithms)})).exp() if {of_row} > zero and {fixed} > zero"
        return f"({quick} else f_power({fixed} * {of_row}, {exponent}))"


@dataclass(frozen=True)
class _Way:
    """How a term is summed: lines before the rows, for each row and after them; with weights, a line for each row.

    Of a term in two ``parts`` the one that is a whole number for most rows is summed by itself, weights or not.
    """

    before: Callable[[str], list[str]]
    row: Callable[[str, str], list[str]]
    after: Callable[[str], list[str]]
    heavy: Callable[[str, str], list[str]]
    parts: bool = False


_PLAIN = _Way(
    lambda s: [f"{s} = zero"],
    lambda s, z: [f"{s} = {s} + {z}"],
    lambda s: [],
    lambda s, z: [f"{s} = {s} + w * ({z})"],
)
# An argument of a logarithm has to be positive itself: the signs of two would cancel.
_LOG = _Way(
    lambda s: [f"{s} = one"],
    lambda s, z: [f"f = {z}", f"{s} = {s} * f if f > zero else nan"],
    lambda s: [f"{s} = {s}.log()"],
    lambda s, z: [f"{s} = {s} + w * ({z}).log()"],
)
# Of what is made of rows alone: a ball around zero has a product that is no square, but their sum is none but positive.
_SQUARE = _Way(
    lambda s: [f"{s} = zero"],
    lambda s, z: [f"f = {z}", f"{s} = {s} + f * f"],
    lambda s: [f"{s} = {s} if {s} > zero else {s}.nonnegative_part()"],
    lambda s, z: [f"f = {z}", f"{s} = {s} + w * f_square(f)"],
)
# Of factors 1 + z the product less one as well: z may be far smaller than the precision, and so may the product be.
_LOG1P = _Way(
    lambda s: [f"{s} = zero", f"whole_{s} = one"],
    lambda s, z: [
        f"f = {z}",
        f"whole_{s} = whole_{s} * (one + f) if f > minus_one else nan",
        f"{s} = {s} + f * (one + {s})",
    ],
    lambda s: [f"{s} = f_log_of_product(whole_{s}, {s})"],
    lambda s, z: [f"{s} = {s} + w * f_log1p({z})"],
)
# Of tangents far from zero as many of either sign cancel, and what each lacks of one is left.
_TANH = _Way(
    lambda s: [f"{s} = zero", f"whole_{s} = zero"],
    lambda s, z: [f"whole, rest = f_parts_of_tanh({z})", f"whole_{s} = whole_{s} + whole", f"{s} = {s} + rest"],
    lambda s: [f"{s} = whole_{s} + {s}"],
    lambda s, z: [
        f"whole, rest = f_parts_of_tanh({z})",
        f"whole_{s} = whole_{s} + w * whole",
        f"{s} = {s} + w * rest",
    ],
    parts=True,
)


def _way_of(term: Expr, terms: tuple[Expr, ...], columns: tuple[Symbol, ...]) -> tuple[_Way, Expr, Expr]:
    """How ``term`` is summed, what of it is printed, and a factor of the sum: of a logarithm what it is taken of.

    A logarithm that another term needs for every row is at hand, and is summed as it is.
    """
    small = added_to_one(term)
    if small is not None:
        return _LOG1P, small, S.One
    if isinstance(term, log) and not any(other.has(term) for other in terms if other is not term):
        return _LOG, term.args[0], S.One
    factor, function = term.as_independent(*columns, as_Add=False)
    if isinstance(function, tanh):
        return _TANH, function.args[0], factor
    if isinstance(function, Pow) and function.exp == 2 and function.base.free_symbols <= {*columns}:
        return _SQUARE, function.base, factor
    return _PLAIN, term, S.One


@lru_cache(maxsize=2048)
def row_sums(terms: tuple[Expr, ...], columns: tuple[Symbol, ...], others: tuple[Symbol, ...] = ()) -> Sums:
    """Return the function from rows, their weights and the values of ``others`` to the sums of ``terms`` over the rows.

    Weights are ``None`` where all are one. What contains no column is computed once, and what contains nothing else
    once for the same rows, as long as it is remembered; a sum of logarithms is the logarithm of a product, which does
    not overflow: exponents of balls have no bound.

    >>> from sympy.abc import a, x
    >>> powers, logs = row_sums((a * x, log(x)), (x,), (a,))([(arb(2),), (arb(8),)], None, arb(3))
    >>> powers == 30, bool(abs(logs - arb(16).log()) < 1e-12)
    (True, True)
    """
    lines, constants = _written(terms, columns, others)
    return defined("sums", lines, _NAMES | constants)


def _written(
    terms: tuple[Expr, ...], columns: tuple[Symbol, ...], others: tuple[Symbol, ...]
) -> tuple[list[str], dict[str, arb]]:
    """The lines of the function ``sums``, and the constants that they name."""
    found_ways = [_way_of(term, terms, columns) for term in terms]
    ways, factors = [way for way, _, _ in found_ways], [factor for _, _, factor in found_ways]
    found, shared = cse([beside_one(summed) for _, summed, _ in found_ways])
    apart = taken_from_rows(found, shared, columns if others else ())
    names = {symbol: f"x{i}" for i, symbol in enumerate(columns)} | {symbol: f"p{i}" for i, symbol in enumerate(others)}
    names |= {symbol: f"c{i}" for i, (symbol, _) in enumerate((*apart.first, *apart.parts))}
    of_rows = {*columns, *(symbol for symbol, _ in apart.first)}
    lines, moving = _Lines(names, of_rows), set[Basic](of_rows)
    ahead = [f"{names[symbol]} = {lines.printed(part)}" for symbol, part in apart.first]
    before, inside, once = list[str](), list[str](), dict[Expr, Symbol]()

    def text_of(part: Expr) -> str:
        known = len(once)
        left = _lifted(part, moving, once)
        for fixed, symbol in list(once.items())[known:]:
            names[symbol] = f"h{len(names)}"
            before.append(f"{names[symbol]} = {lines.printed(fixed)}")
        return lines.printed(left)

    for symbol, part in apart.parts:
        of_row = bool(part.free_symbols & moving)
        moving |= {symbol} if of_row else set()
        lines.of_rows |= {symbol} if part.free_symbols <= lines.of_rows else set()
        text = text_of(part) if of_row else lines.printed(part)
        (inside if of_row else before).append(f"{names[symbol]} = {text}")
    starts, plain, after, end = list[str](), list[str](), list[str](), list[str]()
    heavy_starts, heavy, heavy_after = list[str](), list[str](), list[str]()
    for place, (term, way) in enumerate(zip(apart.terms, ways, strict=True)):
        text = text_of(term)
        starts += way.before(f"s{place}")
        plain += way.row(f"s{place}", text)
        heavy += way.heavy(f"s{place}", text)
        after += way.after(f"s{place}")
        heavy_starts += way.before(f"s{place}") if way.parts else [f"s{place} = zero"]
        heavy_after += way.after(f"s{place}") if way.parts else []
        end += [] if factors[place] is S.One else [f"s{place} = {lines.printed(factors[place])} * s{place}"]
    row, kept = ("".join(f"{names[symbol]}, " for symbol in held) for held in (columns, apart.kept))
    rounded = [f"{name} = {text}" for text, name in lines.rounded.items()]
    rows, weighted = f"for {row or '_'} in rows:", f"for ({row or '_'}), w in zip(rows, weights):"
    if kept:
        rows, weighted = (
            f"for ({row}), ({kept}) in zip(rows, kept(rows)):",
            f"for ({row}), ({kept}), w in zip(rows, kept(rows), weights):",
        )
    written = [
        *_kept(row, ahead, kept, rounded),
        "def sums(rows, weights" + "".join(f", {names[symbol]}" for symbol in others) + "):",
        *_indented([*rounded, *before]),
        f"{_INDENT}if weights is None:",
        *_indented(_loop(rows, starts, [*inside, *plain], after), 2),
        f"{_INDENT}else:",
        *_indented(_loop(weighted, heavy_starts, [*inside, *heavy], heavy_after), 2),
        *_indented([*end, f"return [{', '.join(f's{place}' for place in range(len(terms)))}]"]),
    ]
    return written, lines.constants


def _kept(row: str, ahead: Sequence[str], kept: str, rounded: Sequence[str]) -> list[str]:
    """The lines of what is computed once for the same rows: for each of them a tuple of balls."""
    if not kept:
        return []
    loop = _loop(f"for {row} in rows:", ["found = []"], [*ahead, f"found.append(({kept}))"], ["return found"])
    return ["def work(rows):", *_indented([*rounded, *loop]), "kept = f_remembered(work)"]


def _lifted(part: Basic, moving: set[Symbol], once: dict[Expr, Symbol]) -> Any:
    """The expression with symbols for what takes work and is the same in all rows; ``once`` tells what they stand for.

    >>> from sympy import loggamma
    >>> from sympy.abc import a, b, x
    >>> once = {}
    >>> _lifted(x * loggamma(a) * b + loggamma(a + b), {x}, once).has(loggamma), list(once)
    (False, [b*loggamma(a), loggamma(a + b)])
    """
    if not isinstance(part, Add | Mul | Pow | Function) or isinstance(part, Piecewise):
        return part
    if not part.free_symbols & moving:
        return part if not part.free_symbols else once.setdefault(part, Dummy())
    if not isinstance(part, Add | Mul):
        return part.func(*(_lifted(inner, moving, once) for inner in part.args))
    still, others = sift(part.args, lambda inner: not inner.free_symbols & moving, binary=True)
    rest = [_lifted(inner, moving, once) for inner in others]
    fixed = part.func(*still)
    kept = list(still) if fixed.is_Atom or not fixed.free_symbols else [once.setdefault(fixed, Dummy())]
    return part.func(*kept, *rest, evaluate=False)


def _loop(head: str, before: Sequence[str], body: Sequence[str], after: Sequence[str]) -> list[str]:
    return [*before, head, *_indented(body or ["pass"]), *after]


def _indented(lines: Sequence[str], times: int = 1) -> list[str]:
    return [_INDENT * times + line for line in lines]
