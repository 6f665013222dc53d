"""Integrals over matrices that are taken from a list: the matrix normal and the Wishart kernel, with their moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from sympy import Add, Expr, Mul, Rational, S, Symbol, log, loggamma, pi, polygamma

from ..errors import UndecidedError
from .plates import Plate
from .terms import Datum, Inverse, LogDet, LogMultigamma, Matrix, Trace, Transposed, shape
from .words import Letter, Word, Words, added, product, scalar, scaled, single, tree, word_tree, words

_HALF = Rational(1, 2)


@dataclass(frozen=True)
class Gaussian:
    """``-tr(P (X - M)' Q (X - M)) / 2``, with ``Q`` of as many rows as ``X`` and ``P`` of as many columns.

    The integral over all ``X`` is known, ``X`` has mean ``M``, and ``Z = X - M`` satisfies
    ``E[Z A Z'] = tr(A P^-1) Q^-1``, ``E[Z' A Z] = tr(A Q^-1) P^-1``, ``E[Z A Z] = Q^-1 A' P^-1``.

    Source
    ------
    Gupta & Nagar 2000, Matrix Variate Distributions, theorems 2.2.1 and 2.3.5.
    """

    datum: Matrix
    centre: Expr
    left: Expr
    right: Expr

    def residual(self, roots: Mapping[Expr, Expr]) -> Expr:
        """Return the observation less its centre, with roots put in for parameters there."""
        return self.datum - self.centre.xreplace(dict(roots))

    @property
    def requires(self) -> tuple[Expr, ...]:
        """The matrices that have to be positive definite."""
        return self.left, self.right

    def log_density(self) -> Expr:
        """Return the kernel with the constant that makes it a density."""
        rows, cols = shape(self.datum)
        z = self.datum - self.centre
        kernel = -Trace(self.right * Transposed(z) * self.left * z) / 2
        return kernel + cols * LogDet(self.left) / 2 + rows * LogDet(self.right) / 2 - rows * cols * log(2 * pi) / 2

    def moment(self, word: Word) -> Words:
        """Return the expectation of a word with at most two data letters."""
        places = [at for at, letter in enumerate(word) if letter.body == self.datum]
        centred = reduce(product, [self._centred(letter) for letter in word], single(()))
        if len(places) < 2:
            return centred
        if len(places) > 2:
            raise UndecidedError(f"no moment of {word_tree(word, S.One)} is in the list")
        i, j = places
        before, between, after = word[:i], word[i + 1 : j], word[j + 1 :]
        return added(centred, reduce(product, (single(before), self._spread(word[i], between, word[j]), single(after))))

    def _centred(self, letter: Letter) -> Words:
        if letter.body != self.datum:
            return single((letter,))
        return words(Transposed(self.centre)) if letter.transposed else words(self.centre)

    def _spread(self, first: Letter, between: Word, second: Letter) -> Words:
        rows, cols = shape(self.datum)
        q, p = words(Inverse(self.left)), words(Inverse(self.right))
        if first.transposed and not second.transposed:
            return scaled(p, scalar(Trace(tree(product(single(between), q), rows))))
        if second.transposed and not first.transposed:
            return scaled(q, scalar(Trace(tree(product(single(between), p), cols))))
        flipped = words(Transposed(word_tree(between, rows)))
        return reduce(product, (p, flipped, q) if first.transposed else (q, flipped, p))


@dataclass(frozen=True)
class Wishart:
    """``(nu - p - 1) / 2 log det S - tr(H S) / 2`` over positive definite ``S``, ``nu > p - 1``: ``E[S] = nu H^-1``.

    Source
    ------
    Anderson 2003, An Introduction to Multivariate Statistical Analysis, sections 7.2 and 7.3.
    """

    datum: Matrix
    precision: Expr
    degrees: Expr

    @property
    def requires(self) -> tuple[Expr, ...]:
        """The matrices that have to be positive definite."""
        return (self.precision,)

    def log_density(self) -> Expr:
        """Return the kernel with the constant that makes it a density."""
        p, nu = shape(self.datum)[0], self.degrees
        kernel = (nu - p - 1) * LogDet(self.datum) / 2 - Trace(self.precision * self.datum) / 2
        return kernel + nu * LogDet(self.precision) / 2 - nu * p * log(2) / 2 - LogMultigamma(p, nu / 2)

    def moment(self, word: Word) -> Words:
        """Return the expectation of a word with at most one data letter."""
        if sum(letter.body == self.datum for letter in word) > 1 or any(
            letter.body == self.datum and letter.inverse for letter in word
        ):
            raise UndecidedError(f"no moment of {word_tree(word, S.One)} is in the list")
        mean = scaled(words(Inverse(self.precision)), self.degrees)
        parts = [mean if letter.body == self.datum else single((letter,)) for letter in word]
        return reduce(product, parts, single(()))

    def mean_log_det(self) -> Expr:
        """Return ``E[log det S]``: the derivative in ``nu / 2`` of the logarithm of the kernel's integral.

        Source: Bishop 2006, Pattern Recognition and Machine Learning, equation B.81.
        """
        p = shape(self.datum)[0]
        return p * log(2) - LogDet(self.precision) + log_multigamma_slope(p, self.degrees / 2)


def log_multigamma_slope(size: Expr, at: Expr) -> Expr:
    """Return the derivative of ``log Gamma_p`` at a number, a sum of digamma functions.

    >>> from sympy import Symbol
    >>> log_multigamma_slope(Symbol("p"), Symbol("z"))
    sum(polygamma(0, -i/2 + z + 1/2); i = 1..p)
    """
    index = free_index(size, at)
    return Plate(polygamma(0, at + (1 - index) / 2), index, size)


def log_multigamma(size: Expr, at: Expr) -> Expr:
    """Return ``log Gamma_p`` at a number, by its definition as a product.

    >>> from sympy import Symbol
    >>> log_multigamma(Symbol("p"), Symbol("z"))
    p*(p - 1)*log(pi)/4 + sum(loggamma(-i/2 + z + 1/2); i = 1..p)
    """
    index = free_index(size, at)
    return size * (size - 1) * log(pi) / 4 + Plate(loggamma(at + (1 - index) / 2), index, size)


def free_index(*values: Expr) -> Symbol:
    """Return an index that stands in none of the values.

    >>> free_index(S.One)
    i
    """
    taken = {str(symbol) for value in values for symbol in value.free_symbols}
    return next(Symbol(name, integer=True, positive=True) for name in ("i", "j", "h", "l", "_i") if name not in taken)


Lemma = Gaussian | Wishart


def positive_definite(matrix: Expr) -> bool:
    """Return whether a matrix is positive definite by its form: a positive number times a definite letter, or ``I``.

    >>> positive_definite(Inverse(Matrix("Sigma", 3, 3, "spd")) / 2)
    True
    """
    found = words(matrix)
    if len(found) != 1:
        return False
    (word, factor), *_ = found.items()
    spd = not word or (len(word) == 1 and isinstance(word[0].body, Matrix) and word[0].body.kind == "spd")
    return bool(spd and factor.is_positive)


def expected(number: Expr, lemma: Lemma) -> Expr:
    """Return the expectation of a number in which the data stand in traces.

    Raises
    ------
    UndecidedError
        For anything that the list does not hold.
    """
    return scalar(Add(*(_expected_term(term, lemma) for term in Add.make_args(scalar(number)))))


def _expected_term(term: Expr, lemma: Lemma) -> Expr:
    factors = Mul.make_args(term)
    data = [factor for factor in factors if factor.has(Datum)]
    if not data:
        return term
    if isinstance(lemma, Wishart) and data == [LogDet(lemma.datum)]:
        return Mul(*(factor for factor in factors if factor is not data[0])) * lemma.mean_log_det()
    if len(data) > 1 or not isinstance(data[0], Trace):
        raise UndecidedError(f"no expectation of {Mul(*data)} is in the list")
    return Mul(*(factor for factor in factors if factor is not data[0])) * Trace(
        expected_matrix(data[0].args[0], lemma)
    )


def expected_matrix(matrix: Expr, lemma: Lemma) -> Expr:
    """Return the expectation of a matrix."""
    found = added(*(scaled(lemma.moment(word), factor) for word, factor in words(matrix).items()))
    return tree(found, shape(matrix)[0])
