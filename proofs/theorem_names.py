"""What the theorem calls things: entropy, divergence, likelihood, the gap below a tangent; and how claims are labelled.

Definitions stand in ``theorem_sums``, for proofs, and in ``theorem_cases``, for numbers.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, latex

from .derivation import Label, Step
from .errors import UndecidedError
from .theorem_terms import Term, X, distribution, distribution_latex

_RELATIONS = {"=": "", "<=": r"\le", "!=": r"\ne", "in": r"\in", "only if": r"= 0 \text{ only if}"}


class Entropy(Term):
    """``H(q)``; the argument is the mass of one atom, or a tuple of numbers.

    >>> from thetahat.proofs.theorem_terms import Mass, i
    >>> Entropy(Mass("q", i))
    H(q)
    """

    def _sympystr(self, printer: Any) -> str:
        return f"H({', '.join(distribution(arg, printer) for arg in self.args)})"

    def _latex(self, printer: Any) -> str:
        return f"H({', '.join(distribution_latex(arg, printer) for arg in self.args)})"


class CrossEntropy(Entropy):
    """``H(q, p)``; the first argument does the averaging.

    >>> from thetahat.proofs.theorem_terms import Mass, i, theta
    >>> CrossEntropy(Mass("q", i), Mass("p", i, theta))
    H(q, p_theta)
    """


class Divergence(Term):
    """The KL divergence ``D(q || p)``; the first argument does the averaging.

    >>> from thetahat.proofs.theorem_terms import Mass, i, theta
    >>> Divergence(Mass("p_hat", i), Mass("p", i, theta))
    D(p_hat || p_theta)
    """

    def _sympystr(self, printer: Any) -> str:
        first, second = (distribution(arg, printer) for arg in self.args)
        return f"D({first} || {second})"

    def _latex(self, printer: Any) -> str:
        first, second = (distribution_latex(arg, printer) for arg in self.args)
        return rf"D({first} \Vert {second})"


class Expected(Term):
    """The expectation ``E_q[f(X)]``; arguments are the mass of one atom and ``f`` of that atom.

    >>> from sympy import log
    >>> from thetahat.proofs.theorem_terms import Mass, i, theta
    >>> Expected(Mass("q", i), log(Mass("p", i, theta)))
    E_q[log(p_theta(X))]
    """

    def _sympystr(self, printer: Any) -> str:
        return f"E_{distribution(self.args[0], printer)}[{printer._print(self._of_variable())}]"

    def _latex(self, printer: Any) -> str:
        return rf"E_{{{distribution_latex(self.args[0], printer)}}}\left[{printer._print(self._of_variable())}\right]"

    def _of_variable(self) -> Expr:
        return self.args[1].xreplace({self.args[0].index: X})


class MeanLogLikelihood(Term):
    """``l(theta)`` of the observations ``x_1, ..., x_n``; the argument is the mass of one observation.

    >>> from thetahat.proofs.theorem_terms import Datum, Mass, k, theta
    >>> MeanLogLikelihood(Mass("p", Datum(k), theta))
    l(theta)
    """

    def _sympystr(self, printer: Any) -> str:
        return f"l({printer._print(self.args[0].args[2])})"

    def _latex(self, printer: Any) -> str:
        return rf"\ell({printer._print(self.args[0].args[2])})"


class Gap(Term):
    """``f(t) = t - 1 - log t``, the distance of the logarithm from its tangent at 1.

    >>> Gap(1)
    f(1)
    """

    def _sympystr(self, printer: Any) -> str:
        return f"f({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        place = printer._print(self.args[0])
        return f"f({place})" if self.args[0].is_Atom else rf"f\left({place}\right)"


class LimitAtZero(Term):
    """The limit of the first argument as the second falls to zero.

    >>> from sympy import log
    >>> from thetahat.proofs.theorem_terms import u
    >>> LimitAtZero(u * log(u), u)
    lim(u*log(u); u -> 0)
    """

    text = "lim({0}; {1} -> 0)"
    tex = r"\lim_{{{1} \to 0^+}} {0}"


def relation_of(step: Step) -> str:
    """Return how the step's left-hand side relates to its value: ``=`` unless it says otherwise.

    >>> from thetahat.proofs.derivation import Section
    >>> relation_of(Step("identity", Section.THEOREM, "", Gap(1), Label("f(1)", "f(1)")))
    '='
    """
    named = dict(step.using)
    return str(named["relation"].name) if "relation" in named else "="


def left_of(step: Step) -> Basic:
    """Return the left-hand side of the step's claim.

    Raises
    ------
    UndecidedError
        When the step has none.

    Examples
    --------
    >>> from thetahat.proofs.derivation import Section
    >>> left_of(Step("identity", Section.THEOREM, "", Gap(1), Label("0", "0"), subject=Gap(1)))
    f(1)
    """
    if step.subject is None:
        raise UndecidedError(f"the step {step.label.text} {step.value} does not say what it is about")
    return step.subject


def claim_label(subject: Basic, relation: str) -> Label:
    """Return the label of a claim: its left-hand side, followed by the relation unless that is equality.

    >>> claim_label(Gap(1), "<=").text
    'f(1) <='
    """
    if relation == "=":
        return Label(str(subject), latex(subject))
    shown = "= 0 only if" if relation == "only if" else relation
    return Label(f"{subject} {shown}", f"{latex(subject)} {_RELATIONS[relation]}")
