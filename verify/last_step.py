"""Compiles Newton's last step on the log-likelihood of rows, from the declared density alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Abs, Add, Dummy, Expr, Mul, Pow, Symbol, cse, exp, numbered_symbols

from ..proofs.algebra.derivatives import derivative
from ..proofs.algebra.kinks import has_kinks
from ..proofs.derivation import Derivation
from ..proofs.family import Family
from .compiled.last_step import LastStep
from .observations import Observations
from .passes import as_columns, code_of, count_total_of, expm1_of, rest_total_of, total_of
from .tolerance import EXAMINED_ROWS

Array = NDArray[np.float64]

_MOST_ROWS = 2**20
"""Rows that a table with whole weights is written out in."""


def after_last_step(derivation: Derivation, table: Observations, values: dict[Symbol, float]) -> dict[Symbol, float]:
    """Return what was solved for in doubles after a last step; unchanged where rows are few.

    Few rows are evaluated in balls, which round each parameter once. A density with a kink has no such step.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> cauchy, x = derive(family("cauchy")), np.tan(np.linspace(-1.5, 1.5, 101))
    >>> near = dict(zip(cauchy.family.symbols, (0.0, 0.966), strict=True))
    >>> [round(value, 3) for value in after_last_step(cauchy, Observations(x.reshape(-1, 1), None, 101), near).values()]
    [0.0, 0.966]
    """
    family, w = derivation.family, table.weights
    if table.n <= EXAMINED_ROWS or len(table.columns) > 1 or has_kinks(family.log_density):
        return values
    if w is not None and ((w % 1).any() or table.total > _MOST_ROWS):
        return values
    column = table.columns[0] if w is None else np.repeat(table.columns[0], w.astype(np.int64))
    step, before = last_step(family), [values[symbol] for symbol in family.symbols]
    found = step(column, *before)
    is_sure = _is_sure(before, found, step, slope_sizes(family), column)
    return values | dict(zip(family.symbols, found, strict=True)) if is_sure else values


def _is_sure(
    before: Sequence[float], found: Sequence[float], step: LastStep, sizes: Callable[..., Any], column: Array
) -> bool:
    """Whether rounding moves no parameter by more than half of what it was moved, or by more than its last digits.

    Another step would not tell: the same rows are rounded in the same way.
    """
    try:
        blurred = step.blurred(column, sizes, *before)
    except ArithmeticError:
        return False
    return all(blur <= max(abs(b - a) / 2, 2 * math.ulp(b)) for a, b, blur in zip(before, found, blurred, strict=True))


@lru_cache(maxsize=512)
def last_step(family: Family) -> LastStep:
    """Return the step for a family whose log-density is smooth in its parameters.

    >>> import numpy as np
    >>> from thetahat import family
    >>> x = np.array([1.0, 2.0, 4.0, 7.0])
    >>> [round(value, 12) for value in last_step(family("gamma_known_shape").fix(k=2))(x, 1.75 * (1 + 1e-6))]
    [1.75]
    """
    symbols = family.symbols
    slopes = [_slope(family.log_density, symbol) for symbol in symbols]
    seconds = [_slope(slopes[i], symbols[j]) for i, j in combinations_with_replacement(range(len(symbols)), 2)]
    parted = (_with_exact_rests(_multiplied_out(slope, family.observation)).as_coeff_Add() for slope in slopes)
    sums = [
        *(rest_total_of(of_rows, constant) for constant, of_rows in parted),
        *(_total(second, family.observation) for second in seconds),
    ]
    ratios = dict[Expr, Symbol]()
    columns = as_columns([_with_ratios(total, set(symbols), ratios) for total in sums])
    powers = _powers(columns, family.observation)
    steps, left = cse([column.xreplace(powers) for column in columns], symbols=numbered_symbols("_shared"))
    bases = [(power, base) for base, power in powers.items() if isinstance(power, Symbol)]
    first = [(symbol, ratio) for ratio, symbol in ratios.items()]
    return LastStep(
        code_of(left, (family.observation, *symbols), [*first, *bases, *steps]), tuple(map(_by_factors, symbols))
    )


@lru_cache(maxsize=512)
def slope_sizes(family: Family) -> Callable[..., Sequence[float]]:
    """Return a function of rows and parameters to what the terms of each slope come to without signs, over all rows.

    After them comes what those terms come to that are rounded alike in all rows.

    >>> import numpy as np
    >>> from thetahat import family
    >>> slope_sizes(family("gamma_known_shape").fix(k=2))(np.array([1.0, 3.0]), 1.0)
    [12.0, 0.0]
    """
    x, slopes = family.observation, [_slope(family.log_density, symbol) for symbol in family.symbols]
    alike = [Add(*(e for e in Add.make_args(s) if x not in e.free_symbols and not _is_exact(e))) for s in slopes]
    return code_of([_total(_size(e), x) for e in (*slopes, *alike)], (x, *family.symbols))


def _powers(expressions: Sequence[Expr], data: Symbol) -> dict[Expr, Expr]:
    """Symbols for powers and exponentials of the rows that occur, and what is the square of one as such.

    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> _powers([x**k + x ** (2 * k)], x)
    {x**k: _power_0, x**(2*k): _power_0**2}
    """
    nodes = set().union(*(e.atoms(Pow, exp) for e in expressions))
    moving = sorted((n for n in nodes if data in n.free_symbols and not n.as_base_exp()[1].is_number), key=str)
    simple = [n for n in moving if (n * n) in moving]
    symbols = {n: Symbol(f"_power_{place}", real=True) for place, n in enumerate(simple)}
    return {**symbols, **{n * n: symbol**2 for n, symbol in symbols.items()}}


def _total(of_rows: Expr, data: Symbol) -> Expr:
    return total_of(of_rows) if data in of_rows.free_symbols else of_rows * count_total_of(data)


def _by_factors(symbol: Symbol) -> bool:
    return bool(symbol.is_positive)


def _slope(e: Expr, symbol: Symbol) -> Expr:
    """The derivative by the logarithm of a positive parameter, or by any other itself, one term after the other.

    What a slope has of constants is then mostly a whole number, and not rounded.
    """
    factor = symbol if _by_factors(symbol) else 1
    return Add(*(factor * term for term in Add.make_args(derivative(e, symbol))))


def _multiplied_out(e: Expr, data: Symbol) -> Expr:
    """The same without a sum of parameters as a factor of what holds the data: it would be rounded alike for all rows.

    >>> x, k = Symbol("x"), Symbol("k")
    >>> _multiplied_out((1 + k) * (1 + x), x)
    k*(x + 1) + x + 1
    """
    terms = list[Expr]()
    for term in Add.make_args(e):
        factors = Mul.make_args(term)
        free = next((f for f in factors if isinstance(f, Add) and data not in f.free_symbols), None)
        rest = Mul(*(f for f in factors if f is not free))
        if free is None or data not in term.free_symbols:
            terms.append(term)
        else:
            terms += [_multiplied_out(part * rest, data) for part in free.args]
    return Add(*terms)


def _with_exact_rests(e: Expr) -> Expr:
    """The same with one less an exponential, times something, as one function: near one next to nothing is left.

    >>> x, k = Symbol("x"), Symbol("k")
    >>> _with_exact_rests(1 + k - k * exp(x))
    -k*expm1(x) + 1
    """
    for term in Add.make_args(e):
        power = next((factor for factor in Mul.make_args(term) if isinstance(factor, exp)), None)
        if power is not None and -term / power in Add.make_args(e):
            return _with_exact_rests(e - term + term / power + term / power * expm1_of(power.args[0]))
    return e


def _with_ratios(e: Expr, parameters: set[Symbol], ratios: dict[Expr, Symbol]) -> Expr:
    """The same with powers of rows over those of a parameter as powers of ratios, for which it puts down symbols.

    The power of a parameter would be rounded alike for all rows.

    >>> x, s, ratios = Symbol("x", real=True), Symbol("s", positive=True), {}
    >>> _with_ratios(1 + 3 * (x - 1) ** 2 / s**2, {s}, ratios), ratios
    (3*_ratio_0**2 + 1, {(x - 1)/s: _ratio_0})
    """

    def in_ratios(*factors: Expr) -> Expr:
        powers = dict(factor.as_base_exp() for factor in factors)
        for base, order in list(powers.items()):
            if base in parameters and order.is_Integer and order <= -2:
                above = next((b for b, k in powers.items() if k == -order and not b.free_symbols <= parameters), None)
                if above is not None:
                    ratio = ratios.setdefault(above / base, Symbol(f"_ratio_{len(ratios)}", real=True))
                    rest = [b**k for b, k in powers.items() if b not in (base, above)]
                    return in_ratios(*rest, ratio**-order)
        return Mul(*factors)

    return e.replace(Mul, in_ratios)


def _size(e: Expr) -> Expr:
    """What the terms of an expression come to without their signs, and what is lost of arguments moves a function by.

    >>> x = Symbol("x", positive=True)
    >>> _size(exp(x) * (x - 1))
    (x*exp(x) + exp(x))*Abs(x - 1)
    """
    if not e.args or (isinstance(e, Add) and len(e.args) == 2 and all(map(_is_exact, e.args))):
        return Abs(e)
    if isinstance(e, Add | Mul):
        return e.func(*map(_size, e.args))
    moved = [inner for inner in e.args if inner.free_symbols]
    given = {Dummy(real=True): inner for inner in moved}
    places = {inner: place for place, inner in given.items()}
    outer = e.func(*(places.get(inner, inner) for inner in e.args))
    return Abs(e) + Add(
        *(Abs(derivative(outer, place).xreplace(given)) * _size(inner) for place, inner in given.items())
    )


def _is_exact(e: Expr) -> bool:
    return not e.as_coeff_Mul()[1].args  # of two doubles the difference is rounded once
