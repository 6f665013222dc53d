"""Decides what an expression in data atoms is to the last digit: enclosed in balls until a double is certain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, ctx
from sympy import Expr, Symbol

from ..proofs.ball_data import Table, enclosed_together, read_atom
from ..proofs.balls import ball as as_ball
from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .enclosure import precisions
from .observations import Observations
from .tolerance import EXAMINED_ROWS, FIRST_BITS, JOINED_ROWS, UNIT_ROUNDOFF

_FAR_BITS = 2000
LEAST, MOST = float(np.finfo(float).smallest_subnormal), float(np.finfo(float).max)
"""The smallest positive double and the largest one."""


@lru_cache(maxsize=2048)
def written_out(derivation: Derivation, expression: Expr) -> Expr:
    """Return ``expression`` in plain averages and order statistics, without the symbols of statistics.

    >>> from thetahat import derive, family
    >>> gamma = derive(family("gamma"))
    >>> written_out(gamma, gamma.equations[0])
    Mean(log(x), x) + log(k) - log(Mean(x, x)) - polygamma(0, k)
    """
    definitions = {s.symbol: s.definition for s in derivation.statistics}
    while expression.free_symbols & set(definitions):
        expression = expression.xreplace(definitions)
    return in_plain_functions(expression)


@lru_cache(maxsize=512)
def in_data(derivation: Derivation) -> tuple[tuple[Symbol, Expr], ...]:
    """Return every formula in terms of the data and of the unknowns of equations alone.

    No formula then loses what rounding has taken from the value of another.

    >>> from thetahat import derive, family
    >>> [symbol.name for symbol, formula in in_data(derive(family("normal"))) if not formula.free_symbols]
    ['mu', 'sigma']
    """
    found: dict[Symbol, Expr] = {}
    for symbol, formula in derivation.formulas:
        found[symbol] = written_out(derivation, formula).xreplace(found)
    return tuple(found.items())


def in_plain_functions(expression: Expr) -> Expr:
    """Return ``expression`` with centred averages and named kernels replaced by what they stand for.

    >>> from thetahat.proofs.algebra.kernels import LogMinusDigamma
    >>> in_plain_functions(LogMinusDigamma(Symbol("a", positive=True)))
    log(a) - polygamma(0, a)
    """
    return expression.replace(lambda node: hasattr(node, "definition"), lambda node: node.definition())


def few_rows(observations: Observations, of_any: bool = False) -> Observations | None:
    """Return the distinct rows where they are few enough to be evaluated in balls again and again, else ``None``.

    Long data are not joined to find out, unless ``of_any``.

    >>> few_rows(Observations(np.ones((100, 1)), None, 100)).n
    1
    """
    if (observations.n > JOINED_ROWS and not of_any) or _begin_differently(observations):
        return None
    joined = observations.distinct()
    return joined if joined.n <= EXAMINED_ROWS else None


def _begin_differently(observations: Observations) -> bool:
    """Whether the first rows already are too many different ones, which needs no joining of all to be seen."""
    if observations.n <= EXAMINED_ROWS:
        return False
    first = [column[: EXAMINED_ROWS + 1].tolist() for column in observations.columns]
    return len(set(first[0] if len(first) == 1 else zip(*first, strict=True))) > EXAMINED_ROWS


@lru_cache(maxsize=4096)
def _is_fixed(atom: Expr) -> bool:
    """Whether no parameter changes a data atom."""
    return not atom.free_symbols


class Exactly:
    """Values of plain expressions on one dataset, from balls whose precision doubles as needed.

    >>> x = Symbol("x", real=True)
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> table = Table((x,), [(arb(1e100),), (arb(1),), (arb(-1e100),)], None)
    >>> Exactly(table).value(3 * Mean(x, x), {})
    1.0
    """

    def __init__(self, table: Table) -> None:
        """Begin with nothing read; of the table no more is asked than the atoms of expressions need."""
        self._table = table
        self._read: dict[tuple[Expr, int], arb] = {}

    def ball(self, expression: Expr, known: Mapping[Symbol, Any]) -> arb:
        """Return the enclosure at the working precision."""
        return self._balls((expression,), known)[0]

    def _balls(self, expressions: tuple[Expr, ...], known: Mapping[Symbol, Any]) -> list[arb]:
        balls = {symbol: as_ball(value) for symbol, value in known.items()}
        return enclosed_together(expressions, balls, self._table, self._atom)

    def _atom(self, atom: Expr, known: Mapping[Symbol, arb], table: Table) -> arb:
        return self.read(atom) if _is_fixed(atom) else read_atom(atom, known, table)

    def read(self, atom: Expr) -> arb:
        """Return the enclosure of a data atom that no parameter changes, read off the rows once for each precision."""
        key = atom, ctx.prec
        if key not in self._read:
            self._read[key] = read_atom(atom, {}, self._table)
        return self._read[key]

    def value(self, expression: Expr, known: Mapping[Symbol, Any]) -> float:
        """Return the nearest double, infinite where a double overflows; one of two where no precision tells the nearer.

        Zero where no precision tells it from zero, ``nan`` where it has no value; never zero otherwise.
        """
        return self._values((expression,), known)[0]

    def _values(self, expressions: tuple[Expr, ...], known: Mapping[Symbol, Any]) -> list[float]:
        """What ``value`` returns for each; those that one precision leaves open go on together with the next."""
        found, left = [math.nan] * len(expressions), list(range(len(expressions)))
        for bits in precisions():
            with precision(bits):
                balls = self._balls(tuple(expressions[place] for place in left), known)
                rounded = [_rounded(ball, found[place]) for place, ball in zip(left, balls, strict=True)]
            for place, (value, _) in zip(left, rounded, strict=True):
                found[place] = value
            left = [place for place, (_, certain) in zip(left, rounded, strict=True) if not certain]
            if not left:
                break
        return found

    def estimates(
        self, who: str, formulas: Sequence[tuple[Symbol, Expr]], known: Mapping[Symbol, Any]
    ) -> dict[Symbol, float]:
        """Return the values of parameters by their formulas, as ``value`` does; ``who`` is the family's name.

        Raises
        ------
        UnsolvedError
            Where no double is near: one that overflows is none, and the least that is not zero may have another
            likelihood altogether.
        """
        found = self._each(formulas, known)
        for symbol, formula in formulas:
            if not self._is_near(formula, known, found[symbol]):
                with precision(_FAR_BITS):
                    ball = self.ball(formula, known)
                place = "farther from" if math.isinf(found[symbol]) else "nearer to"
                raise UnsolvedError(
                    f"{who}: the estimate of {symbol} is {ball.str(3, radius=False)}, {place} zero than any double; "
                    "rescale the observations, or fix a parameter"
                )
        return found

    def doubles(
        self, formulas: Sequence[tuple[Symbol, Expr]], known: Mapping[Symbol, Any]
    ) -> dict[Symbol, float] | None:
        """Return what ``estimates`` does; ``None`` where no double is near."""
        found = self._each(formulas, known)
        near = all(self._is_near(formula, known, found[symbol]) for symbol, formula in formulas)
        return found if near else None

    def _each(self, formulas: Sequence[tuple[Symbol, Expr]], known: Mapping[Symbol, Any]) -> dict[Symbol, float]:
        return dict(zip((s for s, _ in formulas), self._values(tuple(e for _, e in formulas), known), strict=True))

    def _is_near(self, formula: Expr, known: Mapping[Symbol, Any], found: float) -> bool:
        """Whether a value is next to the double that it was rounded to."""
        if math.isinf(found) or abs(found) != LEAST:
            return not math.isinf(found)
        for bits in (FIRST_BITS, _FAR_BITS):
            with precision(bits):
                ball = self.ball(formula, known)
            if 2 * abs(ball) < LEAST:
                return False
        return float(ball.mid()) != 0

    def bounded(self, expression: Expr, known: Mapping[Symbol, Any]) -> float:
        """Return the same, with the largest double of its sign where it overflows: what a root search can use."""
        return float(np.clip(self.value(expression, known), -MOST, MOST))


def nearest_double(ball: arb) -> float:
    """Return the double nearest to what a ball encloses, ``nan`` where it does not tell.

    >>> nearest_double(arb(0.75)), nearest_double(arb(1, 1e-9))
    (0.75, nan)
    """
    value, certain = _rounded(ball, math.nan)
    return value if certain and value and not math.isinf(value) else math.nan


def _rounded(ball: arb, before: float) -> tuple[float, bool]:
    """The double nearest to what a ball encloses, and whether that is certain; ``before`` where the ball tells nothing.

    Zero where it is not told from zero, and nothing better was known before.
    """
    if not ball.is_finite():
        return before, False
    if ball == 0:
        return 0.0, True
    if not ball.contains(0) and ball.rad() <= UNIT_ROUNDOFF * abs(ball.mid()):
        found = math.copysign(abs(float(ball.mid())) or LEAST, 1 if ball > 0 else -1)
        return found, float(ball.lower()) == float(ball.upper())
    return (0.0 if math.isnan(before) else before), False
