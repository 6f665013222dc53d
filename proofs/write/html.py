"""A derivation as a fragment of HTML that needs nothing else: formulas in text, their LaTeX in an attribute."""

from __future__ import annotations

from html import escape

import sympy

from ..derivation import Derivation
from .content import Content, content
from .display import Formula, Line
from .latex import formula_latex
from .steps import Item
from .text import line_text, mark


def derivation_html(derivation: Derivation, summary: str = "", path: str = "", title: str = "") -> str:
    """Return an ``article`` element with everything that the Markdown page says; no script, no style, no link.

    Every formula is a ``code`` element whose ``data-latex`` a page may hand to a typesetter.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> print(derivation_html(derive(family("rayleigh"))).splitlines()[1])
    <h1>Rayleigh</h1>
    """
    page = content(derivation, title, summary, path)
    blocks = [
        f'<article class="thetahat-derivation" data-sympy="{escape(sympy.__version__)}">',
        f"<h1>{_line((page.title,))}</h1>",
        *([f"<p><em>{_line((page.summary,))}</em></p>"] if page.summary else []),
        f"<p>{_line((_origin(page),))}</p>",
        "<table>",
        *(f"<tr><th>{name}</th><td>{'<br>'.join(map(_line, lines))}</td></tr>" for name, lines in page.rows),
        "</table>",
        "<h2>Declared</h2>",
        *(f"<p>{_line(line)}</p>" for line in page.declared),
    ]
    for heading, items in page.sections:
        blocks += [f"<h2>{heading}</h2>", f'<ol start="{items[0].number}">', *map(_step, items), "</ol>"]
    blocks += ["<h2>What is proved, and what is not</h2>", "<ul>", *(f"<li>{_line(line)}</li>" for line in page.proved)]
    listed = "".join(f"<li>{_line(what)}: {_line(why)}.</li>" for what, why in page.obligations)
    blocks.append(f"<li>Open obligations: {f'<ul>{listed}</ul>' if listed else 'none.'}</li>")
    return "\n".join([*blocks, "</ul>", "</article>"]) + "\n"


def _origin(page: Content) -> str:
    return f"Derived from the declaration{f' in {page.path}' if page.path else ''} and nothing else. {page.counts}"


def _formula(formula: Formula) -> str:
    latex = escape(formula_latex(formula), quote=True)
    return f'<code data-latex="{latex}">{escape(line_text((formula,)))}</code>'


def _line(line: Line) -> str:
    return "".join(escape(line_text((part,))) if isinstance(part, str) else _formula(part) for part in line)


def _step(item: Item) -> str:
    words = (f"<strong>{_line(item.head)}</strong>" if item.head else "") + _line(item.rest)
    formulas = "".join(f"<br>{_formula(formula_)}" for formula_ in item.formulas)
    kind = item.finding.evidence.value
    return f'<li>{words}{formulas} <span class="evidence-{kind}">{escape(mark(item))}</span></li>'
