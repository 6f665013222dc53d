"""Two generated tables: closed forms of every family, and where estimates tend to when the model does not hold."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Basic, Expr, Symbol, latex, true

from ..closed_forms import ClosedForm, entropy_of, fisher_information, kl, mean
from ..family import Family
from ..registry import catalogue, family
from ..sampling import Sandwich, member_itself, sandwich
from ..targets import Member
from .latex import expression_latex

_LONG = 60
"""Operations beyond which an expression is not printed in a table."""
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
_LIMIT_WORDS = (
    "Estimates tend to the member nearest to the truth in $D(\\text{truth} \\Vert \\text{member})$, and "
    "$\\sqrt{n}$ times their error tends to a normal law with covariance $A^{-1} B A^{-1}$, where $A$ is minus "
    "the expected Hessian of the log-density and $B$ the covariance of the score (White 1982). Where the truth is "
    "a member, both are the Fisher information, and the covariance is its inverse; elsewhere $A^{-1}$ alone is "
    "not the covariance.",
)


def closed_forms_page() -> str:
    """Return the table of closed forms, one row for each family that has one."""
    rows, counts = [], [0] * len(_COLUMNS)
    for entry in catalogue():
        declared = family(entry.name)
        forms = [form(declared) for _, form in _COLUMNS]
        counts = [count + (form is not None) for count, form in zip(counts, forms, strict=True)]
        if any(form is not None for form in forms):
            rows.append([f"[{entry.name}]({entry.name}.md)", *map(_cell, forms)])
    heads = ["Family", *(f"{head} ({count})" for (head, _), count in zip(_COLUMNS, counts, strict=True))]
    return _page("Closed forms", _FORMS_WORDS, [_table(heads, rows)])


def sampling_page() -> str:
    """Return the table of limits and covariances: for wrong models first, then where the model holds."""
    wrong = [_wrong_row(truth, family(name), words) for words, truth, name in _pairs()]
    right = []
    for entry in catalogue():
        declared = family(entry.name)
        found = None if declared.covariates else sandwich(member_itself(declared), declared)
        if found is not None:
            right.append([f"[{entry.name}]({entry.name}.md)", _matrix(found.covariance)])
    return _page(
        "The limit of many observations",
        _LIMIT_WORDS,
        [
            "## Where the model does not hold",
            _table(["Truth", "Fitted", "Limit", "$A^{-1} B A^{-1}$", "$A^{-1}$"], wrong),
            "## Where it does",
            _table(["Family", "Inverse Fisher information"], right),
        ],
    )


def _pairs() -> list[tuple[str, Member, str]]:
    """Some truths beside families that do not hold them; their parameters are symbols."""
    k, m, r, s = (Symbol(name, real=True) if name == "m" else Symbol(name, positive=True) for name in "kmrs")
    truths = [
        ("gamma, shape k, scale s", Member.of(family("gamma"), k=k, theta=s), ("exponential", "normal")),
        ("Laplace, scale s", Member.of(family("laplace"), mu=m, b=s), ("normal",)),
        ("logistic, scale s", Member.of(family("logistic"), mu=m, s=s), ("normal",)),
        ("uniform on (0, s)", Member.of(family("uniform"), a=0, b=s), ("normal", "exponential")),
        ("exponential, rate r", Member.of(family("exponential"), **{"lambda": r}), ("normal", "rayleigh")),
        ("geometric, mean r", Member.of(family("geometric_failures"), p=1 / (1 + r)), ("poisson",)),
        ("Poisson, mean r", Member.of(family("poisson"), **{"lambda": r}), ("geometric_failures",)),
        ("Weibull, shape k, scale s", Member.of(family("weibull"), k=k, **{"lambda": s}), ("exponential", "rayleigh")),
        ("lognormal, sigma s", Member.of(family("lognormal"), mu=m, sigma=s), ("exponential",)),
    ]
    return [(words, truth, name) for words, truth, names in truths for name in names]


def _wrong_row(truth: Member, fitted: Family, words: str) -> list[str]:
    found = sandwich(truth, fitted)
    assert found is not None
    limit = ", ".join(
        f"${expression_latex(symbol)} = {expression_latex(value)}$" for symbol, value in found.theta.items()
    )
    return [words, f"[{fitted.name}]({fitted.name}.md)", limit, _matrix(found.covariance), _matrix(_naive(found))]


def _naive(found: Sandwich) -> Basic:
    return found.bread.inv()


def _cell(form: ClosedForm | None) -> str:
    if form is None:
        return "-"
    value, condition = _matrix(form.value), latex(form.where)
    return value if form.where is true else f"{value} if {_in_cell(condition)}"


def _matrix(value: Basic) -> str:
    if not isinstance(value, sympy.MatrixBase):
        return _formula(value)
    if value.shape == (1, 1):
        return _formula(value[0])
    if sum(entry.count_ops() for entry in value) > _LONG:
        return "*long*"
    rows = " \\\\ ".join(" & ".join(map(expression_latex, value.row(i))) for i in range(value.rows))
    return _in_cell(f"\\begin{{pmatrix}} {rows} \\end{{pmatrix}}")


def _formula(value: Expr) -> str:
    return "*long*" if value.count_ops() > _LONG else _in_cell(expression_latex(value))


def _in_cell(formula: str) -> str:
    return f"${formula}$".replace("|", "\\vert ")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _page(title: str, words: tuple[str, ...], blocks: list[str]) -> str:
    head = f"<!-- Generated with SymPy {sympy.__version__}; not to be edited. -->"
    return "\n\n".join([head, f"# {title}", *words, *blocks]) + "\n"
