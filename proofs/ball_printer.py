"""Prints an expression as Python code over FLINT balls: SymPy in, text out."""

# The printer's method names are SymPy's.
# ruff: noqa: N802, N815

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import arb
from sympy import Derivative, Expr, Function, Piecewise, S, Subs, Symbol, erfc, log
from sympy.printing.pycode import PythonCodePrinter

from .ball_functions import FUNCTIONS, METHODS
from .errors import DeclarationError


class log1p(Function):  # noqa: N801
    """``log(1 + z)``, of which balls keep the digits of a small ``z``."""


def beside_one(expression: Expr) -> Expr:
    """Return the same with ``log1p`` where something is added to one: whatever the precision, it may be far smaller.

    >>> from sympy import exp
    >>> from sympy.abc import x
    >>> beside_one(x * log(1 - exp(-x)) + log(2 + x))
    x*log1p(-exp(-x)) + log(x + 2)

    Raises ``DeclarationError`` for derivatives that nobody knows.
    """
    for node in expression.atoms(Derivative, Subs):
        # As of a Bessel function in its order, which SymPy leaves as it is.
        raise DeclarationError(
            f"no ball evaluation is known for the derivative {node.doit()}; it occurs in {expression}"
        )
    logs = {node: added_to_one(node) for node in expression.atoms(log)}
    return expression.xreplace({node: log1p(beside_one(small)) for node, small in logs.items() if small is not None})


def added_to_one(node: Expr) -> Expr | None:
    """Return ``z`` of ``log(1 + z)``, ``None`` of anything else."""
    constant, rest = node.args[0].as_coeff_Add() if isinstance(node, log) else (None, None)
    return rest if constant == 1 else None


class BallPrinter(PythonCodePrinter):
    """Prints exact constants as FLINT numbers, every function by its own name, and each symbol by the name given."""

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True, "user_functions": {}})
        self.names = names

    def printed(self, expression: Expr) -> str:
        """Return the text of ``expression``."""
        return str(self._print(expression))

    def _print_Symbol(self, expr: Any) -> str:
        return self.names[expr]

    _print_Dummy = _print_Symbol

    def _print(self, expr: Any, **kwargs: Any) -> str:
        # The base class has a method for each function of `math`; a double must never get in.
        if isinstance(expr, Function) and not isinstance(expr, Piecewise):
            return self._print_Function(expr)
        return super()._print(expr, **kwargs)

    def _print_Integer(self, expr: Any) -> str:
        return f"arb({int(expr.p)})"

    def _print_Rational(self, expr: Any) -> str:
        return f"arb(fmpq({int(expr.p)}, {int(expr.q)}))"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if expr.exp.is_Integer:
            exponent = int(expr.exp)
            power = _printed_power(self._print(expr.base), abs(exponent))
            return power if exponent >= 0 else f"({self._print(S.One)} / {power})"
        if expr.exp.is_Rational and expr.exp.q == 2:
            root = self._called("sqrt", expr.base)
            return root if expr.exp.p == 1 else f"f_power_integer({root}, {int(expr.exp.p)})"
        return f"f_power({self._print(expr.base)}, {self._print(expr.exp)})"

    def _print_Function(self, expr: Any) -> str:
        name = type(expr).__name__
        if name not in FUNCTIONS:
            raise DeclarationError(f"no ball evaluation is known for the function {name}; it occurs in {expr}")
        return self._called(name, *expr.args)

    def _called(self, name: str, *args: Any) -> str:
        return f"f_{name}({', '.join(map(self._print, args))})"

    # SymPy counts these among the lattice operations: left to Python, `max` would keep whichever of two balls that
    # overlap comes first.
    _print_Max = _print_Min = _print_Function

    def _print_Pi(self, expr: Any) -> str:
        return "f_pi()"

    def _print_Exp1(self, expr: Any) -> str:
        return "f_e()"

    def _print_EulerGamma(self, expr: Any) -> str:
        return "f_euler()"

    def _print_Indicator(self, expr: Any) -> str:
        return f"f_truth({self._print(expr.condition)})"

    def _print_Piecewise(self, expr: Any) -> str:
        text = "arb('nan')"
        for value, condition in reversed(expr.args):
            text = f"f_choose({self._print(condition)}, lambda: {self._print(value)}, lambda: {text})"
        return f"({text})"

    def _print_Relational(self, expr: Any) -> str:
        return f"f_compare({self._print(expr.lhs)}, {expr.rel_op!r}, {self._print(expr.rhs)})"

    def _print_BooleanTrue(self, expr: Any) -> str:
        return "True"

    def _print_BooleanFalse(self, expr: Any) -> str:
        return "False"

    def _print_And(self, expr: Any) -> str:
        return f"f_both([{', '.join(self._print(arg) for arg in expr.args)}])"

    def _print_Not(self, expr: Any) -> str:
        return f"f_negate({self._print(expr.args[0])})"

    def _print_Or(self, expr: Any) -> str:
        inner = ", ".join(f"f_negate({self._print(arg)})" for arg in expr.args)
        return f"f_negate(f_both([{inner}]))"

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        if len(expr.args) == 2 and expr.args[0] == 2 and isinstance(-expr.args[1], erfc):
            # SymPy writes erfc(-z) so: of the difference, which is small where z is large, a ball would lose all.
            return f"f_erfc(-{self._print((-expr.args[1]).args[0])})"
        return "(" + "".join(map(self._printed_term, expr.args)).removeprefix(" + ").lstrip() + ")"

    def _printed_term(self, term: Any) -> str:
        coefficient, rest = term.as_coeff_Mul()
        return f" - {self._print(rest)}" if coefficient == -1 else f" + {self._print(term)}"

    def _print_Mul(self, expr: Any) -> str:
        negative = expr.args[0] == -1
        factors = expr.args[1:] if negative else expr.args
        return f"({'-' * negative}{' * '.join(map(self._print, factors))})"

    def _print_zoo(self, expr: Any) -> str:
        return "arb('nan')"

    def _print_ImaginaryUnit(self, expr: Any) -> str:
        # What is written with it, such as the logarithm of a root below zero, has no real value.
        return "arb('nan')"

    _print_ComplexInfinity = _print_NaN = _print_zoo

    def _print_Infinity(self, expr: Any) -> str:
        return "arb('inf')"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "arb('-inf')"


