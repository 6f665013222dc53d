"""Rounds the root of an equation in counts from balls, and formulas of it, by sums over steps: see ``by_steps``.

A step is a quotient, where the function itself takes a hundred times as long in balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Dummy, Expr, Symbol, cse

from ..proofs.algebra.atoms import atoms_of
from ..proofs.ball_functions import NAMESPACE
from ..proofs.ball_printer import ConstantPrinter, beside_one
from ..proofs.balls import compiled, defined, precision
from ..proofs.derivation import Derivation
from .by_steps import LoweredEquation, Steps, in_steps, lowered_equation, means_of
from .exact import in_data, nearest_double
from .line import Line, crossing
from .lowering import NotLoweredError
from .tolerance import ROOT_SLACK

Array = NDArray[Any]

_BITS = 96
"""The precision of residuals ``ROOT_SLACK`` to either side of a root: 56 digits more than that tells them from zero."""
_MOST_STEPS = 512
"""Steps up to which their quotients are sooner summed than the functions of few different values."""
_WHOLE = tuple(map(arb, range(_MOST_STEPS)))
"""The whole numbers as balls, which hold nothing else."""


class CountRoot:
    """The root of the only equation of a derivation by sums over steps, and what the formulas make of it.

    >>> from thetahat import derive, family, fit
    >>> counts, binomial = np.array([0.0, 0.0, 1.0, 7.0]), family("negative_binomial")
    >>> near = fit(binomial, counts).theta_hat["r"]
    >>> [symbol.name for symbol in count_root(derive(binomial)).rounded(counts, near)]
    ['r', 'p']
    """

    def __init__(self, derivation: Derivation, lowered: LoweredEquation, steps: Steps) -> None:
        """Compile all that is asked in balls."""
        self._symbols, self._first = derivation.family.symbols, steps.first
        self._unknown, ends = lowered.unknown, derivation.family.domain[lowered.unknown]
        self._line = Line(float(ends.lo), float(ends.hi))
        formulas = dict(in_data(derivation))
        names = {mean: Dummy("mean") for mean in means_of([*formulas.values()])}
        means = {**dict(lowered.still), **{name: mean.integrand for mean, name in names.items()}}
        self._tables = _tables(tuple(means.values()), lowered.data, self._first)
        self._sums = _summing(lowered.data, lowered.unknown, [step for _, step in steps.moving])
        known = (lowered.unknown, *means)
        self._equation = compiled((steps.equation,), (*(symbol for symbol, _ in steps.moving), *known))
        self._formulas = compiled(tuple(formula.xreplace(names) for formula in formulas.values()), known)
        self._others = tuple(formulas)

    def rounded(self, x: Array, near: float) -> dict[Symbol, float] | None:
        """Return the estimate by symbol for the root next to ``near``; ``None`` where balls do not tell all of it."""
        counts = np.bincount(x.astype(np.intp)).tolist()
        if len(counts) > _MOST_STEPS:
            return None
        with precision(_BITS):
            n, above = len(x), _above(counts, self._first)
            means = [_total(table, counts) / n for table in self._tables]
            low, high = map(arb, self._line.around(near, ROOT_SLACK))
            below, beyond = (self._residual(end, above, n, means) for end in (low, high))
            if not below * beyond < 0:
                return None
            root = crossing(low, high, below, beyond).mid()
            others = list(map(nearest_double, self._formulas(root, *means)))
        values = {self._unknown: float(root)} | dict(zip(self._others, others, strict=True))
        return None if any(map(math.isnan, values.values())) else {symbol: values[symbol] for symbol in self._symbols}

    def _residual(self, unknown: arb, above: Sequence[tuple[arb, arb]], n: int, means: Sequence[arb]) -> arb:
        return self._equation(*[total / n for total in self._sums(above, unknown)], unknown, *means)[0]


def _above(counts: Sequence[int], first: int) -> list[tuple[arb, arb]]:
    """The whole numbers from the first on, each with how many rows are above it, while there are any.

    >>> _above([0, 2, 1], 0)
    [(0, 3.00000000000000), (1.00000000000000, 1.00000000000000)]
    """
    above = list(accumulate(reversed(counts[first + 1 :])))
    return list(zip(_WHOLE[first:], map(arb, reversed(above)), strict=False))


def _summing(x: Symbol, unknown: Symbol, steps: Sequence[Expr]) -> Callable[..., list[arb]]:
    """A function of weighted whole numbers and the unknown to the weighted sums of steps, in balls.

    >>> from sympy.abc import r, x
    >>> _summing(x, r, [1 / (r + x)])(_above([0, 2, 1], 0), arb(1))
    [3.50000000000000]
    """
    weight = Dummy("weight")
    parts, values = cse([beside_one(weight * step) for step in steps])
    names = {x: "j", unknown: "unknown", weight: "weight"}
    names |= {symbol: f"c{place}" for place, (symbol, _) in enumerate(parts)}
    printer = ConstantPrinter(names)
    lines = ["def sums(above, unknown):", *(f"    s{place} = arb(0)" for place, _ in enumerate(values))]
    lines += ["    for j, weight in above:"]
    lines += [f"        {names[symbol]} = {printer.printed(part)}" for symbol, part in parts]
    lines += [f"        s{place} += {printer.printed(value)}" for place, value in enumerate(values)]
    lines += [f"    return [{', '.join(f's{place}' for place, _ in enumerate(values))}]"]
    return defined("sums", lines, NAMESPACE | printer.constants)


def _tables(functions: tuple[Expr, ...], x: Symbol, first: int) -> list[list[arb | int]]:
    """The values of functions at all whole numbers from the first on; those that are whole as such, which add sooner.

    >>> from sympy.abc import x
    >>> _tables((x**2,), x, 1)[0][:4]
    [0, 1, 4, 9]
    """
    value = compiled(functions, (x,))
    with precision(_BITS):
        rows = [[0] * len(functions)] * first + [list(map(_whole, value(j))) for j in _WHOLE[first:]]
    return [list(column) for column in zip(*rows, strict=True)]


def _total(table: Sequence[arb | int], counts: Sequence[int]) -> arb:
    """The sum of the values of all rows: there may be none at a number that does not occur."""
    return arb(sum([value * count for value, count in zip(table, counts, strict=False) if count]))


def _whole(value: arb) -> arb | int:
    """A whole number as such, any other ball as it is."""
    return int(value.fmpz()) if value.is_integer() else value


@lru_cache(maxsize=512)
def count_root(derivation: Derivation) -> CountRoot | None:
    """Return what rounds the root of a derivation; ``None`` where its equation is no sum over steps.

    >>> from thetahat import derive, family
    >>> count_root(derive(family("gamma"))) is None
    True
    """
    try:
        lowered = lowered_equation(derivation)
    except NotLoweredError:
        return None
    steps = in_steps(derivation, lowered)
    formulas: list[Expr] = [formula for _, formula in in_data(derivation)]
    if steps is None or any(set(atoms_of(formula)) - set(means_of([formula])) for formula in formulas):
        return None
    return CountRoot(derivation, lowered, steps)
