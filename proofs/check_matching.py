"""Re-proves the KL route: cross-entropy, roots of matched means, agreement with the scores, and the divergence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from sympy import Add, Expr, Matrix, Symbol

from .algebra.derivatives import derivative
from .algebra.invertible import is_invertible
from .ball_data import evaluate, is_zero_at
from .balls import precision
from .check_context import Context, confirmed_zero, pairs
from .check_roots import chained, leaves_space
from .derivation import Evidence, Finding, Step, Verdict, weakest
from .numeric_check import is_examined
from .zero import Point, prove_zero

_BITS = 256


def split(step: Step, context: Context) -> Finding:
    """Cross-entropy is minus the mean log-likelihood; the entropy of the data contains no parameter."""
    return context.zero(context.given(step).value + step.value)


def moment_root(step: Step, context: Context) -> Finding:
    """The equation, a mean minus its statistic with the other roots put in, vanishes at the root."""
    roots = pairs(step, "roots")
    equations = [tau - t for tau, t in zip(step.named("means").args, step.named("statistics").args, strict=True)]
    others = {p: v for p, v in roots.items() if p != step.subject}
    candidates = [
        *(e - step.named("equation") for e in equations),
        *(chained(e, others) - step.named("equation") for e in equations),
    ]
    origin = context.one_of(candidates)
    if origin.evidence.verdict is not Verdict.AGREE:
        # Partly substituted: then at least one whole equation has to vanish at all roots together.
        origin = context.one_of([chained(e, roots) for e in equations])
        if origin.evidence is not Evidence.ALGEBRA:
            return Finding(Evidence.UNDECIDED, "the equation is no mean minus its statistic")
    if leaves_space(step, context):
        return Finding(Evidence.REFUTED, f"the root lies outside the space of {step.subject} for every dataset tried")
    return context.zero(step.named("equation").subs(step.subject, step.value))


def untangled(step: Step, context: Context) -> Finding:
    """The scores are ``J' (t - tau)`` with an invertible ``J``, and the claim is ``tau - t``, each once."""
    p, t, tau = (step.named(key).args for key in ("parameters", "statistics", "means"))
    scores = {context.steps[i].subject: context.steps[i].value for i in step.given if context.steps[i].rule == "score"}
    if set(scores) != set(p):
        return Finding(Evidence.REFUTED, "the premises are not the scores of these parameters")
    left = [one - symbol for one, symbol in zip(tau, t, strict=True)]
    if set(step.value.args) != set(left) or not len(set(left)) == len(left) == len(p):
        return Finding(Evidence.REFUTED, "the equations are not the differences of means and statistics")
    return weakest(_pulled_back([scores[one] for one in p], step, context))


def agreement(step: Step, context: Context) -> Finding:
    """``score = J' (t - tau)`` as an identity, with a ``J`` that is invertible inside the parameter space."""
    p, ell = step.named("parameters").args, context.given(step).value
    slopes = [derivative(ell, one) for one in p]
    found = [context.zero(slope - claimed) for slope, claimed in zip(slopes, step.value.args, strict=True)]
    return weakest([*_pulled_back(slopes, step, context), *found, *_same_estimates(p, context)])


def _pulled_back(slopes: Sequence[Expr], step: Step, context: Context) -> list[Finding]:
    """Whether slopes are ``J' (t - tau)``, with a ``J`` that is invertible inside the parameter space."""
    t, tau = (step.named(key).args for key in ("statistics", "means"))
    jacobian = Matrix([list(row.args) for row in step.named("jacobian").args])
    found = [
        context.zero(slope - Add(*(jacobian[i, j] * (t[i] - tau[i]) for i in range(len(t)))))
        for j, slope in enumerate(slopes)
    ]
    if not is_invertible(jacobian, {s: b.interior() for s, b in context.domain.items()}):
        found.append(Finding(Evidence.UNDECIDED, "that J is invertible is not proved"))
    return found


def _same_estimates(parameters: Sequence[Symbol], context: Context) -> list[Finding]:
    """Where both routes end in formulas, these are equal: zeros shared by two systems may still be different ones."""
    both = [{s.subject: s.value for s in context.steps if s.rule == rule} for rule in ("root", "moment-root")]
    if any(set(roots) != set(parameters) for roots in both):
        return []
    first, second = both
    # The same formulas in the same statistics and other estimates say so sooner than written out.
    alike = [prove_zero(first[p] - second[p], context.domain, list) for p in parameters]
    if all(one.evidence is Evidence.ALGEBRA for one in alike):
        return alike
    gaps = [chained(first[p], first) - chained(second[p], second) for p in parameters]
    return [_where_there_are_estimates(context.zero(gap), gap, first, context) for gap in gaps]


