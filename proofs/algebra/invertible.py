"""Whether a matrix has an inverse wherever its symbols lie, by the sign of its determinant."""

from __future__ import annotations

from sympy import Expr, Matrix, cos, sin

from .signs import Domain, is_nonzero


def is_invertible(matrix: Matrix, domain: Domain) -> bool:
    """Return whether the determinant is proved to be nonzero on ``domain``; not proved is false.

    >>> from sympy import Symbol
    >>> s, m = Symbol("s", positive=True), Symbol("m", real=True)
    >>> is_invertible(Matrix([[1, m], [0, s]]), {}), is_invertible(Matrix([[m]]), {})
    (True, False)
    """
    determinant = matrix.det()
    return is_nonzero(determinant, domain) or is_nonzero(_on_the_circle(determinant), domain)


def _on_the_circle(expression: Expr) -> Expr:
    angles = {node.args[0] for node in expression.atoms(sin)}
    return expression.expand().subs({cos(a) ** 2: 1 - sin(a) ** 2 for a in angles}).expand()
