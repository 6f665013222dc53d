"""Reads data atoms off a dataset: exactly where the integrand is rational, otherwise in balls as small as asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import mul
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq
from sympy import Dummy, Expr, Symbol

from ..proofs.algebra.atoms import LargestTie, Mean, atoms_of
from ..proofs.ball_sums import row_sums
from ..proofs.balls import ball, compiled
from ..proofs.errors import ParameterError
from .rounded import (
    Doubles,
    NotDecidedError,
    Rounded,
    bounded_sum,
    exact_column,
    exact_constant,
    rational_value,
    rounded_constant,
)
from .samples import Sample

_CELLS = (64, 2048)  # how many balls stand for a longer column before every distinct value gets its own
_LEAST_WIDTH = 2.0**-1000  # of a cell: far above the numbers that doubles round coarsely
_CHUNK = 65_536


@dataclass(frozen=True)
class _Plan:
    """An expression with a plain symbol in the place of each data atom, the data it uses, and as what powers."""

    skeleton: Expr
    stand_ins: tuple[Symbol, ...]
    atoms: tuple[Expr, ...]
    data: tuple[Symbol, ...]
    powers: tuple[tuple[Symbol, int], ...]


@lru_cache(maxsize=2048)
def _plan(expression: Expr, data: tuple[Symbol, ...] = ()) -> _Plan:
    atoms = tuple(atoms_of(expression))
    stand_ins = tuple(Dummy(f"t{i}", real=True) for i in range(len(atoms)))
    skeleton = expression.xreplace(dict(zip(atoms, stand_ins, strict=True)))
    if loose := skeleton.free_symbols - set(stand_ins) - set(data):
        names = sorted(str(symbol) for symbol in loose)
        raise ParameterError(f"the condition {expression} > 0 contains {names}, which have no value; fix them first")
    used = tuple(symbol for symbol in data if symbol in skeleton.free_symbols)
    return _Plan(skeleton, stand_ins, atoms, used, _powers(skeleton, data))


def _powers(skeleton: Expr, data: tuple[Symbol, ...]) -> tuple[tuple[Symbol, int], ...]:
    """The exponents, where the expression is a product of positive whole powers of data, else nothing."""
    powers = skeleton.as_powers_dict()
    plain = all(base in data and power.is_Integer and power.is_positive for base, power in powers.items())
    return tuple((base, int(power)) for base, power in powers.items()) if plain else ()


@dataclass(frozen=True)
class Reader:
    """Reads atoms off one dataset."""

    sample: Sample
    places: dict[Symbol, int]

    def enclosure(self, expression: Expr, cheap: bool) -> arb:
        """A ball that contains the value; not finite where none was found."""
        plan = _plan(expression)
        return compiled((plan.skeleton,), plan.stand_ins)(*(self._ball(atom, cheap) for atom in plan.atoms))[0]

    def rational(self, expression: Expr) -> fmpq:
        """The value, if it is rational."""
        plan = _plan(expression)
        known = dict(zip(plan.stand_ins, (self._exact(atom) for atom in plan.atoms), strict=True))
        return rational_value(plan.skeleton, known, exact_constant)

    def _ball(self, atom: Expr, cheap: bool) -> arb:
        if not isinstance(atom, Mean):
            value = self._order(atom)
            return arb("nan") if value is None else arb(value)
        key = atom, tuple(self.places[symbol] for symbol in atom.data), cheap, ctx.prec
        known = self.sample.enclosed
        if key not in known:
            known[key] = self._mean(atom, cheap)
        return known[key]

    def _mean(self, atom: Mean, cheap: bool) -> arb:
        plan = _plan(atom.integrand, atom.data)
        inner = tuple(self._ball(part, cheap) for part in plan.atoms)
        if cheap:
            try:
                return self._rounded_mean(plan, inner)
            except NotDecidedError:
                pass
        if cheap and len(plan.data) == 1 and self.sample.size > _CELLS[0]:
            function = compiled((plan.skeleton,), (*plan.stand_ins, *plan.data))
            return self._block_mean(plan, function, inner)
        rows, weights = self.sample.distinct
        used = [rows[self.places[symbol]].tolist() for symbol in plan.data]
        points = [tuple(map(arb, row)) for row in zip(*used, strict=True)]
        heavy = None if all(weight == 1 for weight in weights) else list(map(arb, weights))
        return row_sums((plan.skeleton,), plan.data, plan.stand_ins)(points, heavy, *inner)[0] / self.sample.total

    def _rounded_mean(self, plan: _Plan, inner: tuple[arb, ...]) -> arb:
        """The mean of a rational integrand, from doubles with error bounds."""
        fixed = {symbol: _rounded_ball(value) for symbol, value in zip(plan.stand_ins, inner, strict=True)}
        weights = self.sample.weights
        terms, shares = arb(0), arb(0)
        for start in range(0, self.sample.size, _CHUNK):
            rows = slice(start, start + _CHUNK)
            columns = {symbol: self.sample.columns[self.places[symbol]][rows] for symbol in plan.data}
            if weights is None and 0 < sum(power for _, power in plan.powers) <= 2:
                terms += arb(*_power_sum(plan, columns))
                continue
            known = {symbol: Rounded(column) for symbol, column in columns.items()}
            term = rational_value(plan.skeleton, fixed | known, rounded_constant)
            if weights is not None:
                share = Rounded(weights[rows])
                term, shares = share * term, shares + arb(*share.total())
            terms += arb(*term.total())
        return terms / (self.sample.size if weights is None else shares)

    def _block_mean(self, plan: _Plan, function: Any, inner: tuple[arb, ...]) -> arb:
        """The mean over a long column, its values counted in cells of equal width, each enclosed in one ball."""
        cells = _CELLS[0] if self.sample.size <= _CELLS[1] else _CELLS[1]
        hulls, shares = _counted(self.sample, self.places[plan.data[0]], cells)
        mean = sum((share * function(*inner, hull)[0] for hull, share in zip(hulls, shares, strict=True)), arb(0))
        return mean / sum(shares, arb(0))

    def _exact(self, atom: Expr) -> fmpq:
        if not isinstance(atom, Mean):
            value = self._order(atom)
            if value is None or not isinstance(value, fmpq):
                raise NotDecidedError(f"{atom} has no rational value")
            return value
        plan = _plan(atom.integrand, atom.data)
        if plan.powers:
            powers = [(self.places[symbol], power) for symbol, power in plan.powers]
            return self.sample.power_sum(powers) / self.sample.total
        rows, weights = self.sample.distinct
        known = {symbol: exact_column(rows[self.places[symbol]]) for symbol in plan.data}
        known |= dict(zip(plan.stand_ins, (self._exact(part) for part in plan.atoms), strict=True))
        terms = rational_value(plan.skeleton, known, exact_constant)
        return sum((w * term for w, term in zip(weights, terms.tolist(), strict=True)), fmpq(0)) / self.sample.total

    def _order(self, atom: Expr) -> fmpq | None:
        if isinstance(atom, LargestTie):
            return self.sample.largest_tie(self.places[atom.args[0]])
        place, level = self.places[atom.args[1]], atom.level
        if level.is_Rational:
            return self.sample.quantile(place, exact_constant(level))
        if level.free_symbols:
            names = sorted(map(str, level.free_symbols))
            raise ParameterError(f"the level of {atom} contains {names}, which have no value; fix them first")
        return self.sample.quantile(place, ball(level))


def _power_sum(plan: _Plan, columns: dict[Symbol, Doubles]) -> tuple[float, float]:
    """The sum over a column, or over the product of two, and its bound.

    With a third factor an underflow could grow again, which one bound for each rounding does not cover.
    """
    factors = [columns[symbol] for symbol, power in plan.powers for _ in range(power)]
    return bounded_sum(reduce(mul, factors), len(factors) - 1)


def _rounded_ball(value: arb) -> Rounded:
    """The double in the middle of a ball, with a bound of the distance to its edge."""
    middle = float(value.mid())
    error = 0.0 if value == middle else float(abs(value - middle).upper()) * (1 + 2.0**-50) + 2.0**-1060
    return Rounded(np.asarray(middle), error)


def _counted(sample: Sample, index: int, cells: int) -> tuple[list[arb], list[arb]]:
    """Balls that cover a column's values between them, and an enclosure of the weight in each; none is empty.

    A value next to a cell's edge may be counted in the neighbour, since its place is rounded: the balls overlap by far
    more than that.
    """
    column, (least, greatest) = sample.columns[index], sample.ends[index]
    width = (greatest - least) / cells
    if not _LEAST_WIDTH < width < math.inf:
        return [arb(least).union(arb(greatest))], [arb(1)]
    count = np.zeros(cells)
    for start in range(0, sample.size, _CHUNK):
        rows = slice(start, start + _CHUNK)
        place = np.minimum((column[rows] - least) / width, cells - 1).astype(np.intp)
        count += np.bincount(place, None if sample.weights is None else sample.weights[rows], minlength=cells)
    full = np.flatnonzero(count).tolist()
    # Numbers of observations are exact; sums of n weights are off by less than n units of their last place.
    slack = 0 if sample.weights is None else sample.size * 2.0**-52
    spare = arb(width) / 1000
    low = [arb(least) + width * arb(i) for i in full]
    hulls = [(edge - spare).union(edge + width + spare).intersection(arb(least).union(arb(greatest))) for edge in low]
    return hulls, [arb(float(count[i]), float(count[i]) * slack) for i in full]
