"""Cases as a declaration writes them: without branches that no observation reaches, and outside of functions."""

from __future__ import annotations

from itertools import combinations, product
from math import prod

from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Function,
    Ge,
    Gt,
    KroneckerDelta,
    Le,
    Lt,
    Max,
    Min,
    Ne,
    Piecewise,
    Pow,
    Range,
    S,
    Symbol,
    false,
    log,
    nan,
    true,
    zoo,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..bounds import Bounds

Branch = tuple[Expr, Boolean]
_SIGNS = {Lt: {-1}, Le: {-1, 0}, Gt: {1}, Ge: {0, 1}, Eq: {0}, Ne: {-1, 1}}
_ALL = {-1, 0, 1}
# The larger of two numbers makes cases of a logarithm only: elsewhere its kink does no harm.
_CASES = (Piecewise, KroneckerDelta, Max, Min)
_MOST_POINTS = 20
_MOST_BRANCHES = 12


def plain_cases(expression: Expr, x: Symbol, ends: Bounds) -> Expr:
    """Return ``expression`` with no branch that no observation reaches, and with functions of cases as cases.

    A logarithm stays outside where a branch that may be reached is zero: then the density is no density there.

    >>> from sympy import Interval, log
    >>> from thetahat.proofs.bounds import bounds
    >>> x, b = Symbol("x", positive=True), Symbol("b", positive=True)
    >>> uniform = Piecewise((1 / b, (x >= 0) & (x <= b)), (0, True))
    >>> plain_cases(log(uniform), x, bounds(Interval.Lopen(0, b)))
    log(1/b)
    """
    if not expression.has(*_CASES):
        return expression
    if isinstance(expression, Piecewise):
        return _within_reach(tuple((plain_cases(v, x, ends), c) for v, c in expression.args), x, ends)
    inner = expression.func(*(plain_cases(arg, x, ends) for arg in expression.args)) if expression.args else expression
    if isinstance(inner, (Function, Pow)) and not isinstance(inner, _CASES):
        return _cases_outside(inner, x, ends)
    return inner


def _within_reach(branches: tuple[Branch, ...], x: Symbol, ends: Bounds) -> Expr:
    kept: list[Branch] = []
    used: dict[Expr, set[int]] = {}
    for value, condition in branches:
        here = _decided(condition, x, ends)
        compared = _compared(here)
        if compared is not None and compared[1] <= used.get(compared[0], set()):
            continue
        if here is not false and not _contradicts_itself(here):
            kept.append((value, here))
        if here is true:
            break
        if compared is not None:
            used.setdefault(compared[0], set()).update(compared[1])
            if used[compared[0]] == _ALL:
                kept[-1] = (value, true)
                break
    told = _without_seams(_at_points(kept, x, ends), x)
    return _with_modulus(told, x) or Piecewise(*told)


def _with_modulus(branches: list[Branch], x: Symbol) -> Expr | None:
    """Two multiples of one difference, to either side of where it is zero, by the difference and its modulus."""
    if len(branches) != 2 or branches[1][1] is not true:
        return None
    compared = _compared(branches[0][1])
    if compared is None or not {-1, 1} & compared[1] or compared[1] >= {-1, 1} or x not in compared[0].free_symbols:
        return None
    difference, signs = compared
    here, beyond = ((value / difference).cancel() for value, _ in branches)
    if x in here.free_symbols | beyond.free_symbols or difference.diff(x).free_symbols:
        return None
    way = 1 if 1 in signs else -1
    return (here + beyond) / 2 * difference + way * (here - beyond) / 2 * Abs(difference)


def _contradicts_itself(condition: Boolean) -> bool:
    """Whether it asks for two numbers in one place."""
    places = [part for part in And.make_args(condition) if isinstance(part, Eq) and part.rhs.is_number]
    return any(one.lhs == other.lhs and one.rhs != other.rhs for one, other in combinations(places, 2))


def _decided(condition: Boolean, x: Symbol, ends: Bounds) -> Boolean:
    """The condition with every comparison replaced that the ends of the support decide."""
    known = {}
    for relation in condition.atoms(Relational) if condition not in (true, false) else ():
        signs = _signs_on(relation.lhs - relation.rhs, x, ends)
        meant = _SIGNS.get(type(relation), _ALL)
        if signs <= meant and meant != _ALL:
            known[relation] = true
        elif not signs & meant:
            known[relation] = false
    return condition.xreplace(known)


def _signs_on(difference: Expr, x: Symbol, ends: Bounds) -> set[int]:
    """The signs that a linear function of the observation may have on the support."""
    slope = difference.diff(x)
    if not slope.is_Rational or slope == 0:
        return _ALL
    low, high = ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed))[:: 1 if slope > 0 else -1]
    signs = set(_ALL)
    for (end, closed), away in ((low, 1), (high, -1)):
        value = (difference.subs(x, end) * away).expand() if end.is_finite else None
        if value is None:
            continue
        if value.is_positive or (value.is_nonnegative and not (closed or ends.discrete)):
            signs &= {away}
        elif value.is_nonnegative:
            signs &= {0, away}
    return signs


