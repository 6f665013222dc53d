"""What a closed form is: a value, the lemmas it rests on, for which members it holds, and what it is for the others."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Matrix, Piecewise, true
from sympy.logic.boolalg import Boolean


@dataclass(frozen=True)
class ClosedForm:
    """An expression in the parameters of one member or of two, and how it was found.

    Attributes
    ----------
    value
        An expression; for the information a matrix in declared order. Entropies and divergences are in nats.
    lemma
        The integral and sum lemmas it rests on, joined by " + ".
    where
        For which parameters it holds.
    elsewhere
        The value for the others, ``None`` where it is not known.
    """

    value: Expr | Matrix
    lemma: str
    where: Boolean = true
    elsewhere: Expr | None = None

    @property
    def total(self) -> Expr | Matrix:
        """The value with its condition, as one expression.

        >>> from thetahat import family
        >>> from thetahat.proofs.closed_forms import kl
        >>> kl(family("uniform_from_zero")).total
        Piecewise((-log(b_0) + log(b_1), b_0 <= b_1), (oo, True))
        """
        if self.where is true:
            return self.value
        return Piecewise((self.value, self.where), *([] if self.elsewhere is None else [(self.elsewhere, True)]))


def entries(value: Expr | Matrix) -> tuple[Expr, ...]:
    """Return the entries of a matrix, row by row, or the one expression.

    >>> from sympy import Integer
    >>> entries(Integer(3))
    (3,)
    """
    return tuple(value) if isinstance(value, Matrix | type(Matrix([1]).as_immutable())) else (value,)
