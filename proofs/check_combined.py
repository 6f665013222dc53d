"""Re-proves that two equations may be combined: both are scores, the multiple is finite, the identity holds."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Symbol, fraction, together

from .algebra.atoms import Mean
from .algebra.signs import is_nonzero
from .check_context import Context
from .check_roots import chained
from .derivation import Evidence, Finding, Step, Verdict


def combined(step: Step, context: Context) -> Finding:
    """``value = first - ratio * second`` for two different scores with earlier roots put in, the ratio finite.

    Where the second vanishes, the first does exactly where the combination does; so the first may go.
    """
    first, second = step.named("equations").args
    ratio = step.named("ratio")
    premises = [context.steps[i] for i in step.given]
    scores = [premise for premise in premises if premise.rule == "score"]
    roots = {premise.subject: premise.value for premise in premises if premise.rule == "root"}
    origins = [_owners(one, scores, roots, context) for one in (first, second)]
    if not origins[0] or not origins[1] or (origins[0] == origins[1] and len(origins[0]) == 1):
        return Finding(Evidence.REFUTED, "the equations are not two of the scores")
    if not is_nonzero(fraction(together(ratio))[1], context.domain):
        return Finding(Evidence.UNDECIDED, f"that the multiple {ratio} is finite is not proved")
    gap = context.unfolded(first - ratio * second - step.value)
    found = context.zero(under_one_bar(gap))
    return found if found.evidence is Evidence.ALGEBRA else context.zero(first - ratio * second - step.value)


def _owners(equation: Expr, scores: list[Step], roots: dict[Symbol, Expr], context: Context) -> set[Symbol]:
    """The parameters whose score, with roots put in, is the equation."""
    values = {score.subject: chained(score.value, roots) for score in scores}
    same = {subject for subject, value in values.items() if value == equation}
    return same or {s for s, v in values.items() if context.zero(v - equation).evidence.verdict is Verdict.AGREE}


def under_one_bar(expression: Expr) -> Expr:
    """Return the expression with its terms linear in averages brought under a single bar, as one fraction.

    >>> a, x = Symbol("a", positive=True), Symbol("x", positive=True)
    >>> under_one_bar(Mean(x / (a + x), x) + a * Mean(1 / (a + x), x) - 1)
    0
    """
    inside: list[Expr] = []
    outside: list[Expr] = []
    data: tuple[Symbol, ...] = ()
    for term in Add.make_args(expression.expand()):
        averages = [factor for factor in Mul.make_args(term) if isinstance(factor, Mean)]
        free = Mul(*(factor for factor in Mul.make_args(term) if not isinstance(factor, Mean)))
        if len(averages) == 1 and not free.has(Mean) and data in ((), averages[0].data):
            data = averages[0].data
            inside.append(free * averages[0].integrand)
        else:
            outside.append(term)
    if not inside:
        return expression
    constant = Add(*(term for term in outside if not term.has(Mean)))
    rest = Add(*(term for term in outside if term.has(Mean)))
    top, bottom = fraction(together(Add(*inside, constant)))
    top = top.expand()
    return rest if top == 0 else rest + Mean(Mul(top, Integer(1) / bottom), *data)
