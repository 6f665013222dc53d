"""Rounds the root of an equation in counts from balls, and formulas of it, by sums over steps: see ``by_steps``.

A step is a quotient, where the function itself takes a hundred times as long in balls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Dummy, Expr, Symbol

from ..proofs.algebra.atoms import atoms_of
from ..proofs.balls import compiled, precision
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
        self._averaged = compiled(tuple(means.values()), (lowered.data,))
        self._steps = compiled(tuple(step for _, step in steps.moving), (lowered.data, lowered.unknown))
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
            n, means = arb(len(x)), self._means(counts, len(x))
            above = list(_above(counts, self._first))
            low, high = map(arb, self._line.around(near, ROOT_SLACK))
            below, beyond = (self._residual(end, above, n, means) for end in (low, high))
            if not below * beyond < 0:
                return None
            root = crossing(low, high, below, beyond).mid()
            others = list(map(nearest_double, self._formulas(root, *means)))
        values = {self._unknown: float(root)} | dict(zip(self._others, others, strict=True))
        return None if any(map(math.isnan, values.values())) else {symbol: values[symbol] for symbol in self._symbols}

    def _residual(self, unknown: arb, above: Sequence[tuple[arb, arb]], n: arb, means: Sequence[arb]) -> arb:
        columns = zip(*([step * weight for step in self._steps(j, unknown)] for j, weight in above), strict=True)
        sums = [sum(column, arb(0)) / n for column in columns]
        return self._equation(*sums, unknown, *means)[0]

    def _means(self, counts: Sequence[int], n: int) -> list[arb]:
        occurring = [(self._averaged(arb(value)), count) for value, count in enumerate(counts) if count]
        columns = zip(*([value * count for value in values] for values, count in occurring), strict=True)
        return [sum(column, arb(0)) / n for column in columns]


def _above(counts: Sequence[int], first: int) -> list[tuple[arb, arb]]:
    """The whole numbers from the first on, each with how many rows are above it, while there are any."""
    found, above = [], sum(counts[first + 1 :])
    for j in range(first, len(counts) - 1):
        found.append((arb(j), arb(above)))
        above -= counts[j + 1]
    return found


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
