"""Turns a map from the family's parameters to a library's around, so that each is written once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sympy import Dummy, Expr, S, lambdify, solve

from ...proofs.errors import UnsolvedError
from ...proofs.family import Family

Map = Callable[..., tuple[Any, ...]]


def inverse(declared: Family, forward: Sequence[Expr]) -> Callable[[Sequence[float]], dict[str, float]]:
    """Return what gives the family's parameters, by name, from a library's, which ``forward`` has as expressions.

    The way there and back is proved to be the identity. Values without an image become ``nan``.

    Raises
    ------
    UnsolvedError
        Where the library's parameters do not determine the family's, or that is not proved.

    Examples
    --------
    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> shape, scale = gamma.symbols
    >>> inverse(gamma, [shape, 1 / scale])([2.0, 4.0])
    {'k': 2.0, 'theta': 0.25}
    """
    values = [S(value) for value in forward]
    slots = [Dummy(positive=value.is_positive, real=True) for value in values]
    pairs = list(zip(values, slots, strict=True))
    roots = solve([value - slot for value, slot in pairs], declared.symbols, dict=True)
    if len(roots) != 1 or any((value.subs(roots[0]) - slot).simplify() != 0 for value, slot in pairs):
        raise UnsolvedError(f"{declared.name}: {values} are not shown to determine its parameters")
    numbers = lambdify(slots, [roots[0][symbol] for symbol in declared.symbols], "math")

    def read(given: Sequence[float]) -> dict[str, float]:
        try:
            found = numbers(*map(float, given))
        except (ValueError, ArithmeticError):
            found = [math.nan] * len(declared.symbols)
        return dict(zip(declared.parameter_names, map(float, found), strict=True))

    return read
