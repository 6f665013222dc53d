"""Decides whether a dataset meets a condition: yes, no, or not known; the first two are proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from numpy.typing import ArrayLike
from sympy import Expr, Rational, S, Symbol, expand, expand_log, together, trigsimp

from ..proofs.algebra.atoms import LargestTie, Mean, Quantile, atoms_of, plain
from ..proofs.algebra.overlapping import Overlapping
from ..proofs.balls import precision
from ..proofs.conditions import Condition
from ..proofs.errors import DataError
from .overlap import direction, overlaps
from .readings import Reader
from .rounded import NotDecidedError
from .samples import Sample, sample_of
from .shortcuts import Shortcut, shortcut_for

Truth: TypeAlias = bool | None
"""Three values: proved, refuted, or ``None`` where neither was possible."""

_FEW = 256  # observations
_FIRST_BITS, _LAST_BITS = 128, 2048


def decide(
    condition: Condition,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    columns: Sequence[Symbol] | None = None,
) -> Truth:
    """Return whether ``condition`` holds for the data, or ``None`` where it cannot be told.

    Doubles count as the dyadic rationals that they are, and observations of weight zero as absent. Order statistics,
    ties and rational averages are decided exactly; other averages by balls of up to 2048 bits, so that ``None``
    remains for values that are zero, or closer to zero than that, without being so by algebra.

    Parameters
    ----------
    x
        Shape ``(n,)``, or ``(n, k)`` with one column for each data variable.
    weights
        Shape ``(n,)``, none negative, not all zero; all one when omitted.
    columns
        The data variables in the order of the columns, ``family.columns``; read off the condition when omitted.

    Raises
    ------
    DataError
        For data or weights of the wrong shape, or not finite.
    ParameterError
        Where the condition contains a constant that has no value yet.

    Examples
    --------
    >>> from sympy.abc import x
    >>> spread = Condition(Mean(x**2, x) - Mean(x, x)**2, "not all observations are equal")
    >>> decide(spread, [1e8, 1e8 + 1e-8]), decide(spread, [0.1, 0.1, 0.1])
    (True, False)
    """
    return _decide(condition, sample_of(x, weights), columns)


def decide_all(
    conditions: Sequence[Condition],
    x: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    columns: Sequence[Symbol] | None = None,
) -> tuple[Truth, Condition | None]:
    """Return whether all conditions hold, and the first that fails, or else the first that cannot be decided.

    Arguments and errors are those of ``decide``.

    Examples
    --------
    >>> from sympy.abc import x
    >>> some = (Condition(Mean(x, x), "positive mean"), Condition(Quantile(1, x) - Quantile(0, x), "two values"))
    >>> truth, failed = decide_all(some, [2.0, 2.0])
    >>> truth, failed.meaning
    (False, 'two values')
    """
    return decide_sample(conditions, sample_of(x, weights), columns)


def decide_sample(
    conditions: Sequence[Condition], sample: Sample, columns: Sequence[Symbol] | None
) -> tuple[Truth, Condition | None]:
    """Return what ``decide_all`` does, for data that are known to be sound.

    >>> from sympy.abc import x
    >>> decide_sample((), sample_of([1.0]), (x,))
    (True, None)
    """
    undecided = None
    for condition in conditions:
        truth = _decide(condition, sample, columns)
        if truth is False:
            return False, condition
        if truth is None and undecided is None:
            undecided = condition
    return (True, None) if undecided is None else (None, undecided)


def fails_beyond_doubt(condition: Condition, sample: Sample, columns: Sequence[Symbol] | None) -> bool:
    """Return whether data that do not meet a condition are such that it says something of them.

    >>> from sympy.abc import x
    >>> half = Condition(Rational(1, 2) - LargestTie(x), "no half of the data is equal", open_at_zero=True)
    >>> [fails_beyond_doubt(half, sample_of(data), (x,)) for data in ([1.0, 2.0], [1.0, 1.0, 2.0])]
    [False, True]
    """
    if any(_decide(Condition(one, condition.meaning), sample, columns) is not True for one in condition.given):
        return False
    if not condition.open_at_zero:
        return True
    return _decide(replace(condition, expression=-condition.expression), sample, columns) is True


def some_fails_beyond_doubt(conditions: Sequence[Condition], sample: Sample, columns: Sequence[Symbol] | None) -> bool:
    """Return whether some condition fails for data of which it says something then.

    >>> from sympy.abc import x
    >>> half = Condition(Rational(1, 2) - LargestTie(x), "no half of the data is equal", open_at_zero=True)
    >>> [some_fails_beyond_doubt((half,), sample_of(data), (x,)) for data in ([1.0, 2.0], [1.0, 1.0, 2.0])]
    [False, True]
    """
    failed = (one for one in conditions if _decide(one, sample, columns) is False)
    return any(fails_beyond_doubt(one, sample, columns) for one in failed)


def fails_by_equality(conditions: Sequence[Condition], sample: Sample, columns: Sequence[Symbol] | None) -> bool:
    """Return whether some condition fails, and each that does is an equality which says nothing.

    >>> from sympy.abc import x
    >>> half = Condition(Rational(1, 2) - LargestTie(x), "no half of the data is equal", open_at_zero=True)
    >>> [fails_by_equality((half,), sample_of(data), (x,)) for data in ([1.0, 2.0], [1.0, 1.0, 2.0])]
    [True, False]
    """
    fails = decide_sample(conditions, sample, columns)[0] is False
    return fails and not some_fails_beyond_doubt(conditions, sample, columns)


def separating(
    conditions: Sequence[Condition], sample: Sample, columns: Sequence[Symbol] | None
) -> tuple[Fraction, ...] | None:
    """Return a direction of the coefficients that separates the data of a regression, where one breaks a condition.

    >>> from sympy import S, Tuple
    >>> from sympy.abc import x, y
    >>> odds = Condition(Overlapping(Tuple(S.One, x), y, y - 1, y, x), "overlap")
    >>> separating((odds,), sample_of([[0, -1], [1, 2]]), (y, x))
    (Fraction(0, 1), Fraction(1, 1))
    """
    for condition in conditions:
        if isinstance(condition.expression, Overlapping):
            places = _places(condition.expression, None if columns is None else tuple(columns), len(sample.given))
            return direction(condition.expression, sample, places)
    return None


@lru_cache(maxsize=2048)
def _vanishes(expression: Expr) -> bool:
    """Whether algebra shows the expression to be zero for data that are all equal.

    There averages and order statistics are the common value, so one formula in that value decides for all of them.
    """
    value = _collapsed(expression)
    return any(change(value) is S.Zero for change in (expand, lambda v: expand(expand_log(v)), together, trigsimp))


def _vanishes_at(expression: Expr, sample: Sample, places: Mapping[Symbol, int]) -> bool:
    """Whether algebra shows the expression to be zero at the one observation that there is, taken as exact."""
    row = {symbol: Rational(sample.ends[place][0]) for symbol, place in places.items()}
    number = _collapsed(expression).xreplace(row)
    return not number.free_symbols and expand(number) is S.Zero


@lru_cache(maxsize=2048)
def _collapsed(expression: Expr) -> Expr:
    """The expression for data that are all equal, in their common value."""
    return expression.xreplace({atom: _collapsed(_at_one_point(atom)) for atom in atoms_of(expression)})


def _at_one_point(atom: Expr) -> Expr:
    if isinstance(atom, Mean):
        return atom.integrand
    return S.One if isinstance(atom, LargestTie) else atom.args[-1]


@lru_cache(maxsize=2048)
def _places(expression: Expr, columns: tuple[Symbol, ...] | None, width: int) -> dict[Symbol, int]:
    """Which column each data variable stands for."""
    bound = [tuple(atom.bound_symbols) for atom in expression.atoms(Mean, Quantile, LargestTie, Overlapping)]
    names = columns if columns is not None else max(bound, key=len, default=())
    missing = [symbol for symbols in bound for symbol in symbols if symbol not in names]
    if missing or (bound and len(names) != width):
        about = sorted({str(symbol) for symbols in bound for symbol in symbols})
        raise DataError(
            f"the condition {expression} > 0 is about {about}, the data have {width} columns, named "
            f"{[str(name) for name in names]}; give columns= as in family.columns"
        )
    return {name: place for place, name in enumerate(names)}


@dataclass(frozen=True)
class _Question:
    """A condition's expression in plain functions, where its columns are, and what may decide it at once."""

    expression: Expr
    places: dict[Symbol, int]
    shortcut: Shortcut | None


