"""Carries the theorem behind every estimator, checked: maximum likelihood minimises KL divergence from the data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .derivation import Evidence, Finding, Obligation, Step, Verdict
from .family import Source
from .theorem_rules import check_theorem
from .theorem_steps import theorem_steps


@dataclass(frozen=True)
class Part:
    """A heading, and the position of the first step below it."""

    title: str
    start: int


@dataclass(frozen=True)
class Theorem:
    """The theorem with its proof: steps, what the checker found of each, and what is cited or left open."""

    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    sources: tuple[Source, ...]

    def count(self, evidence: Evidence) -> int:
        """Return how many steps were found to be of that evidence.

        >>> theorem().count(Evidence.REFUTED)
        0
        """
        return sum(finding.evidence is evidence for finding in self.findings)

    def __str__(self) -> str:
        """Return the theorem as plain text."""
        from .write.theorem_page import theorem_text

        return theorem_text(self)

    def _repr_latex_(self) -> str:
        from .write.theorem_page import theorem_latex

        return theorem_latex(self)

    def _repr_markdown_(self) -> str:
        from .write.theorem_page import theorem_markdown

        return theorem_markdown(self)


@lru_cache(maxsize=1)
def theorem() -> Theorem:
    """Return the theorem, every step checked; what is cited stands in ``obligations``.

    Pure and cached.

    Source
    ------
    Goodfellow, Bengio & Courville 2016, *Deep Learning*, sections 3.13 and 5.5.

    Examples
    --------
    >>> print(theorem().steps[3].label.text, "=", theorem().steps[3].value)
    D(q || p_theta) = H(q, p_theta) - H(q)
    """
    parts, steps = theorem_steps()
    findings = check_theorem(steps)
    headings = tuple(Part(title, start) for title, start in parts)
    return Theorem(headings, steps, findings, _obligations(steps, findings), _SOURCES)


def _obligations(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> tuple[Obligation, ...]:
    left = [
        Obligation(step.words, finding.detail)
        for step, finding in zip(steps, findings, strict=True)
        if finding.evidence.verdict is not Verdict.AGREE
    ]
    return (*left, _LARGE_NUMBERS)


_LARGE_NUMBERS = Obligation(
    "For independent observations from one distribution, under which the log-density of a member has a finite "
    "expectation, the mean log-likelihood of that member tends to this expectation as their number grows, with "
    "probability 1",
    "cited, not proved here: strong law of large numbers (Billingsley 1995, Probability and Measure, theorem 22.1); "
    "that the maximisers converge as well needs more and is not claimed",
)
_SOURCES = (
    Source("Goodfellow, Bengio & Courville 2016, Deep Learning, sections 3.13 and 5.5"),
    Source("Cover & Thomas 2006, Elements of Information Theory, theorem 2.6.3"),
    Source("Kullback & Leibler 1951, On Information and Sufficiency, Annals of Mathematical Statistics 22"),
)
