"""Totals of a density given covariates of few values: in each group of rows it is one, or the rows are censored.

Where only ``X > x`` is known of a row, it is worth the probability of that, and no density of ``x``: with ``d = 1`` for
a value seen and ``d = 0`` for one censored, ``d log f(x) + (1 - d) log S(x)`` is the log-likelihood, up to what the
censoring does, which holds no parameter (Klein & Moeschberger 2003, *Survival Analysis*, section 3.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Expr, PoleError, S, Symbol, exp, limit, log, nan, oo, zoo

from .algebra.derivatives import derivative
from .algebra.logs import split_logs
from .algebra.signs import strict_sign
from .apart import Values, few_valued, groups_of_rows, in_words
from .derivation import Evidence
from .family import Family
from .integration.lemma import Integrated, joined_names
from .lemmas import log_integral
from .members import domain_of
from .probes import data_points, parameter_points
from .zero import Point, prove_zero

_SEEDS = range(41, 45)


@dataclass(frozen=True)
class GroupTotal:
    """What the density adds up to given one value of each covariate that has few.

    ``tail`` is 1 where it is no density but proved to be the probability of what lies above the observation, under the
    density of another group, -1 of what lies below, and 0 elsewhere; ``open`` where neither that nor the opposite is
    proved.
    """

    values: Values
    total: Integrated | None
    tail: int = 0
    open: bool = False


@lru_cache(maxsize=256)
def group_totals(family: Family) -> tuple[GroupTotal, ...]:
    """Return the total of each group of rows; nothing without covariates of few values, or of several numbers.

    >>> from thetahat import family
    >>> group_totals(family("linear_regression"))
    ()
    """
    if family.also or not few_valued(family):
        return ()
    densities = {group: family.log_density.subs(dict(group)) for group in groups_of_rows(family)}
    found = [
        GroupTotal(group, log_integral(density, family.observation, family.bounds, domain_of(family)))
        for group, density in densities.items()
    ]
    seen = [densities[one.values] for one in found if one.total is not None and one.total.value == 0]
    return tuple(
        one if densities[one.values] in seen else _as_tail(one, densities[one.values], seen, family) for one in found
    )


def _as_tail(group: GroupTotal, density: Expr, seen: Sequence[Expr], family: Family) -> GroupTotal:
    """The group as one of censored rows, where the slope of its density is that of another group or minus it."""
    x, slope = family.observation, derivative(exp(density), family.observation)
    undecided = group.total is None
    if family.discrete or not seen:
        return replace(group, open=undecided)
    around = domain_of(family) | {x: family.bounds.without_ends()}
    against = strict_sign(slope, around)
    for way, end in ((1, family.bounds.lo), (-1, family.bounds.hi)):
        for whole in () if way == against else seen:
            gap = whole - split_logs(log(-way * slope), around)
            evidence = prove_zero(gap, around, lambda: _points(family))
            if evidence.evidence is Evidence.ALGEBRA and _value_at(end, density, x, way) == 0:
                return replace(group, tail=way)
            undecided = undecided or evidence.evidence is not Evidence.REFUTED
    return replace(group, open=undecided)


def _value_at(end: Expr, density: Expr, x: Symbol, way: int) -> Expr | None:
    """The limit at the end of the support from which the probability is counted: of all that there is."""
    value = density.subs(x, end)
    if not value.has(nan, zoo, oo):
        return value
    try:
        return limit(density, x, end, "+" if way > 0 else "-")
    except (NotImplementedError, ValueError, TypeError, PoleError):
        return None


def _points(family: Family) -> list[Point]:
    rows = ((parameter_points(family, 1, seed)[0], seed) for seed in _SEEDS)
    return [({**theta, **data_points(family, theta, 1, seed)[0]}, ()) for theta, seed in rows]


def has_censored(family: Family) -> bool:
    """Return whether the rows of some group are censored: the log-density is then that of no observation.

    >>> from thetahat import family
    >>> has_censored(family("linear_regression"))
    False
    """
    return any(one.tail for one in group_totals(family))


def censored_words(family: Family) -> str:
    """Return in words for which rows the density is the probability of what lies beyond them; nothing if for none.

    >>> from thetahat import family
    >>> censored_words(family("linear_regression"))
    ''
    """
    sides = {1: "above", -1: "below"}
    return "".join(
        f"; given {in_words(one.values)} it is the probability of what lies {sides[one.tail]} `{family.observation}`"
        for one in group_totals(family)
        if one.tail
    )


def joined_totals(groups: Sequence[GroupTotal]) -> Integrated | None:
    """Return zero where each group is a density or censored, the total of one that is neither, ``None`` where open.

    >>> from sympy import Integer
    >>> joined_totals([GroupTotal((), Integrated(Integer(0), "gamma", ())), GroupTotal((), None, tail=1)]).lemma
    'gamma'
    """
    left = [one for one in groups if not one.tail and (one.total is None or one.total.value != 0)]
    if left:
        wrong = [one.total for one in left if one.total is not None and not one.open]
        return wrong[0] if wrong else None
    densities = [one.total for one in groups if one.total is not None and not one.tail]
    conditions = dict.fromkeys(condition for one in densities for condition in one.conditions)
    return Integrated(S.Zero, joined_names(one.lemma for one in densities), tuple(conditions))
