"""How a formula reads in LaTeX: hats, bars, and no character that Markdown or HTML would take for its own."""

# ruff: noqa: N802  (SymPy finds the methods of a printer by the names of its classes)
from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sympy import Add, Basic, Expr, Function, Pow, S, Symbol, gamma
from sympy.functions.special.bessel import BesselBase
from sympy.printing.latex import LatexPrinter

from ..algebra.atoms import Centred, Covariance, Mean
from ..derivation import Derivation, Label
from ..labels import hat_latex, mean_log_likelihood, symbol_latex
from ..structured.plates import Plate
from .content import content
from .display import Formula, Line, PositiveFirst, joined_roots, squares, unfolded

_PLAIN_TEXT = re.compile(r"[^\w .,;:()=+/'?!-]|_")
_TALL = re.compile(r"\\(frac|sqrt|overline|begin|left|sum)")
_NAMED = {
    "loggamma": r"\log\Gamma",
    "gamma": r"\Gamma",
    "digamma": r"\psi",
    "beta": r"\mathrm{B}",
    "sign": r"\operatorname{sign}",
    "atan2": r"\operatorname{atan2}",
}


class Printer(PositiveFirst, LatexPrinter):
    """SymPy's printer with this project's names; ``hatted`` symbols wear a hat."""

    def __init__(self, hatted: Iterable[Symbol] = ()) -> None:
        super().__init__({"mul_symbol": None})
        # By name: a declaration with a constant put in has symbols of the same name and other assumptions.
        self._hatted = frozenset(symbol.name for symbol in hatted)
        self._bracketed = False

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        return hat_latex(expr) if expr.name in self._hatted else symbol_latex(expr)

    def _print_Mul(self, expr: Expr) -> str:
        # A logarithm that other factors follow needs brackets: log(a) b is not log(a b).
        before = self._bracketed
        factors = [factor for factor in expr.as_ordered_factors() if not _in_denominator(factor)]
        self._bracketed = before or any(_opens(factor) for factor in factors[:-1])
        printed = super()._print_Mul(expr)
        self._bracketed = before
        return str(printed)

    def _needs_mul_brackets(self, expr: Expr, first: bool = False, last: bool = False) -> bool:
        # A sum that other factors follow would seem to go over them as well.
        return (isinstance(expr, Plate) and not last) or bool(super()._needs_mul_brackets(expr, first, last))

    def _print_Pow(self, expr: Pow) -> str:
        if isinstance(expr.base, Plate) and expr.exp.is_Integer and expr.exp.is_positive:
            return rf"{self._round(self._print(expr.base))}^{{{self._print(expr.exp)}}}"
        if not expr.base.is_Function or (expr.exp.is_Rational and (expr.exp.is_negative or expr.exp.q != 1)):
            return str(super()._print_Pow(expr))
        bare = isinstance(expr.base, (Mean, Covariance)) or (not hasattr(expr.base, "_latex") and not _opens(expr.base))
        base = self._print(expr.base)
        return rf"{base if bare else self._round(base)}^{{{self._print(expr.exp)}}}"

    def _print(self, expr: Any, **kwargs: Any) -> str:
        # SymPy's constant brings its own LaTeX, which many a family uses for a parameter.
        if expr is S.EulerGamma:
            return r"\gamma_{\mathrm{E}}"
        if hasattr(expr, "definition") and not isinstance(expr, Centred):
            return self._print_Function(expr, **kwargs)
        return str(super()._print(expr, **kwargs))

    def _round(self, inside: str) -> str:
        return rf"\left({inside}\right)" if _TALL.search(inside) else f"({inside})"

    def _call(self, name: str, expr: Function) -> str:
        return rf"{name}{self._round(', '.join(self._print(arg) for arg in expr.args))}"

    def _print_log(self, expr: Function, exp: str | None = None) -> str:
        inside = self._print(expr.args[0])
        value = expr.args[0]
        alone = value.is_Symbol or value.is_Integer or value is S.Pi or isinstance(value, (Mean, gamma, BesselBase))
        spoken = rf"\log {inside}" if alone and not self._bracketed else rf"\log{self._round(inside)}"
        return spoken if exp is None else rf"{self._round(spoken)}^{{{exp}}}"

    def _print_Function(self, expr: Function, exp: str | None = None) -> str:
        name = type(expr).__name__
        if hasattr(expr, "definition"):
            shown = self._print(expr.definition())
            shown = self._round(shown) if isinstance(expr.definition(), Add) else shown
        elif name in ("sin", "cos", "tan", "exp", "tanh", "cosh", "sinh"):
            shown = self._call(rf"\{name}", expr)
        else:
            shown = self._call(_NAMED.get(name) or rf"\operatorname{{{text_latex(name)}}}", expr)
        return shown if exp is None else rf"{shown}^{{{exp}}}"

    def _print_polygamma(self, expr: Function, exp: str | None = None) -> str:
        order, value = expr.args
        mark = {0: "", 1: "'", 2: "''"}.get(order, rf"^{{({self._print(order)})}}")
        return rf"\psi{mark}{self._round(self._print(value))}"

    def _print_loggamma(self, expr: Function, exp: str | None = None) -> str:
        return self._print_Function(expr, exp)

    _print_gamma = _print_beta = _print_loggamma

    def _hprint_BesselBase(self, expr: Any, exp: str | None, sym: str) -> str:
        shown = rf"{sym}_{{{self._print(expr.order)}}}{self._round(self._print(expr.argument))}"
        return shown if exp is None else rf"{shown}^{{{exp}}}"

    def _print_Root(self, expr: Function, exp: str | None = None) -> str:
        return rf"\sqrt{{{self._print(expr.args[0])}}}"

    def _print_Abs(self, expr: Function, exp: str | None = None) -> str:
        return rf"\left\lvert {self._print(expr.args[0])}\right\rvert" + (f"^{{{exp}}}" if exp else "")

    def _print_Piecewise(self, expr: Basic) -> str:
        lines = [
            rf"{self._print(value)} & " + (r"\text{otherwise}" if condition == True else self._print(condition))  # noqa: E712
            for value, condition in expr.args
        ]
        return r"\begin{cases}" + r" \cr ".join(lines) + r"\end{cases}"

    def _print_Relational(self, expr: Any) -> str:
        signs = {"==": "=", "!=": r"\ne", "<": r"\lt", ">": r"\gt", "<=": r"\le", ">=": r"\ge"}
        return rf"{self._print(expr.lhs)} {signs[expr.rel_op]} {self._print(expr.rhs)}"