class ConstantPrinter(BallPrinter):
    """Prints code that is run often: calls of methods, and names of constants that are exact at any precision.

    >>> printer = ConstantPrinter({})
    >>> printer.printed(S.Half), printer.printed(log(3, evaluate=False)), printer.printed(S.One / 3)
    ('n0', '(n1).log()', 'arb(fmpq(1, 3))')
    >>> printer.constants
    {'n0': 0.500000000000000, 'n1': 3.00000000000000}
    """

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__(names)
        self.constants: dict[str, arb] = {}
        self._known: dict[Any, str] = {}

    def _print_Rational(self, expr: Any) -> str:
        numerator, denominator = int(expr.p), int(expr.q)
        if denominator & (denominator - 1):
            return super()._print_Rational(expr)
        if expr not in self._known:
            name = self._known[expr] = f"n{len(self._known)}"
            self.constants[name] = arb((numerator, 1 - denominator.bit_length()))
        return self._known[expr]

    _print_Integer = _print_Rational

    def _called(self, name: str, *args: Any) -> str:
        return f"({self._print(args[0])}).{METHODS[name]}()" if name in METHODS else super()._called(name, *args)

    def _print_Infinity(self, expr: Any) -> str:
        self.constants["infinity"] = arb("inf")
        return "infinity"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return f"(-{self._print_Infinity(expr)})"


def _printed_power(base: str, exponent: int) -> str:
    # FLINT's power of a ball around exactly zero is no number.
    if exponent == 1:
        return base
    if exponent % 2:
        return f"({base} * {_printed_power(base, exponent - 1)})" if exponent == 3 else f"({base})**{exponent}"
    return f"f_square({_printed_power(base, exponent // 2)})" if exponent <= 8 else f"({base})**{exponent}"
