"""Conditions for a maximiser from the two ends of the space of the one unknown that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from flint import arb
from sympy import Abs, Expr, Heaviside, Max, Piecewise, Poly, Pow, S, Symbol, log, nan, oo, sign, zoo

from .algebra.atoms import Indicator, Mean, Quantile, Residual, atoms_of, plain, stand_ins
from .algebra.signs import Domain, is_nonnegative, strict_sign
from .algebra.size import cancelled
from .approach import signs_near
from .ball_data import Values, evaluate
from .balls import ball, precision
from .bounds import Bounds
from .conditions import Condition
from .derivation import Statistic
from .equalities import is_open_at_zero
from .existence import EndClaim, Existence
from .family import Family
from .leading import Approach
from .likelihood import unfold
from .limits import end_value
from .positivity import above_zero
from .probes import data_points, parameter_points
from .sameness import is_spread
from .wording import describe, distinct

_FAR = (80, 40, 12, 5)
"""Powers of two: how far out, and one over how close to an end, the sign of a limit is looked at."""
_SEEDS, _ROWS, _BITS = 3, 5, (512, 8192)
_LARGE = 2**20


def by_ends(
    family: Family,
    equation: Expr,
    unknown: Symbol,
    box: Bounds,
    statistics: tuple[Statistic, ...],
    domain: Domain,
    only: bool,
) -> Existence | None:
    """Return conditions under which a continuous reduced equation changes sign over ``box``, where its unknown lies.

    Where every root is known to be the ``only`` maximum, any change of sign will do; else the profile likelihood has
    to rise at the lower end and fall at the upper one. ``None`` where the signs at the ends are not proved so.
    """
    if _may_jump(family):
        return None
    equation = unfold(equation, statistics)
    within = replace(box, lo=unfold(box.lo, statistics), hi=unfold(box.hi, statistics))
    if _has_pole(equation, unknown, within, family):
        return None
    low = _near(equation, unknown, box.lo, True, family)
    high = _near(equation, unknown, box.hi, False, family) if low else None
    if not low or not high:
        return None
    rule = f"the reduced equation in {unknown} changes sign between the ends of the parameter space"
    inside = tuple(describe(gap, family, statistics, rule) for gap in _off_ends(equation, family))
    for turn in (1, -1) if only else (1,):
        wanted = [
            _Wanted(factor, turn if above else -turn, end, above)
            for end, above, side in ((box.lo, True, low), (box.hi, False, high))
            for one in side
            for part in ((turn if above else -turn) * one.value, *one.needed)
            for factor in above_zero(part, domain)
        ]
        factors = [one.factor for one in wanted]
        if not any(_impossible(factor, domain) for factor in factors) and not _contradict(factors):
            conditions = distinct(tuple(_described(one, equation, unknown, family, statistics, rule) for one in wanted))
            if any(is_spread(one) for one in conditions):
                conditions = tuple(one for one in conditions if not isinstance(one.expression, Max))
            equal = all(is_spread(one) for one in conditions) and _one_sign_on_equal_data(equation, domain)
            claims = tuple(
                _claim(end, above, one, statistics)
                for end, above, side in ((box.lo, True, low), (box.hi, False, high))
                for one in side
                if one.kind != 0
            )
            return Existence(
                distinct((*conditions, *inside)),
                True,
                rule,
                "",
                not inside and ((only and not _of_kinds(low, high)) or equal),
                plain(equation),
                unknown,
                claims,
            )
    return None


def _off_ends(equation: Expr, family: Family) -> list[Expr]:
    """What is positive where no observation lies on an end of a continuum at which the equation has no value."""
    x, ends = family.observation, family.bounds
    parts = [atom.args[0] for atom in atoms_of(equation) if isinstance(atom, (Mean, Residual))]
    sides = (ends.lo, ends.lo_closed, Quantile(0, x) - ends.lo), (ends.hi, ends.hi_closed, ends.hi - Quantile(1, x))
    return [
        gap
        for end, closed, gap in sides
        if closed and end.is_number and not ends.discrete
        if any(part.subs(x, end).has(nan, zoo, oo, -oo) for part in parts)
    ]


@dataclass(frozen=True)
class _Wanted:
    """What has to be positive for the equation to be of a sign near an end."""

    factor: Expr
    sign: int
    end: Expr
    above: bool


def _described(
    one: _Wanted, equation: Expr, unknown: Symbol, family: Family, statistics: tuple[Statistic, ...], rule: str
) -> Condition:
    """The condition in words; where it is an equality another sign may be left."""
    condition = describe(one.factor, family, statistics, rule)
    opened = is_open_at_zero(one.factor, equation, unknown, one.end, one.above, one.sign, family.domain)
    return replace(condition, open_at_zero=True) if opened else condition


def _contradict(factors: Sequence[Expr]) -> bool:
    """Whether one is minus a multiple of another: both ends of a turn are one place, where nothing changes its sign."""
    return any((a / b).cancel().is_negative for a, b in combinations(dict.fromkeys(factors), 2))


def _may_jump(family: Family) -> bool:
    """Whether cases that parameters decide may make the likelihood jump: then a change of sign is no maximum."""
    density, parameters = family.log_density, set(family.symbols)
    switches = [*density.atoms(sign, Heaviside), *(case for node in density.atoms(Piecewise) for _, case in node.args)]
    return any(parameters & node.free_symbols for node in switches)


def _has_pole(equation: Expr, unknown: Symbol, box: Bounds, family: Family) -> bool:
    """Whether it is unbounded next to a number inside the box: the signs at the ends say nothing then.

    As next to a standard deviation of zero where every real number is allowed, with all data at zero.
    """
    inside = [node for node in equation.atoms(Pow, log, sign) if unknown in node.free_symbols]
    bases = [node.args[0] for node in inside if not isinstance(node, Pow) or node.exp.is_negative]
    plain_bases = {part.args[0] if isinstance(part, Abs) else part for part in bases}
    of_unknown = [base for base in plain_bases if base.free_symbols == {unknown} and base.is_polynomial()]
    roots = {root for base in of_unknown for root in _real_roots(Poly(base, unknown))}
    theta = parameter_points(family, 1, 1)[0]
    sample = data_points(family, theta, _ROWS, 1)
    with precision(_BITS[0]):
        places = [evaluate(root, theta, sample) for root in roots]
        low, high = (None if end.is_infinite else evaluate(end, theta, sample) for end in (box.lo, box.hi))
        return any(
            abs(evaluate(equation, {**theta, unknown: place + side * ball(2) ** -_FAR[0]}, sample)) > _LARGE
            for place in places
            if (low is None or place > low) and (high is None or place < high)
            for side in (1, -1)
        )


def _real_roots(polynomial: Poly) -> list[Expr]:
    """Those of rational polynomials, and of linear ones."""
    if polynomial.degree() == 1:
        return [-polynomial.nth(0) / polynomial.nth(1)]
    return polynomial.real_roots() if polynomial.domain.is_ZZ or polynomial.domain.is_QQ else []


def _of_kinds(*sides: tuple[Approach, ...]) -> bool:
    """Whether something is asked of one kind of data that is not asked of the others."""
    values = [{one.value for one in side if one.kind != 0} for side in sides]
    return any(len(found) > 1 and any(not value.is_number for value in found) for found in values)


def _claim(end: Expr, above: bool, one: Approach, statistics: tuple[Statistic, ...]) -> EndClaim:
    """What is said of the sign near an end, without names of statistics."""
    end, value, *given = (plain(unfold(part, statistics)) for part in (end, one.value, *one.needed, one.kind))
    return EndClaim(end, above, value, tuple(gap for gap in given if gap != 1))


def _near(equation: Expr, unknown: Symbol, end: Expr, above: bool, family: Family) -> tuple[Approach, ...] | None:
    """The sign close to an end, for each kind of data."""
    found = signs_near(equation, unknown, end, above, family.domain)
    if found is not None or end.free_symbols:
        return found
    value = end_value(equation, unknown, end, above, family.domain)
    if value is None or _contradicted(equation, unknown, end, above, value, family):
        return None
    return (Approach(value),)


def _contradicted(equation: Expr, unknown: Symbol, end: Expr, above: bool, value: Expr, family: Family) -> bool:
    """Whether the equation has another sign than ``value`` at the closest place to the end where balls show one.

    SymPy's limits may err: of the difference of two error functions that both tend to minus one 1.14 finds another.
    """
    for seed in range(1, _SEEDS + 1):
        theta = parameter_points(family, 1, seed)[0]
        sample = data_points(family, theta, _ROWS, seed)
        for bits in _BITS:
            with precision(bits):
                claimed = evaluate(value, theta, sample)
                found = _closest(equation, unknown, end, above, theta, sample)
            if found is not None and (claimed > 0 or claimed < 0):
                if (found > 0) != (claimed > 0):
                    return True
                break
    return False


def _closest(
    equation: Expr, unknown: Symbol, end: Expr, above: bool, theta: Values, sample: Sequence[Values]
) -> arb | None:
    """The equation at the closest place to the end where a ball shows its sign, ``None`` if none does."""
    side = 1 if above else -1
    for power in _FAR:
        near = ball(end) + side * ball(2) ** -power if end.is_finite else -side * ball(2) ** power
        found = evaluate(equation, {**theta, unknown: near}, sample)
        if found > 0 or found < 0:
            return found
    return None


def _one_sign_on_equal_data(equation: Expr, domain: Domain) -> bool:
    """Whether the equation has no root where all observations are equal, so that there is no maximiser either."""
    atoms = atoms_of(equation)
    if not all(isinstance(atom, Mean) for atom in atoms):
        return False
    same = equation.xreplace({atom: atom.integrand for atom in atoms})
    return bool(strict_sign(same, domain))


def _impossible(expression: Expr, domain: Domain) -> bool:
    """Whether no dataset makes it positive: as when averages that are written apart add up to zero."""
    masks = stand_ins(expression)
    apart = expression.xreplace(masks)
    linear = all(apart.diff(mask).is_number and isinstance(atom, Mean) for atom, mask in masks.items())
    if is_nonnegative(-expression, domain):
        return True
    joined = apart.xreplace({mask: atom.integrand for atom, mask in masks.items()}) if linear else S.One
    cases = sorted(joined.atoms(Indicator), key=lambda node: node.sort_key())
    return all(
        bool(cancelled(joined.xreplace(dict(zip(cases, values, strict=True)))).is_nonpositive)
        for values in product((S.Zero, S.One), repeat=len(cases))
    )