def _where_there_are_estimates(found: Finding, gap: Expr, roots: dict[Symbol, Expr], context: Context) -> Finding:
    """What was found; refuted only if so where all roots are numbers, as the logarithm of a mean often is none."""
    if found.evidence is not Evidence.REFUTED:
        return found
    values, whole = [context.unfolded(chained(root, roots)) for root in roots.values()], context.unfolded(gap)
    for theta, sample in context.points():
        with precision(_BITS):
            known = all(evaluate(value, theta, sample).is_finite() for value in values)
        if known and is_zero_at(whole, theta, sample) is False:
            return found
    return Finding(Evidence.UNDECIDED, "that both routes have the same estimates where there are any is not proved")


def divergence(step: Step, context: Context) -> Finding:
    """``E_0[log p_0 - log p_1]`` by the means of the statistics; it vanishes where both members are the same."""
    first = pairs(step, "members")
    second = {row[0]: row[2] for row in step.named("members").args}
    if step.named("means") != context.given(step).value:
        return Finding(Evidence.REFUTED, "the means are not those of the mean map")
    eta, tau, partition = step.named("eta").args, step.named("means").args, step.named("log_partition")
    terms = ((e.xreplace(first) - e.xreplace(second)) * m.xreplace(first) for e, m in zip(eta, tau, strict=True))
    claim = Add(*terms) - partition.xreplace(first) + partition.xreplace(second)
    same = {second[p]: first[p] for p in first}
    points = _member_points(step, context)
    found = [confirmed_zero(claim - step.value, {}, points), confirmed_zero(step.value.xreplace(same), {}, points)]
    return weakest(found)


def _member_points(step: Step, context: Context) -> Callable[[], Sequence[Point]]:
    """Two random members at once, each under its own symbols."""

    def points() -> list[Point]:
        thetas = [theta for theta, _ in context.points()]
        pairs = pairwise(thetas)
        known = {item.symbol for item in context.family.constants}
        return [
            (
                {row[1]: a[row[0]] for row in step.named("members").args}
                | {row[2]: b[row[0]] for row in step.named("members").args}
                | {s: a[s] for s in known},
                (),
            )
            for a, b in pairs
        ]

    return points


def identity(step: Step, context: Context) -> Finding:
    """With the statistics at the means of member 0, the likelihood of 0 minus that of 1 is the divergence.

    That says something of every root of the likelihood equations only where all of them are roots of the means, and
    the divergence is positive only if no parameter moves what the density adds up to.
    """
    if not is_examined(context.family):
        return Finding(Evidence.UNDECIDED, "that the density is normalised was not looked at")
    premises = [one for one in (context.steps[position] for position in step.given) if one.rule == "agreement"]
    if not premises:
        return Finding(Evidence.REFUTED, "that the means match the statistics at every root is not among its premises")
    if agreement(premises[0], context).evidence.verdict is not Verdict.AGREE:
        return Finding(Evidence.UNDECIDED, "that the means match the statistics at every root is not proved")
    first = pairs(step, "members")
    second = {row[0]: row[2] for row in step.named("members").args}
    ell, kl = context.given(step, 0).value, context.given(step, 2).value
    at = {
        t: tau.xreplace(first) for t, tau in zip(step.named("statistics").args, step.named("means").args, strict=True)
    }
    gap = (ell.xreplace(first) - ell.xreplace(second)).subs(at) - kl - step.value
    return confirmed_zero(gap, {}, _member_points(step, context))


def information(step: Step, context: Context) -> Finding:
    """Minus the Hessian of the mean log-likelihood with the statistics at their means."""
    ell = context.given(step, 0).value
    if step.named("means") != context.given(step, 1).value:
        return Finding(Evidence.REFUTED, "the means are not those of the mean map")
    at = dict(zip(step.named("statistics").args, step.named("means").args, strict=True))
    p = step.named("parameters").args
    upper = {(i, j): -derivative(ell, p[i], p[j]).subs(at) for i in range(len(p)) for j in range(i, len(p))}
    entries = [(i, j) for i in range(len(p)) for j in range(len(p))]
    gaps = dict.fromkeys(upper[min(i, j), max(i, j)] - step.value[i][j] for i, j in entries)
    return weakest([context.zero(gap) for gap in gaps])
