"""Decides whether NumPy may have something to warn of in an estimator, and keeps it from it.

To switch warnings off and on takes as long as the sum of a hundred numbers, and most estimators need not.
"""

from __future__ import annotations

import numpy as np
from sympy import Abs, Add, Expr, Integer, Mul, Number, Pow, Symbol, log

from .passes import above_least
from .straight import Array, Theta


def is_silent(function: Expr, data: Symbol, least: Symbol) -> bool:
    """Return whether NumPy has nothing to warn of on rows inside the support, of a size that is taken here.

    >>> x, least = Symbol("x", positive=True), Symbol("least", positive=True)
    >>> is_silent(log(x) ** 2, x, least), is_silent(1 / x, x, least)
    (True, False)
    """
    if function == above_least(data, least):
        return True  # its overflow is looked after where it is summed
    if isinstance(function, log):
        return function.args[0].as_base_exp()[0] == data and bool(data.is_positive)
    if isinstance(function, Pow):
        exponent = function.exp
        return isinstance(exponent, Integer) and 0 < exponent <= 4 and is_silent(function.base, data, least)
    plain = isinstance(function, Add | Mul | Abs | Symbol | Number)
    return plain and all(is_silent(part, data, least) for part in function.args)


def silenced(estimate: Theta) -> Theta:
    """Return the same without NumPy's warnings of values that are looked at afterwards."""

    def theta(x: Array, least: float, most: float) -> dict[str, float] | None:
        with np.errstate(all="ignore"):
            return estimate(x, least, most)

    return theta
