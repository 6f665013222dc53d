"""What a page says at its end: what is proved of the estimate, its existence and the two routes, and what is not."""

from __future__ import annotations

from collections.abc import Callable

from ..algebra.atoms import LargestTie
from ..conditions import Condition
from ..derivation import Derivation, Evidence, Label, Outcome, Step
from ..labels import hat, symbol_latex
from .display import Formula, Line, Part, inequality, is_formula, listed, sign
from .steps import is_proof


def existence(derivation: Derivation) -> Line:
    """Return for which data a maximiser exists."""
    if derivation.outcome is Outcome.UNBOUNDED:
        return ("for no dataset",)
    if derivation.outcome is Outcome.UNSOLVED or not (derivation.exists_when or derivation.existence_proved):
        return ("not derived",)
    needed = derivation.exists_when if derivation.point is None else derivation.point.needed
    if not needed:
        return ("for every dataset",)
    line: list[Part] = []
    first: Line = ("when ",)
    if derivation.point is not None:
        first = ("when, at the observation ", Formula((hat(derivation.point.parameter),)), " for ")
        first = (*first, Formula((derivation.point.parameter,)), ", ")
    for condition in needed:
        line += [" and "] if line else first
        line.append(_in_words(condition))
    return (*line, *_strength(derivation))


def _in_words(condition: Condition) -> Part:
    return condition.meaning if not is_formula(condition.meaning) else inequality(condition.expression, condition.weak)


def _strength(derivation: Derivation) -> Line:
    """What is not known of the conditions: that they are enough, or that there is no maximiser without them."""
    if derivation.edges:
        enough: list[Part] = [", as one is when "] if derivation.enough else []
        for condition in derivation.enough:
            enough += [" and "] if len(enough) > 1 else []
            enough.append(_in_words(condition))
        beside = " (that there is none otherwise is not proved)"
        return (" and some member is above all limits at the edges", *enough, beside)
    if not derivation.existence_proved:
        return (
            (" (that this suffices is not proved)",)
            if not derivation.existence_needed
            else (" (needed; that it suffices is not proved)",)
        )
    opened = [condition for condition in derivation.exists_when if condition.open_at_zero]
    shares = not all(condition.expression.has(LargestTie) for condition in opened)
    equal = "; of equality nothing is said" if shares else ""
    if derivation.none_inside and len(derivation.family.parameters) == 1:
        return (f" (otherwise, at an end that belongs to the space, if the likelihood rises up to it{equal})",)
    if not derivation.existence_needed:
        return (" (that there is none otherwise is not proved)",)
    if any(condition.given for condition in derivation.exists_when):
        return (" (that there is none where a formula is zero over zero is not said)",)
    if shares:
        return (" (where one of these is an equality there may be one as well)",)
    return (" (with exactly that share there may be one as well)",) if opened else ()


def proved(derivation: Derivation) -> tuple[Line, ...]:
    """Return the lines on what is proved and what is not, without the open obligations."""
    lines = [_estimate(derivation), _divergence(derivation), _existence(derivation), _routes(derivation)]
    weak = _weak(derivation, lambda step: True)
    if weak:
        verb = "is" if "," not in weak else "are"
        lines.append((f"Not proved {verb} {weak}, found true at random points in ball arithmetic.",))
    return tuple(line for line in lines if line)


# What a page says beside the estimate, and what it says of existence: that the estimate is a maximum rests on neither.
_BESIDE = {"expectation", "information", "entropy"}
_OF_EXISTENCE = {
    "end-signs",
    "exists",
    "one-way",
    "recession",
    "separation",
    "slant",
    "slant-edges",
    "crest",
    "crest-edges",
    "profile-edges",
}


def _weak(derivation: Derivation, of: Callable[[Step], bool]) -> str:
    """Those of some steps that balls support but nothing proves, as words."""
    found = [
        str(at)
        for at, (step, finding) in enumerate(zip(derivation.steps, derivation.findings, strict=True), 1)
        if of(step) and finding.evidence is Evidence.BALL and not is_proof(step, finding)
    ]
    return f"step{'s' * (len(found) != 1)} {', '.join(found)}" if found else ""


def _estimates(derivation: Derivation) -> Formula:
    """All estimates, in declared order."""
    return Formula(listed(*(hat(symbol) for symbol in derivation.family.symbols)))


def _model(derivation: Derivation) -> Label:
    """The member with the parameters as they are."""
    symbols = derivation.family.symbols
    names, tex = ", ".join(map(str, symbols)), ", ".join(map(symbol_latex, symbols))
    return Label(f"p(. | {names})", rf"p(\cdot \mid {tex})")


def _estimate(derivation: Derivation) -> Line:
    if derivation.outcome is Outcome.UNSOLVED:
        return (f"No estimator is derived: {derivation.reason}.",)
    if derivation.outcome is Outcome.UNBOUNDED:
        return (f"The likelihood has no maximum, whatever the data: {derivation.reason}. Proved.",)
    several = len(derivation.family.symbols) > 1
    where: Line = ("Where the maximiser exists, ",) if derivation.exists_when or derivation.point else ()
    target = "the KL divergence from" if derivation.family.countable else "the cross-entropy to"
    optimality = derivation.optimality
    weak = _weak(derivation, lambda step: step.rule not in _BESIDE | _OF_EXISTENCE)
    if not optimality.proved:
        verb = "are a stationary point" if several else "is a stationary point"
        return (_estimates(derivation), f" {verb} of the likelihood. That no other point is higher is not proved.")
    verbs = ("maximise", "minimise") if several else ("maximises", "minimises")
    alone = "as its only maximum" if optimality.unique else "though other points may be as high"
    return (
        *where,
        _estimates(derivation),
        f" {verbs[0]} the likelihood over the whole parameter space, {alone}, and {verbs[1]} {target} the data: proved "
        f"{f'but for {weak} ' if weak else ''}({optimality.argument}).",
    )


def _divergence(derivation: Derivation) -> Line:
    model = _model(derivation)
    data, apart = sign("p_hat", r"\hat p"), sign("||", r"\Vert")
    divergence = Formula((sign("D("), data, apart, model, sign(")")))
    if derivation.family.countable:
        split = Formula((*divergence.parts, sign("="), sign("-H(p_hat)", r"-H(\hat p)"), sign("-"), sign("l", r"\ell")))
        return (
            "Data and model are both probabilities on the integers, so the claim is about the KL divergence itself: ",
            split,
            ", in which only the last term contains parameters.",
        )
    return (
        divergence,
        " itself is infinite: ",
        Formula((data,)),
        " has atoms, ",
        Formula((model,)),
        " a density. The claim is therefore about the cross-entropy, and about divergences between members, which are "
        "finite. With data and model binned, at any width, it is about the KL divergence itself, and the likelihood of "
        "the bins.",
    )


def _existence(derivation: Derivation) -> Line:
    if derivation.outcome is Outcome.UNSOLVED:
        return ()
    if not derivation.existence_rule:
        return ("When a maximiser exists is not derived.",)
    weak = _weak(derivation, lambda step: step.rule in _OF_EXISTENCE)
    enough = derivation.existence_proved or derivation.edges
    verdict = f"Proved{f' but for {weak}' if weak else ''}" if enough else "Not proved to suffice"
    return ("A maximiser exists ", *existence(derivation), f". {verdict}; the argument: {derivation.existence_rule}.")


def _routes(derivation: Derivation) -> Line:
    if derivation.independent_routes:
        return (
            "The two routes are independent computations: scores set to zero, and means matched with statistics. "
            "That both have the same roots is proved.",
        )
    return ("The KL route gives the same equations here, so it is no second opinion.",)
