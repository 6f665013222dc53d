"""What a structured derivation has to tell, line by line, as text (form 0) or as LaTeX (form 1)."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Expr, Symbol

from ..derivation import Evidence, Finding, Outcome, Section, Step, Verdict
from ..structured.derivation import StructuredDerivation
from ..structured.naming import claim_label, name_of
from ..structured.terms import Matrix
from .latex import expression_latex
from .text import expression_text

_SIGNED = dict.fromkeys(("pieces", "gap", "pythagoras", "shortfall", "geodesic"), (" >= 0", r" \ge 0")) | {
    "interior": (" > 0", " > 0")
}


_ONE_FUNCTION = (
    "The two routes are one computation here: the cross-entropy from the data is minus the mean log-likelihood, so its "
    "stationary points are those of the scores."
)


_TWO_ROUTES = (
    "The two routes are independent computations: scores set to zero, and expected statistics, by a lemma on the "
    "integral, matched with those of the data. The estimate satisfies both: proved."
)


_CHECKED = (
    "Steps are re-proved by a program that knows no deriver, by the normal form of words and sums; average, scores, "
    "roots, matched moments and gaps, where they are rational, also in exact numbers at small sizes, which can only "
    "refute."
)


def formula_in(expression: Basic, form: int, hatted: tuple[Symbol, ...] = ()) -> str:
    """Return an expression in that form.

    >>> formula_in(Symbol("sigma"), 1)
    '\\\\sigma'
    """
    return expression_latex(expression, hatted) if form else expression_text(expression, hatted)


def hatted_unknowns(derivation: StructuredDerivation) -> tuple[Symbol, ...]:
    """Return the unknowns that are parameters: in formulas they stand for estimates."""
    return tuple(name_of(term) for term in derivation.unknowns if term in derivation.family.terms)


def estimator(derivation: StructuredDerivation, form: int) -> list[str]:
    """Return each parameter with its formula."""
    hatted = hatted_unknowns(derivation)
    lines = []
    for term, formula in derivation.formulas:
        label = claim_label("root", term, derivation.family)
        lines.append(f"{label.latex if form else label.text} = {formula_in(formula, form, hatted)}")
    return lines


def equations(derivation: StructuredDerivation, form: int) -> list[str]:
    """Return what is left to solve, an equation a line."""
    hatted = hatted_unknowns(derivation)
    return [
        f"{formula_in(term, form, hatted)} = {formula_in(value, form, hatted)}" for term, value in derivation.equations
    ]


def outcome(derivation: StructuredDerivation) -> str:
    """Return how far the derivation came, and why no further."""
    return derivation.outcome.value + (f": {derivation.reason}" if derivation.reason else "")


def maximum(derivation: StructuredDerivation) -> str:
    """Return whether the estimate is the global maximum, and by which argument."""
    optimality = derivation.optimality
    if derivation.outcome is Outcome.UNSOLVED:
        return "no estimator to judge"
    if not optimality.proved:
        return "stationary; that it is the global maximum is not proved"
    return f"global{' and unique' if optimality.unique else ''}: {optimality.argument}"


def exists(derivation: StructuredDerivation) -> list[str]:
    """Return when a maximiser exists, a condition a line."""
    lines = [f"{one.words} ({one.why})" for one in derivation.exists_when]
    if not derivation.existence_decided:
        return [*lines, "whether that is enough is not decided" if lines else "not decided"]
    return lines or ["on all data"]


def counts(derivation: StructuredDerivation) -> str:
    """Return how many steps are proved by what."""
    named = ((Evidence.ALGEBRA, "algebra"), (Evidence.SIGN, "a sign rule"), (Evidence.LEMMA, "a lemma"))
    found = ", ".join(f"{derivation.count(one)} by {words}" for one, words in named if derivation.count(one))
    bad, left = derivation.count(Evidence.REFUTED), derivation.count(Evidence.UNDECIDED)
    return f"{len(derivation.steps)} steps: {found}; {bad} refuted, {left} open."


def claim(step: Step, form: int) -> str:
    """Return what a step claims."""
    label = step.label.latex if form else step.label.text
    tail = _SIGNED.get(step.rule, ("", ""))[form]
    return f"{label} = {formula_in(step.value, form)}{tail}"


def mark(finding: Finding) -> str:
    """Return by what a step is proved, or that it is not."""
    if finding.evidence.verdict is Verdict.AGREE:
        return finding.evidence.value + (f": {finding.detail}" if finding.detail else "")
    return f"{'REFUTED' if finding.evidence is Evidence.REFUTED else 'OPEN'}: {finding.detail}"


def sections(derivation: StructuredDerivation) -> Iterator[tuple[str, list[tuple[int, Step, Finding]]]]:
    """Yield the title of each section with its steps, numbered from one, and what was found of them."""
    rows = [(at, *pair) for at, pair in enumerate(zip(derivation.steps, derivation.findings, strict=True), 1)]
    for section in Section:
        found = [row for row in rows if row[1].section is section]
        if found:
            yield section.value, found


def closing(derivation: StructuredDerivation) -> list[str]:
    """Return what is proved and what is not, a statement a line."""
    lines = [_TWO_ROUTES if derivation.independent_routes else _ONE_FUNCTION, _CHECKED]
    lines += [f"Open: {one.statement}: {one.why}." for one in derivation.obligations]
    return lines if derivation.obligations else [*lines, "Open obligations: none."]


def declaration(derivation: StructuredDerivation, form: int) -> list[str]:
    """Return what is observed, estimated, known and always so, a line each."""
    family = derivation.family
    lines = []
    for kind, items in (("observed", family.observation), ("estimated", family.terms)):
        lines += [f"{kind}: {', '.join(_sized(one, form) for one in items)}"]
    if family.known:
        known = ", ".join(f"{_sized(one.term, form)} ({one.meaning})" for one in family.known)
        lines.append(f"known: {known}")
    totals = ", ".join(f"{_dollar(f'{formula_in(left, form)} = {right}', form)}" for left, right in family.totals)
    always = [f"always: {totals}"] if totals else []
    sign = r"\le" if form else "<="
    inside = ", ".join(
        _dollar(f"{formula_in(left, form)} {sign} {formula_in(right, form)}", form) for left, right in family.support
    )
    return [*lines, *always, *([f"possible: {inside}"] if inside else [])]


def _sized(term: Expr, form: int) -> str:
    shown = _dollar(formula_in(term, form), form)
    if not isinstance(term, Matrix):
        return shown
    rows, cols = (formula_in(side, 0) for side in term.args[1:3])
    return f"{shown} ({rows} by {cols}{', positive definite' if term.kind == 'spd' else ''})"


def _dollar(text: str, form: int) -> str:
    return f"${text}$" if form else text


def title(derivation: StructuredDerivation) -> str:
    """Return the name of the family as a title."""
    name = derivation.family.name.replace("_", " ")
    return name[:1].upper() + name[1:]
