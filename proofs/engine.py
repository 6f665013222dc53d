"""Derives: declaration in, checked derivation out, cached; everything it uses comes from the modules beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from .carried_over import in_best_parameters
from .censoring import add_censoring
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
from .crest_steps import add_crest
from .data_point import data_point
from .data_point_engine import derive_over_observations
from .derivation import Derivation, Finding, Obligation, Optimality, Outcome, Step, Verdict
from .errors import DeclarationError
from .existence import Existence
from .existence_choice import existence_of, with_closed_ends
from .family import Family
from .integer_engine import derive_over_integers
from .integer_search import integer_parameter
from .mirrors import mirror_steps
from .optimality import optimality_steps
from .path_growth import PathGrowth
from .profile_edge_steps import add_profile_edges
from .recession import add_recession, supported_existence
from .rising import add_one_way, supported_need
from .routes import DivergenceRoute, LikelihoodRoute, divergence_route, likelihood_route
from .slant_steps import add_slant
from .trail import Trail


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
    try:
        return _of_any_kind(family)
    except DeclarationError as error:  # of a function that no balls know
        if family.name in str(error):
            raise
        raise DeclarationError(f"{family.name}: {error}") from error


def _of_any_kind(family: Family) -> Derivation:
    """The derivation of a family with an integer to search for, or without one."""
    whole = integer_parameter(family)
    if whole is not None:
        section = None if len(family.parameters) == 1 else _section(family.holding(whole))
        return derive_over_integers(family, whole, section)
    return in_best_parameters(derive_as_declared(family), derive_as_declared)


def _section(family: Family) -> Derivation:
    """The derivation of a family with some parameters held, in no others: its steps join those of another one."""
    return derive_as_declared(family) if integer_parameter(family) is None else derive(family)


@lru_cache(maxsize=256)
def derive_as_declared(family: Family) -> Derivation:
    """Return the derivation in the parameters that a family is declared in, whatever is proved in others.

    >>> from thetahat import family
    >>> derive_as_declared(family("rayleigh")) == derive(family("rayleigh"))
    True
    """
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
    exists = supported_need(supported_existence(exists, steps, findings), steps, findings)
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
        closed=tuple(route.closed().items()),
        free=route.ends.free,
        exponential_form=route.averages.form,
        exists_when=exists.conditions,
        existence_rule=exists.rule,
        existence_proved=exists.proved,
        existence_needed=exists.needed,
        none_inside=exists.none_inside,
        edges=exists.edges,
        enough=exists.enough,
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
    exists = with_closed_ends(existence_of(family, route, kl, optimality, before, _section), family)
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
        route.closed(),
        route.elimination.equations,
        route.elimination.unknowns,
    )
    add_one_way(exists, trail.steps, trail)
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
    return derive_over_observations(family, pieces, _section(family.holding(pieces.parameter))) if pieces else None


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
