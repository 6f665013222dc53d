"""Derives families whose likelihood is largest at an observation: the other parameters at each of them first."""

from __future__ import annotations

from dataclasses import replace
from math import lcm

from sympy import Add, Dummy, Expr, Pow, Rational, Symbol, Tuple, expand_log, log

from . import labels
from .algebra.atoms import plain
from .algebra.size import cancelled, factored
from .checker import check_steps
from .conclusions import add_conditions, normalisation, refutation, unproved_steps
from .data_point import DataPoint
from .derivation import Derivation, Label, Optimality, Outcome, Section
from .end_steps import data_point_step
from .family import Family
from .points import PointSearch, is_continuous_at_zero
from .sections import held_steps, in_sections
from .trail import Trail

_ARGUMENT = (
    "for any values of the other parameters convex between neighbouring observations and monotone beyond them; the "
    "other parameters are at their values for each observation"
)
_EXISTS = "the likelihood is largest at one of finitely many observations, if the other parameters have a maximum there"


def derive_over_observations(family: Family, pieces: DataPoint, section: Derivation) -> Derivation | None:
    """Return the derivation of a family one of whose parameters lies at an observation, whatever the others are.

    ``section`` is the derivation with that parameter known. ``None`` where the others have no formulas that are proved
    to be best, or their supremum at an observation where they have no maximum, because statistics vanish, is not known.
    """
    p, ell = pieces.parameter, section.mean_log_likelihood
    usable = section.outcome is Outcome.CLOSED_FORM and section.optimality.proved and section.existence_proved
    if not usable or section.exponential_form is None:
        return None
    statistics = tuple(s.symbol for s in section.statistics)
    profile = _in_logarithms(ell.subs(dict(section.closed)), statistics)
    averages = {plain(s.definition) for s in section.statistics}
    if not is_continuous_at_zero(profile, statistics) or not {c.expression for c in section.exists_when} <= averages:
        return None
    trail = Trail(held_steps(section, p))
    data_point_step(pieces, trail, 0, others=True)
    _profile_step(p, profile, section, trail)
    add_conditions(section.exists_when, section.statistics, trail, dict(section.closed))
    steps = in_sections(trail.steps)
    findings = check_steps(family, steps)
    refuted = refutation(family, steps, findings)
    return replace(
        section,
        family=family,
        outcome=Outcome.UNSOLVED if refuted else Outcome.DATA_POINT,
        reason=refuted or f"{p} is one of the observations",
        exponential_form=None,
        exists_when=(),
        existence_rule=_EXISTS,
        existence_proved=True,
        optimality=Optimality(True, _ARGUMENT, False),
        independent_routes=False,
        searched=p,
        point=PointSearch(p, pieces.place, profile, section.statistics, section.exists_when),
        steps=steps,
        findings=findings,
        obligations=(*unproved_steps(steps, findings), *normalisation(family)),
    )


def _profile_step(p: Symbol, profile: Expr, section: Derivation, trail: Trail) -> None:
    trail.add(
        "profile",
        Section.OPTIMALITY,
        f"Supremum at each `{p}`: the formulas put in. It is that also where a formula leaves the parameter space: a "
        "supremum of functions linear in the statistics is convex in them, and closed, so that it is the limit along a "
        "line (Rockafellar 1970, Convex Analysis, theorem 7.5), as this formula is.",
        profile,
        Label(f"sup l({p}, .)", rf"\sup \ell({labels.symbol_latex(p)}, \cdot)"),
        given=(0,),
        subject=p,
        using=(
            ("roots", Tuple(*(Tuple(symbol, value) for symbol, value in section.closed))),
            ("averages", Tuple(*(s.symbol for s in section.statistics))),
        ),
        held=(p,),
    )


def _in_logarithms(expression: Expr, statistics: tuple[Symbol, ...]) -> Expr:
    """The expression for positive statistics as a sum of multiples of logarithms, roots of statistics as unknowns.

    >>> from sympy import sqrt
    >>> s, t = Symbol("s", nonnegative=True), Symbol("t", nonnegative=True)
    >>> _in_logarithms(log(s + sqrt(s * t)) - log(s) / 2, (s, t))
    log(sqrt(s) + sqrt(t))
    """
    positive: dict[Expr, Expr] = {t: Dummy(t.name, positive=True) for t in statistics}
    flat = expression.xreplace(positive)
    order = lcm(1, *(int(node.exp.q) for node in flat.atoms(Pow) if node.exp.is_Rational))
    flat = flat.subs({t: t**order for t in positive.values()})
    apart = expand_log(flat.replace(log, lambda inside: log(factored(cancelled(inside)))))
    terms = Add.make_args(apart.expand(log=False))
    whole = Add(*(term for term in terms if term.has(log))) + cancelled(Add(*(t for t in terms if not t.has(log))))
    return whole.subs({t: plain ** Rational(1, order) for plain, t in positive.items()})
