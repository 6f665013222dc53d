"""Whether a matrix has an inverse wherever its symbols lie, by the sign of its determinant."""

from __future__ import annotations

from sympy import Add, Expr, Matrix, S, cos, sin

from .signs import Domain, is_nonzero
from .size import cancelled, factored, is_moderate, is_small, joined

_MOST_EXPANDED = 3


def is_invertible(matrix: Matrix, domain: Domain) -> bool:
    """Return whether the determinant is proved to be nonzero on ``domain``; not proved is false.

    >>> from sympy import Symbol
    >>> s, m = Symbol("s", positive=True), Symbol("m", real=True)
    >>> is_invertible(Matrix([[1, m], [0, s]]), {}), is_invertible(Matrix([[m]]), {})
    (True, False)
    """
    whole = determinant(matrix)
    short = _short(joined(whole)) if is_moderate(whole) else whole
    return is_nonzero(short, domain) or is_nonzero(_on_the_circle(short), domain)


def _short(fraction: Expr) -> Expr:
    """The fraction in factors, from those that it has: multiplied out, it may be too long to be factored again."""
    return factored(fraction) if is_small(fraction) else factored(cancelled(fraction))


def determinant(matrix: Matrix) -> Expr:
    """Return the determinant; of few rows by its first row, as SymPy's own way divides where entries are quotients.

    >>> from sympy.abc import a
    >>> determinant(Matrix([[a, 1], [1, 1 / a]]))
    0
    """
    if matrix.rows > _MOST_EXPANDED:
        return matrix.det()
    if matrix.rows == 1:
        return matrix[0, 0]
    minors = ((matrix[0, j], matrix.minor_submatrix(0, j)) for j in range(matrix.cols))
    return Add(*((-1) ** j * entry * determinant(minor) for j, (entry, minor) in enumerate(minors) if entry != S.Zero))


def _on_the_circle(expression: Expr) -> Expr:
    angles = {node.args[0] for node in expression.atoms(sin)}
    return expression.expand().subs({cos(a) ** 2: 1 - sin(a) ** 2 for a in angles}).expand()
