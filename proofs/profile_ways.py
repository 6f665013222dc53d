"""Whether a profile goes one way all over the space of its unknown, for all data that break a condition.

With the profile written as an average less logarithms of averages, it is enough to look at each observation.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Mul, Symbol, Tuple

from .algebra.atoms import Quantile
from .algebra.derivatives import derivative
from .algebra.exponentials import is_nonnegative_in_exponentials, is_positive_in_exponentials
from .algebra.signs import Domain, is_nonnegative, is_positive
from .bounds import Bounds
from .conditions import Condition
from .derivation import Step
from .family import Family
from .sameness import is_spread


@dataclass(frozen=True)
class Profile:
    """The functions of ``Mean(each) - sum of c log Mean(f)``, with ``logs`` the pairs of ``c`` and ``f``."""

    each: Expr
    logs: tuple[tuple[Expr, Expr], ...]
    unknown: Symbol

    @classmethod
    def of(cls, step: Step) -> Profile:
        """Return what a step on a profile of that form names."""
        assert isinstance(step.subject, Symbol)
        return cls(step.named("each"), tuple(tuple(row.args) for row in step.named("logs").args), step.subject)

    def slopes(self) -> Tuple:
        """Return the derivatives of the function outside the logarithms, and of those inside."""
        return Tuple(*(derivative(one, self.unknown) for one in (self.each, *(f for _, f in self.logs))))

    def slope_of_one(self) -> Expr:
        """Return what has the sign of the slope where all observations are equal."""
        first, *others = self.slopes().args
        whole = Mul(*(f for _, f in self.logs))
        rest = (c * slope * whole / f for (c, f), slope in zip(self.logs, others, strict=True))
        return Add(first * whole, *(-one for one in rest))


def way_without(condition: Expr, profile: Profile, family: Family) -> int:
    """Return 1 where a profile is proved to rise for all data that break a condition, -1 where to fall, else 0.

    >>> from sympy import log
    >>> from thetahat import derive, family
    >>> burr = family("burr")
    >>> step = next(step for step in derive(burr).steps if step.rule == "ridge-logs")
    >>> [way_without(one.expression, Profile.of(step), burr) for one in derive(burr).exists_when]
    [1, 1]
    """
    x, domain = family.observation, family.domain
    if family.beside or not all(_is_positive(f, profile, x, domain) for _, f in profile.logs):
        return 0
    if is_spread(Condition(condition, "")):
        slope = profile.slope_of_one()
        return next((way for way in (1, -1) if _is_positive(way * slope, profile, x, domain)), 0)
    part = _beyond(condition, x, domain)
    return 0 if part is None else next((way for way in (1, -1) if _goes(way, profile, x, domain, part)), 0)


def _beyond(condition: Expr, x: Symbol, domain: Domain) -> Domain | None:
    """Where all observations lie that break ``v - min(x) > 0``, or ``max(x) - v > 0``."""
    ends, low, high = domain[x], Quantile(0, x), Quantile(1, x)
    above, below = (condition + low).expand(), (high - condition).expand()
    if above.is_number and not ends.discrete:
        return {**domain, x: Bounds(above, ends.hi, True, ends.hi_closed, False)}
    if below.is_number and not ends.discrete:
        return {**domain, x: Bounds(ends.lo, below, ends.lo_closed, True, False)}
    return None


def _goes(way: int, profile: Profile, x: Symbol, domain: Domain, part: Domain) -> bool:
    """Whether no observation of a part holds against the way, and one function goes it strictly at each of them."""
    first, *others = profile.slopes().args
    parts = [way * first, *(-way * slope for slope in others)]
    strict = [is_positive(one, part) or _is_positive(one, profile, x, domain) for one in parts]
    return any(strict) and all(
        sure or is_nonnegative(one, part) or is_nonnegative_in_exponentials(one, profile.unknown, x, domain)
        for sure, one in zip(strict, parts, strict=True)
    )


def _is_positive(expression: Expr, profile: Profile, x: Symbol, domain: Domain) -> bool:
    return is_positive(expression, domain) or is_positive_in_exponentials(expression, profile.unknown, x, domain)
