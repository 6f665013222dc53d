"""The generated table of closed forms: mean, entropy, divergence and information of every family."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Basic, Expr, latex, true

from ..closed_forms import ClosedForm, entropy_of, fisher_information, kl, mean
from ..family import Family
from ..registry import Entry, catalogue, family
from .latex import expression_latex

_LONG = 60
"""Operations beyond which an expression is not printed in a table."""
_NONE = "-"
_COLUMNS: tuple[tuple[str, Callable[[Family], ClosedForm | None]], ...] = (
    ("Mean", mean),
    ("Entropy $H(p)$", entropy_of),
    ("Divergence $D(p_0 \\Vert p_1)$", kl),
    ("Fisher information", fisher_information),
)
_FORMS_WORDS = (
    "Derived from each declared log-density by lemmas on integrals and sums, and held against quadrature by a "
    "test that uses none of them. Entropies and divergences are in nats; indices 0 and 1 are members. A "
    "divergence is infinite where its condition fails, because the supports do not nest. A dash: no lemma gives a "
    "closed form here, or there is none; the information is not defined where the support depends on a parameter. "
    "*long*: `thetahat.proofs.closed_forms` has it. `thetahat claim NAME --entropy ...` proves or refutes what "
    "somebody else says.",
)


def closed_forms_page() -> str:
    """Return the table of closed forms, one row for each family that has one."""
    return closed_forms_table([row for entry in catalogue() if (row := closed_forms_row(entry)) is not None])


def closed_forms_row(shipped: Entry) -> list[str] | None:
    """Return the cells of one family; None where it has no closed form."""
    declared = family(shipped.name)
    cells = [_cell(form(declared)) for _, form in _COLUMNS]
    return None if set(cells) == {_NONE} else [f"[{shipped.name}]({shipped.name}.md)", *cells]


def closed_forms_table(rows: list[list[str]]) -> str:
    """Return the page around these rows; its heads count the families that have each form.

    >>> print(closed_forms_table([["one", "-", "$1$", "-", "$0$"]]).splitlines()[6])
    | Family | Mean (0) | Entropy $H(p)$ (1) | Divergence $D(p_0 \\Vert p_1)$ (0) | Fisher information (1) |
    """
    counts = [sum(row[at] != _NONE for row in rows) for at in range(1, len(_COLUMNS) + 1)]
    heads = ["Family", *(f"{head} ({count})" for (head, _), count in zip(_COLUMNS, counts, strict=True))]
    return generated("Closed forms", _FORMS_WORDS, [table(heads, rows)])


def _cell(form: ClosedForm | None) -> str:
    if form is None:
        return _NONE
    value, condition = entry(form.value), latex(form.where)
    return value if form.where is true else f"{value} if {_in_cell(condition)}"


def entry(value: Basic) -> str:
    """Return an expression or a matrix as a cell of a table; *long* where it is."""
    if not isinstance(value, sympy.MatrixBase):
        return _formula(value)
    if value.shape == (1, 1):
        return _formula(value[0])
    if sum(one.count_ops() for one in value) > _LONG:
        return "*long*"
    rows = r" \cr ".join(" & ".join(map(expression_latex, value.row(i))) for i in range(value.rows))
    return _in_cell(f"\\begin{{pmatrix}} {rows} \\end{{pmatrix}}")


def _formula(value: Expr) -> str:
    return "*long*" if value.count_ops() > _LONG else _in_cell(expression_latex(value))


def _in_cell(formula: str) -> str:
    return f"${formula}$".replace("|", "\\vert ")


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def generated(title: str, words: tuple[str, ...], blocks: list[str]) -> str:
    """Return a page in Markdown with the note that it is generated."""
    head = f"<!-- Generated with SymPy {sympy.__version__}; not to be edited. -->"
    return "\n\n".join([head, f"# {title}", *words, *blocks]) + "\n"
