"""Decides in which passes over the rows an estimator reads its averages, and what is computed between them.

Every data atom comes down to averages of row functions and the ends of the data. What an average needs of earlier
ones, such as the centre of a square, decides its pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Abs, Add, Dummy, Expr, Max, Mul, Pow, S, Symbol, cos, exp, log, sin

from ..proofs.algebra.atoms import Centred, Covariance, Excess, JensenGap, Mean, Order, Quantile, Residual
from ..proofs.algebra.tilt import LogMeanExp, TiltedMean
from .stable_forms import log1p
from .statistics import WIDE
from .written import first, mean_and_gap, second


class NotLoweredError(ValueError):
    """There is a data atom, or a bound for one, for which no way to averages is known here."""


@dataclass(frozen=True)
class Stage:
    """Numbers computed from earlier ones, then averages of row functions that may contain all of these."""

    scalars: tuple[tuple[Symbol, Expr], ...]
    averages: tuple[tuple[Symbol, Expr], ...]


class Lowering:
    """Turns expressions in the data of one variable into numbers and averages, and tells these by stages.

    ``least``, ``most`` and ``size`` stand for the ends of the data and the larger of their moduli, which are known
    before the first pass, as are the symbols in ``quantiles``. ``wide`` holds what has to be positive for the
    averages to keep their digits, ``gaps`` the functions whose logarithmic gap that is asked of, with their averages.

    >>> x = Symbol("x", real=True)
    >>> lowering = Lowering(x)
    >>> value = lowering.number(Covariance(x, x, x))
    >>> [len(stage.averages) for stage in lowering.stages()]
    [1, 1]
    """

    def __init__(self, data: Symbol, definitions: Mapping[Symbol, Expr] | None = None) -> None:
        """Begin without any average; ``data`` is the variable of the rows, ``definitions`` are those of statistics."""
        self.data = data
        self.definitions = definitions or {}
        like_data = {"real": True, "positive": data.is_positive, "nonnegative": data.is_nonnegative}
        self.least, self.most = Dummy("least", **like_data), Dummy("most", **like_data)
        self.size = Dummy("size", nonnegative=True)
        self.quantiles: dict[Expr, Symbol] = {}
        self.wide: list[Expr] = []
        self.gaps: dict[Expr, Expr] = {}
        self._named: dict[Symbol, Expr] = {}
        self._averages: dict[Expr, Symbol] = {}
        self._level: dict[Symbol, int] = {self.least: 0, self.most: 0, self.size: 0}
        self._stages: list[tuple[list[tuple[Symbol, Expr]], list[tuple[Symbol, Expr]]]] = []

    def define(self, symbol: Symbol, expression: Expr) -> Expr:
        """Let ``symbol`` stand for ``expression`` from now on, and return what it comes to."""
        lowered = self.number(expression)
        self._named[symbol] = lowered if lowered.is_Atom else self.named(lowered)
        return self._named[symbol]

    def given(self, symbol: Symbol) -> None:
        """Let ``symbol`` be a number that is known from now on."""
        self._level[symbol] = 0

    def number(self, expression: Expr) -> Expr:
        """Return an expression as a function of averages, ends and known numbers.

        Raises
        ------
        NotLoweredError
            For a data atom without a rule.
        """
        if isinstance(expression, Mean | Centred | Order):
            rule = _RULES.get(type(expression))
            if rule is None:
                raise NotLoweredError(f"no rule leads from {type(expression).__name__} to averages")
            return rule(self, expression)
        if isinstance(expression, Symbol):
            if expression in self.definitions and expression not in self._named:
                return self.define(expression, self.definitions[expression])
            return self._named.get(expression, expression)
        if not expression.args:
            return expression
        return expression.func(*map(self.number, expression.args))

    def named(self, expression: Expr) -> Symbol:
        """Return a symbol for a number that is computed once."""
        symbol = _like(expression, f"s{len(self._level)}")
        self._stage(level := self._level_of(expression))[0].append((symbol, expression))
        self._level[symbol] = level
        return symbol

    def average(self, integrand: Expr) -> Expr:
        """Return the average of a function of the rows, numbers in it known."""
        if self.data not in integrand.free_symbols:
            return integrand
        coefficient, rest = integrand.as_coeff_Mul()
        if rest not in self._averages:
            symbol = _like(rest, f"a{len(self._level)}")
            self._stage(level := self._level_of(rest))[1].append((symbol, rest))
            self._averages[rest], self._level[symbol] = symbol, level + 1
        return coefficient * self._averages[rest]

    def known_average(self, integrand: Expr, value: Expr) -> Expr:
        """Return the average of a function of the rows that is computed otherwise, or the one that there is already."""
        if not self.has_average(integrand):
            self._averages[integrand] = self.named(value)
        return self._averages[integrand]

    def has_average(self, integrand: Expr) -> bool:
        """Return whether the average of a function of the rows is computed already."""
        return integrand in self._averages

    def supplied(self, integrand: Expr) -> Symbol:
        """Return the symbol for an average that is known before the first pass."""
        self._averages[integrand] = symbol = _like(integrand, f"a{len(self._level)}")
        self._level[symbol] = 0
        return symbol

    def quantile(self, level: Expr) -> Symbol:
        """Return the symbol for an order statistic."""
        if level in (0, 1):
            return self.least if level == 0 else self.most
        if level not in self.quantiles:
            self.quantiles[level] = _like(self.data, f"q{len(self._level)}")
            self._level[self.quantiles[level]] = 0
        return self.quantiles[level]

    def largest(self, function: Expr) -> Expr:
        """Return the largest modulus of a monotone function of the data, which it takes at one of their ends.

        Raises
        ------
        NotLoweredError
            For a function that is not known to be monotone.
        """
        x = self.data
        if function == x:
            return self.size
        if function not in (log(x), log(1 - x), log(x) - log(1 - x)):
            raise NotLoweredError(f"{function} is not known to be monotone")
        return Max(*(Abs(function.xreplace({x: end})) for end in (self.least, self.most)))

    def stages(self) -> tuple[Stage, ...]:
        """Return the stages since the last call; everything computed in them is known from now on."""
        found = tuple(Stage(tuple(scalars), tuple(averages)) for scalars, averages in self._stages)
        self._stages, self._level = [], dict.fromkeys(self._level, 0)
        return found

    def _stage(self, level: int) -> tuple[list[tuple[Symbol, Expr]], list[tuple[Symbol, Expr]]]:
        while len(self._stages) <= level:
            self._stages.append(([], []))
        return self._stages[level]

    def _level_of(self, expression: Expr) -> int:
        """After how many passes an expression, or what stands beside the data in it, is known."""
        symbols = expression.free_symbols - {self.data}
        if unknown := symbols - set(self._level):
            raise NotLoweredError(f"{unknown} is known only when the equations are solved")
        return max((self._level[symbol] for symbol in symbols), default=0)


def _like(expression: Expr, name: str) -> Dummy:
    return Dummy(
        name, real=True, nonnegative=expression.is_nonnegative or None, positive=expression.is_positive or None
    )


def _mean(lowering: Lowering, atom: Mean | Residual) -> Expr:
    return lowering.average(lowering.number(atom.args[0]))


def _quantile(lowering: Lowering, atom: Quantile) -> Expr:
    return lowering.quantile(atom.level)


def _covariance(lowering: Lowering, atom: Covariance) -> Expr:
    f, g = map(lowering.number, atom.args[:2])
    return lowering.average((f - lowering.average(f)) * (g - lowering.average(g)))


def _jensen(lowering: Lowering, atom: JensenGap) -> Expr:
    """Made of ratios to the mean, together with it, for a power of the data."""
    f, x = lowering.number(atom.args[0]), lowering.data
    if atom.args[1] == 1 / atom.args[0]:
        centre = lowering.average(f)
        return lowering.average((f - centre) ** 2 / f) / centre**2
    base, power = f.as_base_exp()
    if not (x.is_positive and base == x and power.is_number):
        raise NotLoweredError(f"{f} is no power of the data")
    least = f.xreplace({x: lowering.least if power.is_positive else lowering.most})
    both = lowering.named(mean_and_gap(x, power, least))
    gap = lowering.named(second(both, positive=True))
    lowering.gaps[f] = lowering.known_average(f, first(both, positive=True))
    lowering.wide.append(gap - WIDE)
    return gap


def _excess(lowering: Lowering, atom: Excess) -> Expr:
    function, at = map(lowering.number, atom.args[:2])
    inner = function.args[0] if isinstance(function, log) else function
    base = inner.xreplace({lowering.data: at})
    return lowering.average(log1p((inner - base) / base) if isinstance(function, log) else inner - base)


def _log_mean_exp(lowering: Lowering, atom: LogMeanExp) -> Expr:
    f = lowering.number(atom.args[0])
    top = _top(lowering, f)
    return top + log(lowering.average(exp(f - top)))


def _tilted(lowering: Lowering, atom: TiltedMean) -> Expr:
    g, f = map(lowering.number, atom.args[:2])
    weight = exp(f - _top(lowering, f))
    above = sum((lowering.average(term * weight) for term in Add.make_args(g.expand())), S.Zero)
    return above / lowering.average(weight)


def _top(lowering: Lowering, exponent: Expr) -> Expr:
    """The larger value at the ends: of a monotone exponent the largest of all, of any other a guess that overflows."""
    return lowering.named(Max(*(exponent.xreplace({lowering.data: end}) for end in (lowering.least, lowering.most))))


_RULES: dict[type, Callable[[Lowering, Any], Expr]] = {
    Mean: _mean,
    Residual: _mean,
    Quantile: _quantile,
    Covariance: _covariance,
    JensenGap: _jensen,
    Excess: _excess,
    LogMeanExp: _log_mean_exp,
    TiltedMean: _tilted,
}


def magnitude(expression: Expr, lowering: Lowering) -> Expr:
    """Return a bound for what the terms of an expression come to without their signs, as ``row_values.magnitude``.

    >>> x = Symbol("x", real=True)
    >>> magnitude(1 - Mean(x, x), Lowering(x))
    _size + 1

    Raises
    ------
    NotLoweredError
        For a kind of expression for which none is known here.
    """
    if isinstance(expression, Mean):
        integrand = expression.integrand
        if integrand.is_nonnegative:
            return lowering.number(expression)
        return S.One if isinstance(integrand, sin | cos) else lowering.largest(integrand)
    if isinstance(expression, Quantile):
        return lowering.size
    if expression.is_number and expression.is_finite:
        return abs(expression)
    if isinstance(expression, Pow) and expression.exp.is_positive and expression.exp.is_Rational:
        return magnitude(expression.base, lowering) ** expression.exp
    if isinstance(expression, Add | Mul | Max):
        parts: Iterable[Expr] = [magnitude(argument, lowering) for argument in expression.args]
        return Mul(*parts) if isinstance(expression, Mul) else Add(*parts)
    raise NotLoweredError(f"no bound is known for the terms of {expression}")
