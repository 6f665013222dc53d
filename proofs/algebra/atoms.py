"""What data enter a formula as: averages, order statistics, ties and indicators, each opaque to algebra."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sympy import Basic, Dummy, Expr, Tuple

from .centred import Centred, Covariance, Excess, JensenGap, Residual
from .indicator import Indicator
from .mean import Mean
from .order_statistics import LargestTie, Order, Quantile

__all__ = [
    "Centred",
    "Covariance",
    "Excess",
    "Indicator",
    "JensenGap",
    "LargestTie",
    "Mean",
    "Order",
    "Quantile",
    "Residual",
    "atoms_of",
    "plain",
    "rewrite_outside",
    "stand_ins",
    "taken_apart",
]


def rewrite_outside(expression: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return ``expression`` with ``change`` applied to every node outside data atoms, the smallest first.

    >>> from sympy.abc import a, x
    >>> rewrite_outside(a + Mean(a**x, x), lambda node: 2 * a if node == a else node)
    2*a + Mean(a**x, x)
    """
    if isinstance(expression, (Mean, Centred, Order)) or not expression.args:
        return change(expression)
    parts = tuple(rewrite_outside(arg, change) for arg in expression.args)
    # Building a sum anew sorts its terms: most are as they were. A number times a sum is spread over it by that.
    same = all(new is old for new, old in zip(parts, expression.args, strict=True))
    return change(expression if same and not expression.args[0].is_Rational else expression.func(*parts))


def plain(expression: Expr) -> Expr:
    """Return ``expression`` with every centred atom and every named kernel written out.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> plain(2 * Covariance(x, x, x))
    -2*Mean(x, x)**2 + 2*Mean(x**2, x)
    """
    return rewrite_outside(expression, lambda node: node.definition() if hasattr(node, "definition") else node)


def atoms_of(expression: Basic) -> Tuple:
    """Return the outermost data atoms of ``expression``, in a fixed order.

    >>> from sympy.abc import x
    >>> atoms_of(Mean(x, x) - Quantile(0, x))
    (Mean(x, x), Quantile(0, x))
    """
    found: dict[Basic, None] = {}

    def walk(node: Basic) -> None:
        if isinstance(node, (Mean, Order, Centred)):
            found[node] = None
            return
        for arg in node.args:
            walk(arg)

    walk(expression)
    return Tuple(*sorted(found, key=lambda atom: atom.sort_key()))


def stand_ins(expression: Expr) -> dict[Expr, Dummy]:
    """Return a symbol for each outermost data atom, by its place; no declared symbol is equal to any of them.

    By place, and not by hash: those of ``1/f`` and ``1/f**2`` are equal, because Python's of -1 and -2 are. The same
    place always has the same symbol, so that a compiled expression is found again.

    >>> from sympy import Symbol
    >>> x = Symbol("x", positive=True)
    >>> inverse, square = Mean(1 / (1 + x), x), Mean(1 / (1 + x) ** 2, x)
    >>> hash(inverse) == hash(square), len(set(stand_ins(inverse - square).values()))
    (True, 2)
    """
    return {atom: _stand_in(place) for place, atom in enumerate(atoms_of(expression))}


@lru_cache(maxsize=4096)
def taken_apart(expression: Expr) -> tuple[tuple[tuple[Expr, Dummy], ...], Expr]:
    """Return the outermost data atoms, each with its stand-in, and the expression with these in their places.

    >>> from sympy.abc import x
    >>> taken_apart(2 * Mean(x, x))
    (((Mean(x, x), _atom_0),), 2*_atom_0)
    """
    names = stand_ins(expression)
    return tuple(names.items()), expression.xreplace(names)


@lru_cache(maxsize=256)
def _stand_in(place: int) -> Dummy:
    return Dummy(f"atom_{place}", real=True)
