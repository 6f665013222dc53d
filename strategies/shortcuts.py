"""Decides conditions on averages from the ends of the data, or from the first few rows, where that is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flint import fmpq, fmpq_mat
from sympy import Dummy, Expr, Matrix, S, Symbol, expand

from ..proofs.algebra.atoms import Mean, Quantile, atoms_of
from ..proofs.algebra.signs import is_nonnegative
from ..proofs.algebra.size import factored, is_spreadable
from .rounded import NotDecidedError, exact, exact_constant, rational_value
from .samples import Sample

Shortcut = Callable[[Expr, Sample, Mapping[Symbol, int]], bool | None]


def shortcut_for(expression: Expr) -> Shortcut | None:
    """Return the one of the following that may decide an expression, whatever the data; ``None`` if none does.

    >>> from sympy.abc import x
    >>> shortcut_for(1 - Mean(x, x)) is positive_by_ends, shortcut_for(Mean(x, x) ** 2)
    (True, None)
    """
    ways: tuple[tuple[Shortcut, Callable[[Expr], object]], ...] = (
        (positive_by_order, _as_difference),
        (positive_by_ends, _as_average),
        (positive_by_part, _spanning),
    )
    return next((way for way, applies in ways if applies(expression)), None)


@dataclass(frozen=True)
class _Average:
    """An expression that is one average: of which function of which column; whether that is a line, or the column."""

    column: Symbol
    integrand: Expr
    line: bool
    plain: bool


def positive_by_ends(expression: Expr, sample: Sample, places: Mapping[Symbol, int]) -> bool | None:
    """Return whether ``expression > 0``, where the ends of a column decide it; ``None`` where they do not.

    An average of numbers that differ lies strictly between the least and the greatest, and an average of numbers none
    of which is negative is positive as soon as one is. Both hold for any positive weights.

    >>> from sympy.abc import x
    >>> from .samples import sample_of
    >>> positive_by_ends(1 - Mean(x, x), sample_of([0.0, 1.0, 1.0]), {x: 0})
    True
    """
    average = _as_average(expression)
    if average is None:
        return None
    least, greatest = sample.ends[places[average.column]]
    try:
        values = [least, greatest] if average.plain else [_at(average, end) for end in (least, greatest)]
    except NotDecidedError:
        return None
    if average.line:
        low, high = min(values), max(values)
        return None if low == high else True if low >= 0 else False if high <= 0 else None
    side = 1 if least > 0 else 0 if least == 0 else -1
    for sign in (1, -1):
        if any(sign * value > 0 for value in values) and _never_negative(
            sign * average.integrand, average.column, side
        ):
            return sign > 0
    return None


def positive_by_order(expression: Expr, sample: Sample, places: Mapping[Symbol, int]) -> bool | None:
    """Return whether ``expression > 0``, where it is the difference of two ends of columns: doubles compare exactly.

    ``None`` for any other expression, and where it is zero.

    >>> from sympy.abc import x
    >>> from .samples import sample_of
    >>> positive_by_order(Quantile(1, x) - Quantile(0, x), sample_of([2.0, 2.5]), {x: 0})
    True
    """
    ends = _as_difference(expression)
    if ends is None:
        return None
    more, less = (sample.ends[places[symbol]][side] for symbol, side in ends)
    return None if more == less else more > less


@lru_cache(maxsize=2048)
def _as_difference(expression: Expr) -> tuple[tuple[Symbol, int], tuple[Symbol, int]] | None:
    """The column and the side of two order statistics, if the expression is the first minus the second."""
    atoms = sorted(expression.atoms(Quantile), key=lambda atom: expression.coeff(atom), reverse=True)
    if len(atoms) != 2 or expression != atoms[0] - atoms[1] or any(atom.level not in (0, 1) for atom in atoms):
        return None
    first, second = ((atom.args[1], int(atom.level)) for atom in atoms)
    return first, second


_PART = 64  # observations that are asked whether they already span the columns


def positive_by_part(expression: Expr, sample: Sample, places: Mapping[Symbol, int]) -> bool | None:
    """Return whether ``expression > 0``, where it says that columns are independent and a few rows show it.

    The determinant of all averages of products of 1 and some columns is the squared volume that these span in the data
    (Gram; Horn & Johnson 2013, Matrix Analysis, section 7.2): positive unless they are linearly dependent on every row
    that carries weight, so positive as soon as they are independent on some rows.

    >>> from sympy.abc import x
    >>> from .samples import sample_of
    >>> positive_by_part(Mean(x**2, x) - Mean(x, x)**2, sample_of([0.0, 1.0, 1.0]), {x: 0})
    True
    """
    spanning = _spanning(expression)
    if not spanning:
        return None
    if len(spanning) == 1:
        least, greatest = sample.ends[places[spanning[0]]]
        return True if least < greatest else None
    used = [sample.columns[places[symbol]][:_PART].tolist() for symbol in spanning]
    rows = [[fmpq(1), *map(exact, row)] for row in zip(*used, strict=True)]
    return True if fmpq_mat(rows).rank() == len(spanning) + 1 else None


@lru_cache(maxsize=2048)
def _spanning(expression: Expr) -> tuple[Symbol, ...]:
    """The columns whose Gram determinant, with a column of ones, the expression is; none if it is no such thing."""
    averages = expression.atoms(Mean)
    if not averages or set(atoms_of(expression)) != averages or not is_spreadable(expression):
        return ()
    data = next(iter(averages)).data
    columns = tuple(symbol for symbol in data if any(symbol in atom.integrand.free_symbols for atom in averages))
    functions = (S.One, *columns)
    gram = Matrix([[f * g if f * g is S.One else Mean(f * g, *data) for g in functions] for f in functions])
    return columns if expand(expression - gram.det()) is S.Zero else ()


def _at(average: _Average, end: float) -> fmpq:
    value = rational_value(average.integrand, {average.column: exact(end)}, exact_constant)
    assert isinstance(value, fmpq)
    return value


@lru_cache(maxsize=2048)
def _as_average(expression: Expr) -> _Average | None:
    """The expression as one average of one column, if it is a combination of averages with rational coefficients."""
    atoms = tuple(atoms_of(expression))
    if not atoms or not all(isinstance(atom, Mean) and not atoms_of(atom.integrand) for atom in atoms):
        return None
    columns = set().union(*(atom.integrand.free_symbols for atom in atoms))
    stand_ins = {atom: Dummy() for atom in atoms}
    combination = expression.xreplace(stand_ins)
    slopes = [combination.diff(stand_in) for stand_in in stand_ins.values()]
    intercept = combination.xreplace(dict.fromkeys(stand_ins.values(), S.Zero))
    if len(columns) != 1 or not all(number.is_Rational for number in (*slopes, intercept)):
        return None
    column = columns.pop()
    integrand = intercept + sum(slope * atom.integrand for slope, atom in zip(slopes, atoms, strict=True))
    slope = integrand.diff(column)
    return _Average(column, integrand, bool(slope.is_Rational and slope.is_nonzero), integrand == column)


@lru_cache(maxsize=2048)
def _never_negative(integrand: Expr, column: Symbol, side: int) -> bool:
    """Whether the sign rules prove it for a column that is positive, not negative or any, by ``side`` 1, 0, -1."""
    sign = {1: {"positive": True}, 0: {"nonnegative": True}, -1: {}}[side]
    free = Dummy(column.name, real=True, **sign)
    return is_nonnegative(factored(integrand.xreplace({column: free})), {})
