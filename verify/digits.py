"""Decides by which numbers one sees that formulas in doubles keep their digits on a dataset.

Products, quotients, powers and averages of one sign lose next to nothing. A difference does, where what is left of it
is small beside its terms. Squares of differences from a rounded average are off by the square of its error alone, if
the average is that of the data; those of logarithms by what rounding each logarithm does.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, Add, Expr, Max, Mul, Pow, Symbol, log

from ..proofs.algebra.atoms import Covariance, Excess, Mean, Quantile, Residual
from ..proofs.derivation import Derivation
from .lowering import Lowering, NotLoweredError
from .tolerance import CLOSE, ORDINARY


class LosesDigitsError(ValueError):
    """There is a part of a formula for which no rule says what it loses."""


def demands(derivation: Derivation, lowering: Lowering) -> list[Expr] | None:
    """Return what has to be positive for all formulas to keep their digits; ``None`` where no rule tells.

    Every formula has to be lowered already.

    >>> from thetahat import derive, family
    >>> normal = derive(family("normal"))
    >>> lowering = Lowering(normal.family.observation, {s.symbol: s.definition for s in normal.statistics})
    >>> for formula in normal.formulas:
    ...     _ = lowering.define(*formula)
    >>> len(demands(normal, lowering))
    2
    """
    reader = _Reader(derivation, lowering)
    try:
        found = [demand for symbol, formula in derivation.formulas for demand in reader.of_formula(symbol, formula)]
    except (LosesDigitsError, NotLoweredError):
        return None
    return list(dict.fromkeys(found))


class _Reader:
    def __init__(self, derivation: Derivation, lowering: Lowering) -> None:
        self._definitions = {s.symbol: s.definition for s in derivation.statistics}
        self._lowering = lowering

    def of_formula(self, symbol: Symbol, formula: Expr) -> Iterator[Expr]:
        """What a formula asks for; a parameter that may have any sign is judged beside the spread of the data, too."""
        formula, ends = self._definitions.get(formula, formula), self._lowering
        if symbol.is_nonnegative is None and isinstance(formula, Mean):
            beside = Max(Abs(ends.number(formula)), ends.most - ends.least)
            # That of the data is as sure as their largest, of whose last place the spread has many.
            share = CLOSE if formula.integrand == ends.data else 1 / ORDINARY
            yield beside - share * self._lowering.largest(formula.integrand)
        else:
            yield from self._of(formula)

    def _of(self, e: Expr) -> Iterator[Expr]:
        if isinstance(e, Symbol):
            yield from self._of_symbol(e)
        elif isinstance(e, Mean):
            yield from self._of_mean(e)
        elif isinstance(e, Residual) or (isinstance(e, Covariance) and e.args[0] == e.args[1]):
            yield from self._of_squares(e)
        elif isinstance(e, Excess) and e.args[0] in (self._lowering.data, log(self._lowering.data)):
            return  # differences from the smallest observation, which are taken first
        elif isinstance(e, Mul) or (isinstance(e, Add) and all(term.is_nonnegative for term in e.args)):
            for argument in e.args:
                yield from self._of(argument)
        elif isinstance(e, Pow) and e.exp.is_Rational:
            yield from self._of(e.base)
        elif not (e.is_number or isinstance(e, Quantile)):
            raise LosesDigitsError(str(e))

    def _of_symbol(self, symbol: Symbol) -> Iterator[Expr]:
        if symbol in self._definitions:
            yield from self._of(self._definitions[symbol])
        elif symbol.is_nonnegative is None:
            yield ORDINARY * Abs(self._lowering.number(symbol)) - self._lowering.size

    def _of_mean(self, e: Mean) -> Iterator[Expr]:
        """An average of one sign loses nothing; of any, no more than the largest term is in size beside it."""
        integrand, x = e.integrand, self._lowering.data
        if integrand.is_nonnegative and (integrand == x or self._keeps(integrand)):
            return
        if isinstance(integrand, Abs):
            integrand = integrand.args[0]
            if not (integrand - x).free_symbols.isdisjoint({x}) and not (integrand + x).free_symbols.isdisjoint({x}):
                raise LosesDigitsError(str(e))
            yield ORDINARY * self._lowering.number(e) - self._lowering.size
        elif integrand == x or integrand == log(x):
            yield ORDINARY * Abs(self._lowering.number(e)) - self._lowering.largest(integrand)
        else:
            raise LosesDigitsError(str(e))

    def _of_squares(self, e: Residual | Covariance) -> Iterator[Expr]:
        """The rounding of the centre enters by its square, that of what is centred as it is."""
        x = self._lowering.data
        if isinstance(e, Covariance):
            inner, others = e.args[0], []
        else:
            factors = Mul.make_args(e.args[0])
            squares = [f for f in factors if isinstance(f, Pow) and f.exp == 2 and isinstance(f.base, Add)]
            if len(squares) != 1:
                raise LosesDigitsError(str(e))
            inner = Add(*(term for term in squares[0].base.args if x in term.free_symbols))
            others = [f for f in factors if f is not squares[0]]
        if not all(f.is_nonnegative and self._keeps(f) for f in others):
            raise LosesDigitsError(str(e))
        size = self._lowering.largest(inner if inner.as_coeff_Mul()[0] > 0 else -inner)
        share = CLOSE if inner in (x, -x) else 1 / ORDINARY
        weight = Mul(*others).xreplace({x: self._lowering.size})
        yield self._lowering.number(e) - (share * size) ** 2 * weight

    def _keeps(self, e: Expr) -> bool:
        """Whether a function of a row is made of the row, of numbers and of parameters without a difference."""
        if isinstance(e, Symbol) or e.is_number:
            return True
        if isinstance(e, Mul) or (isinstance(e, Add) and all(term.is_nonnegative for term in e.args)):
            return all(map(self._keeps, e.args))
        return isinstance(e, Pow) and bool(e.exp.is_Rational) and self._keeps(e.base)
