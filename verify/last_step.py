"""Compiles Newton's last step on the log-likelihood of rows, from the declared density alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

from sympy import Add, Expr, Mul, Pow, Symbol, cse, exp, numbered_symbols

from ..proofs.algebra.derivatives import derivative
from ..proofs.family import Family
from .compiled.last_step import LastStep
from .passes import as_columns, code_of, expm1_of, rest_total_of, total_of


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
    sums = [*(rest_total_of(of_rows, constant) for constant, of_rows in parted), *map(total_of, seconds)]
    columns = as_columns(sums)
    powers = _powers(columns, family.observation)
    steps, left = cse([column.xreplace(powers) for column in columns], symbols=numbered_symbols("_shared"))
    bases = [(power, base) for base, power in powers.items() if isinstance(power, Symbol)]
    return LastStep(code_of(left, (family.observation, *symbols), [*bases, *steps]), tuple(map(_by_factors, symbols)))


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