@lru_cache(maxsize=2048)
def _question(expression: Expr, columns: tuple[Symbol, ...] | None, width: int) -> _Question:
    written = plain(expression)
    return _Question(written, _places(written, columns, width), shortcut_for(written))


def _decide(condition: Condition, sample: Sample, columns: Sequence[Symbol] | None) -> Truth:
    question = _question(condition.expression, None if columns is None else tuple(columns), len(sample.given))
    expression, places = question.expression, question.places
    if isinstance(expression, Overlapping):
        return overlaps(expression, sample, places)
    if sample.constant and (_vanishes(expression) or _vanishes_at(expression, sample, places)):
        return condition.weak
    truth = None if question.shortcut is None else question.shortcut(expression, sample, places)
    if truth is not None:
        return truth
    for value in _values(expression, Reader(sample, places)):
        if value > 0 or (condition.weak and value >= 0):
            return True
        if value < 0 or (not condition.weak and value <= 0):
            return False
    return None


def _values(expression: Expr, reader: Reader) -> Iterator[Any]:
    """Ever better knowledge of the value: a cheap enclosure, the exact rational, balls of more and more bits.

    The exact rational decides where there is one. It comes first for few observations, where it is the cheaper.
    """
    attempts = (_exact, _cheap) if reader.sample.size <= _FEW else (_cheap, _exact)
    for attempt in attempts:
        value = attempt(expression, reader)
        if value is not None:
            yield value
    bits = _FIRST_BITS
    while bits <= _LAST_BITS:
        with precision(bits):
            value = reader.enclosure(expression, cheap=False)
        yield value
        bits *= 2


def _cheap(expression: Expr, reader: Reader) -> Any:
    with precision(_FIRST_BITS):
        return reader.enclosure(expression, cheap=True)


def _exact(expression: Expr, reader: Reader) -> Any:
    try:
        return reader.rational(expression)
    except NotDecidedError:
        return None
