"""How a structured derivation reads: as plain text, as a page of Markdown, as LaTeX for a notebook."""

from __future__ import annotations

import ast
import textwrap

import sympy

from ..derivation import Finding, Step, Verdict
from ..registry import Entry, structured
from ..structured.derivation import StructuredDerivation
from ..structured.engine import derive_structured
from ..structured.naming import claim_label
from . import structured_content as content
from .latex import text_latex
from .markdown import OPENING, escaped

_WIDTH = 100
_KEY = 16


def structured_text(derivation: StructuredDerivation) -> str:
    """Return the derivation as text, wrapped at 100 columns.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> print(structured_text(derive_structured(structured("categorical_k"))).splitlines()[3])
    Estimator       p_hat_k = mean(y_k)
    """
    lines = [content.title(derivation), *_wrapped(content.counts(derivation)), ""]
    rows = [
        ("Estimator", content.estimator(derivation, 0)),
        ("Equations left", content.equations(derivation, 0)),
        ("Outcome", [content.outcome(derivation)]),
        ("Exists", content.exists(derivation)),
        ("Maximum", [content.maximum(derivation)]),
        (
            "Declared",
            [*content.declaration(derivation, 0), f"log p = {content.formula_in(derivation.family.log_density, 0)}"],
        ),
        ("Sources", [one.citation for one in derivation.family.sources]),
    ]
    for name, shown in rows:
        for at, line in enumerate(shown):
            lines += _wrapped(line, f"{name if at == 0 else '':<{_KEY}}", " " * _KEY)
    for title, steps in content.sections(derivation):
        lines += ["", title]
        for number, step, finding in steps:
            lines += _wrapped(step.words.replace("`", ""), f"{number:3d}. ", "     ")
            lines += _wrapped(f"{content.claim(step, 0)}  [{content.mark(finding)}]", "       ", "         ")
    lines += ["", "What is proved, and what is not"]
    for line in content.closing(derivation):
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
        ("Estimator", [f"${line}$" for line in content.estimator(derivation, 1)]),
        ("Equations left", [f"${line}$" for line in content.equations(derivation, 1)]),
        ("Outcome", [escaped(content.outcome(derivation))]),
        ("Exists", [escaped(line) for line in content.exists(derivation)]),
        ("Maximum", [escaped(content.maximum(derivation))]),
        ("Sources", [escaped(one.citation) for one in derivation.family.sources]),
    ]
    table = [f"| **{name}** | {'<br>'.join(lines)} |" for name, lines in rows if lines]
    blocks = [
        f"{OPENING} with SymPy {sympy.__version__}; not to be edited. -->",
        f"# {escaped(title or content.title(derivation))}",
        f"{first}Derived from the declaration{where} and nothing else. {escaped(content.counts(derivation))}",
        "\n".join(["| | |", "|---|---|", *table]),
        "**Declared.** " + "; ".join(content.declaration(derivation, 1)) + ".",
        rf"$\log p = {content.formula_in(derivation.family.log_density, 1)}$.",
        *(
            f"## {heading}\n\n" + "\n".join(_markdown_step(*row) for row in steps)
            for heading, steps in content.sections(derivation)
        ),
        "## What is proved, and what is not\n\n"
        + "\n".join(f"- {escaped(line)}" for line in content.closing(derivation)),
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
    return (
        f"{number}. {_spoken(step.words)}\n{indent}${content.claim(step, 1)}$ {mark} {escaped(content.mark(finding))}"
    )


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
    rows = [f"{likelihood} &= {content.formula_in(derivation.mean_log_likelihood, 1)}"]
    shown = (*content.estimator(derivation, 1), *content.equations(derivation, 1))
    rows += [line.replace(" = ", " &= ", 1) for line in shown]
    rows += [rf"&\text{{Exists: {text_latex(line)}}}" for line in content.exists(derivation)]
    rows.append(rf"&\text{{Maximum: {text_latex(content.maximum(derivation))}}}")
    rows += [rf"&\text{{Open: {text_latex(one.statement.replace('`', ''))}}}" for one in derivation.obligations]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"