def _in_denominator(factor: Expr) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.could_extract_minus_sign())


def _opens(factor: Expr) -> bool:
    """Whether the factor's LaTeX begins with a function name that has no brackets of its own."""
    return type(factor).__name__ in ("log", "Quantile", "LogMeanExp")


def text_latex(text: str) -> str:
    r"""Return ``text`` for LaTeX's text mode; a character with a meaning there shows its code.

    >>> text_latex("a_b: 50%")
    'a(U+005F)b: 50(U+0025)'
    """
    return _PLAIN_TEXT.sub(lambda found: f"(U+{ord(found[0]):04X})", text)


def expression_latex(expression: Basic, hatted: Iterable[Symbol] = ()) -> str:
    r"""Return the LaTeX of an expression.

    No backslash stands before punctuation, since Markdown takes that for an escape.

    >>> t = Symbol("t_1", positive=True)
    >>> print(expression_latex((t / 2) ** Symbol("k"), hatted=[Symbol("k")]))
    \left(\frac{t_{1}}{2}\right)^{\hat{k}}
    """
    shown = joined_roots(squares(expression)) if isinstance(expression, Expr) else expression
    printed = Printer(hatted).doprint(shown)
    return re.sub(r"\\[:;,!] ?", " ", printed.replace(r"\\", r"\cr "))


def formula_latex(formula: Formula) -> str:
    """Return the LaTeX of a formula, without dollar signs.

    >>> from .display import equation, sign
    >>> formula_latex(equation(sign("L"), Symbol("a")))
    'L = a'
    """
    hatted = formula.hatted
    shown = (part.latex if isinstance(part, Label) else expression_latex(part, hatted) for part in formula.parts)
    return re.sub(r" ([),\]])", r"\1", re.sub(r"([(\[]) ", r"\1", " ".join(shown)))


def line_latex(line: Line) -> str:
    """Return words and formulas as one formula.

    >>> line_latex(("when ", Formula((Symbol("a"),))))
    '\\\\text{when } a'
    """
    return " ".join(rf"\text{{{text_latex(part)}}}" if isinstance(part, str) else formula_latex(part) for part in line)


def derivation_latex(derivation: Derivation) -> str:
    r"""Return a display for notebooks: log-likelihood, estimator, equations left, when it exists, what is not proved.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> print(derivation_latex(derive(family("rayleigh"))).splitlines()[2])
    \hat{\sigma} &= \sqrt{\frac{\overline{x^{2}}}{2}} \\
    """
    page = content(derivation)
    symbols = mean_log_likelihood(derivation.family.symbols).latex
    rows = [f"{symbols} &= {expression_latex(unfolded(derivation.mean_log_likelihood, derivation.statistics))}"]
    for name, lines in page.rows:
        for line in lines:
            only = len(line) == 1 and isinstance(line[0], Formula)
            shown = line_latex(line).replace(" = ", " &= ", 1) if only else f"&{line_latex(line)}"
            if name.startswith(("Estimator", "Equation")):
                rows.append(shown)
            elif name in ("Exists", "Maximum"):
                rows.append(rf"&\text{{{name}: }} {line_latex(line)}")
    rows += [rf"&\text{{Open: }} {line_latex((*what, ': ', *why))}" for what, why in page.obligations]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"
