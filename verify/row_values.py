"""Evaluates expressions in data atoms for many datasets at once: one dataset a row, averages along the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Expr, Max, Mul, Pow, Symbol, log

from ..proofs.algebra.atoms import Covariance, Excess, JensenGap, Mean, Quantile, Residual, taken_apart
from ..proofs.algebra.tilt import LogMeanExp, TiltedMean
from .density import compiled
from .statistics import WIDE, log1pmx, plan_of, row_plan

Array = NDArray[np.float64]
Values = Mapping[Symbol, Any]


@dataclass(frozen=True, eq=False)
class Rows:
    """Datasets of equal length: ``x`` of shape ``(m, n)``; positive ``w`` of the same shape, ``None`` for all one."""

    x: Array
    w: Array | None

    @cached_property
    def ends(self) -> tuple[Array, Array]:
        """The smallest and the largest observation of each dataset, shape ``(m,)`` each."""
        return self.x.min(axis=1), self.x.max(axis=1)

    @cached_property
    def total(self) -> Array | float:
        """The sum of the weights of each dataset."""
        return float(self.x.shape[1]) if self.w is None else np.asarray(self.w.sum(axis=1))

    def chosen(self, which: NDArray[np.intp] | slice) -> Rows:
        """Return some of the datasets, by their places or a range of them.

        >>> Rows(np.array([[1.0, 2.0], [3.0, 5.0]]), None).chosen(np.array([1])).ends
        (array([3.]), array([5.]))
        """
        return Rows(self.x[which], None if self.w is None else self.w[which])

    def average(self, values: Any) -> Array:
        """Return the weighted averages of values of shape ``(m, n)``, or of any that broadcast to it.

        >>> Rows(np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]])).average(np.array([[1.0, 2.0]]))
        array([1.75])
        """
        if np.shape(values) != self.x.shape:
            values = np.broadcast_to(values, self.x.shape)
        summed = np.add.reduce(values if self.w is None else values * self.w, axis=1)
        return np.asarray(summed / self.total)


def evaluate_rows(expression: Expr, rows: Rows, known: Values) -> Array:
    """Return the value of an expression for each dataset, shape ``(m,)``.

    ``known`` holds an array of shape ``(m,)`` for every symbol that is not data. Call it under
    ``np.errstate(all="ignore")``: what overflows is not finite, and for the caller to see.

    >>> x = Symbol("x", positive=True)
    >>> evaluate_rows(Mean(x, x) - Quantile(0, x), Rows(np.array([[1.0, 3.0], [2.0, 2.0]]), None), {})
    array([1., 0.])
    """
    atoms, rest, symbols = plan_of(expression)
    values = dict(known)
    for atom, stand_in in atoms:
        values[stand_in] = _RULES[type(atom)](atom, rows, values)
    value = compiled(rest, symbols)(*(values[symbol] for symbol in symbols))
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (len(rows.x),))


def have_rules(expression: Expr) -> bool:
    """Return whether every data atom of ``expression``, and every one inside another, has a rule for many datasets.

    >>> x = Symbol("x", positive=True)
    >>> have_rules(Mean(x, x)), have_rules(Quantile(1, x)), have_rules(Mean(abs(x - Quantile(1, x)), x))
    (True, True, False)
    """
    return all(
        type(atom) in _RULES
        and not (isinstance(atom, Quantile) and atom.level not in (0, 1))
        and not any(taken_apart(argument)[0] for argument in atom.args)
        for atom, _ in taken_apart(expression)[0]
    )


def magnitude(expression: Expr, rows: Rows) -> Array | None:
    """Return what the terms of an expression come to without their signs, which bounds its rounding error.

    ``None`` for an expression of a kind for which that bound is not known here.

    >>> x = Symbol("x", real=True)
    >>> magnitude(1 - Mean(x, x), Rows(np.array([[-1.0, 3.0]]), None))
    array([3.])
    """
    if isinstance(expression, Mean) and have_rules(expression):
        return rows.average(np.abs(_over_rows(expression.integrand, expression, rows, {})))
    if isinstance(expression, Quantile) and have_rules(expression):
        return np.abs(evaluate_rows(expression, rows, {}))
    if expression.is_number and expression.is_finite:
        return np.full(len(rows.x), abs(float(expression)))
    if isinstance(expression, Pow) and expression.exp.is_positive and expression.exp.is_Rational:
        base = magnitude(expression.base, rows)
        return None if base is None else np.asarray(base ** float(expression.exp))
    if not isinstance(expression, Add | Mul | Max):
        return None
    parts = [magnitude(argument, rows) for argument in expression.args]
    if any(part is None for part in parts):
        return None
    return np.asarray((np.prod if isinstance(expression, Mul) else np.sum)(np.array(parts), axis=0))


def _over_rows(integrand: Expr, atom: Expr, rows: Rows, known: Values) -> Any:
    """The values of ``integrand`` at each observation of each dataset; a column of numbers where it has no data."""
    others, code = row_plan(integrand, atom.data)
    return code(rows.x, *(np.reshape(known[symbol], (-1, 1)) for symbol in others))


def _mean(atom: Mean, rows: Rows, known: Values) -> Array:
    return rows.average(_over_rows(atom.integrand, atom, rows, known))


def _quantile(atom: Quantile, rows: Rows, known: Values) -> Array:
    return rows.ends[0 if atom.level == 0 else 1]


def _covariance(atom: Covariance, rows: Rows, known: Values) -> Array:
    f, g = (_over_rows(argument, atom, rows, known) for argument in atom.args[:2])
    from_f, from_g = (values - rows.average(values)[:, None] for values in (f, g))
    return np.asarray(rows.average(from_f * from_g) - rows.average(from_f) * rows.average(from_g))


def _jensen(atom: JensenGap, rows: Rows, known: Values) -> Array:
    """As for one dataset: a plain difference where it keeps its digits, else an average of terms of one sign."""
    f = _over_rows(atom.args[0], atom, rows, known)
    centre = rows.average(f)
    if atom.args[1] == 1 / atom.args[0]:
        return np.asarray(rows.average((f - centre[:, None]) ** 2 / f) / centre**2)
    logs = rows.average(np.log(f))
    gap = np.asarray(np.log(centre) - logs)
    narrow = np.flatnonzero(~(gap > WIDE * np.maximum(1.0, np.abs(logs))))
    if len(narrow):
        few, middle = rows.chosen(narrow), centre[narrow]
        share = (f[narrow] - middle[:, None]) / middle[:, None]
        left = few.average(share)
        gap[narrow] = few.average(log1pmx(share)) - (left - np.log1p(left))
    return gap


def _excess(atom: Excess, rows: Rows, known: Values) -> Array:
    function, at = atom.args[0], known[atom.args[1]]
    inner = function.args[0] if isinstance(function, log) else function
    f, base = _over_rows(inner, atom, rows, known), compiled(inner, (atom.data[0],))(at)[:, None]
    return rows.average(np.log1p((f - base) / base) if isinstance(function, log) else f - base)


def _residual(atom: Residual, rows: Rows, known: Values) -> Array:
    return rows.average(_over_rows(atom.args[0], atom, rows, known))


def _log_mean_exp(atom: LogMeanExp, rows: Rows, known: Values) -> Array:
    f = _over_rows(atom.args[0], atom, rows, known)
    top = np.max(f, axis=1)
    return np.asarray(top + np.log(rows.average(np.exp(f - top[:, None]))))


def _tilted(atom: TiltedMean, rows: Rows, known: Values) -> Array:
    g, f = (_over_rows(argument, atom, rows, known) for argument in atom.args[:2])
    tilt = np.exp(f - np.max(f, axis=1)[:, None])
    return np.asarray(rows.average(g * tilt) / rows.average(tilt))


_RULES: dict[type, Callable[[Any, Rows, Values], Array]] = {
    Mean: _mean,
    Quantile: _quantile,
    Covariance: _covariance,
    JensenGap: _jensen,
    Excess: _excess,
    Residual: _residual,
    LogMeanExp: _log_mean_exp,
    TiltedMean: _tilted,
}
