"""Compiles an expression to a function of a complex ball, not finite where the expression may not be analytic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, fmpq
from sympy import Add, Dummy, Expr, Function, Mul, Symbol, cse, erfc, exp, sinh

from .ball_functions import FUNCTIONS
from .ball_printer import BallPrinter
from .balls import ball, defined
from .errors import DeclarationError


def _power(base: acb, exponent: acb) -> acb:
    return (exponent * base.log(analytic=True)).exp()


def _power_integer(base: acb, exponent: int) -> acb:
    return base**exponent if exponent >= 0 else 1 / base ** (-exponent)


def _lgamma(z: acb) -> acb:
    return z.lgamma() if z.real > 0 else acb("nan")


# Entire or meromorphic functions need no care; those with a branch cut are no number on a ball that touches it.
_ANALYTIC = (
    *("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "coth", "sec", "sech", "csc", "erf", "erfc"),
    *("gamma", "digamma"),
)
_COMPLEX: dict[str, Callable[..., Any]] = {
    **{name: FUNCTIONS[name] for name in _ANALYTIC},
    "log": lambda z: z.log(analytic=True),
    "sqrt": lambda z: z.sqrt(analytic=True),
    "loggamma": _lgamma,
    "ErfcOfMinus": lambda z: (-z).erfc(),
    "power": _power,
    "power_integer": _power_integer,
    "square": lambda z: z * z,
}
_NAMESPACE = {"arb": acb, "fmpq": fmpq} | {f"f_{name}": function for name, function in _COMPLEX.items()}


class _Printer(BallPrinter):
    """Refuses the functions of which nothing is known off the real line."""

    def _print_Function(self, expr: Any) -> str:  # noqa: N802
        name = type(expr).__name__
        if name not in _COMPLEX:
            raise DeclarationError(f"{name} is not evaluated off the real line; it occurs in {expr}")
        return f"f_{name}({', '.join(self._print(arg) for arg in expr.args)})"

    def _print_Piecewise(self, expr: Any) -> str:  # noqa: N802
        raise DeclarationError(f"cases are not evaluated off the real line: {expr}")


def analytic(expression: Expr, variable: Symbol) -> Callable[[acb], acb]:
    """Return a function from a complex ball to an enclosure of an expression in one variable.

    It is not finite where a ball touches the cut of a logarithm or of a root, so that a finite value says that the
    expression is analytic there. What does not depend on the variable is enclosed once, at the present precision.

    Raises
    ------
    DeclarationError
        For a function that is not evaluated off the real line.

    Examples
    --------
    >>> from sympy import log
    >>> from sympy.abc import x
    >>> function = analytic(x * log(x), x)
    >>> function(acb(1, 1)).is_finite(), function(acb(-1)).is_finite()
    (True, False)
    """
    constants: dict[Expr, Symbol] = {}
    moving = _set_apart(expression.replace(lambda node: node.is_Add, _without_difference), variable, constants)
    names = {variable: "x"} | {symbol: f"n{place}" for place, symbol in enumerate(constants.values())}
    parts, (value,) = cse([moving])
    names |= {symbol: f"c{place}" for place, (symbol, _) in enumerate(parts)}
    printer = _Printer(names)
    lines = ["def value(x):", *(f"    {names[symbol]} = {printer.printed(part)}" for symbol, part in parts)]
    numbers = {names[symbol]: acb(ball(number)) for number, symbol in constants.items()}
    return defined("value", [*lines, f"    return {printer.printed(value)}"], _NAMESPACE | numbers)


class ErfcOfMinus(Function):
    """``erfc(-z)``, which SymPy writes ``2 - erfc(z)``."""

    nargs = 1


def _without_difference(sum_: Expr) -> Expr:
    """``q - q exp(a)`` as a product, ``2 - erfc(z)`` as a function: of a small difference a ball would lose all."""
    if len(sum_.args) == 2:
        p, q = sum_.args
        for one, other in ((p, q), (q, p)):
            if one == 2 and isinstance(-other, erfc):
                return ErfcOfMinus((-other).args[0])
            ratio = -one / other
            if isinstance(ratio, exp):
                half = ratio.args[0] / 2
                return -2 * other * exp(half) * sinh(half)
    return sum_


def _set_apart(expression: Expr, variable: Symbol, constants: dict[Expr, Symbol]) -> Expr:
    """The expression with a symbol for every number in it that is not rational, in ``constants``."""
    if expression == variable or expression.is_Rational:
        return expression
    if not expression.has(variable):
        return constants.setdefault(expression, Dummy(real=True))
    args = expression.args
    if isinstance(expression, (Add, Mul)):
        fixed = [arg for arg in args if not arg.has(variable) and not arg.is_Rational]
        if len(fixed) > 1:
            args = (expression.func(*fixed), *(arg for arg in args if arg not in fixed))
    return expression.func(*(_set_apart(arg, variable, constants) for arg in args))
