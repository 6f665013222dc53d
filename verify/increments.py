"""Decides the sign of a derived function of an integer on one dataset: in balls, and exactly where it is zero."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flint import arb, arb_series, ctx
from sympy import Add, Expr, Integer, Mul, S, Symbol, log

from ..proofs.algebra.atoms import Mean, taken_apart
from ..proofs.ball_data import Table
from ..proofs.balls import compiled, precision
from ..strategies.readings import Reader
from ..strategies.rounded import NotDecidedError
from .enclosure import guarded_logs, precisions
from .exact import Exactly
from .log_powers import is_one
from .observations import Observations


class OnIntegers:
    """One expression in data atoms and one symbol, asked again and again with other values of the symbol.

    >>> import numpy as np
    >>> from sympy.abc import n, x
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> [OnIntegers(log(n) - Mean(log(x), x) - log(3) / 2, n, (x,), data).sign(k) for k in (1, 9)]
    [-1, 1]
    """

    def __init__(self, expression: Expr, symbol: Symbol, columns: tuple[Symbol, ...], data: Observations) -> None:
        """Lay out the distinct rows; atoms without the symbol are evaluated once for each precision."""
        self._expression, self._symbol, self._columns = expression, symbol, columns
        rows, weights = data.balls
        self._rows = list(zip(rows, weights or [arb(1)] * len(rows), strict=True))
        self._exactly = Exactly(Table(columns, *data.balls))
        self._reader = Reader(data.sample, {name: place for place, name in enumerate(columns)})

    @property
    def cost(self) -> int:
        """How many functions of one observation a value takes."""
        return 1 + len(self._rows) * len(_plan(self._expression, self._symbol)[2])

    def at(self, value: arb) -> arb:
        """Return the enclosure at a value, or over an interval, at the working precision."""
        found = self._once(value, guarded=False)
        return found if found.is_finite() else self._once(value, guarded=True)

    def _once(self, value: Any, guarded: bool) -> Any:
        skeleton, fixed, moving, names = _plan(self._expression, self._symbol)
        known = [self._exactly.read(atom) for atom in fixed]
        means = [self._mean(atom, value) for atom in moving]
        code = compiled((guarded_logs(skeleton) if guarded else skeleton,), (self._symbol, *names))
        return code(value, *known, *means)[0]

    def taylor(self, start: arb, length: int) -> list[arb]:
        """Return so many Taylor coefficients at a point, or enclosures of all those over an interval.

        >>> import numpy as np
        >>> from sympy.abc import s, x
        >>> data = Observations(np.array([[2.0], [4.0]]), None, 2)
        >>> [float(one) for one in OnIntegers(Mean(log(1 + s * x), x), s, (x,), data).taylor(arb(0), 3)]
        [0.0, 3.0, -5.0]
        """
        cap, ctx.cap = ctx.cap, max(ctx.cap, length)
        try:
            found = self._once(arb_series([start, arb(1)], length), guarded=False)
            whole = arb_series([arb(0)], length) + found
            return [whole[place] for place in range(length)]
        except ValueError:  # python-flint's, for a denominator whose enclosure holds zero
            return [arb("nan")] * length
        finally:
            ctx.cap = cap

    def _mean(self, atom: Mean, value: Any) -> Any:
        function = compiled((atom.integrand,), (*self._columns, self._symbol))
        total, weight = arb(0), arb(0)
        for row, w in self._rows:
            total += w * function(*row, value)[0]
            weight += w
        return total / weight

    def sign(self, value: int) -> int | None:
        """Return 1, -1, or 0 where it is exactly zero; ``None`` where no precision tells."""
        for bits in precisions():
            with precision(bits):
                found = self.at(arb(value))
                if found > 0 or found < 0:
                    return 1 if found > 0 else -1
                if found == 0:
                    return 0
                if found.is_finite() and found.contains(0) and self.is_zero(value):
                    return 0
        return None

    def is_zero(self, value: int) -> bool:
        """Return whether a sum of rational multiples of logarithms of rationals is proved to be zero.

        The product of the powers of these rationals is one; see ``is_one``.
        """
        try:
            powers = list(self._powers(self._expression.xreplace({self._symbol: Integer(value)}).expand()))
        except NotDecidedError:
            return False
        return is_one(powers)

    def _powers(self, expression: Expr) -> Any:
        for term in Add.make_args(expression):
            factors = [one for one in Mul.make_args(term) if isinstance(one, log) or _is_mean_log(one)]
            if len(factors) != 1:
                if self._reader.rational(term) != 0:
                    raise NotDecidedError(f"{term} is no multiple of a logarithm")
                continue
            share = self._reader.rational(term / factors[0])
            if isinstance(factors[0], log):
                if share != 0:
                    yield self._reader.rational(factors[0].args[0]), share
                continue
            inside, total = factors[0].integrand.args[0], self._reader.sample.total
            (values,), weights = self._reader.sample.distinct
            for x, w in zip(values.tolist(), weights, strict=True):
                row = {self._columns[0]: S(int(x)) if x == int(x) else S(repr(x))}
                yield self._reader.rational(inside.xreplace(row)), share * w / total


def _is_mean_log(one: Expr) -> bool:
    return isinstance(one, Mean) and isinstance(one.integrand, log) and len(one.data) == 1


@lru_cache(maxsize=256)
def _plan(expression: Expr, symbol: Symbol) -> tuple[Expr, list[Expr], list[Expr], list[Symbol]]:
    """The expression with a name for each data atom, atoms without and with the symbol, and their names in order."""
    atoms, rest = taken_apart(expression)
    fixed = [pair for pair in atoms if symbol not in pair[0].free_symbols]
    moving = [pair for pair in atoms if symbol in pair[0].free_symbols]
    return rest, [atom for atom, _ in fixed], [atom for atom, _ in moving], [name for _, name in (*fixed, *moving)]
