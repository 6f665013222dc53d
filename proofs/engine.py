"""Derives: declaration in, checked derivation out, cached; everything it uses comes from the modules beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Expr, Symbol

from .algebra.regions import is_concave
from .boundary import resolved
from .bounded_location import bounded_location_scale, by_vanishing_ends
from .censoring import add_censoring, by_censoring
from .checker import check_steps
from .conclusions import (
    add_conditions,
    add_end_claims,
    normalisation,
    not_told_apart,
    refutation,
    supported,
    unproved_steps,
)
from .count_profile import by_counts
from .crest_steps import add_crest, by_crest
from .data_point import data_point
from .data_point_engine import derive_over_observations
from .derivation import Derivation, Finding, Obligation, Optimality, Outcome, Step, Verdict
from .edges import by_bounded_support, by_faces, by_tails
from .end_conditions import by_ends
from .existence import Existence, inside_space
from .extremes import ranges
from .family import Family
from .fullness import is_full
from .implied import without_implied
from .integer_engine import derive_over_integers
from .integer_search import integer_parameter
from .location import Z, location_scale
from .mirrors import mirror_steps
from .optimality import optimality_steps
from .path_growth import PathGrowth
from .profile_edge_steps import add_profile_edges, by_profile_edges
from .recession import NOT_DERIVED, add_recession, by_recession, supported_existence
from .routes import DivergenceRoute, LikelihoodRoute, divergence_route, likelihood_route
from .slant import find_slant
from .slant_steps import add_slant, by_slant
from .stable import residual_form, stable_form
from .trail import Trail
from .wording import distinct, reached


@lru_cache(maxsize=1024)
def derive(family: Family) -> Derivation:
    """Return the derivation of the maximum-likelihood estimator of ``family``, every step checked.

    Pure and cached: nothing but the declaration enters. What is not proved stands in ``obligations``.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> derive(family("rayleigh")).outcome
    <Outcome.CLOSED_FORM: 'closed form'>
    """
    whole = integer_parameter(family)
    if whole is not None:
        section = None if len(family.parameters) == 1 else derive(family.holding(whole))
        return derive_over_integers(family, whole, section)
    found = _derived(family, choosing=True)
    if not found.optimality.proved and _open_branches(found.steps, found.findings):
        # The root that was chosen may be the lower one for other data: both are left to be found numerically.
        return _derived(family, choosing=False)
    return found


def _derived(family: Family, choosing: bool) -> Derivation:
    """The derivation with one of several roots chosen, or with the equations left that have several."""
    trail = Trail()
    route = likelihood_route(family, trail, choosing)
    at_observations = _at_observations(family, route)
    if at_observations is not None:
        return at_observations
    mirrored = mirror_steps(family, trail)
    kl = divergence_route(family, route, trail)
    claimed = optimality_steps(family, route, kl, trail)
    exists, steps, findings = _concluded(family, route, kl, claimed, trail.steps)
    optimality = supported(claimed, steps, findings)
    if optimality != claimed:  # what was said of existence may rest on it
        exists, steps, findings = _concluded(family, route, kl, optimality, trail.steps)
    exists = supported_existence(exists, steps, findings)
    if _open_branches(steps, findings):
        exists = replace(exists, needed=False, none_inside=False)
    outcome, reason = _outcome(family, route)
    if mirrored and outcome is not Outcome.UNSOLVED:
        reason += f"; {' and '.join(map(str, mirrored))} up to the sign only"
        optimality = replace(optimality, unique=False)
    refuted = refutation(family, steps, findings)
    if refuted:
        outcome, reason = Outcome.UNSOLVED, refuted
    return Derivation(
        family=family,
        outcome=outcome,
        reason=reason,
        statistics=route.statistics,
        mean_log_likelihood=route.averages.mean_log_likelihood,
        formulas=route.formulas,
        equations=route.equations,
        unknowns=route.elimination.unknowns,
        closed=tuple(_closed(route).items()),
        free=route.ends.free,
        exponential_form=route.averages.form,
        exists_when=exists.conditions,
        existence_rule=exists.rule,
        existence_proved=exists.proved,
        existence_needed=exists.needed,
        none_inside=exists.none_inside,
        edges=exists.edges,
        optimality=optimality,
        independent_routes=kl.elimination is not None and not route.elimination.instead,
        within=tuple((p, box.lo, box.hi) for p, box in route.ends.inside().items()),
        searched=route.searched.parameter if route.searched else None,
        steps=steps,
        findings=findings,
        obligations=_obligations(family, steps, findings, optimality, exists, outcome, reason),
    )


def _concluded(
    family: Family, route: LikelihoodRoute, kl: DivergenceRoute, optimality: Optimality, before: tuple[Step, ...]
) -> tuple[Existence, tuple[Step, ...], tuple[Finding, ...]]:
    """When a maximiser exists, with its steps after those ``before``, and what the checker finds of all of them."""
    trail = Trail(before)
    exists = _with_closed_ends(_existence(family, route, kl, optimality, before), family)
    add_end_claims(exists, trail)
    add_recession(exists, family, trail)
    add_censoring(exists, family, trail)
    add_slant(exists, route.likelihood, trail)
    add_crest(exists, route.likelihood, trail)
    add_profile_edges(exists, route.likelihood, trail)
    add_conditions(
        () if exists.predictor or exists.censored else exists.conditions,
        route.statistics,
        trail,
        _closed(route),
        route.elimination.equations,
        route.elimination.unknowns,
    )
    return exists, trail.steps, check_steps(family, trail.steps)


def _open_branches(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> bool:
    """Whether some root was chosen without a proof that the others are no higher."""
    return any(
        step.rule == "branch" and finding.evidence.verdict is not Verdict.AGREE
        for step, finding in zip(steps, findings, strict=True)
    )


def _at_observations(family: Family, route: LikelihoodRoute) -> Derivation | None:
    """The derivation by a search over observations, where equations are left and one parameter lies at one of them."""
    pieces = data_point(family) if route.elimination.unknowns and len(family.parameters) > 1 else None
    return derive_over_observations(family, pieces, derive(family.holding(pieces.parameter))) if pieces else None


def _closed(route: LikelihoodRoute) -> dict[Symbol, Expr]:
    """Every solved parameter in statistics and unknowns alone."""
    return resolved(route.ends.placed) | route.elimination.closed()


def _outcome(family: Family, route: LikelihoodRoute) -> tuple[Outcome, str]:
    if route.ends.failure:
        return Outcome.UNSOLVED, route.ends.failure
    if isinstance(route.ends.unbounded, PathGrowth):
        return Outcome.UNBOUNDED, f"it grows without bound as u tends to zero, with {route.ends.unbounded.words}"
    if route.ends.unbounded:
        p = route.ends.unbounded.parameter
        end = ("smallest", "largest")[route.ends.unbounded.level]
        return Outcome.UNBOUNDED, f"it grows without bound as {p} tends to the {end} observation"
    if route.searched:
        return Outcome.DATA_POINT, f"{route.searched.parameter} is one of the observations"
    if route.ends.free:
        return Outcome.SET_VALUED, "the likelihood is flat between two order statistics"
    if any(equation == 0 for equation in route.elimination.equations):
        return Outcome.UNSOLVED, not_told_apart(route.elimination, family.log_density)
    if route.elimination.unknowns:
        count = len(route.elimination.unknowns)
        plural = "equation" if count == 1 else "equations"
        return Outcome.REDUCED, f"{len(route.regular)} parameters reduced to {count} {plural}"
    if not route.regular:
        return Outcome.SUPPORT_BOUNDARY, "an order statistic, where the support ends"
    return Outcome.CLOSED_FORM, "every parameter has a formula"


def _existence(
    family: Family, route: LikelihoodRoute, kl: DivergenceRoute, optimality: Optimality, before: tuple[Step, ...]
) -> Existence:
    """Choose the argument for existence: closed forms, tails, ends of one equation, faces of the convex support."""
    if route.ends.failure:
        return Existence((), False, "", "the estimator is not derived")
    if route.ends.unbounded:
        return Existence((), True, "the likelihood is unbounded", "")
    if route.searched:
        return Existence((), True, "the likelihood is largest at one of finitely many observations", "")
    domain = {**ranges(route.statistics), **route.domain}
    unknowns = route.elimination.unknowns
    if not unknowns:
        closed = {
            symbol: stable_form(_without_parameters(value, route), family, route.statistics)
            for symbol, value in _closed(route).items()
        }
        formulas = {item.unknown: item.root.value for item in route.elimination.solved}
        conditions = inside_space(family, closed, route.statistics, domain, formulas)
        conditions = (*reached(family, route.ends.needed, route.statistics), *conditions)
        return Existence(conditions, optimality.proved, "the estimate has to lie in the parameter space", "")
    counted = by_counts(family, route.statistics, before) if optimality.proved else None
    if counted is not None:
        return counted
    structure = location_scale(family)
    found = by_tails(family, structure) if structure is not None else _inside_the_ends(family, route, optimality)
    found = found or by_censoring(family) or by_recession(family) or _by_slant(family) or by_crest(family, route)
    if found is not None:
        return found
    if len(unknowns) == 1:
        found = by_bounded_support(family, route.averages.form) or _by_ends(family, route, optimality)
        if found is None or not found.needed:
            found = by_profile_edges(family, route) or found
        if found is not None:
            return found
    if kl.means is not None and route.averages.form is not None and is_full(family, route.averages.form):
        faces = by_faces(family, route.averages.form.statistics)
        if faces is not None:
            return faces
    return NOT_DERIVED


def _inside_the_ends(family: Family, route: LikelihoodRoute, optimality: Optimality) -> Existence | None:
    """The argument from a density that vanishes at both ends of a support that moves and stretches."""
    structure = bounded_location_scale(family) if route.ends.confined and optimality.proved else None
    if structure is None or not is_concave(structure.kernel, Z, structure.lo, structure.hi):
        return None
    return by_vanishing_ends(family, structure)


def _by_slant(family: Family) -> Existence | None:
    """The argument from the limits of a growing slant, which needs the best scale at each place without it."""
    slant = find_slant(family)
    return None if slant is None else by_slant(slant, derive(slant.level.holding(slant.place)))


def _with_closed_ends(exists: Existence, family: Family) -> Existence:
    """Where an end belongs to a space, the likelihood may be largest on it although no root lies inside."""
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
    equation = residual_form(elimination.equations[0], family, route.statistics)
    ends = by_ends(family, equation, unknown, box, route.statistics, route.domain, optimality.proved)
    if ends is None:
        return None
    domain = {**ranges(route.statistics), **route.domain}
    # One name for each average: what is left of them where two forms meet would hide a common factor.
    names = {s.definition: s.symbol for s in route.statistics}
    closed = {symbol: value.xreplace(names) for symbol, value in _closed(route).items()}
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


def _without_parameters(value: Expr, route: LikelihoodRoute) -> Expr:
    return value.subs(_closed(route))


def _obligations(
    family: Family,
    steps: tuple[Step, ...],
    findings: tuple[Finding, ...],
    optimality: Optimality,
    exists: Existence,
    outcome: Outcome,
    reason: str,
) -> tuple[Obligation, ...]:
    found = unproved_steps(steps, findings)
    if outcome is Outcome.UNSOLVED:
        return (*found, Obligation("an estimator", reason))
    if outcome is Outcome.UNBOUNDED:
        return tuple(found)
    if not optimality.proved:
        found.append(Obligation("the estimate is the global maximum", optimality.argument))
    if not exists.proved and not exists.edges:
        found.append(
            Obligation(
                "a maximiser exists under the stated conditions",
                exists.missing or "it rests on the maximum being global",
            )
        )
    return (*found, *normalisation(family))
