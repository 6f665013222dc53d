"""How a structured derivation reads: as plain text, as a page of Markdown, as LaTeX for a notebook, as JSON."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import sympy
from sympy import Basic, Expr, Symbol

from ..derivation import Evidence, Finding, Outcome, Section, Step, Verdict
from ..registry import Entry, structured
from ..structured.derivation import StructuredDerivation
from ..structured.engine import derive_structured
from ..structured.naming import claim_label, name_of
from ..structured.terms import Matrix
from .as_json import step_json
from .latex import expression_latex, text_latex
from .markdown import OPENING, escaped
from .text import expression_text

SCHEMA = 1
_WIDTH = 100
_KEY = 16
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


def _formula(expression: Basic, form: int, hatted: tuple[Symbol, ...] = ()) -> str:
    """An expression as text (form 0) or as LaTeX (form 1)."""
    return expression_latex(expression, hatted) if form else expression_text(expression, hatted)


def _hatted(derivation: StructuredDerivation) -> tuple[Symbol, ...]:
    """The unknowns that are parameters: in formulas they stand for estimates."""
    return tuple(name_of(term) for term in derivation.unknowns if term in derivation.family.terms)


def _estimator(derivation: StructuredDerivation, form: int) -> list[str]:
    hatted = _hatted(derivation)
    lines = []
    for term, formula in derivation.formulas:
        label = claim_label("root", term, derivation.family)
        lines.append(f"{label.latex if form else label.text} = {_formula(formula, form, hatted)}")
    return lines


def _equations(derivation: StructuredDerivation, form: int) -> list[str]:
    hatted = _hatted(derivation)
    return [f"{_formula(term, form, hatted)} = {_formula(value, form, hatted)}" for term, value in derivation.equations]


def _outcome(derivation: StructuredDerivation) -> str:
    return derivation.outcome.value + (f": {derivation.reason}" if derivation.reason else "")


def _maximum(derivation: StructuredDerivation) -> str:
    optimality = derivation.optimality
    if derivation.outcome is Outcome.UNSOLVED:
        return "no estimator to judge"
    if not optimality.proved:
        return "stationary; that it is the global maximum is not proved"
    return f"global{' and unique' if optimality.unique else ''}: {optimality.argument}"


def _exists(derivation: StructuredDerivation) -> list[str]:
    lines = [f"{one.words} ({one.why})" for one in derivation.exists_when]
    if not derivation.existence_decided:
        return [*lines, "whether that is enough is not decided" if lines else "not decided"]
    return lines or ["on all data"]


def _counts(derivation: StructuredDerivation) -> str:
    named = ((Evidence.ALGEBRA, "algebra"), (Evidence.SIGN, "a sign rule"), (Evidence.LEMMA, "a lemma"))
    found = ", ".join(f"{derivation.count(one)} by {words}" for one, words in named if derivation.count(one))
    bad, left = derivation.count(Evidence.REFUTED), derivation.count(Evidence.UNDECIDED)
    return f"{len(derivation.steps)} steps: {found}; {bad} refuted, {left} open."


def _claim(step: Step, form: int) -> str:
    label = step.label.latex if form else step.label.text
    tail = _SIGNED.get(step.rule, ("", ""))[form]
    return f"{label} = {_formula(step.value, form)}{tail}"


def _mark(finding: Finding) -> str:
    if finding.evidence.verdict is Verdict.AGREE:
        return finding.evidence.value + (f": {finding.detail}" if finding.detail else "")
    return f"{'REFUTED' if finding.evidence is Evidence.REFUTED else 'OPEN'}: {finding.detail}"


def _sections(derivation: StructuredDerivation) -> Iterator[tuple[str, list[tuple[int, Step, Finding]]]]:
    rows = [(at, *pair) for at, pair in enumerate(zip(derivation.steps, derivation.findings, strict=True), 1)]
    for section in Section:
        found = [row for row in rows if row[1].section is section]
        if found:
            yield section.value, found


def _closing(derivation: StructuredDerivation) -> list[str]:
    lines = [_TWO_ROUTES if derivation.independent_routes else _ONE_FUNCTION, _CHECKED]
    lines += [f"Open: {one.statement}: {one.why}." for one in derivation.obligations]
    return lines if derivation.obligations else [*lines, "Open obligations: none."]


def _declared(derivation: StructuredDerivation, form: int) -> list[str]:
    family = derivation.family
    lines = []
    for kind, items in (("observed", family.observation), ("estimated", family.terms)):
        lines += [f"{kind}: {', '.join(_sized(one, form) for one in items)}"]
    if family.known:
        known = ", ".join(f"{_sized(one.term, form)} ({one.meaning})" for one in family.known)
        lines.append(f"known: {known}")
    totals = ", ".join(f"{_dollar(f'{_formula(left, form)} = {right}', form)}" for left, right in family.totals)
    always = [f"always: {totals}"] if totals else []
    sign = r"\le" if form else "<="
    inside = ", ".join(
        _dollar(f"{_formula(left, form)} {sign} {_formula(right, form)}", form) for left, right in family.support
    )
    return [*lines, *always, *([f"possible: {inside}"] if inside else [])]


def _sized(term: Expr, form: int) -> str:
    shown = _dollar(_formula(term, form), form)
    if not isinstance(term, Matrix):
        return shown
    rows, cols = (_formula(side, 0) for side in term.args[1:3])
    return f"{shown} ({rows} by {cols}{', positive definite' if term.kind == 'spd' else ''})"


def _dollar(text: str, form: int) -> str:
    return f"${text}$" if form else text


def _title(derivation: StructuredDerivation) -> str:
    name = derivation.family.name.replace("_", " ")
    return name[:1].upper() + name[1:]


def structured_text(derivation: StructuredDerivation) -> str:
    """Return the derivation as text, wrapped at 100 columns.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> print(structured_text(derive_structured(structured("categorical_k"))).splitlines()[3])
    Estimator       p_hat_k = mean(y_k)
    """
    lines = [_title(derivation), *_wrapped(_counts(derivation)), ""]
    rows = [
        ("Estimator", _estimator(derivation, 0)),
        ("Equations left", _equations(derivation, 0)),
        ("Outcome", [_outcome(derivation)]),
        ("Exists", _exists(derivation)),
        ("Maximum", [_maximum(derivation)]),
        ("Declared", [*_declared(derivation, 0), f"log p = {_formula(derivation.family.log_density, 0)}"]),
        ("Sources", [one.citation for one in derivation.family.sources]),
    ]
    for name, shown in rows:
        for at, line in enumerate(shown):
            lines += _wrapped(line, f"{name if at == 0 else '':<{_KEY}}", " " * _KEY)
    for title, steps in _sections(derivation):
        lines += ["", title]
        for number, step, finding in steps:
            lines += _wrapped(step.words.replace("`", ""), f"{number:3d}. ", "     ")
            lines += _wrapped(f"{_claim(step, 0)}  [{_mark(finding)}]", "       ", "         ")
    lines += ["", "What is proved, and what is not"]
    for line in _closing(derivation):
        lines += _wrapped(line, "  - ", "    ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def structured_markdown(derivation: StructuredDerivation, summary: str = "", path: str = "", title: str = "") -> str:
    """Return the page: table, declaration, numbered steps with their evidence, what is proved and what is not.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> print(structured_markdown(derive_structured(structured("categorical_k"))).splitlines()[2])
    # Categorical k
    """
    where = f" in `{path}`" if path else ""
    first = f"*{escaped(summary[:1].upper() + summary[1:])}.* " if summary else ""
    rows = [
        ("Estimator", [f"${line}$" for line in _estimator(derivation, 1)]),
        ("Equations left", [f"${line}$" for line in _equations(derivation, 1)]),
        ("Outcome", [escaped(_outcome(derivation))]),
        ("Exists", [escaped(line) for line in _exists(derivation)]),
        ("Maximum", [escaped(_maximum(derivation))]),
        ("Sources", [escaped(one.citation) for one in derivation.family.sources]),
    ]
    table = [f"| **{name}** | {'<br>'.join(lines)} |" for name, lines in rows if lines]
    blocks = [
        f"{OPENING} with SymPy {sympy.__version__}; not to be edited. -->",
        f"# {escaped(title or _title(derivation))}",
        f"{first}Derived from the declaration{where} and nothing else. {escaped(_counts(derivation))}",
        "\n".join(["| | |", "|---|---|", *table]),
        "**Declared.** " + "; ".join(_declared(derivation, 1)) + ".",
        rf"$\log p = {_formula(derivation.family.log_density, 1)}$.",
        *(
            f"## {heading}\n\n" + "\n".join(_markdown_step(*row) for row in steps)
            for heading, steps in _sections(derivation)
        ),
        "## What is proved, and what is not\n\n" + "\n".join(f"- {escaped(line)}" for line in _closing(derivation)),
    ]
    return "\n\n".join(blocks) + "\n"


def entry_page(entry: Entry) -> str:
    """Return the page of one shipped structured family.

    >>> from thetahat.proofs.registry import structured_catalogue
    >>> print(entry_page(structured_catalogue()[0]).splitlines()[2])
    # Categorical with any number of categories
    """
    title, _, _ = (ast.get_docstring(ast.parse(entry.path.read_text(encoding="utf-8"))) or "").partition(": ")
    where = f"proofs/structured/families/{entry.name}.py"
    return structured_markdown(derive_structured(structured(entry.name)), entry.summary, where, title)


def _markdown_step(number: int, step: Step, finding: Finding) -> str:
    indent = " " * len(f"{number}. ")
    mark = "✓" if finding.evidence.verdict is Verdict.AGREE else "✗"
    return f"{number}. {_spoken(step.words)}\n{indent}${_claim(step, 1)}$ {mark} {escaped(_mark(finding))}"


def _spoken(words: str) -> str:
    """Markdown of words in which formulas stand between backticks; ``escaped`` would strip the spaces around them."""
    pieces = words.split("`")
    shown = []
    for at, piece in enumerate(pieces):
        before, after = " " * piece.startswith(" "), " " * (piece.endswith(" ") and len(piece) > 1)
        shown.append(f"`{piece}`" if at % 2 else f"{before}{escaped(piece)}{after}")
    return "".join(shown)


def structured_latex(derivation: StructuredDerivation) -> str:
    r"""Return a display for notebooks: log-likelihood, estimator, equations left, when it exists, what is open.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> print(structured_latex(derive_structured(structured("categorical_k"))).splitlines()[2])
    \hat{p}_{k} &= \overline{y_{k}} \\
    """
    likelihood = claim_label("average", None, derivation.family).latex
    rows = [f"{likelihood} &= {_formula(derivation.mean_log_likelihood, 1)}"]
    shown = (*_estimator(derivation, 1), *_equations(derivation, 1))
    rows += [line.replace(" = ", " &= ", 1) for line in shown]
    rows += [rf"&\text{{Exists: {text_latex(line)}}}" for line in _exists(derivation)]
    rows.append(rf"&\text{{Maximum: {text_latex(_maximum(derivation))}}}")
    rows += [rf"&\text{{Open: {text_latex(one.statement.replace('`', ''))}}}" for one in derivation.obligations]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def structured_json(derivation: StructuredDerivation) -> dict[str, Any]:
    """Return everything that the derivation holds in plain types; formulas as text and as LaTeX.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> structured_json(derive_structured(structured("categorical_k")))["estimator"]["p"]["text"]
    'mean(y_k)'
    """
    family, optimality = derivation.family, derivation.optimality
    hatted = _hatted(derivation)

    def both(value: Basic) -> dict[str, str]:
        return {"text": _formula(value, 0, hatted), "latex": _formula(value, 1, hatted)}

    return {
        "schema": SCHEMA,
        "versions": {"thetahat": version("thetahat"), "sympy": sympy.__version__},
        "family": {
            "name": family.name,
            "kind": "structured",
            "observation": [str(one) for one in family.observation],
            "parameters": [{"name": one.name, "meaning": one.meaning} for one in family.parameters],
            "known": [{"name": one.name, "meaning": one.meaning} for one in family.known],
            "log_density": both(family.log_density),
            "sources": [one.citation for one in family.sources],
        },
        "outcome": derivation.outcome.value,
        "reason": derivation.reason,
        "mean_log_likelihood": both(derivation.mean_log_likelihood),
        "estimator": {str(name_of(term)): both(formula) for term, formula in derivation.formulas},
        "equations": {str(name_of(term)): both(formula) for term, formula in derivation.equations},
        "exists_when": [{"condition": one.words, "why": one.why} for one in derivation.exists_when],
        "existence_decided": derivation.existence_decided,
        "optimality": {"proved": optimality.proved, "unique": optimality.unique, "argument": optimality.argument},
        "independent_routes": derivation.independent_routes,
        "counts": {evidence.value: derivation.count(evidence) for evidence in Evidence},
        "steps": [
            step_json(at, *pair, proof=pair[1].evidence.verdict is Verdict.AGREE)
            for at, pair in enumerate(zip(derivation.steps, derivation.findings, strict=True), 1)
        ],
        "obligations": [{"statement": one.statement, "why": one.why} for one in derivation.obligations],
    }
