"""Re-proves the roots of likelihood equations: that they are roots, of their space, the only ones, and the highest."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb
from sympy import Expr, Rational, S, Symbol, sign, together

from .algebra.atoms import Mean, Quantile, atoms_of
from .algebra.derivatives import derivative
from .algebra.heights import is_no_lower
from .algebra.signs import is_negative, strict_sign
from .algebra.size import cancelled
from .ball_data import Values, evaluate
from .balls import precision
from .check_between import is_reached
from .check_context import Context
from .derivation import Evidence, Finding, Step
from .zero import Point, prove_zero

_AWAY = tuple(arb(2) ** power for power in (-12, -6, -3, -1, 0, 1, 3, 6))
"""How far from a root other roots are looked for where the space has no end."""
_BETWEEN = tuple(arb(1) / part for part in (2**16, 2**8, 16, 4, 2)) + tuple(1 - arb(1) / part for part in (4, 16, 2**8))
"""The same as shares of the distance from an end."""


def root(step: Step, context: Context) -> Finding:
    """The equation vanishes at the root."""
    equation, value = context.given(step).value, step.value
    kinks = [atom for atom in equation.atoms(Mean) if isinstance(atom.integrand, sign) and atom.has(step.subject)]
    if kinks and value.has(Quantile):
        return _quantile_root(equation, step.subject, value, context)
    if leaves_space(step, context):
        return Finding(Evidence.REFUTED, f"the root lies outside the space of {step.subject} for every dataset tried")
    if int(step.named("only")) and any(_has_another(equation, step, context, point) for point in context.points()):
        return Finding(
            Evidence.REFUTED, "the equation changes its sign elsewhere in the space: the root is not the only one"
        )
    return context.zero(equation.subs(step.subject, value))


def chained(expression: Expr, roots: dict[Symbol, Expr]) -> Expr:
    """Put roots in, each of which may contain unknowns of the others."""
    for _ in roots:
        expression = expression.subs(roots)
    return expression


def _has_another(equation: Expr, step: Step, context: Context, point: Point) -> bool:
    """Whether balls see the equation change its sign on one side of the root, inside the space.

    Other parameters and the data are held: at them the root need not be one in the space, nor exist.
    """
    unknown, (theta, sample) = step.subject, point
    assert isinstance(unknown, Symbol)
    ends = context.family.domain[unknown]
    whole, value = context.unfolded(equation), context.unfolded(step.value)
    with precision(128):
        place, low, high = (evaluate(one, theta, sample) for one in (value, ends.lo, ends.hi))
        if not place.is_finite():
            return False
        for end, side in ((low, -1), (high, 1)):
            steps = [abs(end - place) * share for share in _BETWEEN] if end.is_finite() else _AWAY
            seen = set()
            for there in ((place + side * away).mid() for away in steps):
                if low < there < high:
                    height = evaluate(whole, {**theta, unknown: there}, sample)
                    seen |= {height > 0} if height > 0 or height < 0 else set()
            if len(seen) > 1:
                return True
    return False


def leaves_space(step: Step, context: Context) -> bool:
    """Whether balls put the root outside its space on every random dataset: then it is no estimate.

    A root in terms of other parameters is left alone: only at their estimates does it have to lie in the space. Where
    ends of the space are other parameters, these are at their estimates as well.
    """
    value, unknown, parameters = step.value, step.subject, set(context.family.symbols)
    assert isinstance(unknown, Symbol)
    ends = context.family.domain[unknown]
    roots = {s.subject: s.value for s in context.steps if s.rule == step.rule and s.held == step.held}
    lo, hi = (context.unfolded(chained(end, roots)) for end in (ends.lo, ends.hi))
    if parameters & (value.free_symbols | lo.free_symbols | hi.free_symbols):
        return False

    def side(theta: Values, sample: Sequence[Values], weights: Sequence[Rational] | None) -> int | None:
        with precision(256):
            place = evaluate(context.unfolded(value), theta, sample, weights)
            if not place.is_finite():
                return None
            if lo is not S.NegativeInfinity:
                low = evaluate(lo, theta, sample, weights)
                if _beyond(low, place, ends.lo_closed):
                    # On an open end itself, or where no precision tells: nothing lies between that and the other side.
                    return -1 if place < low else None
            if hi is not S.Infinity:
                high = evaluate(hi, theta, sample, weights)
                if _beyond(place, high, ends.hi_closed):
                    return 1 if place > high else None
        return 0

    # Estimates may lie in the space for some datasets only: those of another size or sign are tried as well.
    return not is_reached(side, context.many_points(), context.family)


def _beyond(below: arb, above: arb, closed: bool) -> bool:
    """Whether two numbers are not in this order; equal numbers are only where an end belongs to its space.

    Of two branches of a function, one may give the end itself: no precision tells it from the end, and it is no root.
    """
    return bool(below > above) if closed else not below < above


def _quantile_root(equation: Expr, unknown: Symbol, value: Expr, context: Context) -> Finding:
    """``a Mean(sign(v)) + c``: at the root ``v``, monotone in data and unknown, is zero at a quantile of the data.

    Between levels the average of the sign runs from ``1 - 2 level`` on either side, as the number of observations
    beyond the root does. It is a maximum where the score falls at every observation, in the score itself.
    """
    stand_in = Symbol("_m", real=True)
    atoms = [atom for atom in atoms_of(equation) if unknown in atom.free_symbols]
    quantiles = list(value.atoms(Quantile))
    if len(atoms) != 1 or len(quantiles) != 1 or len(atoms[0].data) != 1:
        return Finding(Evidence.UNDECIDED, "there is not one average and one quantile")
    flat, inside = equation.xreplace({atoms[0]: stand_in}), atoms[0].integrand.args[0]
    variable, quantile = atoms[0].data[0], quantiles[0]
    met = prove_zero(inside.subs(unknown, value.xreplace({quantile: variable})), context.family.domain, list)
    if quantile.args[1] != variable or met.evidence is not Evidence.ALGEBRA:
        return Finding(Evidence.REFUTED, "the sign does not change at the observation")
    way, turn = (strict_sign(derivative(inside, symbol), context.family.domain) for symbol in (variable, unknown))
    if not way or not turn:
        return Finding(Evidence.UNDECIDED, "that the sign changes once is not proved")
    if cancelled(together(flat.subs(stand_in, way * (1 - 2 * quantile.level)))) != 0:
        return Finding(Evidence.REFUTED, "level")
    own = [step.value for step in context.steps if step.rule == "score" and step.subject == unknown]
    falls = any(is_negative(turn * score.expand().coeff(atoms[0]), context.domain) for score in own)
    if not falls:
        return Finding(Evidence.UNDECIDED, "that the likelihood is largest and not least there is not proved")
    return Finding(Evidence.LEMMA, "subgradient at a quantile")


def branch(step: Step, context: Context) -> Finding:
    """The likelihood at the chosen root is at least that at the other."""
    ell, chosen = context.given(step, 0).value, context.given(step, 1).value
    holds = is_no_lower(ell, step.subject, chosen, step.value, context.domain)
    if holds:
        return Finding(Evidence.SIGN, "the likelihood at this root is at least that at the other")
    return Finding(Evidence.UNDECIDED, "not proved: the likelihood at this root is at least that at the other")
