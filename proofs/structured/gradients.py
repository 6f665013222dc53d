"""Gradients of traces and determinants by rotation: a factor is brought to the front, what follows is the slope."""

from __future__ import annotations

from functools import reduce

from sympy import Add, Expr, Mul, Rational, S

from ..errors import UnsolvedError
from .terms import LogDet, Matrix, Trace, shape
from .words import Letter, Word, Words, added, product, scalar, scaled, transpose, turned, words


def gradient(number: Expr, matrix: Matrix) -> Words:
    """Return ``G`` with ``d number = tr(G' d matrix)``; for a symmetric matrix, the symmetric one.

    Raises
    ------
    UnsolvedError
        Where the matrix stands inside something that has no rule.

    Examples
    --------
    >>> from .words import tree
    >>> A, x = Matrix("A", 3, 3, "spd"), Matrix("x", 3)
    >>> tree(gradient(LogDet(A), A), 3)
    A^-1
    """
    found = added(*(_of_term(term, matrix) for term in Add.make_args(scalar(number))))
    if matrix.kind == "spd":
        return added(scaled(found, Rational(1, 2)), scaled(transpose(found), Rational(1, 2)))
    return found


def _of_term(term: Expr, matrix: Matrix) -> Words:
    """The product rule."""
    factors = Mul.make_args(term)
    slopes = []
    for at, factor in enumerate(factors):
        if factor.has(matrix):
            others = Mul(*factors[:at], *factors[at + 1 :])
            slopes.append(scaled(_of_factor(factor, matrix), others))
    return added(*slopes)


def _of_factor(factor: Expr, matrix: Matrix) -> Words:
    if isinstance(factor, LogDet) and factor.args[0] == matrix:
        return {(Letter(matrix, True, matrix.kind != "spd"),): S.One}
    if not isinstance(factor, Trace):
        raise UnsolvedError(f"no rule differentiates {factor} in {matrix}; write it with traces and determinants")
    (word, _), *_ = words(factor.args[0]).items()
    return added(*(_at(word, place, matrix) for place, letter in enumerate(word) if letter.body.has(matrix)))


def _at(word: Word, place: int, matrix: Matrix) -> Words:
    letter, rest = word[place], word[place + 1 :] + word[:place]
    if letter.body != matrix:
        raise UnsolvedError(f"no rule differentiates {letter.tree} in {matrix}; average or invert it later")
    if letter.inverse:
        # d tr(A^-1 R) = -tr(A^-1 dA A^-1 R)
        same = (letter,)
        slope = scaled(reduce(product, ({same: S.One}, {rest: S.One}, {same: S.One})), S.NegativeOne)
    else:
        slope = {rest: S.One}
    return slope if letter.transposed else {turned(one): factor for one, factor in slope.items()}


def slope_size(matrix: Matrix) -> Expr:
    """Return the number of rows of a gradient in ``matrix``.

    >>> slope_size(Matrix("B", 3, 2))
    3
    """
    return shape(matrix)[0]
