"""Which rows and columns of a table of expressions to solve linear equations in: proposed in balls at one point."""

from __future__ import annotations

from flint import arb, arb_mat
from sympy import Expr

from .ball_data import Values, evaluate
from .balls import precision

_BITS = 300
Block = tuple[list[int], list[int]]


def regular_block(table: list[list[Expr]], right: list[Expr], values: Values) -> Block:
    """Return rows and columns of a square block that is regular at ``values`` and solves ``table m = right`` there.

    Columns that the solution does not need are left out. That the block solves the equations elsewhere as well is for
    the caller to prove; both lists are empty where nothing is needed.

    >>> from sympy import Integer, S
    >>> regular_block([[S.One, S.Zero], [S.Zero, S.One]], [Integer(2), S.Zero], {})
    ([0], [0])
    """
    with precision(_BITS):
        cells = [[evaluate(one, values) for one in row] for row in table]
        goal = [evaluate(one, values) for one in right]
        rows, columns = _pivots(cells, list(range(len(table[0]))))
        if not columns:
            return [], []
        block = arb_mat([[cells[r][c] for c in columns] for r in rows])
        solution = block.solve(arb_mat([[goal[r]] for r in rows]))
        return _pivots(cells, [c for place, c in enumerate(columns) if not solution[place, 0].contains(0)])


def _pivots(cells: list[list[arb]], allowed: list[int]) -> Block:
    """Elimination with the largest pivot that is surely not zero, as long as there is one."""
    left = {(r, c): row[c] for r, row in enumerate(cells) for c in allowed}
    rows: list[int] = []
    columns: list[int] = []
    while True:
        free = {place: one for place, one in left.items() if place[0] not in rows and place[1] not in columns}
        sure = [place for place, one in free.items() if one.is_finite() and not one.contains(0)]
        if not sure:
            return rows, columns
        r, c = max(sure, key=lambda place: float(abs(free[place]).mid()))
        for row, column in free:
            if row != r and column != c:
                left[row, column] -= left[row, c] * left[r, column] / left[r, c]
        rows.append(r)
        columns.append(c)
