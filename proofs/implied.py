"""Leaves out conditions that fail only where every observation is the smallest count, and others fail as well."""

from __future__ import annotations

from dataclasses import replace

from sympy import Eq, Expr, S

from .algebra.atoms import Indicator, LargestTie, Mean, atoms_of, plain, stand_ins
from .algebra.signs import is_positive
from .conditions import Condition
from .family import Family


def without_implied(conditions: tuple[Condition, ...], family: Family) -> tuple[Condition, ...]:
    """Return the conditions without those that say only that not every observation is the smallest count.

    They stay where no other condition says so as well; then the first of them does.

    >>> from thetahat import family
    >>> poisson = family("poisson")
    >>> x = poisson.observation
    >>> mean, spread = Mean(x, x), Mean(x**2, x) - Mean(x, x) ** 2 - Mean(x, x)
    >>> both = (Condition(mean, "mean(x) > 0"), Condition(spread, "var(x) > mean(x)"))
    >>> [one.meaning for one in without_implied(both, poisson)]
    ['var(x) > mean(x)']
    """
    ends = family.bounds
    if family.beside or not (ends.discrete and ends.lo_closed and ends.lo.is_number):
        return conditions
    bare = [one for one in conditions if not one.weak and _fails_only_at(one.expression, ends.lo, family)]
    others = [one for one in conditions if one not in bare]
    said = any(_fails_at(one, ends.lo) for one in others)
    return tuple(one for one in conditions if one in others or (not said and one == bare[0]))


def _fails_only_at(expression: Expr, place: Expr, family: Family) -> bool:
    """Whether it is the average of what is zero at ``place`` and positive at every other observation."""
    masks = stand_ins(expression)
    apart = expression.xreplace(masks)
    if not all(isinstance(atom, Mean) and apart.diff(mask).is_number for atom, mask in masks.items()):
        return False
    x = family.observation
    each = apart.xreplace({mask: atom.integrand for atom, mask in masks.items()})
    later = {**family.domain, x: replace(family.bounds, lo=place + 1)}
    return each.subs(x, place) == 0 and is_positive(each.xreplace({Indicator(Eq(x, place)): S.Zero}), later)


def _fails_at(condition: Condition, place: Expr) -> bool:
    """Whether it fails where every observation is ``place``."""
    whole = plain(condition.expression)
    known = {atom: S.One if isinstance(atom, LargestTie) else place for atom in atoms_of(whole)}
    known |= {a: a.integrand.subs(a.data[0], place) for a in known if isinstance(a, Mean)}
    value = whole.xreplace(known)
    return bool(value.is_negative if condition.weak else value.is_nonpositive)
