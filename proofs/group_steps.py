"""Records that the log-likelihood is concave in the places and scales of all groups of rows, where it is proved."""

from __future__ import annotations

from sympy import Integer, Tuple

from .apart import in_words
from .derivation import Label, Optimality, Section
from .family import Family
from .group_kernels import GroupKernel, group_kernels
from .location import Z
from .trail import Trail


def group_step(family: Family, trail: Trail) -> Optimality | None:
    """Record the kernels of all groups of rows, if the log-likelihood is proved to be concave by them.

    >>> from thetahat import family
    >>> group_step(family("linear_regression"), Trail()) is None
    True
    """
    found = group_kernels(family)
    if not found:
        return None
    add_groups(found, trail, Section.OPTIMALITY)
    return Optimality(True, "concave in 1/scale and location/scale of all groups of rows", False, concave=True)


def add_groups(found: tuple[GroupKernel, ...], trail: Trail, section: Section) -> int:
    """Record the kernels of all groups of rows, and return the position of the step.

    >>> add_groups((), Trail(), Section.EXISTENCE)
    0
    """
    shown = " and ".join(f"`{one.location}` and `{one.scale}` where {in_words(one.values)}" for one in found)
    return trail.add(
        "groups",
        section,
        f"Concave in each group of rows: with location and scale {shown}, the log-density of `z`, or the logarithm of "
        "the probability beyond it, is free of parameters and concave. The likelihood is concave in 1/scale and "
        "location/scale of all groups together, and every stationary point is a global maximum.",
        Tuple(*(one.kernel for one in found)),
        Label("g(z)", "g(z)"),
        given=(0,),
        subject=Z,
        using=(("groups", Tuple(*map(_told, found))),),
    )


def _told(group: GroupKernel) -> Tuple:
    values = Tuple(*(Tuple(symbol, value) for symbol, value in group.values))
    return Tuple(values, group.location, group.scale, group.kernel, Integer(group.censored))
