"""Derives where estimates tend to, and how they scatter: ``python benchmarks/limits.py`` writes ``limits.md``."""

from __future__ import annotations

from pathlib import Path

from sympy import Symbol

from thetahat.proofs.family import Family
from thetahat.proofs.registry import catalogue, family
from thetahat.proofs.sampling import member_itself, sandwich
from thetahat.proofs.targets import Member
from thetahat.proofs.write.forms_page import entry, generated, table
from thetahat.proofs.write.latex import expression_latex

PAGES = "../proofs/derivations"
WORDS = (
    "Estimates tend to the member nearest to the truth in $D(\\text{truth} \\Vert \\text{member})$, and "
    "$\\sqrt{n}$ times their error tends to a normal law with covariance $A^{-1} B A^{-1}$, where $A$ is minus "
    "the expected Hessian of the log-density and $B$ the covariance of the score (White 1982). Where the truth is "
    "a member, both are the Fisher information, and the covariance is its inverse; elsewhere $A^{-1}$ alone is "
    "not the covariance.",
)


def page() -> str:
    """Return the table of limits and covariances: for wrong models first, then where the model holds."""
    wrong = [_wrong_row(truth, family(name), words) for words, truth, name in pairs()]
    right = []
    for shipped in catalogue():
        declared = family(shipped.name)
        found = None if declared.covariates else sandwich(member_itself(declared), declared)
        if found is not None:
            right.append([f"[{shipped.name}]({PAGES}/{shipped.name}.md)", entry(found.covariance)])
    return generated(
        "The limit of many observations",
        WORDS,
        [
            "## Where the model does not hold",
            table(["Truth", "Fitted", "Limit", "$A^{-1} B A^{-1}$", "$A^{-1}$"], wrong),
            "## Where it does",
            table(["Family", "Inverse Fisher information"], right),
        ],
    )


def pairs() -> list[tuple[str, Member, str]]:
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
    return [
        words,
        f"[{fitted.name}]({PAGES}/{fitted.name}.md)",
        limit,
        entry(found.covariance),
        entry(found.bread.inv()),
    ]


if __name__ == "__main__":
    Path(__file__).with_name("limits.md").write_text(page(), encoding="utf-8")
