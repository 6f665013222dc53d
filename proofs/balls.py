"""Encloses the value of an expression in a ball, rigorously: SymPy in, python-flint out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq, fmpz
from sympy import Basic, Expr, Number, Symbol, cse

from .ball_functions import NAMESPACE
from .ball_printer import ConstantPrinter, beside_one


def precision(bits: int) -> AbstractContextManager[None]:
    """Work with ``bits`` binary digits inside; outside FLINT widens everything to 53 again.

    >>> with precision(200):
    ...     str(arb(2).sqrt())[:12]
    '[1.414213562'
    """
    return _Precision(bits)


class _Precision(AbstractContextManager[None]):
    """The same as ``ctx.workprec``, which takes three times as long: as long as ten additions of balls."""

    def __init__(self, bits: int) -> None:
        self._bits = bits

    def __enter__(self) -> None:
        self._before = ctx.prec
        ctx.prec = self._bits

    def __exit__(self, *error: object) -> None:
        ctx.prec = self._before


@lru_cache(maxsize=4096)
def compiled(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> Callable[..., list[arb]]:
    """Return a function from balls, in the order of ``symbols``, to the enclosures of ``expressions``.

    >>> from sympy.abc import a
    >>> [ball.contains(6) for ball in compiled((a + 1, 2 * a), (a,))(arb(3))]
    [False, True]
    """
    names = {symbol: f"x{i}" for i, symbol in enumerate(symbols)}
    parts, values = cse([beside_one(one) for one in expressions])
    names |= {symbol: f"c{i}" for i, (symbol, _) in enumerate(parts)}
    printer = ConstantPrinter(names)
    lines = [f"    {names[symbol]} = {printer.printed(part)}" for symbol, part in parts]
    lines += [f"    return [{', '.join(map(printer.printed, values))}]"]
    head = f"def values({', '.join(names[symbol] for symbol in symbols)}):"
    return defined("values", [head, *lines], NAMESPACE | printer.constants)


def defined(name: str, lines: Sequence[str], known: Mapping[str, Any] = NAMESPACE) -> Callable[..., Any]:
    """Return the function of that name that lines of printed code define; ``known`` are the names in it.

    >>> defined("one", ["def one():", "    return [arb(1)]"])()
    [1.00000000000000]
    """
    scope = dict(known)
    exec("\n".join(lines), scope)
    function: Callable[..., Any] = scope[name]
    return function


def ball(number: Any) -> arb:
    """Return the ball of a number: a double or a rational exactly, a symbolic constant to working precision.

    >>> ball(0.5) == arb("0.5")
    True
    """
    if isinstance(number, arb):
        return number
    if isinstance(number, (int, float, fmpz, fmpq)):
        return arb(number)
    if isinstance(number, Number) and number.is_Rational:
        return arb(fmpq(int(number.p), int(number.q)))
    if isinstance(number, Basic):
        return compiled((number,), ())()[0]
    return arb(float(number))
