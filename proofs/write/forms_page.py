"""The generated table of closed forms: mean, entropy, divergence and information of every family."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Basic, Expr, latex, true

from ..check_closed_forms import Claims, judge_forms
from ..closed_forms import entropy_of, fisher_information, kl, log_partition, mean
from ..derivation import Evidence, Finding, Verdict
from ..family import Family
from ..forms import ClosedForm
from ..registry import Entry, catalogue, family
from .latex import expression_latex

_LONG = 60
"""Operations beyond which an expression is not printed in a table."""
_NONE = "-"
_COLUMNS: tuple[tuple[str, str, Callable[[Family], ClosedForm | None]], ...] = (
    ("mean", "Mean", mean),
    ("entropy", "Entropy $H(p)$", entropy_of),
    ("kl", "Divergence $D(p_0 \\Vert p_1)$", kl),
    ("fisher_information", "Fisher information", fisher_information),
)
_FORMS_WORDS = (
    "Derived from each declared log-density by lemmas on integrals and sums. A test that uses none of them encloses "
    "the integral or the sum itself in balls at drawn members, tails included, and finds the value inside. Entropies "
    "and divergences are in nats; indices 0 and 1 are members. A divergence is infinite where its condition fails, "
    "because the supports do not nest. A dash: no lemma gives a closed form here, or there is none; the information is "
    "not defined where the support depends on a parameter. "
    "*long*: `thetahat.proofs.closed_forms` has it. `thetahat claim NAME --entropy ...` proves or refutes what "
    "somebody else says.",
    "✓: re-proved by a checker that knows no lemma on integrals. It writes the difference between what is averaged and "
    "the claimed value as a combination of functions of mean zero: scores, because the density integrates to one for "
    "every parameter (Brown 1986, theorem 2.2), and derivatives of `g p`, where this vanishes at the ends. Densities "
    "that integrate to one are presupposed. ≈: it does so up to an identity that is seen to 30 digits and not proved. "
    "Without a mark the checker has no such combination: the value rests on the lemmas and on these enclosures.",
)
_MARKS = {Verdict.AGREE: " ✓", Verdict.UNDECIDED: "", Verdict.DISAGREE: " ✗"}
_LAWS = (
    ("kl", "zero between equal members", "equal", "Divergence zero between equal members"),
    ("kl", "stationary at equality", "slope", "Its first derivative zero at equality"),
    ("kl", "second derivative", "bend", "Its second derivative there the Fisher information"),
    ("kl", "infinite unless supports nest", "support", "Infinite exactly where supports do not nest"),
    ("log_partition", "exponential form", "log-partition", "Log-partition: what an exponential form leaves"),
)
_LAWS_HEAD = "Laws that the checker requires"


def closed_forms_page() -> str:
    """Return the table of closed forms, one row for each family that has one."""
    return closed_forms_table([row for entry in catalogue() if (row := closed_forms_row(entry)) is not None])


def closed_forms_row(shipped: Entry) -> list[str] | None:
    """Return the cells of one family; None where it has no closed form."""
    declared = family(shipped.name)
    forms = {name: form(declared) for name, _, form in _COLUMNS}
    if all(form is None for form in forms.values()):
        return None
    judged = judge_forms(declared, Claims(**forms, log_partition=log_partition(declared)))
    marks = {one.quantity: mark(one.finding) for one in judged if one.requirement == "expectation"}
    cells = [_cell(form) + marks.get(name, "") for name, form in forms.items()]
    found = {(one.quantity, one.requirement): one.finding for one in judged}
    laws = [short + (mark(found[key]) or " ?") for *key_, short, _ in _LAWS if (key := tuple(key_)) in found]
    return [f"[{shipped.name}]({shipped.name}.md)", *cells, ", ".join(laws) or _NONE]


def mark(finding: Finding) -> str:
    """Return the sign that stands behind a closed form.

    >>> mark(Finding(Evidence.LEMMA)), mark(Finding(Evidence.BALL)), mark(Finding(Evidence.UNDECIDED))
    (' ✓', ' ≈', '')
    """
    return " ≈" if finding.evidence is Evidence.BALL else _MARKS[finding.evidence.verdict]


def closed_forms_table(rows: list[list[str]]) -> str:
    """Return the page around these rows; its heads count the families that have each form, and those proved.

    >>> print(closed_forms_table([["one", "-", "$1$ ✓", "-", "$0$", "-"]]).splitlines()[8].partition(" Divergence")[0])
    | Family | Mean (0, 0 ✓) | Entropy $H(p)$ (1, 1 ✓) |
    """
    heads = ["Family"]
    for at, (_, head, _) in enumerate(_COLUMNS, 1):
        filled = [row[at] for row in rows if row[at] != _NONE]
        heads.append(f"{head} ({len(filled)}, {sum(cell.endswith(' ✓') for cell in filled)} ✓)")
    return generated("Closed forms", _FORMS_WORDS, [table([*heads, _LAWS_HEAD], rows), _laws_table(rows)])


def _laws_table(rows: list[list[str]]) -> str:
    """How often each of the laws was proved of the forms above."""
    heads = ["Law", "In the rows", "Proved ✓", "To 30 digits, or at drawn members ≈", "Open ?", "Refuted"]
    said = [law for row in rows for law in row[-1].split(", ")]
    counted = [
        [words, f"*{short}*", *(str(said.count(f"{short} {sign}")) for sign in "✓≈?✗")] for *_, short, words in _LAWS
    ]
    return "## Laws\n\n" + table(heads, counted)


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
