"""What is known of a parameter that is looked for among the observations, with all others at their best for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sympy import Add, Expr, Mul, Pow, Symbol, log

from .conditions import Condition

if TYPE_CHECKING:
    from .derivation import Statistic


@dataclass(frozen=True)
class PointSearch:
    """One parameter that lies at an observation, with all others at the values that are best for it.

    Attributes
    ----------
    place
        Where an observation stands on the parameter's scale: the observation itself, or affine in it.
    profile
        The supremum of the mean log-likelihood in the other parameters, in statistics that contain the parameter.
    needed
        What the data have to satisfy at that observation for the others to have a maximiser.
    """

    parameter: Symbol
    place: Expr
    profile: Expr
    statistics: tuple[Statistic, ...]
    needed: tuple[Condition, ...]

    def at(self, put: Callable[[Expr], Expr], renamed: Mapping[Symbol, Symbol]) -> PointSearch:
        """The same with constants put in by ``put``, and the parameter under its new symbol."""
        return PointSearch(
            renamed.get(self.parameter, self.parameter),
            put(self.place).xreplace(renamed),
            put(self.profile),
            tuple(replace(s, definition=put(s.definition)) for s in self.statistics),
            tuple(c.at(put) for c in self.needed),
        )


def is_continuous_at_zero(profile: Expr, statistics: tuple[Symbol, ...]) -> bool:
    """Return whether the profile is a number minus multiples of logarithms that are continuous where statistics vanish.

    Under each logarithm, nonnegative statistics may be added, multiplied, and raised to positive numbers: the value
    there is that of the formula, plus infinity where the logarithm is of zero.

    >>> s, t = Symbol("s", nonnegative=True), Symbol("t", nonnegative=True)
    >>> is_continuous_at_zero(1 - 2 * log(s**2 + t), (s, t)), is_continuous_at_zero(log(s / t), (s, t))
    (True, False)
    """
    for term in Add.make_args(profile):
        if not term.free_symbols & set(statistics):
            continue
        number, function = term.as_coeff_Mul()
        if not number.is_negative or not isinstance(function, log) or not _grows(function.args[0], statistics):
            return False
    return True


def _grows(expression: Expr, statistics: tuple[Symbol, ...]) -> bool:
    """Whether sums, products and positive powers of statistics, and positive numbers, are all there is."""
    if expression in statistics:
        return bool(expression.is_nonnegative)
    if isinstance(expression, (Add, Mul)):
        return all(_grows(part, statistics) for part in expression.args)
    if isinstance(expression, Pow):
        return bool(expression.exp.is_positive and expression.exp.is_number) and _grows(expression.base, statistics)
    return bool(expression.is_number and expression.is_positive)
