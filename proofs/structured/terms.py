"""What a structured log-density is written in: matrices whose dimension is a symbol, their traces and determinants.

Nothing here evaluates or differentiates: SymPy keeps the order of the factors, and adds; what a term means stands in
``words`` for proofs and in ``cases`` for exact numbers. An inverse is a term of its own, because SymPy would cancel
``A**-1 * A`` to 1 and forget the dimension.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sympy import Basic, Expr, S, Symbol

from ..errors import DeclarationError
from ..inert import Inert

Shape = tuple[Expr, Expr]


class Term(Inert):
    """A term that SymPy neither evaluates nor differentiates."""

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        raise DeclarationError(f"{self}: SymPy cannot differentiate this in {symbol}; use structured.gradients")


class Matrix(Term):
    """A matrix by name, with its shape and kind: ``general``, ``symmetric``, or ``spd`` (and positive definite).

    >>> p = Symbol("p", integer=True, positive=True)
    >>> Matrix("Sigma", p, p, "spd") * Matrix("x", p)
    Sigma*x
    """

    is_commutative = False

    def __new__(cls, name: str | Symbol, rows: Any, cols: Any = 1, kind: str | Symbol = "general") -> Expr:
        """Accept name and kind as text; a column vector needs no second dimension."""
        named, sort = (Symbol(one) if isinstance(one, str) else one for one in (name, kind))
        return Term.__new__(cls, named, rows, cols, sort)

    @property
    def name(self) -> str:
        """The name."""
        return str(self.args[0].name)

    @property
    def kind(self) -> str:
        """``general``, ``symmetric`` or ``spd``."""
        return str(self.args[3].name)

    def renamed(self, name: str) -> Expr:
        """Return a matrix of the same shape and kind with another name."""
        return self.func(name, *self.args[1:])

    def _sympystr(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))

    _latex = _sympystr


class Datum(Matrix):
    """A matrix that one observation consists of; averages run over it."""


class Known(Matrix):
    """A matrix that is given: covariates, or a covariance that is not estimated."""


class Identity(Term):
    """The identity matrix."""

    text = tex = "I"

    is_commutative = False


class Transposed(Term):
    """The transpose.

    >>> Transposed(Matrix("x", 3))
    x'
    """

    is_commutative = False

    def _sympystr(self, printer: Any) -> str:
        return f"{_grouped(self.args[0], printer)}'"

    def _latex(self, printer: Any) -> str:
        return rf"{_grouped(self.args[0], printer)}^{{\top}}"


class Inverse(Term):
    """The inverse.

    >>> Inverse(Matrix("Sigma", 3, 3, "spd"))
    Sigma^-1
    """

    is_commutative = False

    def _sympystr(self, printer: Any) -> str:
        return f"{_grouped(self.args[0], printer)}^-1"

    def _latex(self, printer: Any) -> str:
        return f"{_grouped(self.args[0], printer)}^{{-1}}"


def _grouped(inner: Basic, printer: Any) -> str:
    shown = str(printer._print(inner))
    return shown if isinstance(inner, Matrix | Average) else f"({shown})"


class Average(Term):
    """The average over the observations, of a matrix or of a number.

    >>> Average(Datum("x", 3) * Transposed(Datum("x", 3)))
    mean(x*x')
    """

    text = "mean({0})"
    tex = r"\overline{{{0}}}"

    def _eval_is_commutative(self) -> bool:
        return bool(self.args[0].is_commutative)


class Largest(Term):
    """The largest value of a number over the observations.

    >>> Largest(Symbol("x", real=True))
    max(x)
    """

    text = "max({0})"
    tex = r"\max {0}"

    is_commutative = True
    is_extended_real = True

    def _eval_is_nonnegative(self) -> bool | None:
        return self.args[0].is_nonnegative


class Trace(Term):
    """The trace, a number.

    >>> Trace(Matrix("Sigma", 3, 3))
    tr(Sigma)
    """

    text = "tr({0})"
    tex = r"\operatorname{{tr}}\left({0}\right)"

    is_commutative = True
    is_extended_real = True


class LogDet(Term):
    """The logarithm of the determinant of a matrix whose determinant is positive.

    >>> LogDet(Matrix("Sigma", 3, 3))
    log det(Sigma)
    """

    text = "log det({0})"
    tex = r"\log\det\left({0}\right)"

    is_commutative = True
    is_extended_real = True


class LogMultigamma(Term):
    """The logarithm of the multivariate gamma function of a dimension and a number.

    >>> LogMultigamma(2, 3)
    log Gamma_2(3)
    """

    text = "log Gamma_{0}({1})"
    tex = r"\log\Gamma_{{{0}}}\left({1}\right)"

    is_commutative = True
    is_extended_real = True


def transposed(matrix: Expr) -> Expr:
    """Return the transpose, without a second bar over a transpose.

    >>> transposed(transposed(Matrix("x", 3)))
    x
    """
    return matrix.args[0] if isinstance(matrix, Transposed) else Transposed(matrix)


def size_in(side: Expr, sizes: Mapping[Symbol, int]) -> int:
    """Return the number of rows or columns that ``side`` is for sizes that are known.

    >>> d = Symbol("d", integer=True, positive=True)
    >>> size_in(d, {d: 3}), size_in(2 * d, {d: 3})
    (3, 6)
    """
    known = sizes.get(side)
    return int(side.subs(sizes)) if known is None else known


def shape(matrix: Expr) -> Shape:
    """Return rows and columns of a matrix expression.

    Raises
    ------
    DeclarationError
        When the shapes of its parts do not fit.

    Examples
    --------
    >>> shape(Matrix("x", 3) * Transposed(Matrix("x", 3)))
    (3, 3)
    """
    if matrix.is_commutative:
        raise DeclarationError(f"{matrix} is a number, where a matrix is needed")
    if isinstance(matrix, Matrix):
        return matrix.args[1], matrix.args[2]
    if isinstance(matrix, Identity):
        return matrix.args[0], matrix.args[0]
    inner = [shape(part) for part in matrix.args if not part.is_commutative]
    if isinstance(matrix, Transposed):
        return inner[0][1], inner[0][0]
    if matrix.is_Mul:
        fits = all(left[1] == right[0] for left, right in pairwise(inner))
        result = inner[0][0], inner[-1][1]
    else:
        fits = len(inner) == len(matrix.args) or matrix.is_Pow
        fits = fits and all(one == inner[0] for one in inner)
        fits = fits and (inner[0][0] == inner[0][1] or not (matrix.is_Pow or isinstance(matrix, Inverse)))
        result = inner[0]
    if not fits:
        raise DeclarationError(f"{matrix}: the shapes {inner} of its parts do not fit; transpose one or check its size")
    return result


ONE = S.One
