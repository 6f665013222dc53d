"""Decides whether NumPy may have something to warn of in an estimator, and keeps it from it.

To switch warnings off and on takes as long as the sum of a thousand numbers, and most estimators need not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sympy import Abs, Add, Expr, Integer, Mul, Number, Pow, Symbol, cos, log, sin

from .ends import Reach
from .passes import above_least
from .straight import Array, Theta
from .tolerance import FAR

_HIGHEST = 4
"""Power of numbers up to ``FAR`` that is a double."""


def is_silent(function: Expr, data: Symbol, least: Symbol, reach: Reach, tiny: bool = True) -> bool:
    """Return whether NumPy has nothing to warn of on rows inside the support, of a size that is taken here.

    ``tiny`` says that positive rows may be below the inverse of ``FAR``.

    >>> x, least = Symbol("x", positive=True), Symbol("least", positive=True)
    >>> positive = Reach(0.0, np.inf, False, False, False)
    >>> [is_silent(f, x, least, positive) for f in (log(x) ** 2, 1 / x, log(1 - x))]
    [True, False, False]
    >>> is_silent(1 / x, x, least, positive, tiny=False)
    True
    """
    if function == above_least(data, least):
        return True  # its overflow is looked after where it is summed
    if isinstance(function, log):
        if function.args[0] == 1 - data:
            return reach.hi == 1 and not reach.hi_closed
        return function.args[0].as_base_exp()[0] == data and bool(data.is_positive)
    if isinstance(function, Pow):
        exponent = function.exp
        if not (isinstance(exponent, Integer) and abs(exponent) <= _HIGHEST):
            return False
        if exponent < 0:
            return function.base == data and bool(data.is_positive) and not tiny
        return is_silent(function.base, data, least, reach, tiny)
    plain = isinstance(function, Add | Mul | Abs | Symbol | Number | sin | cos)
    return plain and all(is_silent(part, data, least, reach, tiny) for part in function.args)


def silenced(estimate: Theta, above: float = np.inf) -> Theta:
    """Return the same without NumPy's warnings of values that are looked at afterwards, for rows not all ``above``.

    >>> quiet = silenced(lambda x, least, most: {"theta": float((1 / x).sum())}, above=1e-75)
    >>> quiet(np.array([0.5, 1.0]), 0.5, 1.0), quiet(np.array([0.0, 1.0]), 0.0, 1.0)
    ({'theta': 3.0}, {'theta': inf})
    """

    def theta(x: Array, least: float, most: float) -> dict[str, float] | None:
        if least > above:
            return estimate(x, least, most)
        with np.errstate(all="ignore"):
            return estimate(x, least, most)

    return theta


def where_needed(
    estimate: Theta, functions: Sequence[Expr], data: Symbol, least: Symbol, reach: Reach, quiet: bool
) -> Theta:
    """Return an estimator of averages of some functions, silenced for what rows may bring; ``quiet`` is what it solves.

    >>> x, least = Symbol("x", positive=True), Symbol("least", positive=True)
    >>> where_needed(len, [x], x, least, Reach(0.0, np.inf, False, False, False), True) is len
    True
    """
    if quiet and all(is_silent(f, data, least, reach) for f in functions):
        return estimate
    calm = quiet and all(is_silent(f, data, least, reach, tiny=False) for f in functions)
    return silenced(estimate, 1 / FAR if calm else np.inf)
