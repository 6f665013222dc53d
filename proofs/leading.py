"""What has the sign of an expression as a small number, or the unknown in an average, tends to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Dummy, Expr, S, Symbol, fraction, together

from .algebra.atoms import atoms_of
from .algebra.power_series import Series

WIDTH = 4
"""Powers of a series that are looked at beyond the first."""
SMALL, LOG = Symbol("_s", positive=True), Symbol("_log_s", real=True)
"""A small number, and its logarithm."""
SHARE = Symbol("_share", positive=True)
"""The share of the data that lies at an extreme observation."""
BOUNDED = Symbol("_bounded", real=True)
"""A bounded number of which nothing else is known."""


@dataclass(frozen=True)
class Approach:
    """The sign of the equation near an end is that of ``value``, for data for which all ``needed`` are positive.

    ``kind`` is positive for the data that are meant, where the sign differs from one kind of data to the other; it is
    zero for data that no random ones are of.
    """

    value: Expr
    needed: tuple[Expr, ...] = ()
    kind: Expr = S.One


def averages_as_series(
    equation: Expr, unknown: Symbol, average: Callable[[Expr], Series | None]
) -> tuple[Expr, dict[Symbol, Series]] | None:
    """Return the equation with a symbol for each average of the unknown, and the series of each symbol.

    >>> from sympy import S, exp
    >>> from sympy.abc import u, x
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> whole, known = averages_as_series(u - Mean(exp(u * x), x), u, lambda average: Series(((0, S.One),), 1))
    >>> [series.terms for series in known.values()]
    [((0, 1),)]
    """
    names: dict[Expr, Symbol] = {}
    known: dict[Symbol, Series] = {}
    for atom in atoms_of(equation):
        if unknown not in atom.free_symbols:
            continue
        found = average(atom)
        if found is None:
            return None
        names[atom] = Dummy("average")
        known[names[atom]] = found
    return equation.xreplace(names), known


def outweighing(coefficient: Expr) -> Expr | None:
    """Return what has the sign of ``coefficient`` as the logarithm of the small number tends to minus infinity.

    >>> from sympy.abc import a, b
    >>> outweighing(a * LOG + b)
    -a
    """
    if BOUNDED in coefficient.free_symbols:
        return None
    if LOG not in coefficient.free_symbols:
        return coefficient
    signs = S.One
    for part in fraction(together(coefficient)):
        if not part.is_polynomial(LOG):
            return None
        whole = part.as_poly(LOG)
        signs *= whole.LC() * (-1) ** whole.degree()
    return signs
