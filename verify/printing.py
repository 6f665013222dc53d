"""Decides how a symbolic expression reads as Python code for doubles, one named function for every operation."""

# The printer's method names are SymPy's.
# ruff: noqa: N802, N815

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from sympy import Float, Integer, Rational, S
from sympy.printing.str import StrPrinter

from ..proofs.errors import DeclarationError
from .compiled.text import PREFIX

# Digits of a folded constant: sums and products of such constants still round to the nearest double.
DIGITS = 40

RELATIONS = {"==": "equal", "!=": "not_equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}


class Printer(StrPrinter):
    """Prints constants through ``constant`` and every function by its own name."""

    # An expression's own way to print itself is asked for first; as text for readers it would be no code.
    printmethod = "_numpycode"
    prefix = PREFIX

    def __init__(self, known: Collection[str], rounded: bool) -> None:
        """Know the functions by name; with ``rounded``, mark the constants that no double equals."""
        super().__init__()
        self._known = known
        self._rounded = rounded

    def _constant(self, value: float, is_exact: bool) -> str:
        if not math.isfinite(value):
            return f"float('{value}')"
        return repr(value) if is_exact or not self._rounded else f"{self.prefix}nearest({value!r})"

    def _print_Integer(self, expr: Any) -> str:
        return self._constant(float(expr), abs(int(expr)) <= 2**53)

    def _print_Rational(self, expr: Any) -> str:
        value = float(Float(expr, DIGITS))
        return self._constant(value, Rational(value) == expr)

    def _print_Float(self, expr: Any) -> str:
        return self._constant(float(expr), False)

    def _print_Infinity(self, expr: Any) -> str:
        return "float('inf')"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "float('-inf')"

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        """In the order of the terms, but for a first one with a minus, which is subtracted from the second.

        That is the same number, and no column is turned into its opposite for it.
        """
        terms = [(term.as_coeff_Mul()[0] == -1, term) for term in expr.args]
        if terms[0][0] and not terms[1][0]:
            terms[:2] = terms[1::-1]
        (_, first), *others = terms
        texts = [f" - {self._print(-term)}" if minus else f" + {self._print(term)}" for minus, term in others]
        return f"({self._print(first)}{''.join(texts)})"

    def _print_Mul(self, expr: Any) -> str:
        above, below = [], []
        for factor in expr.args:
            if factor.is_Rational and not factor.is_Integer:
                above += [Integer(factor.p)] if factor.p != 1 else []
                below.append(Integer(factor.q))
            elif factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative:
                below.append(1 / factor)
            else:
                above.append(factor)
        if above and above[0] == -1 and len(above) > 1:
            text = "-" + " * ".join(self._print(factor) for factor in above[1:])
        else:
            text = " * ".join(self._print(factor) for factor in above) or "1.0"
        return f"({text}{''.join(f' / {self._print(factor)}' for factor in below)})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base = self._print(expr.base)
        if expr.exp.is_Rational and expr.exp.is_negative:
            return f"(1.0 / {self._print(1 / expr)})"
        if expr.exp == S.Half:
            return f"{self.prefix}sqrt({base})"
        if expr.exp.is_Integer:
            return f"({base}**{int(expr.exp)})"
        return f"{self.prefix}power({base}, {self._print(expr.exp)})"

    def _print_Function(self, expr: Any) -> str:
        name = type(expr).__name__
        if name not in self._known:
            raise DeclarationError(f"no evaluation in doubles is known for the function {name}; it occurs in {expr}")
        return f"{self.prefix}{name}({', '.join(self._print(arg) for arg in expr.args)})"

    def _print_Derivative(self, expr: Any) -> str:
        raise DeclarationError(f"no evaluation in doubles is known for the derivative {expr}")

    _print_Subs = _print_Derivative

    # SymPy counts these among the lattice operations, not among the functions.
    _print_Max = _print_Min = _print_Function

    def _print_Indicator(self, expr: Any) -> str:
        return f"{self.prefix}choose({self._print(expr.condition)}, 1.0, 0.0)"

    def _print_Piecewise(self, expr: Any) -> str:
        text = "float('nan')"
        for value, condition in reversed(expr.args):
            text = f"{self.prefix}choose({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, expr: Any) -> str:
        return f"{self.prefix}{RELATIONS[expr.rel_op]}({self._print(expr.lhs)}, {self._print(expr.rhs)})"

    def _print_And(self, expr: Any) -> str:
        return "(" + " & ".join(self._print(arg) for arg in expr.args) + ")"

    def _print_Or(self, expr: Any) -> str:
        return "(" + " | ".join(self._print(arg) for arg in expr.args) + ")"

    def _print_Not(self, expr: Any) -> str:
        return f"{self.prefix}logical_not({self._print(expr.args[0])})"
