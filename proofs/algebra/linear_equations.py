"""Linear equations in exact expressions, solved without simplification on the way."""

from __future__ import annotations

from sympy import Expr, Matrix
from sympy.polys.matrices import DomainMatrix


def solved_linearly(matrix: Matrix, right: Matrix) -> list[Expr]:
    """Return the solution of a regular system, over the field of rational functions of whatever stands in it.

    >>> from sympy.abc import a, b
    >>> solved_linearly(Matrix([[a, 0], [1, b]]), Matrix([a * b, 2 * b]))
    [b, 1]
    """
    both = DomainMatrix.from_Matrix(matrix.row_join(right)).to_field()
    block, goal = both[:, : matrix.cols], both[:, matrix.cols :]
    return list(block.lu_solve(goal).to_Matrix())
