"""Whether a likelihood of three parameters is lower all along its curve of highest points than at one, or in a limit.

Source: as for ``profile``; Stirling's formula with what it leaves: NIST DLMF 5.11.1 and 5.11.8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from flint import arb
from sympy import Dummy, Expr, S, Symbol, factorial, oo

from ...proofs.algebra.atoms import Mean, atoms_of
from ...proofs.ball_data import Table
from ...proofs.balls import compiled
from .crest_cover import concave_on_crest, stays_below_on_crest
from .crest_profile import LARGEST, REMAINDER, C, CrestProfile, K
from .cubics import LAST
from .far_bounds import expanded
from .germs import Germ
from .profile import MOST_CHECKED

_NEAREST, _FARTHEST = 1, 300
"""Binary digits by which the first and the farthest cut lie off one over the spread of the logarithms."""
_TWELFTH, _THIRD = arb(1) / 12, arb(1) / 360


@dataclass(frozen=True, eq=False)
class Logarithms:
    """Tables of the logarithms of positive data: less their average, and less the largest, with that centred."""

    centred: Table
    beyond: Table
    largest: arb
    spread: arb

    @classmethod
    def of(cls, table: Table) -> Logarithms:
        """Return those of a table with one column.

        >>> one = Logarithms.of(Table((C,), [(arb(1),), (arb(1),), (arb(4),)], None))
        >>> bool(one.beyond.rows[2][0] == 0), bool(one.largest.overlaps(arb(16).log() / 3))
        (True, True)
        """
        values = [row[0] for row in table.rows]
        most, weights = max(values, key=lambda value: value.mid()), table.weights or [arb(1)] * len(values)
        below = [_log_of_quotient(value, most) for value in values]
        total = sum(weights, arb(0))
        middle = sum((w * b for w, b in zip(weights, below, strict=True)), arb(0)) / total
        centred = [b - middle for b in below]
        spread = sum((w * c**2 for w, c in zip(weights, centred, strict=True)), arb(0)) / total
        first, second = (Table((C,), [(one,) for one in column], weights) for column in (centred, below))
        return cls(first, second, -middle, spread.sqrt())


def _log_of_quotient(value: arb, most: arb) -> arb:
    """The logarithm of a quotient; next to one that of one and a difference, which has more digits."""
    if value == most:
        return arb(0)
    return ((value - most) / most).log1p() if 2 * value > most else (value / most).log()


def is_highest_on_crest(profile: CrestProfile, place: arb, data: Logarithms, most: int = MOST_CHECKED) -> bool:
    """Return whether the profile is lower everywhere but at the one maximum in the ball ``place``, for certain."""
    top = profile.curve.at(place.mid(), data.centred)[0].lower()
    if not top.is_finite():
        return False
    low, high = (_cut(profile, end, data, lambda germ: germ.span().high < top) for end in (S.Zero, oo))
    if low is None or high is None:
        return False
    around = concave_on_crest(profile, place, data.centred)
    if around is None:
        return False
    return stays_below_on_crest(profile, [(low, around.lower()), (around.upper(), high)], top, data.centred, most)


def has_no_highest_on_crest(profile: CrestProfile, data: Logarithms, most: int = MOST_CHECKED) -> bool:
    """Return whether the profile stays below one of its limits at both ends, and has no maximum as high between."""
    limits = {}
    for end in (S.Zero, oo):
        cut = _cut(profile, end, data, lambda germ: germ.below_limit() is not None)
        if cut is not None:
            limits[end] = _germ(profile, end, cut, data).below_limit()
    top = max((limit.lower() for limit in limits.values() if limit is not None), default=None)
    if top is None or not top.is_finite():
        return False

    def is_below(germ: Germ) -> bool:
        return bool(germ.span().high < top or germ.below_limit() is not None)

    low, high = (_cut(profile, end, data, is_below) for end in (S.Zero, oo))
    if low is None or high is None:
        return False
    return stays_below_on_crest(profile, [(low, high)], top, data.centred, most)


def _cut(profile: CrestProfile, end: Expr, data: Logarithms, holds: Callable[[Germ], bool]) -> arb | None:
    """The place nearest to the middle from which on something holds of the profile, up to an end."""
    digits = _NEAREST
    while digits <= _FARTHEST:
        place = (arb(2) ** (digits if end is oo else -digits) / data.spread).mid()
        if holds(_germ(profile, end, place, data)):
            return place
        digits += max(1, digits // 2)
    return None


def _germ(profile: CrestProfile, end: Expr, cut: arb, data: Logarithms) -> Germ:
    """The profile between a place and an end."""
    unknown = profile.curve.unknown
    if end is oo:
        known = {LARGEST: data.largest}
        inner = expanded(profile.inner_far, unknown, end, cut, data.beyond, known)
        return expanded(profile.far_out, unknown, end, cut, data.beyond, known, {K: inner})
    means = _means(profile)
    averages = {symbol: _average(mean, unknown, data.centred, cut) for mean, symbol in means.items()}
    inner = expanded(profile.inner.xreplace(means), unknown, end, cut, data.centred, {}, averages)
    given = {**averages, K: inner, REMAINDER: _remainder(inner)}
    return expanded(profile.near_zero.xreplace(means), unknown, end, cut, data.centred, {}, given)


@lru_cache(maxsize=64)
def _means(profile: CrestProfile) -> dict[Expr, Symbol]:
    found = {*atoms_of(profile.near_zero), *atoms_of(profile.inner)}
    return {mean: Dummy("average", real=True) for mean in sorted(found, key=str)}


def _average(mean: Mean, unknown: Symbol, table: Table, far: arb) -> Germ:
    """An average near zero by its Taylor series; the average of the logarithms themselves is zero exactly."""
    constants, coefficients, last = _series_of(mean.integrand, unknown)
    weights, total = table.weights or [], table.total()
    terms = list(constants)
    for power, function in enumerate(coefficients):
        if function is not None:
            found = (w * function(row[0])[0] for w, row in zip(weights, table.rows, strict=True))
            terms[power] += sum(found, arb(0)) / total
    within = arb(0).union(far)
    rest = sum((w * last(row[0], within)[0] for w, row in zip(weights, table.rows, strict=True)), arb(0)) / total
    return Germ.polynomial((terms[0], terms[1], terms[2], rest), far, LAST)


@lru_cache(maxsize=64)
def _series_of(
    integrand: Expr, unknown: Symbol
) -> tuple[list[arb], list[Callable[..., list[arb]] | None], Callable[..., list[arb]]]:
    """For each power below the third a number, and what is averaged and added; and the third derivative over six."""
    constants, functions = [], list[Callable[..., list[arb]] | None]()
    for power in range(LAST):
        whole = (integrand.diff(unknown, power).subs(unknown, 0) / factorial(power)).expand()
        constant, rest = whole.as_independent(C, as_Add=True)
        rest = rest - rest.coeff(C, 1) * C
        constants.append(arb(int(constant)) if constant.is_Integer else arb("nan"))
        functions.append(None if rest == 0 else compiled((rest,), (C,)))
    return constants, functions, compiled((integrand.diff(unknown, LAST) / factorial(LAST),), (C, unknown))


def _remainder(inner: Germ) -> Germ:
    """What Stirling's formula leaves of the logarithm of the gamma function of a number that tends to infinity.

    It lies between 1/(12 y) - 1/(360 y^3) and 1/(12 y).
    """
    small = inner.inverse()
    most = small.span().high
    if not (small.power > 0 and most.is_finite() and small.span().low >= 0):
        return Germ.number(arb("nan"), inner.far)
    share = (_TWELFTH - _THIRD * most**2).union(_TWELFTH)
    return small * replace(Germ.number(share, inner.far), steady=0)
