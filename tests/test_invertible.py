"""Whether matrices of quotients are seen to be invertible, and those that are not nowhere."""

import pytest
from sympy import Expr, Integer, Interval, Matrix, Symbol, exp, log, oo

from thetahat.proofs.algebra.invertible import determinant, is_invertible
from thetahat.proofs.bounds import bounds

A, P, Q = (Symbol(name, positive=True) for name in "apq")
DOMAIN = {A: bounds(Interval.open(0, oo)), P: bounds(Interval.open(0, 1)), Q: bounds(Interval.open(0, 1 - P))}


def log_odds() -> Matrix:
    """How the log-odds of inflated zeros and ones move with their shares and with the rate of all other counts."""
    others = (1 - P - Q) * exp(-A)
    cells = (log(P + others) - log(others), log(Q + A * others) - log(A * others), log(A))
    return Matrix([[cell.diff(parameter) for parameter in (P, Q, A)] for cell in cells])


def test_a_determinant_of_quotients_is_cancelled_before_its_sign_is_asked() -> None:
    """Not cancelled it has thousands of operations, and no sign was seen."""
    assert is_invertible(log_odds(), DOMAIN)


def test_rows_that_depend_on_each_other_are_not_invertible() -> None:
    """Planted: the last row is the sum of the others; and one that vanishes inside the space."""
    rows = log_odds()
    rows[2, :] = rows[0, :] + rows[1, :]
    assert not is_invertible(rows, DOMAIN)
    rows = log_odds()
    rows[2, :] *= A - 1
    assert not is_invertible(rows, DOMAIN)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_determinant_is_that_of_sympy(size: int) -> None:
    """Of numbers, whatever way it is found."""
    entries: list[list[Expr]] = [[Integer((3 * i + 5 * j * j + i * j) % 7) for j in range(size)] for i in range(size)]
    assert determinant(Matrix(entries)) == Matrix(entries).det()