def _compared(condition: Boolean) -> tuple[Expr, set[int]] | None:
    """A plain comparison as a difference and the signs at which it holds; the same for both ways of writing it."""
    if type(condition) not in _SIGNS:
        return None
    difference = (condition.lhs - condition.rhs).expand()
    signs = _SIGNS[type(condition)]
    return (-difference, {-s for s in signs}) if difference.could_extract_minus_sign() else (difference, signs)


def _at_points(branches: list[Branch], x: Symbol, ends: Bounds) -> list[Branch]:
    """Of a few integers, the branches that one of them takes."""
    if not (ends.discrete and ends.lo.is_Integer and ends.hi.is_Integer and ends.hi - ends.lo < _MOST_POINTS):
        return branches
    taken = set()
    for point in Range(ends.lo, ends.hi + 1):
        there = [condition.subs(x, point) for _, condition in branches]
        first = next((i for i, holds in enumerate(there) if holds is not false), None)
        if first is None or there[first] is not true:
            return branches
        taken.add(first)
    *kept, last = [branches[i] for i in sorted(taken)]
    return [*kept, (last[0], true)]


def _without_seams(branches: list[Branch], x: Symbol) -> list[Branch]:
    """A branch for the single point at which two others meet goes to the one whose value it continues."""
    for i, (value, condition) in enumerate(branches):
        if not isinstance(condition, Eq) or x not in condition.free_symbols or condition.lhs.is_integer:
            continue
        seam, _ = _compared(condition) or (condition.lhs - condition.rhs, set())
        slope = seam.diff(x)
        for j, (other, beside) in enumerate(branches):
            compared = _compared(beside)
            if i == j or compared is None or compared[0] != seam or not slope.is_Rational or slope == 0:
                continue
            if (other.subs(x, x - seam / slope) - value).together().expand() == 0:
                wider = {Lt: Le, Gt: Ge}.get(type(beside))
                if wider is not None:
                    joined = [*branches]
                    joined[j] = (other, wider(*beside.args))
                    return joined[:i] + joined[i + 1 :]
    return branches


def _cases_outside(node: Expr, x: Symbol, ends: Bounds) -> Expr:
    """A function of cases as cases of the function; those with the same conditions are taken together."""
    groups: dict[tuple[Boolean, ...], dict[Expr, tuple[Branch, ...]]] = {}
    kinds = _CASES if isinstance(node, log) else _CASES[:2]
    atoms = [piece for piece in node.atoms(*kinds) if isinstance(piece, Piecewise) or len(piece.args) == 2]
    for piece in sorted(atoms, key=lambda piece: piece.sort_key()):
        branches = _branches(piece)
        groups.setdefault(tuple(condition for _, condition in branches), {})[piece] = branches
    rows = _rows(tuple(groups), x)
    if not groups or rows is None:
        return node
    out = []
    for row, here in rows:
        chosen = {p: one[i][0] for pieces, i in zip(groups.values(), row, strict=True) for p, one in pieces.items()}
        out.append((_at(node.xreplace(chosen), here, x), here))
    told = _within_reach(tuple(out), x, ends)
    return node if told.has(zoo, nan) else told


def _rows(groups: tuple[tuple[Boolean, ...], ...], x: Symbol) -> list[tuple[tuple[int, ...], Boolean]] | None:
    """Which branch each group takes, and when: at each of several places, and elsewhere, or in every combination."""
    if len(groups) > 1 and all(len(one) == 2 and isinstance(one[0], Eq) and one[0].lhs == x for one in groups):
        places = [one[0] for one in groups]
        if all(place.rhs.is_number for place in places):
            at = [(tuple(int(other != place) for other in places), place) for place in places]
            return [*at, (tuple(1 for _ in places), true)]
    if prod(map(len, groups)) > _MOST_BRANCHES:
        return None
    combined = product(*(range(len(conditions)) for conditions in groups))
    return [(row, And(*(one[i] for one, i in zip(groups, row, strict=True)))) for row in combined]


def _at(value: Expr, condition: Boolean, x: Symbol) -> Expr:
    """The value with the observation in its place where a condition gives it."""
    for part in And.make_args(condition):
        if isinstance(part, Eq) and part.lhs == x and part.rhs.is_number:
            return value.subs(x, part.rhs)
    return value


def _branches(piece: Expr) -> tuple[Branch, ...]:
    if isinstance(piece, Piecewise):
        return tuple((value, condition) for value, condition in piece.args)
    first, second = piece.args
    if isinstance(piece, (Max, Min)):
        return (first, first >= second if isinstance(piece, Max) else first <= second), (second, true)
    return (S.One, Eq(second, first) if first.is_number else Eq(first, second)), (S.Zero, true)
