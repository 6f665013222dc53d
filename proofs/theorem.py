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
    """A theorem with its proof: steps, what the checker found of each, and what is cited or left open.

    ``setting`` says of what it speaks, ``meaning`` what is proved and what is not.
    """

    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    sources: tuple[Source, ...]
    title: str
    setting: tuple[str, ...]
    meaning: tuple[str, ...]

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
    left = (*open_steps(steps, findings), _LARGE_NUMBERS)
    return Theorem(headings, steps, findings, left, _SOURCES, _TITLE, _SETTING, _MEANING)


def open_steps(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> tuple[Obligation, ...]:
    """Return what is not proved of the steps.

    >>> open_steps(theorem().steps, theorem().findings)
    ()
    """
    return tuple(
        Obligation(step.words, finding.detail)
        for step, finding in zip(steps, findings, strict=True)
        if finding.evidence.verdict is not Verdict.AGREE
    )


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
_TITLE = "Maximum likelihood is minimum KL divergence"
_SETTING = (
    "An arbitrary family on `m` atoms, `m` left open. `q_i >= 0` and `p_i(theta) >= 0` are probabilities of atom `i`, "
    "each adding up to 1; `p_i` is any differentiable function of `theta`, and positive wherever `q_i` is, because "
    'otherwise the divergence is infinite (see "Atoms without probability").',
    "Sums with `q_i > 0` below them run over the atoms where `q` is positive, so that no term is undefined; "
    "`D(q || p)` is the KL divergence, `H(q)` the entropy, `H(q, p)` the cross-entropy, and logarithms are natural.",
)
_MEANING = (
    "For discrete families: the divergence from the data, the cross-entropy and minus the mean log-likelihood differ "
    "by constants, so one minimiser serves all.",
    "For densities: the same as differences between two members; the divergence from the data itself is infinite.",
    "For binned data: literally, with the probabilities of the bins and the binned likelihood.",
    "Proved means: for every `m`, every `q` and every family as above. Identities and inequalities are tried in "
    "concrete families as well, in exact numbers, which can only refute them.",
)
