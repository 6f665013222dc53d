"""A derivation as a page of Markdown, as GitHub and notebooks show it."""

from __future__ import annotations

import re

import sympy

from ..derivation import Derivation, Evidence
from .content import Content, content
from .display import Line
from .latex import formula_latex
from .steps import Item

# How the page of a family begins; other files in the same folder begin otherwise.
OPENING = "<!-- Generated from the declaration"
# What Markdown or HTML would read as more than the character itself.
_MEANING = re.compile(r"[\\`*_\[\]<>|$~&#@]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def derivation_markdown(derivation: Derivation, summary: str = "", path: str = "", title: str = "") -> str:
    """Return the page: table, declaration, numbered steps with their evidence, what is proved and what is not.

    Parameters
    ----------
    summary
        One sentence on what the family is, such as the registry's entry has.
    path
        Where the declaration stands; named on the page.
    title
        The heading; without it, the family's name.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> print(derivation_markdown(derive(family("rayleigh"))).splitlines()[2])
    # Rayleigh
    """
    page = content(derivation, title, summary, path)
    blocks = [
        f"{OPENING} with SymPy {sympy.__version__}; not to be edited. -->",
        f"# {escaped(page.title)}",
        _opening(page),
        "\n".join(["| | |", "|---|---|", *(_row(name, lines) for name, lines in page.rows)]),
        "**Declared.** " + "\n\n".join(spoken(line) for line in page.declared),
        *(f"## {heading}\n\n" + "\n".join(map(_step, items)) for heading, items in page.sections),
        "## What is proved, and what is not\n\n" + "\n".join(_closing(page)),
    ]
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    r"""Return ``text`` so that Markdown and HTML show it as it is, on one line.

    >>> escaped("a_b | <i> *c*")
    'a\\_b \\| &lt;i&gt; \\*c\\*'
    """
    visible = "".join(one if one.isprintable() else " " for one in " ".join(text.split()))
    return _MEANING.sub(lambda found: _ENTITIES.get(found[0]) or rf"\{found[0]}", visible)


def spoken(line: Line) -> str:
    """Return words and formulas in Markdown.

    >>> spoken(("a_b",))
    'a\\\\_b'
    """
    return "".join(escape_word(part) if isinstance(part, str) else f"${formula_latex(part)}$" for part in line)


def escape_word(text: str) -> str:
    """Return ``escaped`` text that keeps a space at either end.

    >>> escape_word(" a ")
    ' a '
    """
    before, after = " " * text.startswith(" "), " " * (text.endswith(" ") and len(text) > 1)
    return f"{before}{escaped(text)}{after}"


def _opening(page: Content) -> str:
    summary = escaped(page.summary.strip().rstrip("."))
    where = f" in `{page.path}`" if page.path else ""
    first = f"*{summary[:1].upper()}{summary[1:]}.* " if summary else ""
    return f"{first}Derived from the declaration{where} and nothing else. {escaped(page.counts)}"


def _row(name: str, lines: tuple[Line, ...]) -> str:
    return f"| **{name}** | {'<br>'.join(map(spoken, lines))} |"


def _step(item: Item) -> str:
    words = f"**{spoken(item.head)}**{spoken(item.rest)}" if item.head else spoken(item.rest)
    formulas = ", ".join(f"${formula_latex(formula)}$" for formula in item.formulas)
    number = f"{item.number}. "
    shown = f"\n{' ' * len(number)}{formulas}" if formulas else ""
    return f"{number}{words}{shown} {mark(item)}"


def mark(item: Item) -> str:
    """Return by what the step is proved, or that it is not."""
    evidence, detail = item.finding.evidence, escaped(item.finding.detail)
    if evidence in (Evidence.UNDECIDED, Evidence.REFUTED):
        name = "OPEN" if evidence is Evidence.UNDECIDED else "REFUTED"
        return f"✗ **{name}**: {detail}"
    if evidence is Evidence.BALL and not item.proof:
        return f"≈ ball, not proved: {detail}"
    return f"✓ {evidence.value}" + (f" *{item.lemma}*" if item.lemma else "")


def _closing(page: Content) -> list[str]:
    lines = [f"- {spoken(line)}" for line in page.proved]
    if not page.obligations:
        return [*lines, "- Open obligations: none."]
    return [*lines, "- Open obligations:", *(f"  - {spoken(what)}: {spoken(why)}." for what, why in page.obligations)]
