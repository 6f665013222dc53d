"""Whether a sign near an end of a space is open where a share of the data that leads it is zero.

Where no observation is of some kind, the likelihood may lose a pole at an end, and what is left of its slope may be of
either sign: a condition that all such shares are positive is enough for a maximiser then, and not needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Eq, Expr, Symbol

from .algebra.atoms import Indicator, Mean, stand_ins
from .algebra.signs import Domain
from .approach import signs_near

_MOST = 64
"""Of so many values of an observation at most it is looked at which of them count."""


def is_open_at_zero(
    value: Expr, equation: Expr, unknown: Symbol, end: Expr, above: bool, wanted: int, domain: Domain
) -> bool:
    """Return whether ``equation`` may be of the ``wanted`` sign near ``end`` also where ``value``, which leads it, is
    zero for observations of several kinds.

    >>> from sympy import S
    >>> from thetahat.proofs.bounds import Bounds
    >>> k, p = Symbol("k", integer=True, nonnegative=True), Symbol("p", positive=True)
    >>> domain = {k: Bounds(S.Zero, S(3), True, True, True), p: Bounds(S.Zero, S.One, False, False, False)}
    >>> none, one, two = (Mean(Indicator(Eq(k, value)), k) for value in (0, 1, 2))
    >>> score = two / (1 - p) + one / p - 2 * none
    >>> is_open_at_zero(two, score, p, S.One, False, 1, domain)
    True
    >>> is_open_at_zero(two, two / (1 - p) - 1 / p, p, S.One, False, 1, domain)
    False
    """
    if not _vanishes_on_several(value, domain):
        return False
    for other in _without_one(value, equation):
        found = signs_near(other, unknown, end, above, domain)
        if found and all(not one.needed and (wanted * one.value).is_negative for one in found):
            return False
    return True


def _vanishes_on_several(value: Expr, domain: Domain) -> bool:
    """Whether a sum of multiples of shares is nowhere negative, and zero for several values of an observation."""
    masks = stand_ins(value)
    apart = value.xreplace(masks)
    shares = all(isinstance(atom, Mean) and atom.has(Indicator) for atom in masks)
    data = {x for atom in masks for x in atom.data}
    if not shares or len(data) != 1 or not all(apart.diff(mask).is_number for mask in masks.values()):
        return False
    (x,) = data
    joined, box = apart.xreplace({mask: atom.integrand for atom, mask in masks.items()}), domain[x]
    if not box.discrete:
        return bool(masks)  # the share of an end of a continuum, beside which all else is of another kind
    if not (box.discrete and box.lo.is_number and box.lo.is_finite):
        return False
    told = [condition.rhs for condition in joined.atoms(Eq) if condition.lhs == x and condition.rhs.is_Integer]
    last = min(box.hi, max([box.lo, *told]) + 1)
    if not (last - box.lo).is_Integer or last - box.lo > _MOST:
        return False
    heights = [joined.subs(x, box.lo + step) for step in range(int(last - box.lo) + 1)]
    return all(height.is_nonnegative for height in heights) and sum(height.is_zero is True for height in heights) > 1


def _without_one(value: Expr, equation: Expr) -> Iterator[Expr]:
    """The equation without an average that is known by the others where a sum of multiples of them is zero."""
    masks = stand_ins(value)
    apart = value.xreplace(masks)
    back = {mask: atom for atom, mask in masks.items()}
    for atom, mask in masks.items():
        factor = apart.diff(mask)
        if factor.is_number and factor != 0:
            yield equation.xreplace({atom: (mask - apart / factor).expand().xreplace(back)})
