"""Chooses the argument that says when a family's likelihood has a maximiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .algebra.regions import is_concave
from .bounded_location import bounded_location_scale, by_vanishing_ends
from .censoring import by_censoring
from .count_profile import by_counts
from .crest_steps import by_crest
from .derivation import Derivation, Optimality, Step
from .edges import by_bounded_support, by_faces, by_tails
from .end_conditions import by_ends
from .existence import Existence, inside_space
from .extremes import ranges
from .family import Family
from .fullness import is_full
from .implied import without_implied
from .location import Z, location_scale
from .numeric_check import is_examined
from .profile_edge_steps import by_profile_edges
from .recession import NOT_DERIVED, by_recession
from .rising import with_need
from .routes import DivergenceRoute, LikelihoodRoute
from .slant import find_slant
from .slant_steps import by_slant
from .stable import residual_form, stable_form
from .wording import distinct, reached

Derive = Callable[[Family], Derivation]


def existence_of(
    family: Family,
    route: LikelihoodRoute,
    kl: DivergenceRoute,
    optimality: Optimality,
    before: tuple[Step, ...],
    derive: Derive,
) -> Existence:
    """Return when a maximiser exists: by closed forms, tails, ends of one equation, or faces of the convex support.

    ``before`` are the steps that an argument may rest on, and ``derive`` is asked of members of the family where one
    needs the estimator of these.
    """
    if route.ends.failure:
        return Existence((), False, "", "the estimator is not derived")
    if route.ends.unbounded:
        return Existence((), True, "the likelihood is unbounded", "")
    if route.searched:
        return Existence((), True, "the likelihood is largest at one of finitely many observations", "")
    domain = {**ranges(route.statistics), **route.domain}
    unknowns = route.elimination.unknowns
    if not unknowns:
        solved = route.closed()
        closed = {p: stable_form(value.subs(solved), family, route.statistics) for p, value in solved.items()}
        formulas = {item.unknown: item.root.value for item in route.elimination.solved}
        conditions = inside_space(family, closed, route.statistics, domain, formulas)
        conditions = (*reached(family, route.ends.needed, route.statistics), *conditions)
        return Existence(conditions, optimality.proved, "the estimate has to lie in the parameter space", "")
    counted = by_counts(family, route.statistics, before) if optimality.proved else None
    if counted is not None:
        return counted
    structure = location_scale(family)
    found = by_tails(family, structure) if structure is not None else _inside_the_ends(family, route, optimality)
    found = (
        found or by_censoring(family) or by_recession(family) or _by_slant(family, derive) or by_crest(family, route)
    )
    if found is not None:
        return found
    if len(unknowns) == 1:
        found = by_bounded_support(family, route.averages.form) or _by_ends(family, route, optimality)
        found = None if found is None else with_need(found, before, family)
        if found is None or not found.needed:
            found = _with_what_is_enough(by_profile_edges(family, route), found) or found
        if found is not None:
            return found
    form = route.averages.form
    if kl.means is not None and form is not None and is_full(family, form) and is_examined(family):
        faces = by_faces(family, form.statistics)
        if faces is not None:
            return faces
    return NOT_DERIVED


def _with_what_is_enough(exists: Existence | None, other: Existence | None) -> Existence | None:
    """The first argument, with the conditions of the other as what is enough."""
    if exists is None or other is None or not other.proved:
        return exists
    claimed = replace(exists, equation=other.equation, unknown=other.unknown, claims=other.claims)
    return replace(claimed, enough=other.conditions)


def _inside_the_ends(family: Family, route: LikelihoodRoute, optimality: Optimality) -> Existence | None:
    """The argument from a density that vanishes at both ends of a support that moves and stretches."""
    structure = bounded_location_scale(family) if route.ends.confined and optimality.proved else None
    if structure is None or not is_concave(structure.kernel, Z, structure.lo, structure.hi):
        return None
    return by_vanishing_ends(family, structure)


def _by_slant(family: Family, derive: Derive) -> Existence | None:
    """The argument from the limits of a growing slant, which needs the best scale at each place without it."""
    slant = find_slant(family)
    return None if slant is None else by_slant(slant, derive(slant.level.holding(slant.place)))


def with_closed_ends(exists: Existence, family: Family) -> Existence:
    """Return what is known where an end belongs to a space: the likelihood may be largest on it, and no root inside."""
    stops = {p.symbol for p in family.parameters if p.bounds.lo_closed or p.bounds.hi_closed}
    if exists.unknown in stops or (stops and any(condition.weak for condition in exists.conditions)):
        return replace(exists, needed=False, none_inside=exists.needed)
    return exists


def _by_ends(family: Family, route: LikelihoodRoute, optimality: Optimality) -> Existence | None:
    """The argument from the ends of one equation; whether its root keeps the others in their spaces is for data."""
    elimination = route.elimination
    unknown = elimination.unknowns[0]
    if not optimality.proved and elimination.crossed:
        # The score left over may be another's: its sign does not tell where the likelihood rises.
        return None
    box = route.ends.inside().get(unknown, family.domain[unknown])
    if box.free_symbols & set(family.symbols):
        # An end that is another parameter is itself estimated: no condition on data says where it lies.
        return None
    equation = residual_form(elimination.equations[0], family, route.statistics)
    ends = by_ends(family, equation, unknown, box, route.statistics, route.domain, optimality.proved)
    if ends is None:
        return None
    domain = {**ranges(route.statistics), **route.domain}
    # One name for each average: what is left of them where two forms meet would hide a common factor.
    names = {s.definition: s.symbol for s in route.statistics}
    closed = {symbol: value.xreplace(names) for symbol, value in route.closed().items()}
    inside = (
        *reached(family, route.ends.needed, route.statistics),
        *inside_space(family, closed, route.statistics, domain),
    )
    known = tuple(one for one in inside if not one.free_symbols & set(family.symbols))
    if known == inside:
        return replace(ends, conditions=without_implied(distinct((*ends.conditions, *known)), family))
    # Where another parameter leaves its space, so does the curve that the equation is about: its ends say nothing.
    missing = "that the other parameters lie in their spaces at the root is only seen on the data"
    return Existence(known, False, "the estimate has to lie in the parameter space", missing)
