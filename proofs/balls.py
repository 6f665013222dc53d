"""Encloses the value of an expression in a ball, rigorously: SymPy in, python-flint out."""

# The printer's method names are SymPy's.
# ruff: noqa: N802, N815

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from operator import methodcaller
from typing import Any

from flint import acb, arb, arb_series, ctx, fmpq, fmpz
from sympy import Basic, Expr, Function, Number, Piecewise, Symbol, cse
from sympy.printing.pycode import PythonCodePrinter

from .errors import DeclarationError


def precision(bits: int) -> AbstractContextManager[None]:
    """Work with ``bits`` binary digits inside; outside FLINT widens everything to 53 again.

    >>> with precision(200):
    ...     str(arb(2).sqrt())[:12]
    '[1.414213562'
    """
    return ctx.workprec(bits)


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
            return power if exponent >= 0 else f"(1 / {power})"
        if expr.exp.is_Rational and expr.exp.q == 2:
            return f"f_power_integer(f_sqrt({self._print(expr.base)}), {int(expr.exp.p)})"
        return f"f_power({self._print(expr.base)}, {self._print(expr.exp)})"

    def _print_Function(self, expr: Any) -> str:
        name = type(expr).__name__
        if name not in FUNCTIONS:
            raise DeclarationError(f"no ball evaluation is known for the function {name}; it occurs in {expr}")
        return f"f_{name}({', '.join(self._print(arg) for arg in expr.args)})"

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

    _print_Add = None  # set below: sums and products of FLINT balls print as plain + and *
    _print_Mul = None

    def _print_zoo(self, expr: Any) -> str:
        return "arb('nan')"

    _print_ComplexInfinity = _print_NaN = _print_zoo

    def _print_Infinity(self, expr: Any) -> str:
        return "arb('inf')"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "arb('-inf')"


def _printed_power(base: str, exponent: int) -> str:
    # FLINT's power of a ball around exactly zero is no number.
    if exponent == 1:
        return base
    if exponent % 2:
        return f"({base} * {_printed_power(base, exponent - 1)})" if exponent == 3 else f"({base})**{exponent}"
    return f"f_square({_printed_power(base, exponent // 2)})" if exponent <= 8 else f"({base})**{exponent}"


def _add(self: BallPrinter, expr: Any, order: Any = None) -> str:
    return "(" + " + ".join(self._print(arg) for arg in expr.args) + ")"


def _mul(self: BallPrinter, expr: Any) -> str:
    return "(" + " * ".join(self._print(arg) for arg in expr.args) + ")"


BallPrinter._print_Add = _add  # type: ignore[assignment]
BallPrinter._print_Mul = _mul  # type: ignore[assignment]


def _real(value: acb) -> arb:
    return value.real if value.imag.contains(0) else arb("nan")


def _power(base: arb, exponent: arb) -> arb:
    return (exponent * base.log()).exp() if base > 0 else base**exponent


def _square(base: Any) -> Any:
    """The square, of a ball around zero without the negative numbers that a product of two balls would hold."""
    square = base * base
    return square.nonnegative_part() if isinstance(square, arb) and not square > 0 else square


def _power_integer(base: arb, exponent: int) -> arb:
    return base**exponent if exponent >= 0 else 1 / base ** (-exponent)


def _compare(left: arb, relation: str, right: arb) -> bool | None:
    """Decide a relation of two balls, or answer ``None``."""
    if relation == "==":
        return True if left == right else False if left != right else None
    if relation == "!=":
        return True if left != right else False if left == right else None
    if relation == "<":
        return True if left < right else False if left >= right else None
    if relation == "<=":
        return True if left <= right else False if left > right else None
    if relation == ">":
        return _compare(right, "<", left)
    return _compare(right, "<=", left)


def _truth(decided: bool | None) -> arb:
    return arb("nan") if decided is None else arb(int(decided))


def _choose(decided: bool | None, then: Callable[[], arb], otherwise: Callable[[], arb]) -> arb:
    return arb("nan") if decided is None else then() if decided else otherwise()


def _both(parts: Sequence[bool | None]) -> bool | None:
    return False if any(part is False for part in parts) else None if None in parts else True


def _negate(part: bool | None) -> bool | None:
    return None if part is None else not part


def _whole(number: arb) -> int:
    value = number.unique_fmpz()
    if value is None:
        raise DeclarationError(f"{number} is no whole number, so no order or branch of a function")
    return int(value)


def _polygamma(order: arb, z: arb) -> arb:
    whole = _whole(order)
    return z.digamma() if whole == 0 else _real(acb(z).polygamma(acb(whole)))


