"""Re-proves that the log-likelihood of groups of rows is concave in the places and scales of all of them together."""

from __future__ import annotations

from sympy import Add, Dummy, Eq, Expr, Mul, S, Tuple, log

from .algebra.atoms import Indicator, Mean, Quantile
from .algebra.derivatives import derivative
from .algebra.signs import is_positive
from .apart import groups_of_rows
from .check_context import Context
from .check_predictor import slope_far_out
from .derivation import Evidence, Finding, Step, by_sign
from .group_kernels import GroupKernel, are_coordinates, is_group_concave, shown_place
from .location import Z
from .reach import reaching
from .zero import prove_zero


def groups(step: Step, context: Context) -> Finding:
    """Each group's kernel, moved and scaled, is the declared log-density there; each is concave; none is missing."""
    family = context.family
    told = [_read(one) for one in step.named("groups").args]
    wanted = set(groups_of_rows(family))
    if len(told) != len(wanted) or {one.values for one in told} != wanted:
        return Finding(Evidence.REFUTED, "these are not the groups of rows")
    if step.value != Tuple(*(one.kernel for one in told)):
        return Finding(Evidence.REFUTED, "what is shown are not the kernels")
    found = [_same(one, context) for one in told]
    if refuted := [one for one in found if one.evidence is Evidence.REFUTED]:
        return refuted[0]
    if any(one.evidence is not Evidence.ALGEBRA for one in found):
        return Finding(Evidence.UNDECIDED, "that the kernels give back the declared log-density is not proved")
    if not are_coordinates(told, family):
        return Finding(Evidence.UNDECIDED, "that places and scales are coordinates of the family is not proved")
    return by_sign(all(is_group_concave(one.kernel) for one in told), "the kernels are concave")


def _read(told: Tuple) -> GroupKernel:
    values, location, scale, kernel, censored = told.args
    return GroupKernel(tuple((row[0], row[1]) for row in values.args), location, scale, kernel, bool(censored))


def _same(group: GroupKernel, context: Context) -> Finding:
    """A density is over the scale, and over the slope of what is located; the probability beyond a place is not."""
    family, shown = context.family, shown_place(context.family)
    domain = family.domain | {family.observation: family.bounds.without_ends()}
    if not is_positive(group.scale, family.domain) or group.kernel.free_symbols - {Z}:
        return Finding(Evidence.REFUTED, "the scale is not positive, or the kernel not free of parameters")
    back = group.kernel.subs(Z, (shown - group.location) / group.scale)
    if not group.censored:
        back += log(derivative(shown, family.observation)) - log(group.scale)
    held = dict(group.values)
    points = [({**theta, **row, **held}, ()) for theta, sample in context.points() for row in sample[:2]]
    return prove_zero((family.log_density.subs(held) - back).expand(), domain, lambda: points)


def censoring(step: Step, context: Context) -> Finding:
    """Events fall on both sides, censored rows on the same one; the condition is that no direction avoids all of that.

    Every place and scale is that of a member, and the same in all rows. With the groups proved concave it is theorem
    27.1 of Rockafellar 1970, Convex Analysis.
    """
    before = context.given(step)
    if before.rule != "groups":
        return Finding(Evidence.REFUTED, "does not rest on the groups of rows")
    told = [_read(one) for one in before.named("groups").args]
    if not _one_place(told, context):
        return Finding(Evidence.UNDECIDED, "that all rows have every place and scale is not proved")
    falls = [_falls(one.kernel) for one in told]
    if None in falls:
        return Finding(Evidence.UNDECIDED, "no rule gives a slope far out")
    sides = {side for one, side in zip(told, falls, strict=True) if one.censored}
    if sides not in ({(False, True)}, {(True, False)}) or {(True, True)} != set(falls) - sides:
        return Finding(Evidence.REFUTED, "rows are not censored on one side, or an event does not fall on both")
    if step.value != _wanted(told, (False, True) in sides, context):
        return Finding(Evidence.REFUTED, "is not about the events and the end that no row lies beyond")
    return Finding(Evidence.LEMMA, "directions of recession")


def _one_place(told: list[GroupKernel], context: Context) -> bool:
    location, scale = told[0].location, told[0].scale
    same = all((one.location, one.scale) == (location, scale) for one in told)
    fixed = not (location.free_symbols | scale.free_symbols) & set(context.family.columns)
    wanted = [(location, Dummy("l", real=True)), (scale, Dummy("c", positive=True))]
    return same and fixed and reaching(context.family, wanted) is not None


def _falls(kernel: Expr) -> tuple[bool, bool] | None:
    """Whether a concave kernel falls for ever towards minus infinity and towards infinity; ``None`` where not told."""
    shape = kernel.as_independent(Z, as_Add=True)[1]
    slopes = [slope_far_out(shape, Z, side) for side in (S.NegativeOne, S.One)]
    known = [slope for slope in slopes if slope is not None and not slope.free_symbols]
    return (bool(known[0] > 0), bool(known[1] < 0)) if len(known) == 2 else None


def _wanted(told: list[GroupKernel], above: bool, context: Context) -> Expr:
    """The sum of the distances of the events from the end on the side where rows are censored."""
    x, columns = context.family.observation, context.family.columns
    terms = []
    for one in told:
        if not one.censored:
            here = Mul(*(Indicator(Eq(symbol, value)) for symbol, value in one.values))
            gap = Quantile(1, x) * Mean(here, *columns) - Mean(here * x, *columns)
            terms.append(gap if above else Mean(here * x, *columns) - Quantile(0, x) * Mean(here, *columns))
    return Add(*terms)
