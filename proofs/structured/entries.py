"""Entries of matrices and diagonal matrices whose size is a symbol, as sums over the diagonal."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Mul, S, Symbol, log

from .lemmas import positive_definite
from .plates import Component, Plate
from .terms import LogDet, Matrix, Term, Trace, shape
from .words import Letter, Word, scalar, word_tree, words


class Entry(Term):
    """The number that stands in a row and a column of a matrix; on the diagonal of a positive definite one positive.

    >>> k = Symbol("k", integer=True, positive=True)
    >>> Entry(Matrix("Sigma", 3, 3, "spd"), k, k), Entry(Matrix("Sigma", 3, 3, "spd"), k, k).is_positive
    (Sigma_(k,k), True)
    """

    is_commutative = True
    is_real = True

    def _eval_is_positive(self) -> bool | None:
        matrix, row, col = self.args
        return True if row == col and positive_definite(matrix) else None

    def _sympystr(self, printer: Any) -> str:
        matrix, row, col = self.args
        shown = printer._print(matrix)
        return f"{shown if isinstance(matrix, Matrix) else f'({shown})'}_({printer._print(row)},{printer._print(col)})"

    def _latex(self, printer: Any) -> str:
        matrix, row, col = (printer._print(one) for one in self.args)
        return rf"\left({matrix}\right)_{{{row},{col}}}"


def diagonal_component(matrix: Matrix, index: Symbol) -> Component:
    """Return the entry on the diagonal of a positive definite matrix that is diagonal.

    >>> diagonal_component(Matrix("Sigma", 3, 3, "spd"), Symbol("k"))
    Sigma_(k,k)
    """
    return Component(matrix.name, "positive", index, index)


def on_diagonal(number: Expr, matrix: Matrix, index: Symbol) -> Expr | None:
    """Return a number with a matrix taken to be diagonal, in the entries of its diagonal.

    ``None`` where a trace holds the matrix more than once, or inside of something else.

    >>> p, k = Symbol("p", integer=True, positive=True), Symbol("k", integer=True, positive=True)
    >>> A, D = Matrix("A", p, p, "spd"), Matrix("D", p, p, "spd")
    >>> on_diagonal(Trace(A * D) - LogDet(D), D, k)
    sum(D_(k,k)*A_(k,k); k = 1..p) - sum(log(D_(k,k)); k = 1..p)
    """
    found = []
    for term in Add.make_args(scalar(number)):
        factors = [_factor(one, matrix, index) for one in Mul.make_args(term)]
        if any(one is None for one in factors):
            return None
        found.append(Mul(*factors))
    return Add(*found)


def _factor(factor: Expr, matrix: Matrix, index: Symbol) -> Expr | None:
    if not factor.has(matrix):
        return factor
    last, component = shape(matrix)[0], diagonal_component(matrix, index)
    if factor == LogDet(matrix):
        return Plate(log(component), index, last)
    if not isinstance(factor, Trace):
        return None
    (word, _), *_ = words(factor.args[0]).items()
    places = [at for at, letter in enumerate(word) if letter.body.has(matrix)]
    if len(places) != 1 or word[places[0]].body != matrix:
        return None
    (at,) = places
    return Plate(_power(word[at], component) * _beside(word[at + 1 :] + word[:at], matrix, index), index, last)


def _power(letter: Letter, component: Component) -> Expr:
    return 1 / component if letter.inverse else component


def _beside(word: Word, matrix: Matrix, index: Symbol) -> Expr:
    """``tr(D W)`` is the sum of the entries of ``D``, each times that of ``W``."""
    return Entry(word_tree(word, shape(matrix)[0]), index, index) if word else S.One
