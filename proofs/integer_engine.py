"""Derives families with an integer parameter: all others at each integer first, then the way from one to the next."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Symbol, Tuple

from . import labels
from .algebra.signs import Domain, is_nonnegative
from .checker import check_steps
from .conclusions import add_conditions, normalisation, refutation, unproved_steps
from .conditions import Condition
from .derivation import Derivation, Finding, Obligation, Optimality, Outcome, Section, Statistic, Step, Verdict
from .extremes import ranges
from .family import Family
from .integer_search import integer_search
from .integer_steps import search_steps
from .integers import IntegerSearch
from .likelihood import average_form, name_averages
from .sections import held_steps, in_sections
from .trail import Trail
from .wording import describe, distinct, positive

_ONCE = "the change of the log-likelihood from one integer to the next turns from rise to fall once"
_COMPARED = (
    "every integer up to a bound found on the data is compared, and beyond it the change from one integer to the next "
    "turns from rise to fall once at most"
)
_RANGE = "every integer that the data allow is compared"
_SEARCHING = ("integer-increment", "integer-range", "integer-tail", "integer-falling")
_PROFILED = "the other parameters are at their values for each integer"


def derive_over_integers(family: Family, parameter: Symbol, section: Derivation | None) -> Derivation:
    """Return the derivation of a family one of whose parameters is an integer that no end of the support decides.

    Parameters
    ----------
    section
        The derivation with that parameter held; ``None`` where it is the only one.
    """
    reason = _unfit(family, parameter, section)
    first = held_steps(section, parameter) if section is not None and not reason else ()
    trail = Trail(first)
    statistics, ell = _start(family, section, trail) if not reason else ((), Integer(0))
    closed: tuple[tuple[Symbol, Expr], ...] = section.closed if section is not None and not reason else ()
    found = reason or integer_search(family, parameter, ell.subs(closed), statistics)
    if isinstance(found, str):
        return _unsolved(family, parameter, found)
    if section is not None:
        needed = tuple(one for one in section.exists_when if parameter not in one.free_symbols)
        found = replace(found, needed=needed, needed_proved=section.existence_proved)
    search_steps(found, closed, trail)
    conditions, proved = _conditions(family, found, section)
    add_conditions(conditions, found.statistics, trail, dict(closed))
    argument = _ONCE if found.falling is not None else _COMPARED if found.tail is not None else _RANGE
    others = section is None or section.optimality.proved
    optimality = Optimality(others, f"{argument}; {_PROFILED}" if closed else argument, False)
    steps = in_sections(trail.steps)
    return _assembled(family, found, section, closed, conditions, proved, optimality, steps, ell)


def _unfit(family: Family, parameter: Symbol, section: Derivation | None) -> str:
    """Why the integer cannot be searched for; empty where it can."""
    item = next(one for one in family.parameters if one.symbol == parameter)
    if item.bounds.free_symbols & set(family.symbols):
        return f"the space of the integer {parameter} depends on another parameter"
    if family.beside:
        return f"with covariates, the integer {parameter} is not searched for"
    if section is None:
        return ""
    if section.outcome is Outcome.INTEGER_SEARCH:
        return f"{parameter} is not the only parameter that is an integer"
    if section.outcome is Outcome.UNSOLVED:
        return f"with {parameter} known, {section.reason}"
    if section.outcome is not Outcome.CLOSED_FORM:
        return f"with {parameter} known, the other parameters have no formula ({section.outcome.value})"
    return ""


def _start(family: Family, section: Derivation | None, trail: Trail) -> tuple[tuple[Statistic, ...], Expr]:
    """The statistics and the mean log-likelihood; recorded, where no other parameter came first."""
    if section is not None:
        return section.statistics, section.mean_log_likelihood
    averages = average_form(family)
    trail.add(
        "mean-log-likelihood",
        Section.LIKELIHOOD,
        "Mean log-likelihood: linearity of the average.",
        averages.mean_log_likelihood,
        labels.mean_log_likelihood(family.symbols),
        using=(("statistics", Tuple(*(Tuple(s.symbol, s.definition) for s in averages.statistics))),),
    )
    return averages.statistics, averages.mean_log_likelihood


def _conditions(family: Family, found: IntegerSearch, section: Derivation | None) -> tuple[tuple[Condition, ...], bool]:
    """When the likelihood falls at last, the range holds an integer, and the others exist at the least of it."""
    domain: Domain = {**ranges(found.statistics), **{s: b for s, b in family.domain.items() if s != found.parameter}}
    conditions: list[Condition] = []
    if found.tail is not None:
        why = f"the likelihood has to fall as {found.parameter} grows without bound"
        _, leading = (-found.tail.leading).expand().primitive()
        named = name_averages((leading,), family, found.statistics)
        conditions += positive(leading, family, named, domain, why)
    for low in found.floors:
        for high in found.ceilings:
            if not is_nonnegative(high - low, domain) and (high - low).free_symbols & {
                s.symbol for s in found.statistics
            }:
                why = f"some integer {found.parameter} has to allow all data"
                conditions.append(describe(high - low, family, found.statistics, why, weak=True))
    proved = True
    for condition in () if section is None else section.exists_when:
        at_least, whole = _for_all(condition, found, family)
        conditions += at_least
        proved = proved and whole
    return distinct(tuple(conditions)), proved


def _for_all(condition: Condition, found: IntegerSearch, family: Family) -> tuple[tuple[Condition, ...], bool]:
    """A condition that has to hold at every integer: at the least, where it grows with the integer."""
    p, expression = found.parameter, condition.expression
    if p not in expression.free_symbols:
        return (condition,), True
    if not is_nonnegative(expression.diff(p), family.domain):
        return (), False
    data = [low for low in found.floors if low.free_symbols & {s.symbol for s in found.statistics}] or found.floors
    told = [describe(expression.subs(p, low), family, found.statistics, condition.why) for low in data[:1]]
    return tuple(told), True


def _assembled(
    family: Family,
    found: IntegerSearch,
    section: Derivation | None,
    closed: tuple[tuple[Symbol, Expr], ...],
    conditions: tuple[Condition, ...],
    proved: bool,
    optimality: Optimality,
    steps: tuple[Step, ...],
    ell: Expr,
) -> Derivation:
    findings = check_steps(family, steps)
    refuted = refutation(family, steps, findings)
    # Where the likelihood of large integers is not proved to fall, neither is that one of those compared is highest.
    searching = (f for s, f in zip(steps, findings, strict=True) if s.rule in _SEARCHING)
    unproved = next((f for f in searching if f.evidence.verdict is not Verdict.AGREE), None)
    if unproved is not None:
        proved = False
        optimality = Optimality(False, f"a step of the argument is not proved: {unproved.detail}", False)
    return replace(
        _without_estimator(family, found.statistics, ell, steps, findings),
        outcome=Outcome.UNSOLVED if refuted else Outcome.INTEGER_SEARCH,
        reason=refuted or f"{found.parameter} is the integer at which the likelihood is largest",
        formulas=section.formulas if section is not None else (),
        closed=closed,
        exists_when=conditions,
        existence_rule="the likelihood rises and falls over the integers, and falls at last",
        existence_proved=proved,
        optimality=optimality,
        obligations=_obligations(family, steps, findings, optimality, proved, refuted),
        integer=found,
    )


def _obligations(
    family: Family,
    steps: tuple[Step, ...],
    findings: tuple[Finding, ...],
    optimality: Optimality,
    proved: bool,
    unsolved: str,
) -> tuple[Obligation, ...]:
    left = unproved_steps(steps, findings)
    if unsolved:
        return (*left, Obligation("an estimator", unsolved))
    if not optimality.proved:
        left.append(Obligation("the estimate is the global maximum", "at each integer that is not proved"))
    if not proved:
        missing = "that the other parameters have a maximiser at every integer is only seen on the data"
        left.append(Obligation("a maximiser exists under the stated conditions", missing))
    return (*left, *normalisation(family))


def _unsolved(family: Family, parameter: Symbol, reason: str) -> Derivation:
    """No estimator, because of the integer; the likelihood stands."""
    trail = Trail()
    statistics, ell = _start(family, None, trail)
    steps = trail.steps
    return replace(
        _without_estimator(family, statistics, ell, steps, check_steps(family, steps)),
        reason=reason,
        optimality=Optimality(False, reason, False),
        obligations=(Obligation("an estimator", reason),),
    )


def _without_estimator(
    family: Family, statistics: tuple[Statistic, ...], ell: Expr, steps: tuple[Step, ...], findings: tuple[Finding, ...]
) -> Derivation:
    """The likelihood and its steps alone; no integer is solved for by equations, and none has another route."""
    return Derivation(
        family=family,
        outcome=Outcome.UNSOLVED,
        reason="",
        statistics=statistics,
        mean_log_likelihood=ell,
        formulas=(),
        equations=(),
        unknowns=(),
        closed=(),
        free=(),
        exponential_form=None,
        exists_when=(),
        existence_rule="",
        existence_proved=False,
        optimality=Optimality(False, "", False),
        independent_routes=False,
        within=(),
        searched=None,
        steps=steps,
        findings=findings,
        obligations=(),
    )
