"""Random members with random data, on which the checker tries what is claimed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from flint import arb
from sympy import Expr, Integer, Rational, S, Symbol, oo

from .apart import groups_of_rows
from .ball_data import Values, evaluate
from .balls import precision
from .bounds import Bounds
from .family import Family
from .probes import at, data_points, parameter_points
from .trial import Trial
from .zero import Point

_MEMBERS = 3
_MORE, _SHARES = range(31, 43), (3, 9)
_OBSERVATIONS, _GROUPS = 6, 4
"""How many rows are drawn, and up to how many groups of rows these are left to chance."""
_FEW, _MANY, _BITS = 12, 60, 128
_DYADIC = 30
_FAR = 2**20
_TIES = (_OBSERVATIONS // 2, _OBSERVATIONS * 2 // 3, _OBSERVATIONS - 1)
_NEARER, _FURTHER = Rational(1, 4), Rational(4)
_SIZES = tuple(Rational(2) ** power for power in (-1, 1, -2, 2, -3, 3, -4, 4))
_FAR_OFF, _CLOSE, _AWAY = (2, 4, 6, 8, 12), Rational(1, 64), (1, 16, 256)
"""By which powers of two data are moved where no others do what is asked of them; what is left of distances from one of
them; and how much further out that one is taken."""


@lru_cache(maxsize=64)
def members_with_data(family: Family) -> tuple[Point, ...]:
    """Return random members, each with random data, in exact rationals.

    >>> from thetahat import family
    >>> [len(sample) for theta, sample in members_with_data(family("rayleigh"))]
    [6, 6, 6]
    """
    return tuple(_drawn(family, seed) for seed in range(11, 11 + _MEMBERS))


def _drawn(family: Family, seed: int) -> Point:
    theta = parameter_points(family, 1, seed)[0]
    groups = groups_of_rows(family)
    if len(groups) <= _GROUPS or family.bounds.free_symbols & set(family.beside):
        return theta, data_points(family, theta, _OBSERVATIONS, seed)
    # Every group has its share: a mean over no rows is no number.
    rows = data_points(family, theta, 2 * len(groups), seed)
    return theta, [{**row, **dict(groups[place % len(groups)])} for place, row in enumerate(rows)]


@lru_cache(maxsize=64)
def trials(family: Family) -> tuple[Trial, ...]:
    """Return the same members and data, every number rounded to one that balls hold exactly.

    >>> from thetahat import family
    >>> all(trial.is_possible() for trial in trials(family("uniform")))
    True
    """
    return tuple(
        Trial(family, _dyadic(theta), tuple(_dyadic(row) for row in sample))
        for theta, sample in members_with_data(family)
    )


def with_others(tried: Sequence[Trial]) -> list[Trial]:
    """Return the first dataset under each of the members that make it possible, and under the first close to an end.

    >>> from thetahat import family
    >>> [len(with_others(trials(family(name)))) for name in ("rayleigh", "normal")]
    [5, 7]
    """
    first, symbols = tried[0], tried[0].family.symbols
    others = [first.moved({p: one.theta[p] for p in symbols}) for one in tried]
    return [one for one in (*others, *_close_to_ends(first)) if one.is_possible()]


def _close_to_ends(trial: Trial) -> Iterator[Trial]:
    """The same member with one parameter next to an end of its space, or far out where there is none."""
    for item in trial.family.parameters:
        if item.bounds.discrete:
            continue
        here = trial.theta[item.symbol]
        for end, way in ((item.bounds.lo, -1), (item.bounds.hi, 1)):
            far = end.is_infinite
            place = here + way * _FAR if far else trial.number(end) + (here - trial.number(end)) / _FAR
            yield trial.moved({item.symbol: place})


def _dyadic(values: Values) -> dict[Symbol, arb]:
    """Only of such numbers is it certain that two are equal."""
    return {symbol: arb(((int(value.p) << _DYADIC) // int(value.q), -_DYADIC)) for symbol, value in values.items()}


def stretched(family: Family) -> list[Point]:
    """Return the same members with data ever nearer to a finite end of the support, or ever further from it.

    >>> from thetahat import family
    >>> len(stretched(family("rayleigh"))), len(stretched(family("poisson")))
    (6, 0)
    """
    if family.discrete:
        return []
    return [
        (theta, _pulled(family, sample, end, rate))
        for theta, sample in members_with_data(family)
        for ends in [at(family.bounds, {**theta, **sample[0]})]
        for end, rates in ((ends.lo, (_NEARER, *([_FURTHER] * (ends.hi is oo)))), (ends.hi, (_NEARER,)))
        if end.is_Rational
        for rate in rates
    ]


def on_the_ends(family: Family) -> list[Point]:
    """Return the same members with data on the ends of their support, where random ones seldom or never are.

    Of counts of few values half stand at either end. Of a continuum that an end belongs to all observations lie on
    that end, or all but one.

    >>> from thetahat import family
    >>> [len(on_the_ends(family(name))) for name in ("bernoulli", "poisson", "rayleigh", "pareto_known_minimum")]
    [3, 0, 0, 6]
    """
    x, found = family.observation, list[Point]()
    for theta, sample in members_with_data(family):
        ends, rows = at(family.bounds, {**theta, **sample[0]}), len(sample)
        if not family.discrete:
            sides = [end for end, closed in ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)) if closed]
            patterns = [[end] * count for end in sides if end.is_Rational for count in (rows, rows - 1)]
        else:
            few = ends.lo.is_Integer and ends.hi.is_Integer
            patterns = [[(ends.lo, ends.hi)[place % 2] for place in range(rows)]] if few else []
        for places in patterns:
            moved = [{**row, x: place} for row, place in zip(sample, places, strict=False)]
            found.append((theta, [*moved, *sample[len(places) :]]))
    return found


def of_many_sizes(family: Family) -> Iterator[Point]:
    """Yield the same members with data of many sizes, and of both signs where the whole line supports them.

    Counts are tied at an end of their support instead, since a member may make one value far more frequent than the
    others, and those of further members taken as they are and nearer to the smallest. Of few values that there may be,
    each comes as often as a member promises too: of six observations no share lies between a third and a half.

    >>> from thetahat import family
    >>> [len(list(of_many_sizes(family(name)))) for name in ("rayleigh", "poisson", "bernoulli")]
    [33, 48, 72]
    """
    yield from members_with_data(family)
    yield from (*_tied(family), *_lowered(family), *_in_proportion(family)) if family.discrete else stretched(family)
    x, ends = family.observation, family.bounds
    if family.discrete or ends.hi is not oo or ends.lo not in (S.Zero, -oo):
        return
    for factor in _SIZES if ends.lo is S.Zero else (*_SIZES, *(-size for size in _SIZES), S.NegativeOne):
        yield from (
            (theta, [{**row, x: factor * row[x]} for row in sample]) for theta, sample in members_with_data(family)
        )


def far_off(family: Family) -> Iterator[Point]:
    """Yield the same members with one column far larger or smaller, or close to an end of its support or to one row.

    >>> from thetahat import family
    >>> x = family("poisson").observation
    >>> max(int(row[x]) for _, sample in far_off(family("poisson")) for row in sample)
    49152
    """
    supports = [(family.observation, family.bounds), *((one.symbol, one.bounds) for one in family.also)]
    for (theta, sample), (column, box) in product(members_with_data(family), supports):
        ends = [at(box, {**theta, **row}) for row in sample]
        gathered = _gathered([row[column] for row in sample], ends, box.discrete)
        for origins, factors, places in (*_moves(ends, box.discrete), *gathered):
            for factor in factors:
                moved = (p + factor * (row[column] - o) for o, p, row in zip(origins, places, sample, strict=True))
                yield theta, [{**row, column: value} for row, value in zip(sample, moved, strict=True)]


def _gathered(
    values: Sequence[Expr], ends: Sequence[Bounds], whole: bool
) -> Iterator[tuple[list[Expr], list[Rational], list[Expr]]]:
    """The same, with all observations near one of them, and far out where the support goes on."""
    close, (lo, hi) = [S.Zero if whole else _CLOSE], (ends[0].lo, ends[0].hi)
    start = lo if hi is oo and lo.is_Rational else S.Zero
    away = _AWAY if hi is oo and (lo is -oo or lo.is_Rational) else (1,)
    for value, factor in product(values, away):
        yield [value] * len(values), close, [start + factor * (value - start)] * len(values)


def _moves(ends: Sequence[Bounds], whole: bool) -> Iterator[tuple[list[Expr], list[Rational], list[Expr]]]:
    """From where observations may be moved, an origin for each, by which factors of the distance, and to where."""
    far = [Rational(2) ** power for power in _FAR_OFF]
    near = [S.Zero] if whole else [1 / factor for factor in far]
    sides = [[one.lo for one in ends], [one.hi for one in ends]]
    finite = [side for side in sides if all(end.is_Rational for end in side)]
    if all(end.is_infinite for side in sides for end in side):
        both = far if whole else [*far, *near]
        yield [S.Zero] * len(ends), [*both, *(-factor for factor in both)], [S.Zero] * len(ends)
    for side in finite:
        yield side, near if len(finite) == 2 else [*far, *near], side


def _tied(family: Family) -> Iterator[Point]:
    """Data of which half, two thirds and all but one are at a finite end of the support."""
    x = family.observation
    for theta, sample in members_with_data(family):
        ends = at(family.bounds, {**theta, **sample[0]})
        for end in (ends.lo, ends.hi):
            for count in _TIES if end.is_Integer else ():
                yield theta, [{**row, x: end} if place < count else row for place, row in enumerate(sample)]


def _lowered(family: Family) -> Iterator[Point]:
    """Counts of further members, and what whole shares of their distance from the smallest leave of them."""
    x, lo = family.observation, family.bounds.lo
    for theta, sample in (_drawn(family, seed) for seed in _MORE):
        yield theta, sample
        for share in _SHARES if lo.is_number and lo.is_finite else ():
            yield theta, [{**row, x: lo + (row[x] - lo) // share} for row in sample]


def _in_proportion(family: Family) -> Iterator[Point]:
    """Of few values that there may be, each as often as a member gives it probability, of the members tried so far."""
    ends, x = family.bounds, family.observation
    if family.beside or not (ends.lo.is_Integer and ends.hi.is_Integer and ends.hi - ends.lo < _FEW):
        return
    for seed in (*range(11, 11 + _MEMBERS), *_MORE):
        theta = parameter_points(family, 1, seed)[0]
        rows: list[Values] = []
        for value in range(int(ends.lo), int(ends.hi) + 1):
            with precision(_BITS):
                often = _MANY * evaluate(family.log_density, {**theta, x: Integer(value)}, ()).exp()
            rows += [{x: Integer(value)}] * (round(float(often.mid())) if often.is_finite() else 0)
        if rows:
            yield theta, rows


def _pulled(family: Family, sample: Sequence[Values], end: Expr, rate: Rational) -> list[Values]:
    """Each observation nearer to the end, or further from it, by one factor more than the one before."""
    x = family.observation
    return [{**row, x: end + (row[x] - end) * rate**place} for place, row in enumerate(sample, 1)]
