"""Whether the log-likelihood of groups of rows is concave together: in inverse scales and quotients of all groups.

In each group the density is that of ``z = (y - location) / scale`` over the scale, or, where the rows are censored, the
probability beyond ``z``: a concave function of ``z`` and, for a density, ``log(1/scale)``. Both are concave in the
group's ``1/scale`` and in the coefficients of its ``location/scale``, of which ``z`` is a linear function; what is
concave in some of several coordinates is so in all of them, and so is the sum over the groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Expr, Matrix, Symbol, exp, log, oo

from .algebra.derivatives import derivative
from .algebra.distribution_functions import bends_down
from .algebra.invertible import determinant
from .algebra.regions import is_concave
from .algebra.signs import is_nonzero
from .algebra.tidying import tidy
from .apart import Values
from .family import Family
from .group_totals import GroupTotal, group_totals
from .location import Z, coefficients, free_of, location_scale
from .parts import Parameter, assumed_space


@dataclass(frozen=True)
class GroupKernel:
    """The values of a group's covariates, its place and scale, its concave function of ``z``, and whether censored."""

    values: Values
    location: Expr
    scale: Expr
    kernel: Expr
    censored: bool


@lru_cache(maxsize=256)
def group_kernels(family: Family) -> tuple[GroupKernel, ...]:
    """Return the kernels of all groups of rows where the log-likelihood is proved to be concave by them, else nothing.

    >>> from thetahat import family
    >>> group_kernels(family("linear_regression"))
    ()
    """
    ends, groups = family.bounds, group_totals(family)
    if not groups or ends.discrete or ends.hi is not oo or ends.lo not in (-oo, 0):
        return ()
    found: list[GroupKernel] = []
    for group in sorted(groups, key=lambda one: abs(one.tail)):
        kernel = next(_of_density(group, family) if not group.tail else _of_tail(group, found, family), None)
        if kernel is None or not is_group_concave(kernel.kernel):
            return ()
        found.append(kernel)
    return tuple(found) if are_coordinates(found, family) else ()


def is_group_concave(kernel: Expr) -> bool:
    """Return whether a kernel is proved concave: by its bend, or as the logarithm of a distribution function.

    >>> from sympy import erfc
    >>> is_group_concave(log(erfc(Z)) - log(2)), is_group_concave(log(1 + Z**2))
    (True, False)
    """
    return is_concave(kernel, Z) or bends_down(kernel.as_independent(Z, as_Add=True)[1], Z)


def shown_place(family: Family) -> Expr:
    """Return what is located: the observation, or its logarithm where it is positive.

    >>> from thetahat import family
    >>> shown_place(family("weibull"))
    log(x)
    """
    return family.observation if family.bounds.lo is -oo else log(family.observation)


def _of_density(group: GroupTotal, family: Family) -> Iterator[GroupKernel]:
    held = dict(group.values)
    density = family.log_density.subs(held)
    moving = {item.symbol for item in family.parameters} & density.free_symbols
    own = tuple(_by_itself(item, moving) for item in family.parameters if item.symbol in moving)
    if not own:
        return
    rest = tuple(one for one in family.covariates if one.symbol not in held)
    structure = location_scale(replace(family, parameters=own, log_density=density, covariates=rest))
    if structure is not None and structure.observation == shown_place(family):
        yield GroupKernel(group.values, structure.location, structure.scale, structure.kernel, False)


def _by_itself(item: Parameter, others: set[Symbol]) -> Parameter:
    """The parameter with a space whose ends hold none that the group does not have: what holds in a wider one does."""
    return item if item.space.free_symbols <= others else replace(item, space=assumed_space(item.symbol))


def _of_tail(group: GroupTotal, densities: list[GroupKernel], family: Family) -> Iterator[GroupKernel]:
    """The probability beyond the observation, at the place and scale of a group whose observations are seen."""
    density, x = family.log_density.subs(dict(group.values)), family.observation
    for seen in (one for one in densities if not one.censored):
        there = seen.location + seen.scale * Z
        kernel = free_of(density.subs(x, there if family.bounds.lo is -oo else exp(there)), family)
        if kernel is not None:
            yield replace(seen, values=group.values, kernel=kernel, censored=True)


def are_coordinates(groups: list[GroupKernel], family: Family) -> bool:
    """Return whether a stationary point in the parameters is one in all groups' inverse scales and quotients.

    There have to be as many of these as parameters, and their derivative in the parameters has to be invertible.

    >>> from thetahat import family
    >>> normal = family("normal")
    >>> are_coordinates([GroupKernel((), *normal.symbols, -(Z**2) / 2, False)], normal)
    True
    """
    found: dict[Expr, None] = {}
    for group in groups:
        parts = [1 / group.scale, *(part / group.scale for part in coefficients(group.location, family))]
        found |= dict.fromkeys(part.expand() for part in parts if part.free_symbols & set(family.symbols))
    if len(found) != len(family.symbols):
        return False
    jacobian = Matrix([[derivative(one, p) for p in family.symbols] for one in found])
    return is_nonzero(tidy(determinant(jacobian), family.domain), family.domain)
