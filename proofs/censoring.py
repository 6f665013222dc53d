"""When log-concave places and scales have a maximum where rows are censored on one side: an event before the end.

With ``a = 1/scale`` and ``b = location/scale`` the log-likelihood is ``log a`` for every event, the rows that are seen,
plus concave functions of ``a x - b``. Along a direction ``(alpha, beta)`` an event falls for ever unless
``alpha x = beta``, and a row of which only ``X > x`` is known does where ``alpha x > beta``. With ``alpha > 0`` none
falls where all events lie at one place and no row beyond it; then ``log a`` rises without end. With ``alpha = 0`` an
event falls on both sides; without any event, censored rows rise for ever on one.

Source: Rockafellar 1970, Convex Analysis, theorems 8.7 and 27.1.
"""

from __future__ import annotations

from sympy import Add, Dummy, Eq, Expr, Mul

from .algebra.atoms import Indicator, Mean, Quantile
from .conditions import Condition
from .derivation import Label, Section
from .existence import Existence
from .family import Family
from .group_kernels import GroupKernel, group_kernels
from .group_steps import add_groups
from .group_totals import group_totals
from .reach import reaching
from .trail import Trail


def by_censoring(family: Family) -> Existence | None:
    """Return when a family of places and scales with rows censored on one side has a maximum; ``None`` for another.

    >>> from thetahat import family
    >>> by_censoring(family("linear_regression")) is None
    True
    """
    kernels = group_kernels(family)
    sides = {one.values: one.tail for one in group_totals(family)}
    censored = {sides[one.values] for one in kernels if one.censored}
    places = {(one.location, one.scale) for one in kernels}
    if len(censored) != 1 or len(places) != 1:
        return None
    ((location, scale),) = places
    if not are_all_places(location, scale, family):
        return None
    side = censored.pop()
    end, way = ("largest", "below") if side > 0 else ("smallest", "above")
    shown = _before_the_end(tuple(one for one in kernels if not one.censored), side, family)
    why = (
        f"otherwise the scale may go to zero with the location at the {end} observation, or the location to "
        f"{'infinity' if side > 0 else 'minus infinity'}, and the likelihood rises for ever"
    )
    condition = Condition(shown, f"some uncensored observation lies {way} the {end} observation", why)
    return Existence((condition,), True, "no direction of recession of 1/scale and location/scale", censored=True)


def are_all_places(location: Expr, scale: Expr, family: Family) -> bool:
    """Return whether the members are one for each place and each scale, the same in all rows.

    >>> from thetahat import family
    >>> normal = family("normal")
    >>> are_all_places(*normal.symbols, normal), are_all_places(normal.symbols[0], normal.symbols[0], normal)
    (True, False)
    """
    if (location.free_symbols | scale.free_symbols) & set(family.columns):
        return False
    return reaching(family, [(location, Dummy("l", real=True)), (scale, Dummy("c", positive=True))]) is not None


def _before_the_end(events: tuple[GroupKernel, ...], side: int, family: Family) -> Expr:
    """How far all events lie from the observation at the end, which is not negative."""
    x, columns = family.observation, family.columns
    seen = Add(*(Mul(*(Indicator(Eq(symbol, value)) for symbol, value in one.values)) for one in events))
    end = Quantile(1 if side > 0 else 0, x)
    return side * (end * Mean(seen, *columns) - Mean(x * seen, *columns))


def add_censoring(exists: Existence, family: Family, trail: Trail) -> None:
    """Record that the likelihood falls for ever along every direction exactly for data that meet the condition."""
    if not exists.censored:
        return
    known = [at for at, step in enumerate(trail.steps) if step.rule == "groups"]
    groups = known[0] if known else add_groups(group_kernels(family), trail, Section.EXISTENCE)
    (condition,) = exists.conditions
    trail.add(
        "censoring",
        Section.EXISTENCE,
        f"Needed and enough: {condition.meaning}, because {condition.why}. Along every other direction of 1/scale and "
        "location/scale the log-density of some row falls for ever.",
        condition.expression,
        Label("0 <", "0 <"),
        given=(groups,),
    )
