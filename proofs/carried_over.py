"""Carries a derivation over from simpler parameters to those that a family is declared in.

The likelihood is the same function of the member, whatever the parameters are called: its maximisers carry over
(Zehna 1966, Annals of Mathematical Statistics 37; Casella & Berger 2002, theorem 7.2.10).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sympy import Expr, Symbol, Tuple

from .algebra.derivatives import derivative
from .algebra.signs import strict_sign
from .checker import check_steps
from .conditions import Condition
from .derivation import Derivation, Evidence, Finding, Label, Outcome, Section, Step, Verdict
from .family import Family
from .natural_scales import natural_scales
from .numeric_check import checked_by_numbers
from .reparametrisation import RENAMES, Reparametrisation

Derive = Callable[[Family], Derivation]

_IN_PARAMETERS = frozenset({"mirror", "predictor", "separation"})
"""Steps that are read again with a dataset, in the parameters that the family is declared in."""


def in_best_parameters(found: Derivation, derive: Derive) -> Derivation:
    """Return ``found``, or the derivation in simpler parameters, carried over, where more is proved of these.

    >>> from sympy import Interval, Symbol, oo
    >>> from thetahat import derive, family
    >>> from thetahat.proofs.family import Parameter
    >>> rate, scale = family("exponentiated_exponential"), Symbol("s", positive=True)
    >>> spaces = [rate.parameters[0], Parameter(scale, Interval.open(0, oo))]
    >>> by_scale = rate.reparametrise("by_scale", spaces, {"lambda": 1 / scale})
    >>> derive(by_scale).optimality.proved
    True
    """
    family, best = found.family, found
    if _is_complete(found) or family.given or _is_refuted(found):
        return found
    for way in natural_scales(family):
        other = carried_over(derive(way.of(family)), way, family)
        if other is not None and _proved(other) > _proved(best):
            best = other
        if _is_complete(best):
            break
    return best


def carried_over(inner: Derivation, way: Reparametrisation, family: Family) -> Derivation | None:
    """Return the derivation of ``family`` from that in other parameters; ``None`` where it is not carried over."""
    moved = {old for old, _ in way.values} | {new for new, _ in way.images}
    searched = inner.integer is not None or (inner.point is None and inner.searched in moved)
    if inner.outcome is Outcome.UNSOLVED or searched or not _is_straight(inner, way) or _is_circular(inner, way):
        return None
    if any(step.rule in _IN_PARAMETERS or step.parametrisation is not None for step in inner.steps):
        return None
    step = _step(way)
    finding = _finding(step, family)
    if finding is None:
        return None
    steps = (step, *(_placed(one, way) for one in inner.steps))
    return replace(_moved(inner, way, family), steps=steps, findings=(finding, *inner.findings))


def is_one_to_one(way: Reparametrisation, family: Family) -> bool:
    """Return whether the checker proves that the members in other parameters are those of ``family``."""
    return _finding(_step(way), family) is not None


def _finding(step: Step, family: Family) -> Finding | None:
    """What proves the step that says what other parameters are; ``None`` where it is not proved."""
    (finding,) = check_steps(family, (step,))
    return finding if finding.evidence.verdict is Verdict.AGREE and finding.evidence is not Evidence.BALL else None


def _is_circular(inner: Derivation, way: Reparametrisation) -> bool:
    """Whether a parameter that is put back would need another one that is only found with its help."""
    known = {*inner.unknowns, *([] if inner.point is None else [inner.point.parameter])}
    values, order = way.put_back, []
    for new, _ in inner.formulas:
        order.append((new, set(known)))
        known.add(new)
    early = [(new, set[Symbol]()) for new in inner.unknowns]
    return any(new in values and not values[new].free_symbols - {new} <= before for new, before in (*early, *order))


def _is_straight(inner: Derivation, way: Reparametrisation) -> bool:
    """Whether observations that are compared as places of a parameter stand on a line with its other values, too."""
    if inner.point is None:
        return True
    value = way.put_back.get(inner.point.parameter, inner.point.parameter)
    return not derivative(value, inner.point.parameter).free_symbols


def _placed(step: Step, way: Reparametrisation) -> Step:
    """A step in the new parameters, behind the one that says what these are."""
    return replace(step, given=tuple(at + 1 for at in step.given), parametrisation=way)


def _step(way: Reparametrisation) -> Step:
    values, images = dict(way.values), dict(way.images)
    shown = " and ".join(f"`{new}` = `{image}`" for new, image in images.items())
    return Step(
        rule=RENAMES,
        section=Section.LIKELIHOOD,
        words=f"Other parameters: with {shown} the declaration is simpler. Each is a strictly monotone function of one "
        "parameter, onto an open interval: the members are the same, and so are those that are stationary or maximise "
        "the likelihood (Zehna 1966). All that follows is in these parameters; the estimate is put back at the end.",
        value=Tuple(*values.values()),
        label=Label(", ".join(map(str, values)), ", ".join(map(str, values))),
        using=(
            ("values", Tuple(*(Tuple(*pair) for pair in way.values))),
            ("images", Tuple(*(Tuple(*pair) for pair in way.images))),
        ),
        parametrisation=way,
    )


def _moved(inner: Derivation, way: Reparametrisation, family: Family) -> Derivation:
    """The conclusions with every new parameter written in the old ones, and what is found for it put back."""
    put, values = way.back(), way.put_back
    news = dict(zip((item.symbol for item in way.parameters), family.symbols, strict=True))
    solved = {new: put(value) for new, value in inner.closed}
    domain, told = inner.family.domain, partial(_told, way)

    def held(condition: Condition) -> Condition:
        return replace(condition.at(put), meaning=told(condition.meaning))

    def found(new: Symbol, value: Expr) -> tuple[Symbol, Expr]:
        return news[new], values[new].subs(new, put(value)) if new in values else put(value)

    def alone(new: Symbol, value: Expr) -> tuple[Symbol, Expr]:
        """The same in statistics and unknowns."""
        old, there = found(new, value)
        return old, there.subs({symbol: one for symbol, one in solved.items() if symbol != old}, simultaneous=True)

    def between(new: Symbol, low: Expr, high: Expr) -> tuple[Symbol, Expr, Expr]:
        ends = found(new, low)[1], found(new, high)[1]
        falls = new in values and strict_sign(derivative(values[new], new), domain) < 0
        return news[new], *(ends[::-1] if falls else ends)

    form = inner.exponential_form
    if form is not None:
        form = replace(form, eta=tuple(map(put, form.eta)), log_partition=put(form.log_partition))
    point = inner.point
    if point is not None:
        old, place = found(point.parameter, point.place)
        point = replace(point.at(put, {}), parameter=old, place=place, needed=tuple(map(held, point.needed)))
    return replace(
        inner,
        family=family,
        reason=told(inner.reason),
        statistics=tuple(replace(one, definition=put(one.definition)) for one in inner.statistics),
        mean_log_likelihood=put(inner.mean_log_likelihood),
        formulas=tuple(found(*pair) for pair in inner.formulas),
        equations=tuple(map(put, inner.equations)),
        unknowns=tuple(news[unknown] for unknown in inner.unknowns),
        closed=tuple(alone(*pair) for pair in inner.closed),
        free=tuple(between(*three) for three in inner.free),
        within=tuple(between(*three) for three in inner.within),
        exponential_form=form,
        exists_when=tuple(map(held, inner.exists_when)),
        enough=tuple(map(held, inner.enough)),
        edges=tuple(replace(one, height=put(one.height), meaning=told(one.meaning)) for one in inner.edges),
        searched=None if inner.searched is None else news[inner.searched],
        point=point,
    )


def _told(way: Reparametrisation, words: str) -> str:
    """Words that name new parameters, with what these are in the declared ones."""
    named = set(re.findall(r"\w+", words))
    return ", with ".join([words, *(f"{new} = {image}" for new, image in way.images if new.name in named)])


def _proved(derivation: Derivation) -> tuple[bool, bool, bool, bool]:
    """Whether an estimator is found, is proved to be the maximum, and it is known when there is one, and when none."""
    known = derivation.existence_proved or bool(derivation.edges)
    needed = derivation.existence_needed or derivation.none_inside or not derivation.exists_when
    return derivation.outcome is not Outcome.UNSOLVED, derivation.optimality.proved, known, known and needed


def _is_complete(derivation: Derivation) -> bool:
    return derivation.outcome is Outcome.UNBOUNDED or all(_proved(derivation))


def _is_refuted(derivation: Derivation) -> bool:
    """Whether the declaration is no density: no other parameters make one of it."""
    return (
        derivation.outcome is Outcome.UNSOLVED and checked_by_numbers(derivation.family)[0] is Verdict.DISAGREE
    ) or any(
        step.rule == "normalised" and found.evidence is Evidence.REFUTED
        for step, found in zip(derivation.steps, derivation.findings, strict=True)
    )
