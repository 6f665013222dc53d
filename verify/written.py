"""Writes expressions as functions whose text is kept, so that another process makes them again without any symbol."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sympy import Expr, Function, Symbol, cse, polygamma

from .compiled.numbers import NUMBERS, Scalars, number_function
from .compiled.text import Made, made
from .printing import Printer
from .stable_forms import stable

_together, _HALVES = Function("digamma_and_trigamma"), ("first", "second")
_digamma = Function("digamma")
mean_and_gap: Any = Function("mean_and_gap")
"""Of positive rows, a power, and a number that no power of a row is below."""

middle_row: Any = Function("middle_row", positive=True)
"""Of positive rows, one that is seldom far out."""
resultant_gap: Any = Function("resultant_gap", nonnegative=True)
"""Of angles, and their mean sine and cosine, what the length of their mean direction lacks of one."""


def first(pair: Expr, **known: bool) -> Expr:
    """Return the first half of a function's value, of which the same is known as of a symbol."""
    half: Expr = Function("first", **known)(pair)
    return half


def second(pair: Expr, **known: bool) -> Expr:
    """Return the second half, likewise."""
    half: Expr = Function("second", **known)(pair)
    return half


class NamingPrinter(Printer):
    """Prints symbols by the names that a text has given them, and remembers which it printed."""

    def __init__(self, known: Collection[str]) -> None:
        """Know the functions by name."""
        super().__init__(known, False)
        self.names: dict[Symbol, str] = {}
        self.used: set[Symbol] = set()

    def _print_Symbol(self, expr: Any) -> str:  # noqa: N802 - the name is SymPy's
        self.used.add(expr)
        return self.names[expr]

    _print_Dummy = _print_Symbol  # noqa: N815 - the same

    def _print_Function(self, expr: Any) -> str:  # noqa: N802 - the same
        if expr.func.__name__ in _HALVES:
            return f"{self._print(expr.args[0])}[{_HALVES.index(expr.func.__name__)}]"
        return super()._print_Function(expr)


def written(
    expressions: Sequence[Expr],
    symbols: Sequence[Symbol],
    known: Collection[str],
    named: Callable[[str], Callable[..., Any]],
    steps: Sequence[tuple[Expr, Expr]] | None = None,
) -> Callable[..., Any]:
    """Return a function of some symbols to the values of all expressions, which share what they have in common.

    ``known`` are the names of the functions that ``named`` finds. With ``steps``, symbols that stand for expressions in
    those before them, these are what is shared, and nothing else is looked for.

    >>> from sympy import sqrt
    >>> a = Symbol("a", positive=True)
    >>> written([sqrt(a), 1 + sqrt(a)], [a], NUMBERS, number_function)(4.0)
    [2.0, 3.0]
    """
    printer = NamingPrinter(known)
    arguments = [f"a{place}" for place, _ in enumerate(symbols)]
    printer.names.update(zip(symbols, arguments, strict=True))
    if steps is None:
        steps, expressions = cse(expressions) if expressions else ([], [])
    lines: list[str] = []
    for symbol, expression in steps:
        name = f"u{len(lines)}"
        lines.append(f"    {name} = {printer.doprint(expression)}\n")
        printer.names[symbol] = name
    values = ", ".join(map(printer.doprint, expressions))
    text = f"def values({', '.join(arguments)}):\n{''.join(lines)}    return [{values}]\n"
    return made(Made(text, named, {}))


def scalars(expressions: Sequence[Expr], symbols: Sequence[Symbol]) -> Scalars:
    """Return a function of Python's floats to the values of all expressions.

    Raises
    ------
    DeclarationError
        For a function that has no evaluation in such numbers here.

    Examples
    --------
    >>> from sympy import sqrt
    >>> a = Symbol("a", positive=True)
    >>> scalars([sqrt(a), a / 2], [a])(4.0)
    [2.0, 2.0]
    """
    return written(_in_pairs([stable(expression) for expression in expressions]), symbols, NUMBERS, number_function)


def _in_pairs(expressions: Sequence[Expr]) -> list[Expr]:
    """The expressions with digamma and trigamma of one positive number as the two halves of one function's value.

    Where digamma is asked for alone it is a function of its own.

    >>> a = Symbol("a", positive=True)
    >>> _in_pairs([polygamma(0, a), polygamma(1, a)]), _in_pairs([polygamma(0, a)])
    ([first(digamma_and_trigamma(a)), second(digamma_and_trigamma(a))], [digamma(a)])
    """
    asked = set().union(*(expression.atoms(polygamma) for expression in expressions))
    halves: dict[Expr, Expr] = {}
    for z in (z for order, z in (node.args for node in asked) if order == 0 and z.is_positive):
        if polygamma(1, z) in asked:
            halves |= {polygamma(0, z): first(_together(z)), polygamma(1, z): second(_together(z))}
        else:
            halves[polygamma(0, z)] = _digamma(z)
    return [expression.xreplace(halves) for expression in expressions]
