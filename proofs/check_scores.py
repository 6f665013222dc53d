"""Re-proves the likelihood and its equations: the average, its derivatives, and what roots make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flint import arb
from sympy import Dummy, Expr, Mul, Pow, Symbol, factor_terms, fraction, log, together

from .algebra.atoms import Mean, atoms_of, stand_ins
from .algebra.derivatives import derivative
from .algebra.logs import split_logs
from .algebra.signs import is_nonzero
from .algebra.size import cancelled, factored, joined
from .apart import log_density_form
from .ball_data import evaluate
from .balls import precision
from .check_context import Context, pairs, subject_of
from .check_roots import chained
from .derivation import Evidence, Finding, Step, Verdict, weakest
from .zero import prove_zero


def mean_log_likelihood(step: Step, context: Context) -> Finding:
    """The claim, unfolded, against the average of the declared log-density: by algebra, and in balls at random data."""
    family = context.family
    declared = Mean(log_density_form(family), *family.columns)
    claimed = context.unfolded(step.value)
    for theta, sample in context.points():
        with precision(256):
            direct = sum((evaluate(family.log_density, {**theta, **row}) for row in sample), arb(0))
            gap = evaluate(claimed, theta, sample) * len(sample) - direct
            if gap.is_finite() and not gap.contains(0):
                return Finding(Evidence.REFUTED, "the average of the declared log-density is another")
    return prove_zero(declared - claimed, family.domain, context.points)


def substitute(step: Step, context: Context) -> Finding:
    """The mean log-likelihood with the placed parameters put in."""
    return context.zero(chained(context.given(step).value, pairs(step, "placed")) - step.value)


def score(step: Step, context: Context) -> Finding:
    """The derivative of the mean log-likelihood."""
    if context.given(step).rule not in ("mean-log-likelihood", "substitute"):
        return Finding(Evidence.REFUTED, "the premise is no mean log-likelihood")
    return context.zero(derivative(context.given(step).value, step.subject) - step.value)


def score_zero(step: Step, context: Context) -> Finding:
    """The equation is one of the scores with earlier roots put in, and the claim is it times something never zero."""
    roots, equation = pairs(step, "roots"), step.named("equation")
    scores = [one for i in step.given for one in _equations(context.steps[i])]
    origin = context.one_of([*(one - equation for one in scores), *(chained(one, roots) - equation for one in scores)])
    if origin.evidence.verdict is not Verdict.AGREE:
        return Finding(Evidence.REFUTED, "the equation is none of the scores")
    if equation == step.value:
        return origin
    plainly = not atoms_of(equation) and step.subject not in equation.free_symbols - step.value.free_symbols
    if plainly and any(is_nonzero(ratio, context.domain) for ratio in _ratios(step.value, equation)):
        return weakest([origin, Finding(Evidence.SIGN, "the factor is never zero")])
    inside = _open_gaps(roots, context)
    return weakest([origin, _proportional(step.value, equation, step.subject, inside, context)])


def _ratios(claim: Expr, equation: Expr) -> Iterator[Expr]:
    """``claim / equation``: first as it cancels where the claim is a factor of the numerator, which takes less time."""
    top, bottom = fraction(joined(equation))
    yield bottom / (factor_terms(top) / claim)
    yield cancelled(claim / equation)


def _equations(step: Step) -> Sequence[Expr]:
    """What a step says is zero at every estimate."""
    if step.rule == "untangled":
        return step.value.args
    return (step.value,) if step.rule in ("score", "combined", "score-zero") else ()


def _open_gaps(roots: dict[Symbol, Expr], context: Context) -> list[Expr]:
    """What vanishes where an unknown, solved before, lies on an open end of its space: it does not at an estimate."""
    found: list[Expr] = []
    for unknown, value in roots.items():
        ends = context.family.domain[unknown]
        whole = chained(value, roots)
        open_ends = [end for end, closed in ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)) if not closed]
        found += [together(whole - end).as_numer_denom()[0].expand() for end in open_ends if end.is_finite]
    return found


def _proportional(claim: Expr, equation: Expr, unknown: Symbol, inside: Sequence[Expr], context: Context) -> Finding:
    """``claim = c * equation`` with ``c`` nonzero: common denominator on both sides, factor by factor."""
    masks = stand_ins(claim + equation)
    ratio = cancelled(together(claim.xreplace(masks) / equation.xreplace(masks)))
    back = ratio.xreplace({mask: atom for atom, mask in masks.items()})
    top, bottom = back.as_numer_denom()
    needed = [step.value for step in context.steps if step.rule == "exists" and not int(step.named("weak"))]
    positive = _positive_statistics(needed, context)
    for part in (*Mul.make_args(factored(top)), *Mul.make_args(factored(bottom))):
        if any((part - flip * one).expand() == 0 for one in inside for flip in (1, -1)):
            continue
        if unknown in part.free_symbols - set(context.domain):
            return Finding(Evidence.REFUTED, f"the factor {part} contains data and the unknown")
        base = part.base if isinstance(part, Pow) else part
        whole = context.unfolded(base)
        implied = any((whole - flip * one).expand() == 0 for one in needed for flip in (1, -1))
        if not implied and not is_nonzero(base.xreplace(positive), context.domain):
            return Finding(Evidence.UNDECIDED, f"that {base} is never zero is not proved")
    return Finding(Evidence.SIGN, "the factor is never zero, for data with a maximiser")


def _positive_statistics(needed: Iterable[Expr], context: Context) -> dict[Symbol, Symbol]:
    """A positive stand-in for each statistic that is a condition for a maximiser itself."""
    wanted = {condition.expand() for condition in needed}
    held = [symbol for symbol, _ in context.table if context.unfolded(symbol).expand() in wanted]
    return {symbol: Dummy(symbol.name, positive=True) for symbol in held}


def reduced(step: Step, context: Context) -> Finding:
    """A score with all roots put in."""
    roots = pairs(step, "roots")
    scores = [one for i in step.given for one in _equations(context.steps[i])]
    found = context.one_of([chained(one, roots) - step.value for one in scores])
    if found.evidence.verdict is Verdict.AGREE:
        return found
    return Finding(Evidence.REFUTED, "the equation is none of the scores with the roots put in")


def same_value(step: Step, context: Context) -> Finding:
    """The rewritten form equals the other, statistics unfolded on both sides."""
    finding = context.zero(context.unfolded(step.value) - context.unfolded(step.named("other")))
    if finding.evidence is Evidence.BALL:
        # Powers of averages against logarithms of averages: equal positive numbers have equal logarithms.
        logs = [split_logs(log(context.unfolded(e)), context.domain) for e in (step.value, step.named("other"))]
        again = prove_zero(logs[0] - logs[1], context.domain, list)
        return again if again.evidence is Evidence.ALGEBRA else finding
    return finding


def mirror(step: Step, context: Context) -> Finding:
    """With the other sign of the parameter the declared log-density is the same, and no space or support is another."""
    p, family = subject_of(step), context.family
    if p not in family.symbols or step.value != 0:
        return Finding(Evidence.REFUTED, "is not about the two signs of a parameter")
    space, ends = family.domain[p], (family.bounds.lo, family.bounds.hi)
    if space.lo != -space.hi or space.lo_closed != space.hi_closed or space.free_symbols:
        return Finding(Evidence.REFUTED, f"the opposite of some {p} lies outside its space")
    moved = any(p in item.bounds.free_symbols for item in family.parameters)
    if moved or any((end.subs(p, -p) - end).expand() != 0 for end in ends if p in end.free_symbols):
        return Finding(Evidence.REFUTED, f"the sign of {p} moves a support or a space")
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    return prove_zero(family.log_density.subs(p, -p) - family.log_density, family.domain, lambda: points)
