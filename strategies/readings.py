"""Reads data atoms off a dataset: exactly where the integrand is rational, otherwise in balls as small as asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb, fmpq
from sympy import Dummy, Expr, Symbol

from ..proofs.algebra.atoms import LargestTie, Mean, atoms_of
from ..proofs.balls import ball, compiled
from ..proofs.errors import ParameterError
from .rounded import NotDecidedError, Rounded, exact_column, exact_constant, rational_value, rounded_constant
from .samples import Sample

_BLOCKS = (64, 2048)  # how many balls stand for a longer column before every distinct value gets its own


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
        plan = _plan(atom.integrand, atom.data)
        inner = tuple(self._ball(part, cheap) for part in plan.atoms)
        if cheap:
            try:
                return self._rounded_mean(plan, inner)
            except NotDecidedError:
                pass
        function = compiled((plan.skeleton,), (*plan.stand_ins, *plan.data))
        if cheap and len(plan.data) == 1 and self.sample.size > _BLOCKS[0]:
            return self._block_mean(plan, function, inner)
        rows, weights = self.sample.distinct
        used = [rows[self.places[symbol]].tolist() for symbol in plan.data]
        points = zip(*used, strict=True)
        terms = (w * function(*inner, *map(arb, row))[0] for w, row in zip(weights, points, strict=True))
        return sum(terms, arb(0)) / self.sample.total

    def _rounded_mean(self, plan: _Plan, inner: tuple[arb, ...]) -> arb:
        """The mean of a rational integrand, from doubles with error bounds."""
        known = {symbol: Rounded(self.sample.columns[self.places[symbol]]) for symbol in plan.data}
        for symbol, value in zip(plan.stand_ins, inner, strict=True):
            known[symbol] = _rounded_ball(value)
        term = rational_value(plan.skeleton, known, rounded_constant)
        weights = self.sample.weights
        if weights is None:
            return arb(*term.total()) / self.sample.size
        return arb(*(Rounded(weights) * term).total()) / arb(*Rounded(weights).total())

    def _block_mean(self, plan: _Plan, function: Any, inner: tuple[arb, ...]) -> arb:
        """The mean over a long column, cut into blocks of neighbours, each enclosed in one ball."""
        values, weights = self.sample.tally(self.places[plan.data[0]])
        blocks = _BLOCKS[0] if len(values) <= _BLOCKS[1] else _BLOCKS[1]
        edges = sorted({round(i * len(values) / blocks) for i in range(blocks + 1)})
        mean = arb(0)
        for start, stop in pairwise(edges):
            hull = arb(float(values[start])).union(arb(float(values[stop - 1])))
            mean += sum(weights[start:stop]) * function(*inner, hull)[0]
        return mean / self.sample.total

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


def _rounded_ball(value: arb) -> Rounded:
    """The double in the middle of a ball, with a bound of the distance to its edge."""
    middle = float(value.mid())
    error = 0.0 if value == middle else float(abs(value - middle).upper()) * (1 + 2.0**-50) + 2.0**-1060
    return Rounded(np.asarray(middle), error)