def zeta_derivative(order: int, s: Any) -> arb:
    """Return a ball around the ``order``-th derivative of Riemann's zeta function.

    >>> zeta_derivative(1, 2).contains(-0.9375482543158437538)
    True
    """
    coefficient = arb_series([arb(s), arb(1)], order + 1).zeta()[order]
    return coefficient * arb(order + 1).gamma()


def _sign(z: arb) -> arb:
    return arb(1) if z > 0 else arb(-1) if z < 0 else arb(0) if z == 0 else arb("nan")


FUNCTIONS: dict[str, Callable[..., arb]] = {
    "exp": methodcaller("exp"),
    "log": methodcaller("log"),
    "sqrt": methodcaller("sqrt"),
    "sin": methodcaller("sin"),
    "cos": methodcaller("cos"),
    "tan": methodcaller("tan"),
    "sinh": methodcaller("sinh"),
    "cosh": methodcaller("cosh"),
    "tanh": methodcaller("tanh"),
    "atan": methodcaller("atan"),
    "atan2": lambda y, x: arb.atan2(y, x),
    "asin": methodcaller("asin"),
    "acos": methodcaller("acos"),
    "asinh": methodcaller("asinh"),
    "sec": methodcaller("sec"),
    "sech": methodcaller("sech"),
    "csc": methodcaller("csc"),
    "coth": methodcaller("coth"),
    "Abs": abs,
    "sign": _sign,
    "gamma": methodcaller("gamma"),
    "loggamma": methodcaller("lgamma"),
    "factorial": lambda z: (z + 1).gamma(),
    "binomial": lambda n, k: ((n + 1).lgamma() - (k + 1).lgamma() - (n - k + 1).lgamma()).exp(),
    "beta": lambda a, b: (a.lgamma() + b.lgamma() - (a + b).lgamma()).exp(),
    "digamma": methodcaller("digamma"),
    "polygamma": _polygamma,
    "zeta": methodcaller("zeta"),
    "ZetaDerivative": lambda order, s: zeta_derivative(_whole(order), s),
    "erf": methodcaller("erf"),
    "erfc": methodcaller("erfc"),
    "besseli": lambda order, z: z.bessel_i(order),
    "besselk": lambda order, z: z.bessel_k(order),
    "LambertW": lambda z, *branch: z.lambertw(_whole(branch[0]) if branch else 0),
    "Max": lambda *zs: _extreme(zs, arb.max),
    "Min": lambda *zs: _extreme(zs, arb.min),
}


def _extreme(balls: Sequence[arb], pick: Callable[[arb, arb], arb]) -> arb:
    best = balls[0]
    for ball in balls[1:]:
        best = pick(best, ball)
    return best


_HELPERS: dict[str, Callable[..., Any]] = {
    "pi": arb.pi,
    "e": arb.const_e,
    "euler": arb.const_euler,
    "power": _power,
    "power_integer": _power_integer,
    "square": _square,
    "truth": _truth,
    "choose": _choose,
    "compare": _compare,
    "both": _both,
    "negate": _negate,
}
# The prefix keeps a parameter that is called "beta" or "power" apart from the function.
NAMESPACE = {"arb": arb, "fmpq": fmpq} | {f"f_{name}": f for name, f in (FUNCTIONS | _HELPERS).items()}


@lru_cache(maxsize=4096)
def compiled(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> Callable[..., list[arb]]:
    """Return a function from balls, in the order of ``symbols``, to the enclosures of ``expressions``.

    >>> from sympy.abc import a
    >>> [ball.contains(6) for ball in compiled((a + 1, 2 * a), (a,))(arb(3))]
    [False, True]
    """
    names = {symbol: f"x{i}" for i, symbol in enumerate(symbols)}
    parts, values = cse(list(expressions))
    names |= {symbol: f"c{i}" for i, (symbol, _) in enumerate(parts)}
    printer = BallPrinter(names)
    lines = [f"    {names[symbol]} = {printer.printed(part)}" for symbol, part in parts]
    lines += [f"    return [{', '.join(map(printer.printed, values))}]"]
    return defined("values", [f"def values({', '.join(names[symbol] for symbol in symbols)}):", *lines])


def defined(name: str, lines: Sequence[str]) -> Callable[..., list[arb]]:
    """Return the function of that name that lines of printed code define.

    >>> defined("one", ["def one():", "    return [arb(1)]"])()
    [1.00000000000000]
    """
    scope = dict(NAMESPACE)
    exec("\n".join(lines), scope)
    function: Callable[..., list[arb]] = scope[name]
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
