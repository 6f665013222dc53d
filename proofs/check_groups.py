"""Re-proves that the log-likelihood of groups of rows is concave in the places and scales of all of them together."""

from __future__ import annotations

from sympy import Tuple, log

from .algebra.derivatives import derivative
from .algebra.signs import is_positive
from .apart import groups_of_rows
from .check_context import Context
from .derivation import Evidence, Finding, Step, by_sign
from .group_kernels import GroupKernel, are_coordinates, is_group_concave, shown_place
from .location import Z
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
