"""The generated page of closed forms where the dimension is a symbol, and of the nearest members that are diagonal."""

from __future__ import annotations

from collections.abc import Callable

import sympy

from ..forms import ClosedForm
from ..registry import structured, structured_catalogue
from ..structured.closed_forms import cross_entropy, entropy_of, fisher_information, kl, log_partition
from ..structured.diagonal import DiagonalProjection, diagonal_i_projection, diagonal_m_projection
from ..structured.family import StructuredFamily
from .latex import expression_latex

_ROWS: tuple[tuple[str, Callable[[StructuredFamily], ClosedForm | None]], ...] = (
    ("Entropy", entropy_of),
    ("Cross-entropy", cross_entropy),
    ("Divergence", kl),
    ("Information", fisher_information),
    ("Log-partition", log_partition),
)
_DIRECTIONS: tuple[tuple[str, Callable[[StructuredFamily], DiagonalProjection | None]], ...] = (
    ("Least $D(p_0 \\Vert p_1)$ over diagonal members 1", diagonal_m_projection),
    ("Least $D(p_0 \\Vert p_1)$ over diagonal members 0", diagonal_i_projection),
)
_WORDS = (
    "Derived from each declared log-density by the lemma whose density it is, constant included, and held against sums "
    "over the log-density written out in small dimensions, which use none of them. Numbers 0 and 1 in a name tell "
    "members apart; entropies and divergences are in nats. The information is a quadratic form in a direction, whose "
    "names start with d. Where the data are one matrix with rows that belong together, each is that of all rows. A "
    "family that no lemma covers is not here; a dash means that the quantity has no closed form by these lemmas."
)
_DIAGONAL_WORDS = (
    "Derived from the divergence by its slope in each entry of the diagonal; what another diagonal costs is a sum of "
    "positive numbers times $t - 1 - \\log t$, so the entries are the only ones."
)


def structured_forms_page() -> str:
    """Return the page, one section for each family of symbolic dimension that a lemma covers."""
    families = [structured(entry.name) for entry in structured_catalogue()]
    head = f"<!-- Generated with SymPy {sympy.__version__}; not to be edited. -->"
    title = "# Closed forms where the dimension is a symbol"
    sections = [_section(one) for one in families if kl(one) is not None]
    projections = [_projection(one, words, found) for one in families for words, found in _projected(one)]
    diagonal = ["## The nearest diagonal member", _DIAGONAL_WORDS, "\n".join(projections)]
    return "\n\n".join([head, title, _WORDS, *sections, *diagonal]) + "\n"


def _section(one: StructuredFamily) -> str:
    """The closed forms of one family, a line each.

    >>> print(_section(structured("dirichlet")).splitlines()[0])
    ## dirichlet
    """
    rows = [f"- {name}: {_shown(form(one))}" for name, form in _ROWS]
    return f"## {one.name.replace('_', ' ')}\n\n" + "\n".join(rows)


def _shown(form: ClosedForm | None) -> str:
    return "-" if form is None else f"${expression_latex(form.value)}$"


def _projected(one: StructuredFamily) -> list[tuple[str, DiagonalProjection]]:
    found = [(words, project(one)) for words, project in _DIRECTIONS]
    return [(words, projection) for words, projection in found if projection is not None]


def _projection(one: StructuredFamily, words: str, found: DiagonalProjection) -> str:
    roots = ", ".join(f"${expression_latex(term)} = {expression_latex(root)}$" for term, root in found.roots)
    return f"- [{one.name}]({one.name}.md). {words}: {roots}; left is ${expression_latex(found.divergence)}$"
