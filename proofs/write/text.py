"""A derivation in plain text, for a terminal: no colours, formulas and words wrapped at 100 columns."""

# ruff: noqa: N802  (SymPy finds the methods of a printer by the names of its classes)
from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from sympy import Basic, Expr, Function, Symbol
from sympy.printing.str import StrPrinter

from ..derivation import Derivation, Evidence, Label
from .content import Content, content
from .display import Formula, Line, PositiveFirst, joined_roots, squares
from .steps import Item

_WIDTH = 100
_KEY = 24
_LEVELS = {0: "min", 1: "max"}


class Printer(PositiveFirst, StrPrinter):
    """SymPy's printer with the names of data atoms that a reader expects."""

    def __init__(self, hatted: Iterable[Symbol] = ()) -> None:
        super().__init__()
        # By name: a declaration with a constant put in has symbols of the same name and other assumptions.
        self._hatted = frozenset(symbol.name for symbol in hatted)

    def _print_Symbol(self, expr: Symbol) -> str:
        return f"{expr.name}_hat" if expr.name in self._hatted else str(expr.name)

    def _print_Mean(self, expr: Any) -> str:
        return f"mean({self._print(expr.integrand)})"

    def _print_Residual(self, expr: Any) -> str:
        return f"mean({self._print(expr.args[0])})"

    def _print_Excess(self, expr: Any) -> str:
        function, at = expr.args[:2]
        return f"mean({self._print(function - function.xreplace({expr.data[0]: at}))})"

    def _print_Covariance(self, expr: Any) -> str:
        f, g = (self._print(arg) for arg in expr.args[:2])
        return f"var({f})" if f == g else f"cov({f}, {g})"

    def _print_LogMeanExp(self, expr: Any) -> str:
        return self._print(expr.definition())

    def _print_Quantile(self, expr: Any) -> str:
        name = self._print(expr.args[1])
        if expr.level in _LEVELS:
            return f"{_LEVELS[expr.level]}({name})"
        return f"median({name})" if 2 * expr.level == 1 else f"quantile({self._print(expr.level)}, {name})"

    def _print_LargestTie(self, expr: Any) -> str:
        return f"largest_tie({self._print(expr.args[0])})"

    def _print_Overlapping(self, expr: Any) -> str:
        return f"overlap({', '.join(self._print(slope) for slope in expr.slopes)})"

    def _print_polygamma(self, expr: Any) -> str:
        order, value = expr.args
        named = {0: "digamma", 1: "trigamma"}.get(order)
        return f"{named}({self._print(value)})" if named else f"polygamma({self._print(order)}, {self._print(value)})"

    def _print_Root(self, expr: Any) -> str:
        return f"sqrt({self._print(expr.args[0])})"

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Piecewise(self, expr: Any) -> str:
        cases = [
            f"{self._print(value)} " + ("otherwise" if condition == True else f"if {self._print(condition)}")  # noqa: E712
            for value, condition in expr.args
        ]
        return "{" + ", ".join(cases) + "}"

    def _print_Relational(self, expr: Any) -> str:
        relation = "=" if expr.rel_op == "==" else expr.rel_op
        return f"{self._print(expr.lhs)} {relation} {self._print(expr.rhs)}"

    def _print_Function(self, expr: Function) -> str:
        if hasattr(expr, "definition"):
            return f"({self._print(expr.definition())})"
        return str(super()._print_Function(expr))


def expression_text(expression: Basic, hatted: Iterable[Symbol] = ()) -> str:
    """Return an expression on one line; ``hatted`` symbols end in ``_hat``.

    >>> from thetahat.proofs.algebra.atoms import Covariance, Mean
    >>> x = Symbol("x", real=True)
    >>> expression_text(Mean(x, x) / Covariance(x, x, x))
    'mean(x)/var(x)'
    """
    shown = joined_roots(squares(expression)) if isinstance(expression, Expr) else expression
    return str(Printer(hatted).doprint(shown))


def formula_text(formula: Formula) -> str:
    """Return a formula on one line.

    >>> from .display import equation, sign
    >>> formula_text(equation(sign("L"), Symbol("a")))
    'L = a'
    """
    hatted = formula.hatted
    shown = " ".join(part.text if isinstance(part, Label) else expression_text(part, hatted) for part in formula.parts)
    for loose, tight in (("( ", "("), ("[ ", "["), ("{ ", "{"), (" )", ")"), (" ]", "]"), (" }", "}"), (" ,", ",")):
        shown = shown.replace(loose, tight)
    return shown


def line_text(line: Line) -> str:
    """Return words and formulas, without characters that a terminal would act on.

    >>> line_text(("a", chr(27)))
    'a '
    """
    whole = "".join(part if isinstance(part, str) else formula_text(part) for part in line)
    return "".join(one if one.isprintable() else " " for one in whole)


def derivation_text(derivation: Derivation) -> str:
    """Return the derivation as text: table, declaration, numbered steps with their evidence, what is proved.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> print(derivation_text(derive(family("rayleigh"))).splitlines()[0])
    Rayleigh
    """
    return "\n".join(_lines(content(derivation))) + "\n"


def _lines(page: Content) -> Iterator[str]:
    yield line_text((page.title,))
    yield from _wrapped(f"Derived from the declaration and nothing else. {page.counts}")
    yield ""
    for name, lines in page.rows:
        for position, line in enumerate(lines):
            yield from _wrapped(line_text(line), (name if position == 0 else "").ljust(_KEY), " " * _KEY)
    yield from ("", "Declared")
    for line in page.declared:
        yield from _wrapped(line_text(line), "  ", "  ")
    for heading, items in page.sections:
        yield from ("", heading)
        for item in items:
            yield from _step(item)
    yield from ("", "What is proved, and what is not")
    for line in page.proved:
        yield from _wrapped(line_text(line), "  - ", "    ")
    yield "  - Open obligations:" + (" none." if not page.obligations else "")
    for what, why in page.obligations:
        yield from _wrapped(f"{line_text(what)}: {line_text(why)}.", "      - ", "        ")


def _step(item: Item) -> Iterator[str]:
    number = f"{item.number:3d}. "
    indent = " " * len(number)
    yield from _wrapped(line_text((*item.head, *item.rest)), number, indent)
    for formula in item.formulas:
        yield from _wrapped(line_text((formula,)), indent + "  ", indent + "    ")
    yield from _wrapped(mark(item), indent + "  ", indent + "    ")


def mark(item: Item) -> str:
    """Return by what the step is proved, or that it is not."""
    evidence, detail = item.finding.evidence, line_text((item.finding.detail,))
    if evidence in (Evidence.UNDECIDED, Evidence.REFUTED):
        return f"{'OPEN' if evidence is Evidence.UNDECIDED else 'REFUTED'}: {detail}"
    if evidence is Evidence.BALL and not item.proof:
        return f"[ball, not proved: {detail}]"
    return f"[{evidence.value}{': ' * bool(item.lemma)}{item.lemma}]"


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
