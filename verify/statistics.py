"""What a dataset says in numbers: each statistic of a derivation, centred and of one sign where it is declared so."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, log

from ..proofs.algebra.atoms import Covariance, Excess, JensenGap, Mean, Quantile, Residual, taken_apart
from ..proofs.algebra.tilt import LogMeanExp, TiltedMean
from ..proofs.errors import UnsolvedError
from .compiled.columns import midpoint
from .density import compiled
from .observations import Observations
from .tolerance import WIDE_GAP

Array = NDArray[np.float64]
Values = Mapping[Symbol, float]

# Rows in one pass: two such arrays of doubles stay in the second-level cache.
_CHUNK = 65_536
# Up to this many terms an exactly rounded sum costs less than the calls around it.
_FEW = 512
# A Jensen gap above this share of its terms loses at most three of sixteen digits to a plain difference.
WIDE = 1e-3


def evaluate(expression: Expr, observations: Observations, known: Values) -> float:
    """Return the value of an expression in data atoms, statistics and parameters.

    ``known`` holds a number for every symbol that is not data.

    >>> from sympy import Symbol
    >>> x = Symbol("x", positive=True)
    >>> data = Observations(np.array([[1.0], [3.0]]), np.ones(2), 2)
    >>> evaluate(Mean(x, x) - Quantile(0, x), data, {})
    1.0
    """
    atoms, rest, symbols = plan_of(expression)
    values = dict(known)
    for atom, stand_in in atoms:
        values[stand_in] = _atom(atom, observations, values)
    # NumPy's scalars overflow to infinity where Python's floats raise.
    return float(compiled(rest, symbols)(*(np.float64(values[symbol]) for symbol in symbols)))


@lru_cache(maxsize=4096)
def plan_of(expression: Expr) -> tuple[tuple[tuple[Expr, Symbol], ...], Expr, tuple[Symbol, ...]]:
    """The data atoms with symbols to stand in for them, and what is left, with its symbols."""
    atoms, rest = taken_apart(expression)
    return atoms, rest, tuple(sorted(rest.free_symbols, key=lambda symbol: symbol.sort_key()))


def _atom(atom: Expr, observations: Observations, known: Values) -> float:
    rule = _RULES.get(type(atom))
    if rule is None:
        raise UnsolvedError(f"no floating-point evaluation is known for {type(atom).__name__}")
    return rule(atom, observations, known)


def _rows(integrand: Expr, atom: Expr, observations: Observations, known: Values) -> Callable[[slice], Any]:
    """A function from a range of rows to the values of ``integrand`` on them."""
    others, code = row_plan(integrand, atom.data)
    numbers = [np.float64(known[symbol]) for symbol in others]
    columns = observations.columns

    def values(rows: slice) -> Any:
        return code(*(column[rows] for column in columns), *numbers)

    return values


@lru_cache(maxsize=4096)
def row_plan(integrand: Expr, data: tuple[Symbol, ...]) -> tuple[tuple[Symbol, ...], Callable[..., Any]]:
    """The symbols of an integrand that are no data, and its compiled form."""
    others = tuple(sorted(integrand.free_symbols - set(data), key=lambda symbol: symbol.sort_key()))
    return others, compiled(integrand, (*data, *others))


def _average(integrand: Expr, atom: Expr, observations: Observations, known: Values) -> float:
    """The weighted average of an integrand, in one pass over the rows."""
    if integrand in atom.data and observations.weights is None and observations.n > _FEW:
        return observations.means[atom.data.index(integrand)]
    return weighted_average(_rows(integrand, atom, observations, known), observations)


def weighted_average(values: Callable[[slice], Any], observations: Observations) -> float:
    """Return the weighted average of row values given by ranges of rows; exactly rounded sums for few rows.

    >>> weighted_average(lambda rows: np.array([1.0, 2.0])[rows], Observations(np.ones((2, 1)), None, 2))
    1.5
    """
    return weighted_averages(lambda rows: (values(rows),), observations)[0]


def weighted_averages(values: Callable[[slice], tuple[Any, ...]], observations: Observations) -> list[float]:
    """Return the weighted averages of several row values, in one pass.

    >>> rows = np.array([1.0, 2.0])
    >>> weighted_averages(lambda part: (rows[part], 2 * rows[part]), Observations(np.ones((2, 1)), None, 2))
    [1.5, 3.0]
    """
    n, w = observations.n, observations.weights
    if n <= _FEW:
        return [_exactly_rounded(_column(part, n), w) for part in values(slice(0, n))]
    sums: list[list[float]] = []
    for start in range(0, n, _CHUNK):
        rows = slice(start, min(start + _CHUNK, n))
        parts = (_column(part, rows.stop - start) for part in values(rows))
        sums.append([float(part.sum()) if w is None else float((part * w[rows]).sum()) for part in parts])
    return [float(np.sum(column)) / observations.total for column in zip(*sums, strict=True)]


def exact_averages(table: Array, weights: Array | None) -> list[list[float]]:
    """Return the exactly rounded weighted averages along the last axis of a table of three.

    >>> exact_averages(np.array([[[1.0, 2.0], [0.1, 0.2]]]), None)
    [[1.5, 0.15000000000000002]]
    """
    rows = (table if weights is None else table * weights).tolist()
    total = table.shape[-1] if weights is None else math.fsum(weights.tolist())
    return [[_fsum(row) / total for row in several] for several in rows]


def _fsum(row: list[float]) -> float:
    try:
        return math.fsum(row)
    except (OverflowError, ValueError):
        return math.nan


def _exactly_rounded(part: Array, w: Array | None) -> float:
    # Of Python's own numbers the sum takes half as long.
    if w is None:
        return _fsum(part.tolist()) / len(part)
    return _fsum((part * w).tolist()) / math.fsum(w.tolist())


def _column(part: Any, n: int) -> Array:
    """Row values as an array of length ``n``; one number stands for equal ones."""
    column = np.asarray(part, dtype=np.float64)
    return column if column.ndim else np.broadcast_to(column, (n,))


def _mean(atom: Mean, observations: Observations, known: Values) -> float:
    inner, integrand = taken_apart(atom.integrand)
    numbers = dict(known) | {name: _atom(part, observations, known) for part, name in inner}
    return _average(integrand, atom, observations, numbers)


def _quantile(atom: Quantile, observations: Observations, known: Values) -> float:
    # Order statistics are taken of the observation only, which is the first column.
    level = evaluate(atom.level, observations, known)
    if level in (0.0, 1.0):
        return observations.sample.ends[0][0 if level == 0 else 1]
    column = observations.columns[0]
    if observations.weights is None:
        return midpoint(column, level * observations.n)
    order = np.argsort(column, kind="stable")
    reached = np.cumsum(observations.w[order])
    target = level * reached[-1]
    # A level may round up to one, and the target then past the last sum.
    place = min(int(np.searchsorted(reached, target, side="left")), len(order) - 1)
    low = column[order[place]]
    high = column[order[min(place + 1, len(order) - 1)]] if reached[place] == target else low
    return float(low + (high - low) / 2)


def _covariance(atom: Covariance, observations: Observations, known: Values) -> float:
    """Centre both factors at rounded means; the last term mends what that rounding leaves."""
    of_f, of_g = atom.args[:2]
    f, g = (_rows(arg, atom, observations, known) for arg in (of_f, of_g))
    centre_f = _average(of_f, atom, observations, known)
    if of_f == of_g:
        square, left = weighted_averages(lambda rows: _with_square(f(rows) - centre_f), observations)
        return square - left * left
    centre_g = _average(of_g, atom, observations, known)

    def centred(rows: slice) -> tuple[Any, Any, Any]:
        from_f, from_g = f(rows) - centre_f, g(rows) - centre_g
        return from_f * from_g, from_f, from_g

    product, left_f, left_g = weighted_averages(centred, observations)
    return product - left_f * left_g


def _with_square(column: Any) -> tuple[Any, Any]:
    return column * column, column


def _jensen(atom: JensenGap, observations: Observations, known: Values) -> float:
    """A plain difference where it keeps its digits, else an average of terms of one sign."""
    f = _rows(atom.args[0], atom, observations, known)
    centre = _average(atom.args[0], atom, observations, known)
    if atom.args[1] == 1 / atom.args[0]:
        return weighted_average(lambda rows: (f(rows) - centre) ** 2 / f(rows), observations) / centre**2
    g = weighted_average(lambda rows: np.log(f(rows)), observations)
    plain = math.log(centre) - g if centre > 0 else math.nan
    if plain > max(WIDE_GAP, WIDE * abs(g)):
        return plain
    left = weighted_average(lambda rows: (f(rows) - centre) / centre, observations)
    return weighted_average(lambda rows: log1pmx((f(rows) - centre) / centre), observations) - (left - math.log1p(left))


def log1pmx(d: Array) -> Array:
    """Return ``d - log(1 + d)`` for ``d > -1`` without cancellation near zero.

    With ``r = d / (2 + d)`` it is ``r d - 2 r^3 (1/3 + r^2/5 + ...)``, from the series of the inverse hyperbolic
    tangent (NIST DLMF 4.6.1 and 4.37.26).

    >>> abs(float(log1pmx(np.array([1e-8]))[0]) / 4.999999966666667e-17 - 1) < 1e-15
    True
    """
    d = np.asarray(d, dtype=np.float64)
    near = np.abs(d) < 0.5
    r = np.where(near, d / (2.0 + d), 0.0)
    square = r * r
    series = np.zeros_like(r)
    for denominator in range(31, 1, -2):
        series = series * square + 1.0 / denominator
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(near, r * d - 2.0 * r * square * series, d - np.log1p(np.where(near, 0.0, d)))


def _excess(atom: Excess, observations: Observations, known: Values) -> float:
    """Differences first, then the average; of logarithms through ``log1p`` of the relative difference."""
    function, at = atom.args[0], known[atom.args[1]]
    variable = atom.data[0]
    inner = function.args[0] if isinstance(function, log) else function
    f = _rows(inner, atom, observations, known)
    base = float(compiled(inner, (variable,))(at))
    if isinstance(function, log):
        return weighted_average(lambda rows: np.log1p((f(rows) - base) / base), observations)
    return weighted_average(lambda rows: f(rows) - base, observations)


def _residual(atom: Residual, observations: Observations, known: Values) -> float:
    return _average(atom.args[0], atom, observations, known)


def _log_mean_exp(atom: LogMeanExp, observations: Observations, known: Values) -> float:
    f = _rows(atom.args[0], atom, observations, known)
    top = _largest(f, observations)
    return top + math.log(weighted_average(lambda rows: np.exp(f(rows) - top), observations))


def _tilted(atom: TiltedMean, observations: Observations, known: Values) -> float:
    """Exponents are taken relative to their largest, which cancels in the quotient."""
    g, f = (_rows(arg, atom, observations, known) for arg in atom.args[:2])
    top = _largest(f, observations)
    above = weighted_average(lambda rows: g(rows) * np.exp(f(rows) - top), observations)
    return above / weighted_average(lambda rows: np.exp(f(rows) - top), observations)


def _largest(values: Callable[[slice], Any], observations: Observations) -> float:
    return max(
        float(np.max(values(slice(start, min(start + _CHUNK, observations.n)))))
        for start in range(0, observations.n, _CHUNK)
    )


_RULES: dict[type, Callable[[Any, Observations, Values], float]] = {
    Mean: _mean,
    Quantile: _quantile,
    Covariance: _covariance,
    JensenGap: _jensen,
    Excess: _excess,
    Residual: _residual,
    LogMeanExp: _log_mean_exp,
    TiltedMean: _tilted,
}
