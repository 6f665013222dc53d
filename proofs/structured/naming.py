"""What the left-hand sides of structured claims are called, by rule and subject; the checker compares them."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Symbol, Tuple

from ..derivation import Label, Step
from ..errors import UndecidedError
from ..labels import hat, symbol_latex
from .family import StructuredFamily
from .plates import Component
from .terms import Matrix

_FIXED = {
    "kernel": Label("log p", r"\log p"),
    "concave": Label("-d^2 log p/d eta^2", r"-\partial^2 \log p / \partial \eta^2"),
    "distance": Label("factor", r"\text{factor}"),
    "joint-concave": Label("-d^2 log p(eta + t h)/dt^2", r"-\partial_t^2 \log p(\eta + t h)"),
    "exists": Label("needed and enough", r"\text{needed and enough}"),
    "exists-bounded": Label("needed and enough", r"\text{needed and enough}"),
    "distinct": Label("log p_0 - log p_1", r"\log p_0 - \log p_1"),
    "shortfall": Label("shortfall", r"\text{shortfall}"),
    "only": Label("enough for one solution", r"\text{enough for one solution}"),
    "along": Label("l along a line", r"\ell \text{ along a line}"),
    "geodesic": Label("-d^2 l/ds^2", r"-\partial_s^2 \ell"),
    "unbounded": Label("gain in l", r"\text{gain in } \ell"),
    "too-few": Label("lower bound of n", r"\text{lower bound of } n"),
    "interior": Label("spread", r"\text{spread}"),
    "recession": Label("slopes far out", r"\text{slopes far out}"),
    "joint-recession": Label(
        "slope along d far out, the least of", r"\text{slope along } d \text{ far out, the least of}"
    ),
}


def name_of(term: Basic) -> Symbol:
    """Return the symbol that stands for a parameter's name."""
    return term.args[0] if isinstance(term, Matrix | Component) else term


def shown(term: Basic) -> Label:
    """Return a term in text and in LaTeX."""
    from ..write.latex import expression_latex
    from ..write.text import expression_text

    return Label(expression_text(term), expression_latex(term))


def renamed(term: Expr, suffix: str) -> Expr:
    """Return the same parameter of another member of the family.

    >>> renamed(Matrix("mu", 2), "0")
    mu_0
    """
    if isinstance(term, Matrix):
        return term.renamed(f"{term.name}_{suffix}")
    if isinstance(term, Component):
        return term.renamed(f"{term.name}{suffix}")
    return Symbol(f"{term.name}_{suffix}", **term.assumptions0)


def subject_of(step: Step) -> Any:
    """Return what the step's claim is about.

    Raises
    ------
    UndecidedError
        When it does not say.
    """
    if step.subject is None:
        raise UndecidedError(f"the step {step.label.text} does not say what it is about")
    return step.subject


def claim_label(rule: str, subject: Basic | None, family: StructuredFamily) -> Label:
    """Return the left-hand side of the claim that a rule makes about a subject.

    >>> from thetahat.proofs.registry import structured
    >>> claim_label("root", Matrix("mu", 2), structured("multivariate_normal")).text
    'mu_hat'
    """
    if rule in ("average", "constrained"):
        return _called("l" if rule == "average" else "L", r"\ell" if rule == "average" else "L", family.terms)
    if rule == "minimax":
        coefficients = tuple(term for term in family.terms if isinstance(term, Component))
        return _called("max l", r"\max \ell", coefficients)
    if rule in ("divergence", "pieces"):
        return _divergence(subject, "0")
    if rule in ("pythagoras", "gap"):
        free = tuple(subject) if isinstance(subject, Tuple) else family.terms
        inside = ", ".join(_estimate(term).text for term in free), ", ".join(_estimate(term).latex for term in free)
        other = _called("l", r"\ell", tuple(renamed(term, "1") for term in free))
        return Label(f"l({inside[0]}) - {other.text}", rf"\ell({inside[1]}) - {other.latex}")
    if rule == "unchanged":
        return Label("change of log p", r"\Delta \log p")
    if rule in _FIXED:
        return _FIXED[rule]
    if subject is None:
        fixed = {"normalised": Label("log of the total probability", r"\log \int p")}
        return fixed.get(rule, Label("0", "0"))
    if rule in ("root", "least-bound", "gram", "estimate", "squares"):
        return _estimate(subject)
    if rule == "rank":
        return Label("least n", r"\min n")
    one = shown(subject)
    return {
        "gradient": Label(f"dl/d{one.text}", rf"\partial \ell / \partial {one.latex}"),
        "moment": Label(f"E[{one.text}]", f"E[{one.latex}]"),
        "matching": Label(f"E_hat[{one.text}]", rf"E_{{\hat\theta}}[{one.latex}]"),
    }.get(rule, one)


def _estimate(term: Basic) -> Label:
    if isinstance(term, Component) and term.indices:
        plain = shown(term)
        inside = plain.text[len(term.name) :]
        return Label(
            f"{term.name}_hat{inside}", plain.latex.replace(symbol_latex(term.args[0]), hat(term.args[0]).latex, 1)
        )
    return hat(name_of(term))


def _called(text: str, latex: str, terms: tuple[Expr, ...]) -> Label:
    names = [shown(term) for term in terms]
    return Label(
        f"{text}({', '.join(one.text for one in names)})", rf"{latex}({', '.join(one.latex for one in names)})"
    )


def _divergence(free: Basic | None, first: str) -> Label:
    terms = tuple(free) if isinstance(free, Tuple) else ()
    left, right = (_called("", "", tuple(renamed(term, end) for term in terms)) for end in (first, "1"))
    return Label(f"D({left.text} || {right.text})", rf"D({left.latex} \Vert {right.latex})")
