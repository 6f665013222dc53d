"""What a structured log-density is written in: matrices whose dimension is a symbol, their traces and determinants.

Nothing here evaluates or differentiates: SymPy keeps the order of the factors, and adds; what a term means stands in
``words`` for proofs and in ``cases`` for exact numbers. An inverse is a term of its own, because SymPy would cancel
``A**-1 * A`` to 1 and forget the dimension.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sympy import Basic, Expr, S, Symbol, Tuple

from ..errors import DeclarationError

Shape = tuple[Expr, Expr]


class Inert(Expr):
    """A term that SymPy neither evaluates nor differentiates."""

    def __new__(cls, *args: Any) -> Inert:
        """Turn Python's numbers into exact ones."""
        return Expr.__new__(cls, *Tuple(*args).args)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        raise DeclarationError(f"{self}: SymPy cannot differentiate this in {symbol}; use structured.gradients")

    def _eval_evalf(self, prec: int) -> None:
        return None


class Matrix(Inert):
    """A matrix by name, with its shape and kind: ``general``, ``symmetric``, or ``spd`` (and positive definite).

    >>> p = Symbol("p", integer=True, positive=True)
    >>> Matrix("Sigma", p, p, "spd") * Matrix("x", p)
    Sigma*x
    """

    is_commutative = False

    def __new__(cls, name: str | Symbol, rows: Any, cols: Any = 1, kind: str | Symbol = "general") -> Inert:
        """Accept name and kind as text; a column vector needs no second dimension."""
        named, sort = (Symbol(one) if isinstance(one, str) else one for one in (name, kind))
        return Inert.__new__(cls, named, rows, cols, sort)

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


class Identity(Inert):
    """The identity matrix."""

    is_commutative = False

    def _sympystr(self, printer: Any) -> str:
        return "I"

    _latex = _sympystr


class Transposed(Inert):
    """The transpose.

    >>> Transposed(Matrix("x", 3))
    x'
    """

    is_commutative = False

    def _sympystr(self, printer: Any) -> str:
        return f"{_grouped(self.args[0], printer)}'"

    def _latex(self, printer: Any) -> str:
        return rf"{_grouped(self.args[0], printer)}^{{\top}}"


class Inverse(Inert):
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


class Average(Inert):
    """The average over the observations, of a matrix or of a number.

    >>> Average(Datum("x", 3) * Transposed(Datum("x", 3)))
    mean(x*x')
    """

    def _eval_is_commutative(self) -> bool:
        return bool(self.args[0].is_commutative)

    def _sympystr(self, printer: Any) -> str:
        return f"mean({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\overline{{{printer._print(self.args[0])}}}"


class Largest(Inert):
    """The largest value of a number over the observations.

    >>> Largest(Symbol("x", real=True))
    max(x)
    """

    is_commutative = True
    is_extended_real = True

    def _eval_is_nonnegative(self) -> bool | None:
        return self.args[0].is_nonnegative

    def _sympystr(self, printer: Any) -> str:
        return f"max({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\max {printer._print(self.args[0])}"


class Trace(Inert):
    """The trace, a number.

    >>> Trace(Matrix("Sigma", 3, 3))
    tr(Sigma)
    """

    is_commutative = True
    is_extended_real = True

    def _sympystr(self, printer: Any) -> str:
        return f"tr({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{tr}}\left({printer._print(self.args[0])}\right)"


class LogDet(Inert):
    """The logarithm of the determinant of a matrix whose determinant is positive.

    >>> LogDet(Matrix("Sigma", 3, 3))
    log det(Sigma)
    """

    is_commutative = True
    is_extended_real = True

    def _sympystr(self, printer: Any) -> str:
        return f"log det({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\log\det\left({printer._print(self.args[0])}\right)"


class LogMultigamma(Inert):
    """The logarithm of the multivariate gamma function of a dimension and a number.

    >>> LogMultigamma(2, 3)
    log Gamma_2(3)
    """

    is_commutative = True
    is_extended_real = True

    def _sympystr(self, printer: Any) -> str:
        size, at = (printer._print(arg) for arg in self.args)
        return f"log Gamma_{size}({at})"

    def _latex(self, printer: Any) -> str:
        size, at = (printer._print(arg) for arg in self.args)
        return rf"\log\Gamma_{{{size}}}\left({at}\right)"


def transposed(matrix: Expr) -> Expr:
    """Return the transpose, without a second bar over a transpose.

    >>> transposed(transposed(Matrix("x", 3)))
    x
    """
    return matrix.args[0] if isinstance(matrix, Transposed) else Transposed(matrix)


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
