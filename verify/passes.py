"""Compiles averages of row functions over a long column: few passes, no large temporaries, few logarithms.

Sine and cosine of one argument are rational in the tangent of its half.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray
from sympy import Expr, Function, Mul, Pow, S, Symbol, cos, exp, log, sin

from .compiled.columns import EVERY, column_function
from .compiled.row_totals import TOTALS
from .stable_forms import log1p, stable
from .written import written

Array = NDArray[Any]

half_tangent: Any = Function("half_tangent")
expm1_of: Any = Function("expm1")

total_of, _square_total, _log_total, _log_ratio_total, _log_rest_total, *_others = map(Function, TOTALS)
_product_total, _plain_product_total, _cosine_total, rest_total_of, count_total_of = _others


def sums_of(integrands: Sequence[Expr], data: Symbol, ends: Sequence[Expr]) -> list[Expr]:
    """Return the sums of row functions over all rows, some of which need the ends of the data.

    >>> x, least, most = Symbol("x", real=True), Symbol("least"), Symbol("most")
    >>> sums_of([x, x**2], x, [least, most])
    [total(x), square_total(x)]
    """
    return [_sum(integrand, data, *ends) for integrand in integrands]


def above_least(data: Symbol, least: Expr) -> Expr:
    """Return the logarithm of a row over the least one, for rows from that on, as a function that keeps its digits.

    >>> above_least(Symbol("x", positive=True), Symbol("l"))
    log1p((-l + x)/l)
    """
    above: Expr = log1p((data - least) / least)
    return above


def _sum(integrand: Expr, data: Symbol, least: Expr, most: Expr) -> Expr:
    if data.is_positive and isinstance(integrand, log) and (power := integrand.args[0].as_base_exp())[0] == data:
        return power[1] * _log_total(data, least, most)
    near, logs = integrand.as_independent(data, as_Add=True)
    if logs == log(data) and near.is_Mul and data.is_positive:
        return _log_total(data, least, most, -near)
    if integrand == above_least(data, least):
        return _log_ratio_total(data, least, most)
    if integrand == log(1 - data):
        return _log_rest_total(data, least, most)
    if isinstance(integrand, log) and integrand.args[0].is_positive:
        return _log_total(integrand.args[0])
    if isinstance(integrand, Pow) and integrand.exp == 2:
        return _square_total(integrand.base)
    if isinstance(integrand, Mul) and (square := _square_in(integrand, data)) is not None:
        return _product_total(square.base, integrand / square.base)
    if isinstance(integrand, cos):
        return _cosine_total(_share(half_tangent(integrand.args[0])))
    if isinstance(integrand, sin):
        tangent = half_tangent(integrand.args[0])
        return 2 * _product_total(tangent, _share(tangent))
    return total_of(integrand)


def _square_in(product: Mul, data: Symbol) -> Expr | None:
    """The only square of a function of the rows among other functions of them: it need not be computed."""
    moving = [factor for factor in product.args if data in factor.free_symbols]
    squares = [factor for factor in moving if isinstance(factor, Pow) and factor.exp == 2]
    return squares[0] if len(squares) == 1 and len(moving) > 1 else None


def summed_products(
    steps: Sequence[tuple[Expr, Expr]],
    columns: Sequence[tuple[Expr, Expr]],
    symbols: Sequence[Symbol],
    rests: Sequence[tuple[Expr, Expr]] = (),
) -> Callable[..., list[float]]:
    """Return a function of a column, and of numbers, to the sums over all rows of products of two columns.

    ``steps`` are symbols with the columns that they stand for, each made of those before it. Before these sums come
    those of ``rests``, columns with factors, of which next to nothing may be left.

    >>> import numpy as np
    >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
    >>> summed_products([(y, x**2)], [(x, y), (x, S.One)], [x])(np.array([1.0, 3.0]))
    [28.0, 4.0]
    """
    sums = [total_of(f) if g is S.One else _plain_product_total(f, g) for f, g in columns]
    left = [factor * rest_total_of(rest) for factor, rest in rests]
    return code_of([*left, *sums], symbols, [(symbol, stable(column)) for symbol, column in steps])


def code_of(
    expressions: Sequence[Expr], symbols: Sequence[Symbol], steps: Sequence[tuple[Expr, Expr]] | None = None
) -> Callable[..., Any]:
    """Return a function of arrays and numbers to the values of all expressions, which share what they have in common.

    With ``steps`` they share these, and what else is computed first is not looked for.

    >>> import numpy as np
    >>> x = Symbol("x", real=True)
    >>> code_of([cos(x)], [x])(np.array([0.0]))
    [array([1.])]
    """
    return written(as_columns(expressions), symbols, EVERY, column_function, steps)


def as_columns(expressions: Sequence[Expr]) -> list[Expr]:
    """Return expressions of which what stands is what is computed of columns.

    >>> as_columns([cos(Symbol("x", real=True))])
    [-1 + 2/(half_tangent(x)**2 + 1)]
    """
    return [_with_half_tangents(_with_exact_rests(stable(expression))) for expression in expressions]


def _with_exact_rests(expression: Expr) -> Expr:
    """Divisors that are one less a power or an exponential, by way of ``expm1``: beside one nothing is left of others.

    >>> x = Symbol("x", positive=True)
    >>> _with_exact_rests(x / (1 - x**3)), _with_exact_rests(1 / (1 - x))
    (-x/expm1(3*log(x)), 1/(1 - x))
    """

    def rest(base: Expr, exponent: Expr) -> Expr:
        power = 1 - base
        if exponent.is_negative and isinstance(power, exp):
            return (-expm1_of(power.args[0])) ** exponent
        if exponent.is_negative and isinstance(power, Pow) and power.base.is_positive:
            return (-expm1_of(power.exp * log(power.base))) ** exponent
        return base**exponent

    return expression.replace(Pow, rest)


def _with_half_tangents(expression: Expr) -> Expr:
    """Sine and cosine through the tangent of half the angle, which NumPy has for many numbers at once.

    Source: NIST DLMF 4.21.28 and 4.21.29.
    """
    sines = expression.replace(sin, lambda z: 2 * half_tangent(z) * _share(half_tangent(z)))
    return sines.replace(cos, lambda z: 2 * _share(half_tangent(z)) - 1)


def _share(tangent: Expr) -> Expr:
    share: Expr = 1 / (1 + tangent**2)
    return share


def shared(stages: Sequence[Sequence[Expr]], data: Symbol) -> tuple[Expr, ...]:
    """Return the functions of the data alone that several passes need: they are computed once for a block.

    >>> x, m = Symbol("x", positive=True), Symbol("m", real=True)
    >>> shared([[log(x)], [(log(x) - m) ** 2]], x)
    (log(x),)
    """
    seen: dict[Expr, set[int]] = {}
    for place, integrands in enumerate(stages):
        for integrand in integrands:
            for node in integrand.atoms(Function):
                if node.free_symbols == {data}:
                    seen.setdefault(node, set()).add(place)
    several = [node for node, places in seen.items() if len(places) > 1]
    # The largest first: what it contains need not be kept beside it.
    return tuple(node for node in several if not any(node is not other and other.has(node) for other in several))


def functions_of(expressions: Sequence[Expr], data: Symbol) -> Callable[..., Sequence[Array]] | None:
    """Return the compiled functions of the rows, ``None`` without any."""
    return code_of(expressions, (data,)) if expressions else None
