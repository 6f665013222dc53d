"""Reads an expression that somebody typed: an allow-list of names, functions and operators; no evaluation.

Nothing of the text is ever executed. What is not on the list is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Expr, Integer, Piecewise, Pow, Rational, S, Symbol
from sympy.logic.boolalg import And, Boolean, Not, Or, false, true

from .algebra.atoms import Mean, Quantile
from .errors import ExpressionError
from .parsing_limits import (
    MOST_BITS,
    size,
    too_deep,
    too_large_power,
    too_large_product,
    too_long,
    too_many_terms,
)
from .syntax import DEEPEST, in_python, named, short, syntax_of
from .vocabulary import CONSTANTS, FUNCTIONS, Functions

LARGEST_ARGUMENT = 300
"""Up to which number a function is evaluated exactly, such as a factorial."""
_MULTIPLIED_OUT, _LARGEST_PRODUCT = "binomial", 10
"""SymPy multiplies out what this is of; arguments of more operations are left as they are."""
_UNLIMITED = {"Abs", "Max", "Min", "sign", "sqrt", "log"}
_ORDERS = {ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__"}


def expression(
    text: str, names: Mapping[str, Expr], data: tuple[Symbol, ...] = (), beside: Functions | None = None
) -> Expr:
    """Return the expression that ``text`` writes.

    Parameters
    ----------
    text
        In Python's syntax: ``log(sigma) + (1 + log(2*pi))/2``, ``Piecewise((k, k < 2), (oo, True))``. A parameter may
        be called ``lambda``. Decimals are read as the exact numbers they write.
    names
        The symbols that may occur, or terms of a symbolic dimension.
    data
        The data variables; where given, ``Mean(f)`` is an average of them and ``Quantile(level)`` a quantile.
    beside
        Functions that are known beside the usual ones, each with its numbers of arguments.

    Raises
    ------
    ExpressionError
        For a name, function or operator that is not known, and for what is too long, too deep or too large.

    Examples
    --------
    >>> expression("log(lambda) + 0.5", {"lambda": Symbol("lambda", positive=True)})
    log(lambda) + 1/2
    >>> expression("Mean(x**2)", {"x": Symbol("x", real=True)}, (Symbol("x", real=True),))
    Mean(x**2, x)
    """
    tree = syntax_of(text)
    value = _Reader(text, names, data, {**FUNCTIONS, **(beside or {})}).read(tree.body)
    if not isinstance(value, Expr):
        raise ExpressionError(f"{short(text)}: this is {value}, which is no number; write an expression")
    return value


def names_in(text: str) -> list[str]:
    """Return the names in an expression that are neither functions nor constants, in the order of their first use.

    >>> names_in("1/rate + beta(a, 2)*pi")
    ['rate', 'a']

    Raises
    ------
    ExpressionError
        For a text that is no expression, or too long.
    """
    tree = syntax_of(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    return [name for name in dict.fromkeys(map(named, found)) if name not in CONSTANTS]


def _power(base: Expr, exponent: Expr) -> Expr:
    """A power, left as it is where SymPy would look for the real part of what stands below, multiplied out."""
    hard = base.is_Pow and not base.exp.is_number and not base.base.is_positive and not exponent.is_integer
    return Pow(base, exponent, evaluate=not hard)


class _Reader:
    """Walks a syntax tree; every kind of node that is not named here is refused."""

    def __init__(self, text: str, names: Mapping[str, Expr], data: tuple[Symbol, ...], functions: Functions) -> None:
        self._text, self._names, self._data, self._functions, self._levels = text, names, data, functions, 0

    def read(self, node: ast.AST) -> Any:
        readers: dict[type[ast.AST], Callable[[Any], Any]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.Call: self._call,
            ast.Compare: self._compare,
            ast.BoolOp: self._join,
        }
        reader = readers.get(type(node))
        if reader is None:
            raise self._refusal(f"{type(node).__name__} is not read here; write numbers, names, functions, + - * / **")
        self._levels += 1
        if self._levels > 4 * DEEPEST:
            raise self._refusal("it is nested too deep; simplify it")
        try:
            value = reader(node)
        except (ZeroDivisionError, TypeError, ValueError) as error:
            if isinstance(error, ExpressionError):
                raise
            raise self._refusal(f"it has no value ({error})") from None
        finally:
            self._levels -= 1
        if isinstance(value, Expr) and (value is sympy.nan or value is sympy.zoo):
            raise self._refusal("a part of it has no value, such as a division by zero")
        if isinstance(value, Expr):
            self._allowed(too_deep(value))
        if isinstance(value, Expr) and value.is_number and value.is_extended_real is False:
            raise self._refusal(f"{short(str(value))} is no real number")
        return value

    def _refusal(self, why: str) -> ExpressionError:
        return ExpressionError(f"{short(self._text)}: {why}")

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool):
            return true if node.value else false
        if isinstance(node.value, int):
            return self._limited(Integer(node.value))
        if isinstance(node.value, float):
            written = ast.get_source_segment(in_python(self._text), node)
            return self._limited(self._decimal(written or repr(node.value)))
        raise self._refusal(f"{node.value!r} is no number")

    def _decimal(self, written: str) -> Rational:
        """The exact number; 1e999999999 would fill the memory."""
        exponent = re.search(r"[eE]([+-]?\d+)", written)
        if exponent is not None and abs(int(exponent[1])) > MOST_BITS // 4:
            raise self._refusal(f"{written} is too large or too small a number")
        return Rational(written.replace("_", ""))

    def _name(self, node: ast.Name) -> Expr:
        name = named(node.id)
        if name in self._names:
            return self._names[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        raise self._refusal(f"the name {name!r} is not known; known are {', '.join([*self._names, *CONSTANTS])}")

    def _binary(self, node: ast.BinOp) -> Expr:
        left, right = self._number(node.left), self._number(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            self._allowed(too_large_product(left, right))
            return self._limited(left * right)
        if isinstance(node.op, ast.Div):
            self._allowed(too_large_product(left, S.One / right))
            return self._limited(left / right)
        if isinstance(node.op, ast.Pow):
            self._allowed(too_large_power(left, right))
            return self._limited(_power(left, right))
        raise self._refusal(f"the operator {type(node.op).__name__} is not read here; write + - * / **")

    def _unary(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return Not(self._condition(node.operand))
        if isinstance(node.op, ast.USub | ast.UAdd):
            value = self._number(node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        raise self._refusal(f"the operator {type(node.op).__name__} is not read here")

    def _call(self, node: ast.Call) -> Expr:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._refusal("only functions by their names, without keywords, are read here")
        name = node.func.id
        if name == "Piecewise":
            return Piecewise(*map(self._piece, node.args))
        if name in ("Mean", "Quantile") and self._data:
            return self._of_data(name, node)
        if name not in self._functions:
            known = [*self._functions, "Piecewise", *(("Mean", "Quantile") if self._data else ())]
            raise self._refusal(f"the function {name!r} is not known; known are {', '.join(known)}")
        function, counts = self._functions[name]
        if len(node.args) not in counts:
            raise self._refusal(f"{name} takes {' or '.join(map(str, counts))} arguments, not {len(node.args)}")
        arguments = [self._number(one) for one in node.args]
        if name not in _UNLIMITED and any(one.is_number and size(one) > LARGEST_ARGUMENT for one in arguments):
            raise self._refusal(f"{name} of a number beyond {LARGEST_ARGUMENT} is not evaluated; write it otherwise")
        if name == "polygamma" and not (arguments[0].is_Integer and arguments[0] >= 0):
            raise self._refusal("the order of polygamma, its first argument, has to be a whole number")
        if name == _MULTIPLIED_OUT and any(one.count_ops() > _LARGEST_PRODUCT for one in arguments):
            return function(*arguments, evaluate=False)
        return function(*arguments)

    def _of_data(self, name: str, node: ast.Call) -> Expr:
        if len(node.args) != 1:
            raise self._refusal(f"{name} takes one argument, not {len(node.args)}")
        inner = self._number(node.args[0])
        if name == "Mean":
            self._allowed(too_many_terms(inner))
            return Mean(inner, *self._data)
        if not (inner.is_Rational and 0 <= inner <= 1):
            raise self._refusal(f"the level {inner} of a quantile is no number from 0 to 1")
        return Quantile(inner, self._data[0])

    def _piece(self, node: ast.expr) -> tuple[Expr, Boolean]:
        if not isinstance(node, ast.Tuple) or len(node.elts) != 2:
            raise self._refusal("Piecewise takes pairs of a value and a condition: Piecewise((a, a < b), (b, True))")
        return self._number(node.elts[0]), self._condition(node.elts[1])

    def _compare(self, node: ast.Compare) -> Boolean:
        values = [self._number(one) for one in (node.left, *node.comparators)]
        if any(type(operator) not in _ORDERS for operator in node.ops):
            raise self._refusal("conditions are written with <, <=, > and >=")
        return And(
            *(
                getattr(a, _ORDERS[type(operator)])(b)
                for a, operator, b in zip(values, node.ops, values[1:], strict=False)
            )
        )

    def _join(self, node: ast.BoolOp) -> Boolean:
        parts = [self._condition(one) for one in node.values]
        return And(*parts) if isinstance(node.op, ast.And) else Or(*parts)

    def _number(self, node: ast.AST) -> Expr:
        value = self.read(node)
        if not isinstance(value, Expr):
            raise self._refusal(f"{value} is no number")
        return value

    def _condition(self, node: ast.AST) -> Boolean:
        value = self.read(node)
        if not isinstance(value, Boolean):
            raise self._refusal(f"{value} is no condition")
        return value

    def _allowed(self, why: str) -> None:
        """Refuse what is too large, for the reason given; an empty one is none."""
        if why:
            raise self._refusal(why)

    def _limited(self, value: Expr) -> Expr:
        self._allowed(too_long(value))
        return value
