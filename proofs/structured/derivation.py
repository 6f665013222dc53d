"""What a structured derivation is: the estimator, the steps that lead to it, what the checker found, what is open."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from ..derivation import Evidence, Finding, Obligation, Optimality, Outcome, Step
from .family import StructuredFamily


@dataclass(frozen=True)
class Requirement:
    """What data must satisfy for a maximiser to exist: the matrix or number that has to be positive (or to have full
    column rank), the same in words, and the reason."""

    subject: Expr
    kind: str
    words: str
    why: str


@dataclass(frozen=True)
class StructuredDerivation:
    """From one structured declaration to its estimator.

    Attributes
    ----------
    formulas
        Each parameter with its formula, in an order in which a formula uses only data, ``unknowns`` and parameters
        before it.
    equations, unknowns
        What is left to solve: each unknown equals its equation's right-hand side, given the others.
    exists_when
        Conditions on the data for one estimate to exist in the parameter space.
    existence_decided
        Whether these are needed and enough; otherwise an obligation says what is open.
    independent_routes
        Whether the KL route solved other equations than the scores.
    """

    family: StructuredFamily
    outcome: Outcome
    reason: str
    mean_log_likelihood: Expr
    formulas: tuple[tuple[Expr, Expr], ...]
    equations: tuple[tuple[Expr, Expr], ...]
    unknowns: tuple[Expr, ...]
    exists_when: tuple[Requirement, ...]
    existence_decided: bool
    optimality: Optimality
    independent_routes: bool
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]

    def count(self, evidence: Evidence) -> int:
        """Return how many steps were found to be of that evidence.

        >>> from thetahat.proofs.structured.engine import derive_structured
        >>> from thetahat.proofs.registry import structured
        >>> derive_structured(structured("multivariate_normal")).count(Evidence.REFUTED)
        0
        """
        return sum(finding.evidence is evidence for finding in self.findings)

    def __repr__(self) -> str:
        """Return family and outcome; ``print`` shows the derivation."""
        return f"StructuredDerivation({self.family.name}, {self.outcome.value})"

    def __str__(self) -> str:
        """Return the derivation as plain text."""
        from ..write.structured_page import structured_text

        return structured_text(self)

    def _repr_latex_(self) -> str:
        from ..write.structured_page import structured_latex

        return structured_latex(self)

    def _repr_markdown_(self) -> str:
        from ..write.structured_page import structured_markdown

        return structured_markdown(self)
